/** A grid of spots of a map and their latents, by the map's way back. */
import type { Shown } from "../recording";
import type { Box } from "./lattice";

export interface Spots {
  readonly columns: number;
  readonly rows: number;
  /** (rows, columns, d), the highest row first. */
  readonly latents: Float32Array;
  /** (rows, columns), 1 where nothing is guessed. */
  readonly trust: Float32Array;
}

/** A spot that is trusted less than this is not worth decoding. */
export const LEAST_TRUST = 0.01;

/** The trust from which on nothing fades. */
const FULL_TRUST = 0.75;

/** How opaque what was decoded there may be, from 0 to 1; a root, so that what is hardly trusted is still seen. */
export function faith(trust: number): number {
  return trust < LEAST_TRUST ? 0 : Math.min(1, Math.sqrt(trust / FULL_TRUST));
}

/** Spots at the middles of the cells of a box. */
export function middles(shown: Shown, { low, high }: Box, columns: number, rows: number): Spots {
  const [w, h] = [(high[0] - low[0]) / columns, (high[1] - low[1]) / rows];
  const xs = Float64Array.from({ length: columns }, (_, i) => low[0] + (i + 0.5) * w);
  const ys = Float64Array.from({ length: rows }, (_, i) => high[1] - (i + 0.5) * h);
  return spotsAt(shown, xs, ys);
}

/** Spots at the corners of `cells` by `cells` cells of a box, and of `apron` more all around. */
export function corners(shown: Shown, { low, high }: Box, cells: number, apron: number): Spots {
  const [w, h] = [(high[0] - low[0]) / cells, (high[1] - low[1]) / cells];
  const length = cells + 1 + 2 * apron;
  const xs = Float64Array.from({ length }, (_, i) => low[0] + (i - apron) * w);
  const ys = Float64Array.from({ length }, (_, i) => high[1] - (i - apron) * h);
  return spotsAt(shown, xs, ys);
}

function spotsAt({ way }: Shown, xs: Float64Array, ys: Float64Array): Spots {
  const [columns, rows] = [xs.length, ys.length];
  const trust = new Float32Array(rows * columns).fill(1);
  let latents = new Float32Array(0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const spot = [xs[column]!, ys[row]!];
      const latent = way.toLatent(spot);
      const at = row * columns + column;
      if (latents.length === 0) latents = new Float32Array(rows * columns * latent.length);
      latents.set(latent, at * latent.length);
      if (way.trust) trust[at] = way.trust(spot);
    }
  }
  return { columns, rows, latents, trust };
}

/** Asks for those rows of latents alone that are trusted; the others' answers are zeros. */
export async function trusted(
  { latents, trust }: Spots,
  width: number,
  ask: (latents: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const d = latents.length / trust.length;
  const rows = Array.from(trust.keys()).filter((at) => trust[at]! >= LEAST_TRUST);
  if (rows.length === trust.length) return ask(latents);
  const all = new Float32Array(trust.length * width);
  if (rows.length === 0) return all;
  const some = new Float32Array(rows.length * d);
  for (const [i, at] of rows.entries()) some.set(latents.subarray(at * d, (at + 1) * d), i * d);
  const told = await ask(some);
  for (const [i, at] of rows.entries()) all.set(told.subarray(i * width, (i + 1) * width), at * width);
  return all;
}
