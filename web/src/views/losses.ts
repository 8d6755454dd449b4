/** The losses along the timeline, as lines: pure geometry. */
import type { EpochEntry } from "../scene";

export interface Axis {
  readonly log: boolean;
  readonly low: number;
  readonly high: number;
}

/** From this ratio of highest to lowest on, a line would hug the floor. */
const STEEP = 8;
const OUTSTANDING = 1.3;

/**
 * The scale that holds all losses but the untrained model's, which would press the others to the floor
 * where it stands out; null where there are none.
 */
export function axisOf(entries: readonly EpochEntry[]): Axis | null {
  const trained = valuesOf(entries.filter(({ epoch }) => epoch > 0));
  const all = valuesOf(entries);
  const values = trained.length > 0 && Math.max(...all) > OUTSTANDING * Math.max(...trained) ? trained : all;
  if (values.length === 0) return null;
  const low = Math.min(...values);
  const high = Math.max(...values);
  return { log: low > 0 && high / low > STEEP, low, high };
}

/** 0 at the lowest, 1 at the highest. */
export function heightOf(axis: Axis, value: number): number {
  const [low, high, at] = axis.log
    ? [Math.log(axis.low), Math.log(axis.high), Math.log(value)]
    : [axis.low, axis.high, value];
  return high > low ? (at - low) / (high - low) : 0.5;
}

/** 0 at the first epoch, 1 at the last. */
export function partOf(first: number, last: number, epoch: number): number {
  return last > first ? (epoch - first) / (last - first) : 0.5;
}

/** The `d` of a line through one kind of loss, in a box of that size; it breaks where a loss is missing or beyond the scale. */
export function lineOf(
  entries: readonly EpochEntry[],
  kind: "train" | "validation",
  axis: Axis,
  span: readonly [first: number, last: number],
  box: readonly [width: number, height: number],
): string {
  let pen = "M";
  let line = "";
  for (const entry of entries) {
    const value = entry[kind];
    if (value === null || value > axis.high) {
      pen = "M";
      continue;
    }
    const x = partOf(span[0], span[1], entry.epoch) * box[0];
    const y = (1 - heightOf(axis, value)) * box[1];
    line += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  }
  return line;
}

function valuesOf(entries: readonly EpochEntry[]): number[] {
  return entries.flatMap(({ train, validation }) => [train, validation]).filter((value) => value !== null);
}
