/** Where the way back is a guess: trust over a coarse grid of the map, made in slices so that no frame waits. */
import { boxOf } from "../framing";
import type { View } from "../map";
import { css, type Rgb, type Theme } from "../palette";
import type { Shown } from "../recording";
import type { Ground, Layer, Sheet } from "./layer";
import { placeOf } from "./raster";
import { inSlices } from "./slices";

export interface Fog {
  /** The lowest and highest corner of the grid, in map units. */
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
  readonly side: number;
  /** (side, side), row by row from the top of the map: 0 where the ground is known, 1 where it is a guess. */
  readonly thickness: Float32Array;
}

export const fog: Layer = {
  name: "fog",
  title: "Fog",
  meaning: "where the way back from the map is a guess",
  on: true,
  opacity: 0.5,
  missing: (_, { way }) => (way === "flat" ? "nothing is guessed on this map" : null),
  lay: (ground) => new FogSheet(ground),
};

/** The colour of fog: it darkens paper, and lightens night. */
const MIST: Record<Theme, Rgb> = { light: [30, 32, 35], dark: [235, 232, 225] };
/** How thick it is at most, where it is wholly opaque. */
const THICKEST = 0.22;
/** A frame that is left at once is not worth the work. */
const REST_MS = 160;
const SLICE_MS = 6;
/** Cells along each side. */
export const SIDE = 96;
/** So much wider than the points on each side: beyond it, all is fog. */
const BEYOND = 0.3;
/** Cells at the edge over which the fog thickens to what lies beyond. */
const EDGE = 6;

/** The fog of a frame, in steps of a row; null for a map without any, or of three dimensions. */
export function* fogOf({ way, points, map }: Shown, side = SIDE): Generator<undefined, Fog | null> {
  const box = way.trust && map.dims === 2 ? boxOf(points, 2) : null;
  if (!way.trust || !box) return null;
  const [x, y] = box.centre as [number, number];
  const reach = (Math.max(...box.size) || 1) * (0.5 + BEYOND);
  const thickness = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const spot = [
        x + reach * (((column + 0.5) / side) * 2 - 1),
        y - reach * (((row + 0.5) / side) * 2 - 1),
      ];
      const inside = Math.min(row, column, side - 1 - row, side - 1 - column) + 0.5;
      const kept = way.trust(spot) * Math.min(1, inside / EDGE);
      thickness[row * side + column] = 1 - kept;
    }
    yield;
  }
  return { low: [x - reach, y - reach], high: [x + reach, y + reach], side, thickness };
}

class FogSheet implements Sheet {
  readonly #colour: string;
  readonly #sheet = document.createElement("canvas");
  readonly #stop: () => void;
  #fog: Fog | null = null;
  #busy = true;

  constructor({ shown, theme, changed }: Ground) {
    const colour = MIST[theme()];
    this.#colour = css(colour);
    let stop = () => {};
    const timer = setTimeout(() => {
      stop = inSlices(fogOf(shown), SLICE_MS, (made) => {
        this.#busy = false;
        this.#fog = made;
        if (made) fill(this.#sheet, made, colour);
        changed();
      });
    }, REST_MS);
    this.#stop = () => {
      clearTimeout(timer);
      stop();
    };
  }

  see(): void {}

  paint(brush: CanvasRenderingContext2D, view: View, opacity: number): void {
    if (!this.#fog) return;
    const { low, high } = this.#fog;
    const [x, y, wide, tall] = placeOf(view, low, high);
    brush.globalAlpha = opacity * THICKEST;
    brush.imageSmoothingEnabled = true;
    brush.drawImage(this.#sheet, x, y, wide, tall);
    brush.fillStyle = this.#colour;
    const hole = new Path2D();
    hole.rect(0, 0, view.width, view.height);
    hole.rect(x, y, wide, tall);
    brush.fill(hole, "evenodd");
  }

  busy(): boolean {
    return this.#busy;
  }

  ready(): boolean {
    return !this.#busy;
  }

  fault(): null {
    return null;
  }

  scale(): null {
    return null;
  }

  at(): null {
    return null;
  }

  dispose(): void {
    this.#stop();
  }
}

/** One pixel per cell; how thick it is, is how opaque. */
function fill(sheet: HTMLCanvasElement, { side, thickness }: Fog, [r, g, b]: Rgb): void {
  sheet.width = side;
  sheet.height = side;
  const brush = sheet.getContext("2d");
  if (!brush) return;
  const image = new ImageData(side, side);
  for (const [i, thick] of thickness.entries()) image.data.set([r, g, b, 255 * thick], 4 * i);
  brush.putImageData(image, 0, 0);
}
