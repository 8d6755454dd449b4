/** What a layer is: a picture under the points of a flat map, made anew for every frame. */
import type { Decoder } from "../decoder/client";
import type { View } from "../map";
import type { Rgb, Theme } from "../palette";
import type { Recording, Shown } from "../recording";
import type { MapEntry, Scene } from "../scene";
import type { Shelf } from "./shelf";

export interface Layer {
  /** In the store, the address and the door. */
  readonly name: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly meaning: string;
  /** Before anybody chooses. */
  readonly on: boolean;
  readonly opacity: number;
  /** Why it cannot be had of this map; null where it can. */
  missing(scene: Scene, map: MapEntry): string | null;
  /** Begins to make it for a frame; what it asks the ground for here, it is made anew for. null: the map draws it. */
  readonly lay: ((ground: Ground) => Sheet) | null;
}

/** What a layer is laid on: a frame of one map, and what it may be made from. */
export interface Ground {
  readonly scene: Scene;
  readonly recording: Pick<Recording, "tile">;
  readonly decoder: Decoder;
  readonly shown: Shown;
  /** The frame as it decodes: with the part of the pin that is carried, where one is. */
  decoding(): Decoding;
  /** What was made before, of any frame. */
  readonly shelf: Shelf;
  theme(): Theme;
  /** Which images are drawn: 0 hides; null: all. */
  visible(): Uint8Array | null;
  /** There is more to paint. */
  changed(): void;
}

export interface Decoding extends Shown {
  /** On the shelf: the map, the epoch, and what is carried. */
  readonly key: string;
}

/** A layer on one frame. Its work ends with `dispose`. */
export interface Sheet {
  /** Goes on with what that view still lacks. */
  see(view: View): void;
  /** Paints what there is, as opaque as asked. */
  paint(brush: CanvasRenderingContext2D, view: View, opacity: number): void;
  /** Is it still at work for the view that it saw last? */
  busy(): boolean;
  /** Has it something to show for all of it? */
  ready(): boolean;
  /** Why its work failed; null while it does not. */
  fault(): string | null;
  /** What its colours mean; null while that is not known, or needs no telling. */
  scale(): Scale | null;
  /** What it says at a spot; null where it says nothing yet. */
  at(spot: ArrayLike<number>): Told | null;
  dispose(): void;
}

/** A ramp of colours with words below it, or words alone. */
export interface Scale {
  readonly ramp: ((part: number) => Rgb) | null;
  readonly ticks: readonly string[];
  readonly words: string;
}

/** What a layer says at `spot`, the middle of the cell that was asked for. */
export type Told = { readonly spot: readonly [number, number] } & Readonly<Record<string, unknown>>;

/** Whether a layer is drawn, and how opaque, from 0 to 1. */
export interface Setting {
  readonly on: boolean;
  readonly opacity: number;
}

/** Why pictures cannot be decoded at all; null where they can. */
export function undecodable({ graphs, live }: Scene): string | null {
  if (graphs.decoder !== undefined || live.includes("decode")) return null;
  return "this model decodes neither here nor by a server";
}

/** A number of a scale: 0.12, 1, 8.3, 120. */
export function twoDigits(value: number): string {
  return String(Number(value.toPrecision(2))).replace("-", "\u2212");
}
