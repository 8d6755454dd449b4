/** Draws without a graphics processor: each point is a small stamp, blended into an array of pixels. */
import { createPresenter } from "../presenter";
import type { Cloud } from "./cloud";
import { DepthSteps } from "./depth";
import { growthAt, type Look, mistAt, rimOf } from "./looks";
import { type Picture, type Renderer, sized } from "./renderer";
import { blend, FINENESS, type Paper, Stamps } from "./stamps";
import { minus, type Vec3 } from "./vector";

const LARGEST_GROWTH = 2.5;
/** So long may the points of a picture take while something moves, in milliseconds; all of them are drawn at rest. */
const HURRY_MS = 24;
const REST_MS = 300;
/** Fewer points are never left out. */
const ENOUGH = 150_000;

export class SplatRenderer implements Renderer {
  readonly name = "canvas2d";
  readonly canvas = document.createElement("canvas");
  readonly #presenter = createPresenter(this.canvas, false);
  readonly #depths = new DepthSteps();
  #sorted = roomFor(0);
  readonly #stamps: Stamps[] = [];
  #stampsFor = "";
  #image: ImageData | null = null;
  #last: Picture | null = null;
  /** Milliseconds for a point, in the last picture. */
  #cost = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  draw(picture: Picture): void {
    const moves = this.#last !== null && isElsewhere(picture, this.#last);
    this.#last = picture;
    clearTimeout(this.#rest);
    const { cloud } = picture;
    const most = moves && this.#cost > 0 ? Math.max(ENOUGH, Math.floor(HURRY_MS / this.#cost)) : cloud.n;
    if (picture.view.perspective || most >= cloud.n) {
      this.#paint(picture);
      return;
    }
    // The first ones in the order of painting are any of them: as many as there is time for.
    this.#paint({ ...picture, cloud: { ...cloud, n: most } });
    this.#rest = setTimeout(() => this.#paint(picture), REST_MS);
  }

  #paint(picture: Picture): void {
    const began = performance.now();
    sized(this.canvas, picture);
    const { view, look, density, cloud } = picture;
    const largest = look.size * (view.perspective ? LARGEST_GROWTH : 1);
    const reach = Math.ceil(density * (largest / 2 + rimOf(largest))) + 1;
    const paper = this.#paper(2 * reach + 2, reach, look, density);
    this.#ground(paper, picture.backdrop);
    const eye = minus(view.eye, cloud.origin);
    if (view.perspective) this.#deep(picture, paper, eye);
    else this.#flat(picture, paper, eye);
    const { width, height } = this.canvas;
    const { image, pad } = paper;
    this.#cost = (performance.now() - began) / Math.max(1, cloud.n);
    this.#presenter.show((brush) => brush.putImageData(image, -pad, -pad, pad, pad, width, height));
  }

  dispose(): void {
    clearTimeout(this.#rest);
    this.canvas.remove();
  }

  /** The paper before any point: the background, or what lies under the points. */
  #ground({ pixels, background, stride, pad }: Paper, backdrop: HTMLCanvasElement | null): void {
    pixels.fill(background | 0xff000000);
    const { width, height } = this.canvas;
    const under = backdrop?.getContext("2d")?.getImageData(0, 0, width, height);
    if (!under) return;
    const rows = new Uint32Array(under.data.buffer);
    for (let y = 0; y < height; y++) {
      pixels.set(rows.subarray(y * width, (y + 1) * width), (y + pad) * stride + pad);
    }
  }

  #flat({ cloud, view, look, density, travelled }: Picture, paper: Paper, eye: Vec3): void {
    const scale = view.focal * density;
    const left = this.canvas.width / 2 + paper.pad - eye[0] * scale;
    const top = this.canvas.height / 2 + paper.pad + eye[1] * scale;
    const stamps = this.#stampsOf(look.size * density, density, paper, look);
    const { n, from, to } = cloud;
    const ink = inkOf(cloud);
    const low = paper.reach;
    const right = paper.stride - paper.reach - 1;
    const bottom = paper.rows - paper.reach - 1;
    const moving = travelled < 1;
    for (let i = 0; i < n; i++) {
      let x = to[2 * i]!;
      let y = to[2 * i + 1]!;
      if (moving) {
        const ox = from[2 * i]!;
        const oy = from[2 * i + 1]!;
        x = ox + (x - ox) * travelled;
        y = oy + (y - oy) * travelled;
      }
      x = left + x * scale;
      y = top - y * scale;
      // Written so that a coordinate that overflowed is left out too.
      if (!(x >= low && x < right && y >= low && y < bottom)) continue;
      const colour = ink[i]!;
      if (colour >>> 24 !== 0) blend(paper.pixels, paper.stride, stamps, x, y, colour);
    }
  }

  #deep(picture: Picture, paper: Paper, eye: Vec3): void {
    const { cloud, view, look, density } = picture;
    this.#depths.measure(cloud, picture.travelled, eye, view.forward, look.thickness);
    if (this.#sorted.inks.length < cloud.n) this.#sorted = roomFor(cloud.n);
    this.#project(picture, paper, eye);
    const { xs, ys, inks } = this.#sorted;
    const { starts, count } = this.#depths;
    const { pixels, stride, reach } = paper;
    const right = stride - reach - 1;
    const bottom = paper.rows - reach - 1;
    for (let step = 0; step < count; step++) {
      const end = starts[step + 1]!;
      if (end === starts[step]) continue;
      const depth = this.#depths.depthOf(step);
      const stamps = this.#stampsOf(look.size * growthAt(depth, look) * density, density, paper, look);
      const mist = Math.round(256 * mistAt(depth, look));
      for (let k = starts[step]!; k < end; k++) {
        const x = xs[k]!;
        const y = ys[k]!;
        if (!(x >= reach && x < right && y >= reach && y < bottom)) continue;
        blend(pixels, stride, stamps, x, y, misted(inks[k]!, paper.background, mist));
      }
    }
  }

  /** Places of the points on the paper, from far to near: read in order and written in order of each step. */
  #project({ cloud, view, density, travelled }: Picture, paper: Paper, eye: Vec3): void {
    const { n, from, to } = cloud;
    const [rx, ry, rz] = view.right;
    const [ux, uy, uz] = view.up;
    const [fx, fy, fz] = view.forward;
    const [ex, ey, ez] = eye;
    const ink = inkOf(cloud);
    const focal = view.focal * density;
    const cx = this.canvas.width / 2 + paper.pad;
    const cy = this.canvas.height / 2 + paper.pad;
    const { steps, count } = this.#depths;
    const { xs, ys, inks } = this.#sorted;
    const next = this.#depths.next();
    const moving = travelled < 1;
    for (let i = 0, p = 0; i < n; i++, p += 3) {
      const step = steps[i]!;
      if (step === count) continue;
      let dx = to[p]!;
      let dy = to[p + 1]!;
      let dz = to[p + 2]!;
      if (moving) {
        dx = from[p]! + (dx - from[p]!) * travelled;
        dy = from[p + 1]! + (dy - from[p + 1]!) * travelled;
        dz = from[p + 2]! + (dz - from[p + 2]!) * travelled;
      }
      dx -= ex;
      dy -= ey;
      dz -= ez;
      const scale = focal / (dx * fx + dy * fy + dz * fz);
      const at = next[step]!++;
      xs[at] = cx + (dx * rx + dy * ry + dz * rz) * scale;
      ys[at] = cy - (dx * ux + dy * uy + dz * uz) * scale;
      inks[at] = ink[i]!;
    }
  }

  #paper(pad: number, reach: number, look: Look, density: number): Paper {
    const stride = this.canvas.width + 2 * pad;
    const rows = this.canvas.height + 2 * pad;
    if (this.#image?.width !== stride || this.#image.height !== rows)
      this.#image = new ImageData(stride, rows);
    const [r, g, b] = look.background;
    const made = [stride, look.opacity, look.background, density].join();
    if (made !== this.#stampsFor) this.#stamps.length = 0;
    this.#stampsFor = made;
    const pixels = new Uint32Array(this.#image.data.buffer);
    return { image: this.#image, pixels, stride, rows, pad, reach, background: r | (g << 8) | (b << 16) };
  }

  #stampsOf(diameter: number, density: number, paper: Paper, look: Look): Stamps {
    const step = Math.round(diameter * FINENESS);
    const known = this.#stamps[step];
    if (known) return known;
    const rounded = step / FINENESS;
    const made = new Stamps(rounded, density * rimOf(rounded / density), look.opacity, paper);
    this.#stamps[step] = made;
    return made;
  }
}

/** Does it show the same points from another place, or on their way? */
function isElsewhere({ view, travelled, cloud }: Picture, before: Picture): boolean {
  if (cloud.image !== before.cloud.image) return false;
  const { eye, focal } = before.view;
  const moved = view.focal !== focal || view.eye.some((value, axis) => value !== eye[axis]);
  return moved || travelled !== before.travelled;
}

function roomFor(n: number): { xs: Float32Array; ys: Float32Array; inks: Uint32Array } {
  return { xs: new Float32Array(n), ys: new Float32Array(n), inks: new Uint32Array(n) };
}

function inkOf({ colours }: Cloud): Uint32Array {
  return new Uint32Array(colours.buffer, colours.byteOffset, colours.byteLength / 4);
}

/** A colour on its way to the background's, by 256ths; both channels of a pair at once. */
function misted(colour: number, background: number, mist: number): number {
  const keep = 256 - mist;
  const redBlue = (Math.imul(colour & 0xff00ff, keep) + Math.imul(background & 0xff00ff, mist)) >>> 8;
  const green = (Math.imul(colour & 0xff00, keep) + Math.imul(background & 0xff00, mist)) >>> 8;
  return (redBlue & 0xff00ff) | (green & 0xff00) | 0xff000000;
}
