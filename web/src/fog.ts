/** Where the way back is a guess: trust over a coarse grid of the map, made in slices so that no frame waits. */
import { boxOf } from "./framing";
import type { Shown } from "./recording";

export interface Fog {
  /** The lowest and highest corner of the grid, in map units. */
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
  readonly side: number;
  /** (side, side), row by row from the top of the map: 0 where the ground is known, 1 where it is a guess. */
  readonly thickness: Float32Array;
}

/** Cells along each side. */
export const SIDE = 96;
/** So much wider than the points on each side: beyond it, all is fog. */
const BEYOND = 0.3;
/** Cells at the edge over which the fog thickens to what lies beyond. */
const EDGE = 6;

/** The fog of a frame, in steps of a row; null for a map without any, or of three dimensions. */
export function* fogOf({ way, points, map }: Shown, side = SIDE): Generator<undefined, Fog | null> {
  const box = way.trust && map.dims === 2 ? boxOf(points, 2) : null;
  if (!way.trust || !box) return null;
  const [x, y] = box.centre as [number, number];
  const reach = (Math.max(...box.size) || 1) * (0.5 + BEYOND);
  const thickness = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const spot = [
        x + reach * (((column + 0.5) / side) * 2 - 1),
        y - reach * (((row + 0.5) / side) * 2 - 1),
      ];
      const inside = Math.min(row, column, side - 1 - row, side - 1 - column) + 0.5;
      const kept = way.trust(spot) * Math.min(1, inside / EDGE);
      thickness[row * side + column] = 1 - kept;
    }
    yield;
  }
  return { low: [x - reach, y - reach], high: [x + reach, y + reach], side, thickness };
}

/** Runs the steps in slices of so many milliseconds, and gives the result. Returns what stops it. */
export function inSlices<T>(
  steps: Generator<undefined, T>,
  ms: number,
  done: (result: T) => void,
  soon: (call: () => void) => void = (call) => setTimeout(call, 0),
): () => void {
  let stopped = false;
  const go = () => {
    if (stopped) return;
    const until = performance.now() + ms;
    for (;;) {
      const step = steps.next();
      if (step.done) {
        done(step.value);
        return;
      }
      if (performance.now() > until) break;
    }
    soon(go);
  };
  soon(go);
  return () => {
    stopped = true;
  };
}
