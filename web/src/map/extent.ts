/** The box that a map lies in, made sound whatever it was told. */
import type { Corners, Frame } from "./types";
import type { Vec3 } from "./vector";

export interface Extent {
  readonly centre: Vec3;
  /** All above 0; the third is 0 only on a 2-D map. */
  readonly size: Vec3;
  /** Half the diagonal. */
  readonly radius: number;
}

/** The told extent, or the points' own where that is not finite, or a box of size 2 where there is nothing at all. */
export function extentOf(told: Corners, frame: Frame): Extent {
  const [low, high] = isSound(told, frame.dims) ? told : bounds(frame);
  const centre: [number, number, number] = [0, 0, 0];
  const size: [number, number, number] = [0, 0, 0];
  for (let axis = 0; axis < frame.dims; axis++) {
    const a = low[axis]!;
    const b = high[axis]!;
    centre[axis] = a + (b - a) / 2;
    size[axis] = b - a;
  }
  const longest = Math.max(...size);
  const floor = longest > 0 ? longest * 0.01 : Math.max(2, 1e-3 * Math.max(...centre.map(Math.abs)));
  for (let axis = 0; axis < frame.dims; axis++) size[axis] = Math.max(size[axis]!, floor);
  return { centre, size, radius: Math.hypot(...size) / 2 };
}

export function sameExtent(a: Extent, b: Extent): boolean {
  return a.centre.every((value, axis) => value === b.centre[axis] && a.size[axis] === b.size[axis]);
}

function isSound([low, high]: Corners, dims: number): boolean {
  for (let axis = 0; axis < dims; axis++) {
    const a = low[axis];
    const b = high[axis];
    if (a === undefined || b === undefined || !Number.isFinite(b - a) || b < a) return false;
  }
  return true;
}

function bounds({ points, dims }: Frame): Corners {
  const low = new Array<number>(dims).fill(Number.POSITIVE_INFINITY);
  const high = new Array<number>(dims).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < points.length; i++) {
    const value = points[i]!;
    if (!Number.isFinite(value)) continue;
    const axis = i % dims;
    if (value < low[axis]!) low[axis] = value;
    if (value > high[axis]!) high[axis] = value;
  }
  const nothing = low.some((value) => !Number.isFinite(value));
  return nothing ? [new Array<number>(dims).fill(-1), new Array<number>(dims).fill(1)] : [low, high];
}
