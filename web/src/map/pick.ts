/** Which point lies nearest: a grid over the places of a 2-D map, a scan of the projected points of a 3-D one. */

import type { View } from "./camera";
import type { Cloud } from "./cloud";
import { minus } from "./vector";

export interface Found {
  /** Place in the painting order, or -1. */
  readonly slot: number;
  /** How far away, in the units that were asked in. */
  readonly distance: number;
}

const NOTHING: Found = { slot: -1, distance: Number.POSITIVE_INFINITY };
const POINTS_PER_CELL = 3;
const MOST_CELLS = 1024;

/** The points of a 2-D cloud, sorted into square cells. */
export class PointGrid {
  readonly #cloud: Cloud;
  readonly #low: readonly [number, number];
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  /** Slots sorted by cell, and where each cell begins. */
  readonly #slots: Uint32Array;
  readonly #starts: Uint32Array;

  constructor(cloud: Cloud) {
    const { n, to } = cloud;
    const [x0, y0, x1, y1] = span(to);
    const longest = Math.max(x1 - x0, y1 - y0);
    const across = Math.min(MOST_CELLS, Math.ceil(Math.sqrt(n / POINTS_PER_CELL)) + 1);
    this.#cloud = cloud;
    this.#low = [x0, y0];
    this.#cell = longest > 0 && Number.isFinite(longest) ? longest / across : 1;
    this.#columns = Math.min(across, Math.floor((x1 - x0) / this.#cell) + 1);
    this.#rows = Math.min(across, Math.floor((y1 - y0) / this.#cell) + 1);
    this.#starts = new Uint32Array(this.#columns * this.#rows + 1);
    this.#slots = new Uint32Array(n);
    const cells = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const cell = this.#row(to[2 * i + 1]!) * this.#columns + this.#column(to[2 * i]!);
      cells[i] = cell;
      this.#starts[cell + 1]!++;
    }
    for (let k = 1; k < this.#starts.length; k++) this.#starts[k]! += this.#starts[k - 1]!;
    const next = this.#starts.slice();
    for (let i = 0; i < n; i++) this.#slots[next[cells[i]!]!++] = i;
  }

  /** The nearest drawn point within the radius; all in map units less the cloud's origin. */
  nearest(x: number, y: number, radius: number, colours: Uint8Array): Found {
    const { to } = this.#cloud;
    let best = NOTHING.slot;
    let nearest = radius * radius;
    const [left, right] = [this.#column(x - radius), this.#column(x + radius)];
    const [bottom, top] = [this.#row(y - radius), this.#row(y + radius)];
    for (let row = bottom; row <= top; row++) {
      const begin = this.#starts[row * this.#columns + left]!;
      const end = this.#starts[row * this.#columns + right + 1]!;
      for (let k = begin; k < end; k++) {
        const slot = this.#slots[k]!;
        const dx = to[2 * slot]! - x;
        const dy = to[2 * slot + 1]! - y;
        const square = dx * dx + dy * dy;
        // Of two in one place the later lies on top.
        if (square > nearest || (square === nearest && slot < best) || colours[4 * slot + 3] === 0) continue;
        best = slot;
        nearest = square;
      }
    }
    return best < 0 ? NOTHING : { slot: best, distance: Math.sqrt(nearest) };
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor((x - this.#low[0]) / this.#cell)));
  }

  #row(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor((y - this.#low[1]) / this.#cell)));
  }
}

/** The drawn point of a 3-D cloud nearest to a pixel, within the radius; of two in one place the nearer to the eye. */
export function nearestSeen(
  cloud: Cloud,
  view: View,
  x: number,
  y: number,
  radius: number,
): Found & { depth: number } {
  const { n, to, colours } = cloud;
  const [ex, ey, ez] = minus(view.eye, cloud.origin);
  const { right, up, forward, focal } = view;
  const atX = x - view.width / 2;
  const atY = view.height / 2 - y;
  let best = -1;
  let nearest = radius * radius;
  let bestDepth = Number.POSITIVE_INFINITY;
  for (let i = 0, p = 0; i < n; i++, p += 3) {
    const dx = to[p]! - ex;
    const dy = to[p + 1]! - ey;
    const dz = to[p + 2]! - ez;
    const depth = dx * forward[0] + dy * forward[1] + dz * forward[2];
    if (depth <= 0) continue;
    const scale = focal / depth;
    const offX = (dx * right[0] + dy * right[1] + dz * right[2]) * scale - atX;
    const offY = (dx * up[0] + dy * up[1] + dz * up[2]) * scale - atY;
    const square = offX * offX + offY * offY;
    if (square > nearest || (square === nearest && depth >= bestDepth) || colours[4 * i + 3] === 0) continue;
    best = i;
    nearest = square;
    bestDepth = depth;
  }
  return { slot: best, distance: best < 0 ? NOTHING.distance : Math.sqrt(nearest), depth: bestDepth };
}

function span(points: Float32Array): readonly [number, number, number, number] {
  let [x0, y0, x1, y1] = [0, 0, 0, 0];
  for (let p = 0; p < points.length; p += 2) {
    const x = points[p]!;
    const y = points[p + 1]!;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  return [x0, y0, x1, y1];
}
