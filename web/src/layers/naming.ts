/** Which class is likeliest, and how surely: the arithmetic of territories, the same as hinterland/show/field.py. */

/** How much better than chance the likeliest of `count` classes is, from 0 to 1. */
export function sureness(likeliest: number, count: number): number {
  const chance = 1 / count;
  return Math.min(1, Math.max(0, (likeliest - chance) / Math.max(1e-9, 1 - chance)));
}

/** The likeliest class, how likely it is, and how far the next one is behind; of two as likely the first. */
export function winnerOf(share: ArrayLike<number>, from: number, count: number) {
  let winner = 0;
  let first = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) {
    const value = share[from + k]!;
    if (value > first) {
      second = first;
      first = value;
      winner = k;
    } else if (value > second) second = value;
  }
  return { winner, likeliest: first, lead: count > 1 ? first - second : 1 };
}
