/** How many images lie where: a smooth density of the points that are drawn, as fine as the view is near. */
import type { View } from "../map";
import type { Rgb, Theme } from "../palette";
import { densityOver, type Plot, SPREAD } from "./kernel";
import { type Ground, type Layer, type Scale, type Sheet, type Told, twoDigits } from "./layer";
import { boxSeen, placeOf } from "./raster";

export const density: Layer = {
  name: "density",
  title: "Density",
  meaning: "how many images lie where",
  on: false,
  opacity: 0.8,
  missing: ({ n }) => (n === 0 ? "there are no images" : null),
  lay: (ground) => new DensitySheet(ground),
};

/** A cell's width on the screen in pixels, at a scale of a power of two. */
const CELL = 5;
/** So much more than the view is measured on each side, so that a small move shows nothing new. */
const BEYOND = 0.35;
const REST_MS = 40;
const INK: Record<Theme, Rgb> = { light: [28, 66, 128], dark: [120, 176, 240] };

interface Measured {
  readonly plot: Plot;
  readonly values: Float32Array;
  readonly most: number;
  readonly picture: HTMLCanvasElement;
  readonly scale: Scale;
}

class DensitySheet implements Sheet {
  readonly #ground: Ground;
  readonly #visible: Uint8Array | null;
  readonly #ink: Rgb;
  #measured: Measured | null = null;
  #wanted: Plot | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#visible = ground.visible();
    this.#ink = INK[ground.theme()];
  }

  see(view: View): void {
    if (view.width === 0 || this.#fits(this.#wanted ?? this.#measured?.plot, view)) return;
    this.#wanted = plotOf(view);
    this.#timer ??= setTimeout(() => this.#measure(), this.#measured ? REST_MS : 0);
  }

  paint(brush: CanvasRenderingContext2D, view: View, opacity: number): void {
    if (!this.#measured) return;
    const { plot, picture } = this.#measured;
    const [x, y, wide, tall] = placeOf(view, plot.low, highOf(plot));
    brush.globalAlpha = opacity;
    brush.imageSmoothingEnabled = true;
    brush.drawImage(picture, x, y, wide, tall);
  }

  busy(): boolean {
    return this.#wanted !== null;
  }

  ready(): boolean {
    return this.#measured !== null;
  }

  fault(): null {
    return null;
  }

  scale(): Scale | null {
    return this.#measured?.scale ?? null;
  }

  at(spot: ArrayLike<number>): Told | null {
    if (!this.#measured) return null;
    const { plot, values } = this.#measured;
    const { low, cell, columns, rows } = plot;
    const [column, up] = [Math.floor((spot[0]! - low[0]) / cell), Math.floor((spot[1]! - low[1]) / cell)];
    if (column < 0 || up < 0 || column >= columns || up >= rows) return null;
    const value = values[(rows - 1 - up) * columns + column]!;
    return {
      spot: [low[0] + (column + 0.5) * cell, low[1] + (up + 0.5) * cell],
      value,
      bandwidth: SPREAD * cell,
    };
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** Does a plot show all that a view does, as finely as it should? */
  #fits(plot: Plot | null | undefined, view: View): boolean {
    if (!plot || plot.cell !== cellOf(view)) return false;
    const [seen, high] = [boxSeen(view), highOf(plot)];
    return [0, 1].every((k) => seen.low[k as 0] >= plot.low[k as 0] && seen.high[k as 0] <= high[k as 0]);
  }

  #measure(): void {
    this.#timer = undefined;
    const plot = this.#wanted;
    if (!plot) return;
    this.#wanted = null;
    const values = densityOver(this.#ground.shown.points, this.#visible, plot);
    const most = values.reduce((high, value) => Math.max(high, value), 0);
    const picture = drawn(values, most, plot, this.#ink);
    this.#measured = { plot, values, most, picture, scale: this.#scaleOf(most, plot) };
    this.#ground.changed();
  }

  #scaleOf(most: number, { cell }: Plot): Scale {
    const [r, g, b] = this.#ink;
    const paper = this.#ground.theme() === "light" ? 246 : 22;
    const mix = (value: number, part: number) => paper + (value - paper) * strength(part);
    return {
      ramp: (part) => [mix(r, part), mix(g, part), mix(b, part)],
      ticks: ["0", twoDigits(most / 2), twoDigits(most)],
      words: `images in a unit of the map's area, smoothed by ${twoDigits(SPREAD * cell)} units`,
    };
  }
}

/** How opaque, at so large a part of the densest: the thin is to be seen beside the dense. */
function strength(part: number): number {
  return 0.95 * Math.max(0, part) ** 0.42;
}

function drawn(
  values: Float32Array,
  most: number,
  { columns, rows }: Plot,
  [r, g, b]: Rgb,
): HTMLCanvasElement {
  const picture = document.createElement("canvas");
  picture.width = columns;
  picture.height = rows;
  const image = new ImageData(columns, rows);
  const { data } = image;
  for (let i = 0, to = 0; i < values.length; i++, to += 4) {
    data[to] = r;
    data[to + 1] = g;
    data[to + 2] = b;
    data[to + 3] = 255 * strength(values[i]! / (most || 1));
  }
  picture.getContext("2d")?.putImageData(image, 0, 0);
  return picture;
}

/** At this scale, and at all others up to the next power of two. */
function cellOf({ focal }: View): number {
  return CELL / 2 ** Math.round(Math.log2(focal));
}

function plotOf(view: View): Plot {
  const { low, high } = boxSeen(view);
  const cell = cellOf(view);
  const [w, h] = [high[0] - low[0], high[1] - low[1]];
  const first = (axis: 0 | 1, size: number) => Math.floor((low[axis] - BEYOND * size) / cell) * cell;
  const [left, bottom] = [first(0, w), first(1, h)];
  const columns = Math.ceil((high[0] + BEYOND * w - left) / cell);
  const rows = Math.ceil((high[1] + BEYOND * h - bottom) / cell);
  return { low: [left, bottom], cell, columns, rows };
}

function highOf({ low, cell, columns, rows }: Plot): readonly [number, number] {
  return [low[0] + columns * cell, low[1] + rows * cell];
}
