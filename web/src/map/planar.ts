/** The map on a page: it keeps points, camera and renderer together, and draws only when something changed. */

import { boxOf, forgetBoxes } from "../boxes";
import { prefersStillness } from "../stillness";
import { Backdrop, type Painter } from "./backdrop";
import * as optics from "./camera";
import { chooseRenderer } from "./choose";
import { type Cloud, carried, coloured, departed, drawnAt, NO_POINTS, placed, type Seen } from "./cloud";
import { type Extent, extentOf, sameExtent } from "./extent";
import { Finder, imagesWithin } from "./finder";
import { steer } from "./gestures";
import { type Look, lookOf, PLAIN } from "./looks";
import type { Moment } from "./print";
import { putInto, type Renderer } from "./renderer";
import { Ticker } from "./ticker";
import { Stopwatch } from "./timings";
import { progress, type Travel } from "./travel";
import type {
  Appearance,
  Camera,
  Corners,
  Frame,
  MapOptions,
  PlanarMap,
  RendererName,
  Timings,
} from "./types";
import type { Vec3 } from "./vector";

export function createMap(place: HTMLElement, options: MapOptions = {}): PlanarMap {
  return new Planar(place, options);
}

const NO_FRAME: Frame = { points: new Float32Array(0), dims: 2 };
/** How long a lost graphics processor is waited for. */
const PATIENCE = 2000;

class Planar implements PlanarMap {
  readonly #place: HTMLElement;
  readonly #still: boolean;
  readonly #fellBack: (() => void) | undefined;
  readonly #pace: () => number;
  readonly #watch = new Stopwatch();
  readonly #ticker = new Ticker(() => this.#draw());
  readonly #drawn = new Set<() => void>();
  readonly #steered = new Set<(camera: Camera) => void>();
  readonly #undo: (() => void)[] = [];
  #renderer: Renderer;
  #backdrop!: Backdrop;
  #patience = 0;
  #width = 0;
  #height = 0;
  #frame = NO_FRAME;
  #extent: Extent = extentOf([[], []], NO_FRAME);
  #cloud: Cloud = NO_POINTS;
  #look = PLAIN;
  #pointTravel: Travel | null = null;
  /** How far the points had come in the last picture. */
  #travelled = 1;
  /** Until the next picture: what the camera saw of another map, whose points travel across the screen. */
  #seen: Seen | null = null;
  /** `t` is how far it had come in the last picture: between pictures all questions get the same answers. */
  #cameraTravel: { readonly from: Camera; readonly travel: Travel; t: number } | null = null;
  #camera: Camera;
  /** Until the person or the page moves the camera, it follows the extent and the canvas. */
  #whole = true;
  readonly #finder = new Finder();
  readonly #absence = {
    lost: () => {
      this.#patience = window.setTimeout(() => {
        this.drawWith("canvas2d");
        this.#fellBack?.();
      }, PATIENCE);
    },
    restored: () => {
      clearTimeout(this.#patience);
      this.#ticker.ask();
    },
  };

  constructor(place: HTMLElement, options: MapOptions) {
    this.#place = place;
    this.#fellBack = options.fellBack;
    this.#pace = options.pace ?? (() => 0);
    this.#still = options.reducedMotion ?? prefersStillness();
    this.#renderer = chooseRenderer(options.renderer ?? "auto", this.#absence);
    this.#camera = this.#fitted();
    this.#mount();
    const watching = new ResizeObserver(() => this.resize());
    watching.observe(place);
    const hands = steer(place, {
      deep: () => this.#frame.dims === 3,
      pan: (dx, dy) => this.pan(dx, dy),
      orbit: (yaw, pitch) => this.orbit(yaw, pitch),
      zoomAt: (x, y, factor, travelMs) => this.#zoomAt(x, y, factor, travelMs),
    });
    this.#undo.push(hands, () => watching.disconnect());
    this.resize();
  }

  get renderer(): RendererName {
    return this.#renderer.name;
  }

  setFrame(frame: Frame, extent: Corners, travelMs: number, another = false): void {
    const now = performance.now();
    const before = this.#extent;
    const had = this.#frame.dims;
    const t = progress(this.#pointTravel, now);
    const next = extentOf(extent, frame);
    const n = Math.floor(frame.points.length / frame.dims);
    const travels = travelMs > 0 && !this.#still && n > 0 && n === this.#cloud.n && had === frame.dims;
    const crosses = travels && another;
    if (crosses) this.#seen ??= this.#sees();
    const cloud = travels ? departed(frame, next, this.#cloud, t) : placed(frame, next, this.#cloud);
    this.#pointTravel = travels ? { start: now, ms: travelMs, fromRest: t >= 1 } : null;
    this.#cloud = coloured(cloud, frame, this.#look);
    this.#frame = frame;
    this.#extent = next;
    if (had !== frame.dims) this.#finder.letGo();
    const refit =
      had !== frame.dims ||
      (!sameExtent(before, next) &&
        (this.#whole || optics.isOutOfSight(this.#camera, next, this.#width, this.#height)));
    if (refit || this.#cloud.n === 0) this.fit(travels && !crosses ? travelMs : 0);
    this.#ticker.ask();
  }

  setAppearance(look: Appearance): void {
    const recolour = look.colours !== this.#look.colours || look.visible !== this.#look.visible;
    this.#look = look;
    if (recolour) this.#cloud = coloured(this.#cloud, this.#frame, look);
    this.#ticker.ask();
  }

  setBackdrop(paint: Painter | null): void {
    this.#backdrop.paint = paint;
    this.#ticker.ask();
  }

  camera(): Camera {
    return this.#camera;
  }

  setCamera(camera: Camera, travelMs = 0): void {
    const known = optics.usable(camera) && camera.kind === `${this.#frame.dims}d`;
    this.#whole = !known;
    this.#go(known ? optics.clamped(camera, this.#extent) : this.#fitted(), travelMs);
  }

  fit(travelMs = 0): void {
    this.#whole = true;
    this.#finder.letGo();
    this.#go(this.#fitted(), travelMs);
  }

  pan(dx: number, dy: number): void {
    const camera = this.#now();
    const depth = camera.kind === "3d" ? camera.distance : 1;
    this.#steer(optics.panned(camera, this.view(), dx, dy, depth, this.#extent));
  }

  zoom(factor: number): void {
    const { left, top } = boxOf(this.#renderer.canvas);
    this.#zoomAt(left + this.#width / 2, top + this.#height / 2, factor, 0);
  }

  orbit(yaw: number, pitch: number): void {
    const camera = this.#now();
    if (camera.kind === "3d") this.#steer(optics.orbited(camera, yaw, pitch, this.#extent));
  }

  toScreen(point: ArrayLike<number>): readonly [number, number] {
    const { left, top } = boxOf(this.#renderer.canvas);
    const [x, y] = optics.project(this.view(), [point[0] ?? 0, point[1] ?? 0, point[2] ?? 0]);
    return [left + x, top + y];
  }

  toSpot(clientX: number, clientY: number): Float32Array {
    return Float32Array.from(this.#spot(clientX, clientY).slice(0, this.#frame.dims));
  }

  pick(clientX: number, clientY: number, radiusPx: number): number {
    const { left, top } = boxOf(this.#renderer.canvas);
    return this.#finder.pick(this.#cloud, this.view(), clientX - left, clientY - top, radiusPx);
  }

  within(outline: readonly (readonly [number, number])[]): Uint32Array {
    const { left, top } = boxOf(this.#renderer.canvas);
    const inside = outline.map(([x, y]) => [x - left, y - top] as const);
    return imagesWithin(this.#cloud, this.view(), inside);
  }

  drawn(images: ArrayLike<number>): Float64Array {
    return drawnAt(this.#cloud, images, this.#travelled);
  }

  view(): optics.View {
    return optics.viewOf(this.#now(), this.#width, this.#height);
  }

  moment(): Moment {
    const travelled = progress(this.#pointTravel, performance.now());
    const [view, look] = [this.view(), this.#looks()];
    return { cloud: this.#cloud, travelled, view, look, paint: this.#backdrop.paint };
  }

  setSheet(through: Vec3 | null): void {
    this.#finder.sheet = through;
    this.#ticker.ask();
  }

  sheetMoved(pixels: number): Vec3 {
    return this.#finder.sheetMoved(this.view(), this.#middle(), pixels);
  }

  onDraw(call: () => void): () => void {
    this.#drawn.add(call);
    return () => this.#drawn.delete(call);
  }

  onCamera(call: (camera: Camera) => void): () => void {
    this.#steered.add(call);
    return () => this.#steered.delete(call);
  }

  timings(): Timings {
    return this.#watch.read();
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.#place;
    if (clientWidth === this.#width && clientHeight === this.#height) return;
    this.#width = clientWidth;
    this.#height = clientHeight;
    forgetBoxes();
    if (this.#whole) this.fit();
    // Drawn at once: a canvas that waits for the next frame shows stretched.
    this.#draw();
  }

  drawWith(renderer: "auto" | RendererName): void {
    clearTimeout(this.#patience);
    this.#renderer.dispose();
    this.#renderer = chooseRenderer(renderer, this.#absence);
    this.#mount();
    this.#draw();
  }

  dispose(): void {
    this.#ticker.stop();
    clearTimeout(this.#patience);
    for (const undo of this.#undo) undo();
    this.#renderer.dispose();
    this.#backdrop.dispose();
    this.#drawn.clear();
    this.#steered.clear();
  }

  #mount(): void {
    const { canvas } = this.#renderer;
    putInto(this.#place, canvas);
    const paint = this.#backdrop?.paint ?? null;
    this.#backdrop?.dispose();
    this.#backdrop = new Backdrop(this.#renderer.name);
    this.#backdrop.paint = paint;
    if (this.#renderer.name === "webgl2") this.#backdrop.mount(canvas);
  }

  #draw(): void {
    this.#ticker.stop();
    if (this.#width === 0 || this.#height === 0) return;
    const began = performance.now();
    const travelled = progress(this.#pointTravel, began);
    this.#travelled = travelled;
    if (travelled >= 1) this.#pointTravel = null;
    if (this.#cameraTravel) this.#cameraTravel.t = progress(this.#cameraTravel.travel, began);
    if (this.#cameraTravel?.t === 1) this.#cameraTravel = null;
    if (this.#seen) this.#cloud = carried(this.#cloud, this.#seen, this.#sees());
    this.#seen = null;
    const density = Math.min(3, window.devicePixelRatio || 1);
    const [view, look] = [this.view(), this.#looks()];
    const backdrop = this.#backdrop.draw(view, look.background, density);
    this.#renderer.draw({ cloud: this.#cloud, travelled, view, look, density, backdrop });
    this.#watch.drew(began, performance.now(), this.#cloud.n);
    if (this.#cameraTravel) this.#ticker.ask();
    else if (this.#pointTravel) this.#ticker.askLater(this.#pace());
    for (const call of this.#drawn) call();
  }

  #looks(): Look {
    const [camera, { n, spread }, { radius }] = [this.#now(), this.#cloud, this.#extent];
    const crowd = spread[0] + (spread[1] - spread[0]) * this.#travelled;
    const zoom = optics.zoomOf(camera, this.#fitted()) * crowd;
    const reach = camera.kind === "3d" ? camera.distance : 1;
    return lookOf(this.#look, { n, zoom, width: this.#width, height: this.#height }, reach, radius);
  }

  /** The camera of the picture that is drawn now, which may be on its way. */
  #now(): Camera {
    if (!this.#cameraTravel) return this.#camera;
    const { from, t } = this.#cameraTravel;
    return optics.between(from, this.#camera, t);
  }

  #sees(): Seen {
    const camera = this.#now();
    return { view: this.view(), reach: camera.kind === "2d" ? camera.span : camera.distance };
  }

  #fitted(): Camera {
    return optics.fitted(this.#extent, this.#frame.dims, this.#width, this.#height, this.#camera);
  }

  #go(camera: Camera, travelMs: number): void {
    const from = this.#now();
    const fromRest = !this.#cameraTravel;
    const travels = travelMs > 0 && !this.#still && from.kind === camera.kind;
    const travel = { start: performance.now(), ms: travelMs, fromRest };
    this.#cameraTravel = travels ? { from, travel, t: 0 } : null;
    this.#camera = camera;
    this.#ticker.ask();
  }

  #steer(camera: Camera, travelMs = 0): void {
    this.#whole = false;
    this.#go(camera, travelMs);
    for (const call of this.#steered) call(this.#camera);
  }

  #zoomAt(clientX: number, clientY: number, factor: number, travelMs: number): void {
    if (!(factor > 0)) return;
    const spot = this.#spot(clientX, clientY);
    this.#steer(optics.zoomedAbout(this.#now(), spot, factor, this.#extent), travelMs);
  }

  #spot(clientX: number, clientY: number): Vec3 {
    const { left, top } = boxOf(this.#renderer.canvas);
    return this.#finder.spot(this.#cloud, this.view(), clientX - left, clientY - top, this.#middle());
  }

  /** What the camera looks at. */
  #middle(): Vec3 {
    const camera = this.#now();
    return camera.kind === "3d" ? camera.target : [camera.x, camera.y, 0];
  }
}
