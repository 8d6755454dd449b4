/** The points to draw: where each came from, where it goes, its colour; in the order in which they are painted. */
import type { View } from "./camera";
import type { Extent } from "./extent";
import type { Appearance, Frame } from "./types";
import { dot, minus, type Vec3 } from "./vector";

/** What a renderer reads. An array that changed is a new array, so that a renderer knows what to upload. */
export interface Cloud {
  readonly n: number;
  readonly dims: 2 | 3;
  /** What was subtracted, in float64, from every point. */
  readonly origin: Vec3;
  /** (n, dims), less the origin. Not-a-number rows are stored as 0 and are not drawn. */
  readonly from: Float32Array;
  readonly to: Float32Array;
  /** Red, green, blue, and 255 where the point is drawn, else 0. */
  readonly colours: Uint8Array;
  /** The image at each place of the painting order. */
  readonly image: Uint32Array;
  /** How much of the map's extent the points take up, where they come from and where they go; at most 1. */
  readonly spread: readonly [from: number, to: number];
}

export const NO_POINTS: Cloud = {
  n: 0,
  dims: 2,
  origin: [0, 0, 0],
  from: new Float32Array(0),
  to: new Float32Array(0),
  colours: new Uint8Array(0),
  image: new Uint32Array(0),
  spread: [1, 1],
};

/** The cloud at rest in a frame. */
export function placed(frame: Frame, extent: Extent, before: Cloud): Cloud {
  const n = Math.floor(frame.points.length / frame.dims);
  const image = before.n === n ? before.image : spreadOrder(n);
  const to = local(frame, extent.centre, image);
  const part = partOf(to, frame.dims, extent);
  const colours = new Uint8Array(4 * n);
  return { n, dims: frame.dims, origin: extent.centre, from: to, to, colours, image, spread: [part, part] };
}

/** Points that are asked how far apart they lie. */
const SAMPLE = 4000;

function partOf(points: Float32Array, dims: number, { radius }: Extent): number {
  const stride = dims * Math.max(1, Math.floor(points.length / dims / SAMPLE));
  const ranges = Array.from({ length: points.length > 0 ? dims : 0 }, (_, axis) => {
    let [low, high] = [points[axis]!, points[axis]!];
    for (let p = axis; p < points.length; p += stride) {
      low = Math.min(low, points[p]!);
      high = Math.max(high, points[p]!);
    }
    return high - low;
  });
  const part = Math.hypot(...ranges) / (2 * radius);
  return part > 0 ? Math.min(1, part) : 1;
}

/** The cloud on its way to a frame, from where it was drawn when it had come as far as `t`. */
export function departed(frame: Frame, extent: Extent, before: Cloud, t: number): Cloud {
  const cloud = placed(frame, extent, before);
  const { dims, to } = cloud;
  const still = t >= 1 && cloud.origin.every((value, axis) => value === before.origin[axis]);
  const from = still ? before.to : new Float32Array(to.length);
  if (!still) {
    for (let i = 0; i < from.length; i++) {
      const axis = (i % dims) as 0 | 1 | 2;
      const drawn = before.from[i]! + (before.to[i]! - before.from[i]!) * t;
      from[i] = drawn + (before.origin[axis] - cloud.origin[axis]);
    }
  }
  const [first, last] = before.spread;
  return { ...cloud, from, spread: [first + (last - first) * t, cloud.spread[1]] };
}

/** What a camera saw: its view, and map units that were as wide as the canvas, or as far as the target. */
export interface Seen {
  readonly view: View;
  readonly reach: number;
}

/** The cloud, departing from where it was seen by another camera: on the screen nothing jumps. */
export function carried(cloud: Cloud, before: Seen, now: Seen): Cloud {
  const { dims, origin } = cloud;
  const scale = now.reach / before.reach;
  const from = new Float32Array(cloud.from.length);
  const old = minus(before.view.eye, origin);
  const eye = minus(now.view.eye, origin);
  for (let p = 0; p < from.length; p += dims) {
    const at = minus([cloud.from[p]!, cloud.from[p + 1]!, dims === 3 ? cloud.from[p + 2]! : 0], old);
    const { right, up, forward } = before.view;
    const [x, y, z] = [dot(at, right) * scale, dot(at, up) * scale, dot(at, forward) * scale];
    const to = now.view;
    for (let axis = 0; axis < dims; axis++) {
      const k = axis as 0 | 1 | 2;
      from[p + axis] = eye[k] + to.right[k] * x + to.up[k] * y + to.forward[k] * z;
    }
  }
  return { ...cloud, from };
}

/** Where images are drawn when the cloud has come as far as `t`: (images, dims). NaN for what it does not hold. */
export function drawnAt(cloud: Cloud, images: ArrayLike<number>, t: number): Float64Array {
  const { dims, from, to, origin, image } = cloud;
  const slots = slotsOf(image);
  const out = new Float64Array(images.length * dims);
  for (let k = 0; k < images.length; k++) {
    const slot = slots[images[k]!] ?? Number.NaN;
    for (let axis = 0; axis < dims; axis++) {
      const at = slot * dims + axis;
      out[k * dims + axis] = origin[axis as 0 | 1 | 2] + from[at]! + (to[at]! - from[at]!) * t;
    }
  }
  return out;
}

const SLOTS = new WeakMap<Uint32Array, Uint32Array>();

/** The place of each image in an order of painting; made once for an order. */
function slotsOf(image: Uint32Array): Uint32Array {
  const known = SLOTS.get(image);
  if (known) return known;
  const slots = new Uint32Array(image.length);
  for (let slot = 0; slot < image.length; slot++) slots[image[slot]!] = slot;
  SLOTS.set(image, slots);
  return slots;
}

/** The cloud in these colours; a point that has no place, or none given, is grey or hidden. */
export function coloured(cloud: Cloud, frame: Frame, look: Appearance): Cloud {
  const { n, dims, image } = cloud;
  const colours = new Uint8Array(4 * n);
  const whole = allHavePlaces(frame.points);
  for (let slot = 0; slot < n; slot++) {
    const i = image[slot]!;
    if (look.visible && look.visible[i] === 0) continue;
    if (!whole && !hasPlace(frame.points, i, dims)) continue;
    colours[4 * slot] = look.colours[3 * i] ?? UNTOLD;
    colours[4 * slot + 1] = look.colours[3 * i + 1] ?? UNTOLD;
    colours[4 * slot + 2] = look.colours[3 * i + 2] ?? UNTOLD;
    colours[4 * slot + 3] = 255;
  }
  return { ...cloud, colours };
}

const UNTOLD = 128;

/**
 * Steps of the golden ratio through all images: neighbours in the data are far apart in time of painting, so no
 * class lies on top of the others because it comes last.
 */
export function spreadOrder(n: number): Uint32Array {
  const order = new Uint32Array(n);
  let step = Math.max(1, Math.round(n * 0.6180339887));
  while (n > 1 && common(step, n) !== 1) step++;
  let image = 0;
  for (let slot = 0; slot < n; slot++) {
    order[slot] = image;
    image += step;
    if (image >= n) image -= n;
  }
  return order;
}

function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b);
}

function local({ points, dims }: Frame, origin: Vec3, image: Uint32Array): Float32Array {
  const out = new Float32Array(image.length * dims);
  const whole = allHavePlaces(points);
  for (let slot = 0; slot < image.length; slot++) {
    const i = image[slot]!;
    if (!whole && !hasPlace(points, i, dims)) continue;
    for (let axis = 0; axis < dims; axis++) {
      out[slot * dims + axis] = points[i * dims + axis]! - origin[axis as 0]!;
    }
  }
  return out;
}

/** Looked for in order, once, and not in the order of painting: a million places that lie apart are slow to read. */
function allHavePlaces(points: Float32Array): boolean {
  let sum = 0;
  for (let p = 0; p < points.length; p++) sum += points[p]! * 0;
  return sum === 0;
}

function hasPlace(points: Float32Array, i: number, dims: number): boolean {
  let sum = 0;
  for (let axis = 0; axis < dims; axis++) sum += points[i * dims + axis]! * 0;
  return sum === 0;
}
