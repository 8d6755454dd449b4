/** What a picture of the map says: the maps as they are seen, what their colours mean, and where it all comes from. */
import type { Disc } from "../map";
import type { Rgb, Theme } from "../palette";

export interface Subject {
  readonly theme: Theme;
  readonly background: Rgb;
  readonly plots: readonly Plot[];
  readonly legend: readonly Section[];
  /** The first line is the title. */
  readonly caption: readonly string[];
  /** The address of what is seen, without the machine that showed it. */
  readonly source: string;
}

/** The part of a map that no panel covers. */
export interface Plot {
  readonly title: string;
  /** CSS pixels of the map's canvas. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** How wide the map's canvas is. */
  readonly full: number;
  /** The whole canvas as a bitmap: all of it, or what lies under the points where those are `discs`. */
  readonly bitmap: HTMLCanvasElement | null;
  readonly discs: readonly Disc[] | null;
  /** How opaque the discs are. */
  readonly opacity: number;
  /** Trails, and the images at their points, on canvases as large as the map's. */
  readonly over: readonly HTMLCanvasElement[];
  readonly marks: readonly Mark[];
}

/** CSS pixels of the map's canvas. */
export type Place = readonly [x: number, y: number];
export type Mark =
  | { readonly kind: "pin"; readonly x: number; readonly y: number }
  | { readonly kind: "ring"; readonly x: number; readonly y: number }
  | { readonly kind: "own"; readonly x: number; readonly y: number; readonly name: string }
  | { readonly kind: "stop"; readonly x: number; readonly y: number; readonly name: string }
  | { readonly kind: "way"; readonly places: readonly Place[]; readonly dashed: boolean }
  | { readonly kind: "link"; readonly x: number; readonly y: number; readonly to: Place };

/** A part of the legend: names with their colours, or a ramp, or words alone. */
export interface Section {
  readonly title: string;
  readonly names: readonly { readonly name: string; readonly colour: Rgb; readonly count: string }[];
  readonly ramp: ((part: number) => Rgb) | null;
  readonly ticks: readonly string[];
  readonly words: string;
}
