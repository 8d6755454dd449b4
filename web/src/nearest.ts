/** The images whose latents lie nearest to a latent: exact, by looking at all of them. */

export interface Neighbour {
  readonly index: number;
  /** Euclidean, in latent space. */
  readonly distance: number;
}

/** latents: (n, d), row by row. */
export interface Latents {
  readonly epoch: number;
  readonly d: number;
  readonly mean: Float32Array;
}

/**
 * The nearest image, null where there is none. `without` is left out.
 * `guess` (an index that may be near: the last answer) makes it quicker, never different.
 */
export function nearest(latents: Latents, to: ArrayLike<number>, without = -1, guess = -1): Neighbour | null {
  const { mean, d } = latents;
  const n = mean.length / d;
  let index = -1;
  let best = Number.POSITIVE_INFINITY;
  if (guess >= 0 && guess < n && guess !== without) {
    best = squared(mean, guess * d, to, d, best);
    index = Number.isNaN(best) ? -1 : guess;
    if (index < 0) best = Number.POSITIVE_INFINITY;
  }
  for (let i = 0; i < n; i++) {
    const distance = squared(mean, i * d, to, d, best);
    if ((distance < best || (distance === best && i < index)) && i !== without) {
      best = distance;
      index = i;
    }
  }
  return index < 0 ? null : { index, distance: Math.sqrt(best) };
}

/** The k nearest images, nearest first; of two that are as near, the lower index first. */
export function nearestOf(latents: Latents, to: ArrayLike<number>, k: number): Neighbour[] {
  const { mean, d } = latents;
  const found: Neighbour[] = [];
  for (let i = 0; i < mean.length / d; i++) {
    const furthest = found.length < k ? Number.POSITIVE_INFINITY : (found.at(-1)?.distance ?? -1);
    const distance = squared(mean, i * d, to, d, furthest);
    if (!(distance < furthest)) continue;
    let place = found.length;
    while (place > 0 && found[place - 1]!.distance > distance) place--;
    found.splice(place, 0, { index: i, distance });
    if (found.length > k) found.pop();
  }
  return found.map(({ index, distance }) => ({ index, distance: Math.sqrt(distance) }));
}

/** How far an image's latent is from another one. */
export function distanceTo({ mean, d }: Latents, index: number, latent: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (mean[index * d + j]! - latent[j]!) ** 2;
  return Math.sqrt(sum);
}

/** Stops adding up once it is beyond `limit`: most rows are left after a few numbers. */
function squared(rows: Float32Array, from: number, to: ArrayLike<number>, d: number, limit: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) {
    const difference = rows[from + j]! - to[j]!;
    sum += difference * difference;
    if ((j & 7) === 7 && sum > limit) return sum;
  }
  return sum;
}
