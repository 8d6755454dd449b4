/** Epochs that are recorded, which need not be all: the nearest to one, and the next. */

/** The recorded epoch nearest to the one asked for; of two as near, the one in the direction of travel. */
export function snap(epochs: readonly number[], asked: number, from = asked): number {
  let best = epochs[0] ?? asked;
  for (const epoch of epochs) {
    const nearer = Math.abs(epoch - asked) - Math.abs(best - asked);
    if (nearer < 0 || (nearer === 0 && asked >= from)) best = epoch;
  }
  return best;
}

/** The epoch `by` steps along, held at the ends. */
export function stepped(epochs: readonly number[], from: number, by: number): number {
  const at = epochs.indexOf(snap(epochs, from));
  return epochs[Math.min(epochs.length - 1, Math.max(0, at + by))] ?? from;
}
