/** What each latent number of the data is like: its range without the outermost, and how much it varies. */
import type { Latents } from "./nearest";

export interface Spread {
  /** (d,) the 1st and the 99th percentile. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** (d,) */
  readonly variance: Float32Array;
}

/** Rows that are looked at: percentiles of more would tell no more, and take longer than a frame. */
const ROWS = 4096;
const known = new WeakMap<Latents, Spread>();

/** Of the latents of an epoch; computed once. All zero where there are no images. */
export function spreadOf(latents: Latents): Spread {
  const found = known.get(latents) ?? measured(latents);
  known.set(latents, found);
  return found;
}

function measured({ mean, d }: Latents): Spread {
  const n = mean.length / d;
  const rows = Math.min(n, ROWS);
  const spread = { low: new Float32Array(d), high: new Float32Array(d), variance: new Float32Array(d) };
  if (rows === 0) return spread;
  const column = new Float32Array(rows);
  for (let j = 0; j < d; j++) {
    for (let i = 0; i < rows; i++) column[i] = mean[Math.floor((i * n) / rows) * d + j]!;
    const middle = column.reduce((sum, value) => sum + value, 0) / rows;
    spread.variance[j] = column.reduce((sum, value) => sum + (value - middle) ** 2, 0) / rows;
    column.sort();
    spread.low[j] = percentile(column, 0.01);
    spread.high[j] = percentile(column, 0.99);
  }
  return spread;
}

/** Of sorted values, linear between two of them. */
function percentile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - below);
}
