/** How much a step on the map changes the picture: the decoder's magnification, less its median over the map. */

import { partingColour, type Rgb, type Theme } from "../palette";
import type { Shown } from "../recording";
import { CELLS, everyPixel, type Field, FieldSheet, SIDE, trustOfPixels } from "./field";
import type { Box } from "./lattice";
import { type Ground, type Layer, type Scale, twoDigits, undecodable } from "./layer";
import { magnification, quantile, type Reference, referenceOf } from "./magnify";
import { LEAST_TRUST, middles, type Spots, trusted } from "./spots";

export const distortion: Layer = {
  name: "distortion",
  title: "Distortion",
  meaning: "how much the picture changes for a step on the map",
  on: false,
  opacity: 0.8,
  missing: undecodable,
  lay: (ground) => new FieldSheet(new Distortion(ground), ground),
};

/** The grid that the median is of: cells across, the share of points that may lie outside, and the margin. */
const STEPS = 32;
const OUTLYING = 0.002;
const MARGIN = 0.04;
/** A map longer than so many times its width is drawn out of scale. */
const STRETCH = 3;

class Distortion implements Field {
  readonly name = "distortion";
  readonly apron = 1;
  readonly #ground: Ground;
  readonly #shown: Shown;
  readonly #theme: Theme;
  #reference: Reference | null = null;
  #scale: Scale | null = null;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#shown = ground.decoding();
    this.#theme = ground.theme();
  }

  async measure(spots: Spots, { low, high }: Box, signal: AbortSignal): Promise<Float32Array> {
    const { median } = await this.#against(signal);
    const step = (high[0] - low[0]) / CELLS;
    const all = await this.#magnified(spots, step, step, signal);
    const side = CELLS + 1;
    return Float32Array.from({ length: side * side }, (_, i) => {
      const at = (Math.floor(i / side) + 1) * spots.columns + (i % side) + 1;
      return all[at]! - median;
    });
  }

  colour(values: Float32Array, trust: Float32Array): ImageData {
    const limit = this.#reference?.limit ?? 1;
    // Between corners nothing may be infinite.
    const held = values.map((value) => Math.max(-limit, Math.min(limit, value)));
    const believed = trustOfPixels(trust);
    const image = new ImageData(SIDE, SIDE);
    const wide = SIDE + 2;
    everyPixel(held, 1, (at, here) => {
      const [x, y] = [(at % wide) - 1, Math.floor(at / wide) - 1];
      if (x < 0 || y < 0 || x >= SIDE || y >= SIDE) return;
      const [r, g, b] = this.#ramp((here[0]! / limit + 1) / 2);
      image.data.set([r, g, b, 255 * believed[at]!], 4 * (y * SIDE + x));
    });
    return image;
  }

  scale(): Scale | null {
    const limit = this.#reference?.limit;
    if (limit === undefined) return null;
    this.#scale ??= {
      ramp: (part) => this.#ramp(part),
      ticks: [-limit, 0, limit].map((value) => `\u00d7${twoDigits(10 ** value)}`),
      words: "change of the picture for a step of the same length, against the map's median",
    };
    return this.#scale;
  }

  tell(values: Float32Array) {
    const { median, limit } = this.#reference ?? { median: 0, limit: 1 };
    return { value: values[0]!, median, limit };
  }

  #ramp(part: number): Rgb {
    return partingColour(part, this.#theme);
  }

  /** The reference of the whole map, from a coarse grid over its points. */
  async #against(signal: AbortSignal): Promise<Reference> {
    if (this.#reference) return this.#reference;
    const shown = this.#shown;
    const box = boxOfPoints(shown.points);
    const [across, up] = [box.high[0] - box.low[0], box.high[1] - box.low[1]];
    const rows = rowsFor(across, up);
    const spots = middles(shown, box, STEPS, rows);
    const all = await this.#magnified(spots, across / STEPS, up / rows, signal);
    const known = all.filter((_, i) => spots.trust[i]! >= LEAST_TRUST);
    this.#reference = referenceOf(known);
    return this.#reference;
  }

  async #magnified(spots: Spots, dx: number, dy: number, signal: AbortSignal): Promise<Float64Array> {
    const { scene, decoder, shown } = this.#ground;
    const size = scene.shape.reduce((product, side) => product * side, 1);
    const pictures = await trusted(spots, size, (rows) =>
      decoder.quietly(shown.epoch, rows, "images", signal),
    );
    for (let i = 0; i < pictures.length; i++) pictures[i] = Math.min(1, Math.max(0, pictures[i]!));
    return magnification(pictures, spots.columns, spots.rows, dx, dy);
  }
}

function rowsFor(across: number, up: number): number {
  const rows = Math.max(2, Math.round((up / across) * STEPS));
  return rows >= STEPS / STRETCH && rows <= STEPS * STRETCH ? rows : STEPS;
}

/** Where nearly all points lie, with a margin. */
function boxOfPoints(points: Float32Array): Box {
  const [x, y] = [0, 1].map((axis) => {
    const values = points.filter((value, i) => i % 2 === axis && Number.isFinite(value)).sort();
    return [quantile(values, OUTLYING), quantile(values, 1 - OUTLYING)] as const;
  }) as [readonly [number, number], readonly [number, number]];
  const longest = Math.max(x[1] - x[0], y[1] - y[0]);
  const wider = ([low, high]: readonly [number, number]) => {
    const size = Math.max(high - low, 1e-6 + 1e-3 * longest);
    return [low - MARGIN * size, high + MARGIN * size] as const;
  };
  const [across, up] = [wider(x), wider(y)];
  return { low: [across[0], up[0]], high: [across[1], up[1]] };
}
