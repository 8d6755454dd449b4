/** The camera's arithmetic: pure functions between map coordinates (float64) and CSS pixels of the canvas. */
import type { Extent } from "./extent";
import type { Camera, Camera2, Camera3 } from "./types";
import { add, cross, dot, minus, scaled, type Vec3 } from "./vector";

/** A camera before a canvas: what projects and unprojects. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly eye: Vec3;
  readonly right: Vec3;
  readonly up: Vec3;
  readonly forward: Vec3;
  /** Pixels per map unit: at depth 1 in perspective, at any depth without. */
  readonly focal: number;
  readonly perspective: boolean;
}

const FIELD_OF_VIEW = (38 * Math.PI) / 180;
const MARGIN = 0.07;
/** Half the size, less what the corners of a box of points leave empty. */
const CORNER = 0.42;
const STEEPEST = Math.PI / 2 - 0.001;
const CLOSEST = 1e-5;
const FARTHEST = 6;
const FIRST_YAW = 0.55;
const FIRST_PITCH = 0.4;

export function viewOf(camera: Camera, width: number, height: number): View {
  const side = Math.max(1, Math.min(width, height));
  if (camera.kind === "2d") {
    const axes = { right: [1, 0, 0], up: [0, 1, 0], forward: [0, 0, -1] } as const;
    const eye = [camera.x, camera.y, 0] as const;
    return { width, height, eye, ...axes, focal: side / camera.span, perspective: false };
  }
  const axes = axesOf(camera.yaw, camera.pitch);
  const eye = minus(camera.target, scaled(axes.forward, camera.distance));
  const focal = side / 2 / Math.tan(FIELD_OF_VIEW / 2);
  return { width, height, eye, ...axes, focal, perspective: true };
}

/** [x, y, depth]: pixels from the canvas' top left. Without perspective the depth is 1. */
export function project(view: View, point: Vec3): Vec3 {
  const from = minus(point, view.eye);
  const depth = view.perspective ? dot(from, view.forward) : 1;
  const scale = depth > 0 ? view.focal / depth : Number.NaN;
  const x = view.width / 2 + dot(from, view.right) * scale;
  const y = view.height / 2 - dot(from, view.up) * scale;
  return [x, y, depth];
}

/** The place seen at a pixel at that depth; the inverse of `project`. */
export function unproject(view: View, x: number, y: number, depth: number): Vec3 {
  const scale = depth / view.focal;
  const across = scaled(view.right, (x - view.width / 2) * scale);
  const upwards = scaled(view.up, (view.height / 2 - y) * scale);
  const ahead = scaled(view.forward, view.perspective ? depth : 0);
  return add(view.eye, add(across, add(upwards, ahead)));
}

/** Column-major clip matrix for places relative to the eye; w is the depth, and nothing is cut by z. */
export function clipMatrix(view: View): Float32Array {
  const { right, up, forward, perspective } = view;
  const sx = (2 * view.focal) / Math.max(1, view.width);
  const sy = (2 * view.focal) / Math.max(1, view.height);
  const columns = [0, 1, 2].flatMap((axis) => [
    right[axis as 0] * sx,
    up[axis as 0] * sy,
    0,
    perspective ? forward[axis as 0] : 0,
  ]);
  return Float32Array.from([...columns, 0, 0, 0, perspective ? 0 : 1]);
}

/** The camera that shows the whole extent with a margin; a 3-D one keeps the angles it had. */
export function fitted(extent: Extent, dims: 2 | 3, width: number, height: number, before?: Camera): Camera {
  const w = Math.max(1, width);
  const h = Math.max(1, height);
  const side = Math.min(w, h);
  const [sx, sy] = extent.size;
  if (dims === 2) {
    const pixelsPerUnit = (1 - 2 * MARGIN) * Math.min(w / sx, h / sy);
    return { kind: "2d", x: extent.centre[0], y: extent.centre[1], span: side / pixelsPerUnit };
  }
  const yaw = before?.kind === "3d" ? before.yaw : FIRST_YAW;
  const pitch = before?.kind === "3d" ? before.pitch : FIRST_PITCH;
  const { right, up, forward } = axesOf(yaw, pitch);
  const focal = side / 2 / Math.tan(FIELD_OF_VIEW / 2);
  let distance = 0;
  for (let corner = 0; corner < 8; corner++) {
    const reach = (axis: 0 | 1 | 2) => ((corner >> axis) & 1 ? CORNER : -CORNER) * extent.size[axis];
    const at: Vec3 = [reach(0), reach(1), reach(2)];
    const across = Math.max(Math.abs(dot(at, right)) / w, Math.abs(dot(at, up)) / h);
    distance = Math.max(distance, 2 * across * focal - dot(at, forward));
  }
  return { kind: "3d", target: extent.centre, yaw, pitch, distance };
}

/** How many times closer than the fitted camera. */
export function zoomOf(camera: Camera, whole: Camera): number {
  if (camera.kind === "2d" && whole.kind === "2d") return whole.span / camera.span;
  if (camera.kind === "3d" && whole.kind === "3d") return whole.distance / camera.distance;
  return 1;
}

/** The nearest camera that can be used: in the extent's neighbourhood, not too close, not too far. */
export function clamped(camera: Camera, extent: Extent): Camera {
  const stay = (value: number, axis: 0 | 1 | 2) => {
    const reach = 2 * extent.radius;
    return clamp(value, extent.centre[axis] - reach, extent.centre[axis] + reach);
  };
  const far = extent.radius * FARTHEST;
  if (camera.kind === "2d") {
    const span = clamp(camera.span, far * CLOSEST, far);
    return { kind: "2d", x: stay(camera.x, 0), y: stay(camera.y, 1), span };
  }
  const [x, y, z] = camera.target;
  return {
    kind: "3d",
    target: [stay(x, 0), stay(y, 1), stay(z, 2)],
    yaw: camera.yaw,
    pitch: clamp(camera.pitch, -STEEPEST, STEEPEST),
    distance: clamp(camera.distance, far * CLOSEST, far),
  };
}

/** Comes closer by the factor while the spot stays where it is on the screen. */
export function zoomedAbout(camera: Camera, spot: Vec3, factor: number, extent: Extent): Camera {
  const before = camera.kind === "2d" ? camera.span : camera.distance;
  const asked =
    camera.kind === "2d" ? { ...camera, span: before / factor } : { ...camera, distance: before / factor };
  const limited = clamped(asked, extent);
  const after = limited.kind === "2d" ? limited.span : limited.distance;
  const keep = after / before;
  if (camera.kind === "2d") {
    const x = spot[0] + (camera.x - spot[0]) * keep;
    const y = spot[1] + (camera.y - spot[1]) * keep;
    return clamped({ kind: "2d", x, y, span: after }, extent);
  }
  const target = add(spot, scaled(minus(camera.target, spot), keep));
  return clamped({ ...camera, target, distance: after }, extent);
}

/** Moves the picture by pixels: what lies at `depth` follows the pointer. */
export function panned(
  camera: Camera,
  view: View,
  dx: number,
  dy: number,
  depth: number,
  extent: Extent,
): Camera {
  const scale = depth / view.focal;
  const by = add(scaled(view.right, -dx * scale), scaled(view.up, dy * scale));
  if (camera.kind === "2d") return clamped({ ...camera, x: camera.x + by[0], y: camera.y + by[1] }, extent);
  return clamped({ ...camera, target: add(camera.target, by) }, extent);
}

export function orbited(camera: Camera3, yaw: number, pitch: number, extent: Extent): Camera {
  return clamped({ ...camera, yaw: camera.yaw + yaw, pitch: camera.pitch + pitch }, extent);
}

/** The camera on the way from a to b, at t in [0, 1]; a change of zoom happens about one fixed spot. */
export function between(a: Camera, b: Camera, t: number): Camera {
  if (t >= 1 || a.kind !== b.kind) return b;
  if (a.kind === "2d") {
    const to = b as Camera2;
    const span = a.span * (to.span / a.span) ** t;
    const moved = along(a.span, to.span, span, t);
    return { kind: "2d", x: mix(a.x, to.x, moved), y: mix(a.y, to.y, moved), span };
  }
  const to = b as Camera3;
  const target = (axis: 0 | 1 | 2) => mix(a.target[axis], to.target[axis], moved);
  const distance = a.distance * (to.distance / a.distance) ** t;
  const moved = along(a.distance, to.distance, distance, t);
  const turn = Math.atan2(Math.sin(to.yaw - a.yaw), Math.cos(to.yaw - a.yaw));
  return {
    kind: "3d",
    target: [target(0), target(1), target(2)],
    yaw: a.yaw + turn * t,
    pitch: mix(a.pitch, to.pitch, t),
    distance,
  };
}

/** Is nothing of the extent on a canvas of that size? Never where the camera can turn. */
export function isOutOfSight(camera: Camera, extent: Extent, width: number, height: number): boolean {
  if (camera.kind === "3d") return false;
  const { centre, size } = extent;
  const side = Math.max(1, Math.min(width, height));
  const [wide, high] = [(camera.span * width) / side, (camera.span * height) / side];
  return (
    Math.abs(camera.x - centre[0]) > (wide + size[0]) / 2 ||
    Math.abs(camera.y - centre[1]) > (high + size[1]) / 2
  );
}

export function usable(camera: Camera): boolean {
  if (camera.kind === "2d")
    return [camera.x, camera.y, camera.span].every(Number.isFinite) && camera.span > 0;
  const numbers = [...camera.target, camera.yaw, camera.pitch, camera.distance];
  return numbers.length === 6 && numbers.every(Number.isFinite) && camera.distance > 0;
}

function axesOf(yaw: number, pitch: number): { right: Vec3; up: Vec3; forward: Vec3 } {
  const back: Vec3 = [Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch)];
  const right: Vec3 = [Math.cos(yaw), 0, -Math.sin(yaw)];
  return { right, up: cross(back, right), forward: scaled(back, -1) };
}

/** How far the centre has gone when the scale has reached `now`: in step with the scale, or with time. */
function along(from: number, to: number, now: number, t: number): number {
  return Math.abs(to - from) < 1e-6 * from ? t : (now - from) / (to - from);
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
