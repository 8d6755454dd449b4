/** Sums of latents: what sets two groups of images apart, and adding it to another. Python's latent/arithmetic.py. */
import type { Latents } from "../nearest";

/** A - B + C: what A has and B has not, given to C. */
export function analogy(a: ArrayLike<number>, b: ArrayLike<number>, c: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: a.length }, (_, j) => a[j]! - b[j]! + c[j]!);
}

/** The mean latent of some images; null of none. */
export function meanOf({ mean, d }: Latents, images: ArrayLike<number>): Float64Array | null {
  if (images.length === 0) return null;
  const sums = new Float64Array(d);
  for (let i = 0; i < images.length; i++) {
    for (let j = 0, from = images[i]! * d; j < d; j++) sums[j]! += mean[from + j]!;
  }
  return sums.map((sum) => sum / images.length);
}

/** The vector from images that lack something to those that have it: the difference of means. null where a side is empty. */
export function attribute(
  latents: Latents,
  has: ArrayLike<number>,
  lacks: ArrayLike<number>,
): Float32Array | null {
  const [one, other] = [meanOf(latents, has), meanOf(latents, lacks)];
  return one && other && Float32Array.from(one, (value, j) => value - other[j]!);
}

/** A latent with so much of a vector. */
export function moved(latent: ArrayLike<number>, vector: ArrayLike<number>, by: number): Float32Array {
  return Float32Array.from({ length: latent.length }, (_, j) => latent[j]! + by * vector[j]!);
}

/**
 * How surely a latent's place along a vector tells the sides apart: the share of pairs of one that has it and one that
 * lacks it which are in the right order, ties counting half.
 */
export function separation(
  latents: Latents,
  has: ArrayLike<number>,
  lacks: ArrayLike<number>,
  vector: ArrayLike<number>,
): number {
  const [one, other] = [placesAlong(latents, has, vector), placesAlong(latents, lacks, vector).sort()];
  let below = 0;
  for (const place of one) below += before(other, place, false) + before(other, place, true);
  return below / 2 / (one.length * other.length);
}

function placesAlong({ mean, d }: Latents, images: ArrayLike<number>, vector: ArrayLike<number>) {
  return Float64Array.from(images, (image) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += mean[image * d + j]! * vector[j]!;
    return sum;
  });
}

/** How many of rising numbers are below one; `or`: or the same. */
function before(rising: Float64Array, one: number, or: boolean): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! < one || (or && rising[middle]! === one)) low = middle + 1;
    else high = middle;
  }
  return low;
}
