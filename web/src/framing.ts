/** Frames a map in the part of the window that no panel covers. */
import { type Camera, type Camera2, type PlanarMap, project, viewOf } from "./map";
import type { Shown } from "./recording";

/** Pixels from each side of the window. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}
export interface Box {
  readonly centre: readonly number[];
  /** Above 0 wherever the points differ. */
  readonly size: readonly number[];
}

const MARGIN = 0.06;
/** Points looked at, and how many of a thousand may lie outside at either end: a stray one must not shrink the rest. */
const SAMPLE = 4000;
const STRAY = 3;

/** Shows the points of a frame between the insets. */
export function fitBetween(
  map: PlanarMap,
  shown: Shown,
  place: DOMRect,
  insets: Insets,
  travelMs: number,
): void {
  if (place.width < 2 || place.height < 2) return;
  const box = boxOfFrame(shown);
  if (shown.map.dims === 2) {
    map.setCamera(framed(box, place, insets), travelMs);
    return;
  }
  const before = map.camera();
  map.fit();
  const camera = map.camera();
  if (camera.kind !== "3d") return;
  const free = freeOf(place, insets);
  const room = Math.min(free.width / place.width, free.height / place.height) ** 0.8;
  const smaller = Math.hypot(...box.size) / (Math.hypot(...boxOfExtent(shown.map.extent).size) || 1);
  const near = {
    ...camera,
    target: triple(box.centre),
    distance: (camera.distance * Math.min(1, smaller || 1)) / room,
  };
  map.setCamera(near);
  // What is seen in the middle of the free part now is as far from the target as the target should be aside.
  const middle = map.toSpot(place.x + insets.left + free.width / 2, place.y + insets.top + free.height / 2);
  const aside = { ...near, target: triple(near.target.map((at, axis) => 2 * at - middle[axis]!)) };
  if (travelMs > 0 && before.kind === "3d") map.setCamera(before); // where the travel begins
  map.setCamera(aside, travelMs);
}

/** Which part of a frame's points a camera shows between the insets, 0 to 1; 1 where there are no points. */
export function partSeen({ points, map }: Shown, camera: Camera, place: DOMRect, insets: Insets): number {
  const { dims } = map;
  const view = viewOf(camera, place.width, place.height);
  const free = freeOf(place, insets);
  let all = 0;
  let seen = 0;
  for (const i of sampled(points.length / dims)) {
    const at = triple(Array.from(points.subarray(i * dims, (i + 1) * dims)));
    if (!at.every(Number.isFinite)) continue;
    all++;
    const [x, y] = project(view, at);
    const [right, below] = [x - insets.left, y - insets.top];
    if (right >= 0 && right <= free.width && below >= 0 && below <= free.height) seen++;
  }
  return all > 0 ? seen / all : 1;
}

/** The 2-D camera that shows a box between the insets, with a margin. y points up on the map. */
export function framed(box: Box, place: { width: number; height: number }, insets: Insets): Camera2 {
  const free = freeOf(place, insets);
  const needed = Math.max(box.size[0]! / free.width, box.size[1]! / free.height) / (1 - 2 * MARGIN);
  const unitsPerPixel = needed > 0 ? needed : 2 / Math.min(free.width, free.height);
  const aside = insets.left + free.width / 2 - place.width / 2;
  const below = insets.top + free.height / 2 - place.height / 2;
  return {
    kind: "2d",
    x: box.centre[0]! - aside * unitsPerPixel,
    y: box.centre[1]! + below * unitsPerPixel,
    span: unitsPerPixel * Math.min(place.width, place.height),
  };
}

/** Where nearly all points of a frame lie. All at one place, the map's own size is about them, so that it can be shown. */
export function boxOfFrame({ points, map }: Pick<Shown, "points" | "map">): Box {
  const whole = boxOfExtent(map.extent);
  const box = boxOf(points, map.dims) ?? whole;
  return box.size.some((side) => side > 0) ? box : { centre: box.centre, size: whole.size };
}

/** Where nearly all points lie; null where there are none. */
export function boxOf(points: Float32Array, dims: number): Box | null {
  const centre: number[] = [];
  const size: number[] = [];
  for (let axis = 0; axis < dims; axis++) {
    const values: number[] = [];
    for (const i of sampled(points.length / dims)) {
      const value = points[i * dims + axis]!;
      if (Number.isFinite(value)) values.push(value);
    }
    values.sort((a, b) => a - b);
    const outside = Math.floor((values.length * STRAY) / 1000);
    const [low, high] = [values[outside], values[values.length - 1 - outside]];
    if (low === undefined || high === undefined) return null;
    centre.push((low + high) / 2);
    size.push(high - low);
  }
  return { centre, size };
}

/** Some indices of n, evenly spread. */
function* sampled(n: number): Generator<number> {
  const stride = Math.max(1, Math.floor(n / SAMPLE));
  for (let i = 0; i < n; i += stride) yield i;
}

function boxOfExtent([low, high]: Shown["map"]["extent"]): Box {
  return {
    centre: low.map((value, axis) => (value + (high[axis] ?? value)) / 2),
    size: low.map((value, axis) => (high[axis] ?? value) - value),
  };
}

/** What is left between the insets; at least a fifth of the window, lest panels leave nothing. */
function freeOf(place: { width: number; height: number }, insets: Insets) {
  return {
    width: Math.max(place.width / 5, place.width - insets.left - insets.right),
    height: Math.max(place.height / 5, place.height - insets.top - insets.bottom),
  };
}

function triple([x = 0, y = 0, z = 0]: readonly number[]): readonly [number, number, number] {
  return [x, y, z];
}
