/** Where the data lie: how far a latent is from them, in usual distances between neighbours. Python's latent/support.py. */
import { nearest } from "../nearest";

/** Images whose distance to the nearest other says what is usual. */
const MEASURED = 1000;

/** How far the nearest image is, in spacings, and which it is. */
export interface Apart {
  readonly far: Float32Array;
  readonly images: Uint32Array;
}

/** Whole numbers from 0 to n - 1, `count` of them, evenly; each once. */
export function evenly(n: number, count: number): Uint32Array {
  const step = count > 1 ? (n - 1) / (count - 1) : 0;
  const all = Array.from({ length: count }, (_, i) => (i === count - 1 ? n - 1 : Math.floor(i * step)));
  return Uint32Array.from(new Set(count > 1 ? all : [0]));
}

/** The usual (median) distance of an image to the nearest other in latent space; codes: (n, d), n at least 2. */
export function spacingOf(codes: Float32Array, d: number): number {
  const n = codes.length / d;
  const latents = { epoch: 0, d, mean: codes };
  const far = Array.from(evenly(n, Math.min(n, MEASURED)), (image) => {
    const own = codes.subarray(image * d, (image + 1) * d);
    return nearest(latents, own, image)?.distance ?? 0;
  }).sort((a, b) => a - b);
  const middle = far.length >> 1;
  const median = far.length % 2 ? far[middle]! : (far[middle - 1]! + far[middle]!) / 2;
  let largest = 0;
  for (const value of codes) largest = Math.max(largest, Math.abs(value));
  return Math.max(median, 1e-12 + 1e-6 * largest);
}

/** asked: (m, d). */
export function apart(codes: Float32Array, d: number, spacing: number, asked: Float32Array): Apart {
  const m = asked.length / d;
  const told = { far: new Float32Array(m), images: new Uint32Array(m) };
  const latents = { epoch: 0, d, mean: codes };
  let guess = -1;
  for (let i = 0; i < m; i++) {
    const found = nearest(latents, asked.subarray(i * d, (i + 1) * d), -1, guess);
    guess = found?.index ?? -1;
    told.far[i] = (found?.distance ?? Number.NaN) / spacing;
    told.images[i] = guess;
  }
  return told;
}
