/** Which images can be shown at their points without one covering another, chosen the same however the map is moved. */
import { project, spreadOrder, type View } from "./map";

/** Pixels between two pictures. */
const GAP = 2;
/** Steps of zoom, as a power of two: between them the choice stays. */
const STEP = 0.5;
/** A key for two whole numbers in one. */
const ROW = 2 ** 26;

export interface Placed {
  readonly index: number;
  /** The middle, in pixels of the canvas. */
  readonly x: number;
  readonly y: number;
}

/** What is to be thinned out. points: (n, dims). visible: 0 hides. first: these come before others. */
export interface Crowd {
  readonly points: Float32Array;
  readonly dims: 2 | 3;
  readonly visible: Uint8Array | null;
  readonly first: ReadonlySet<number>;
}

/** Keeps what was chosen of a flat map at a step of zoom, so that a frame costs what is seen and no more. */
export class Thinner {
  #crowd: Crowd | null = null;
  #step = Number.NaN;
  #kept: Uint32Array = new Uint32Array(0);
  #order: Uint32Array = new Uint32Array(0);

  /** The images to show in a view as pictures of so many pixels, each at its point. */
  see(crowd: Crowd, view: View, size: number): Placed[] {
    const n = crowd.points.length / crowd.dims;
    if (crowd !== this.#crowd) this.#order = ordered(n, crowd.first);
    const margin = size / 2;
    const inView = ({ x, y }: Placed) =>
      x > -margin && y > -margin && x < view.width + margin && y < view.height + margin;
    if (crowd.dims === 3) {
      this.#crowd = crowd;
      return this.#deep(crowd, view, size + GAP).filter(inView);
    }
    const step = Math.ceil(Math.log2((size + GAP) / view.focal) / STEP);
    if (crowd !== this.#crowd || step !== this.#step) {
      this.#kept = spread(crowd, this.#order, 2 ** (step * STEP));
      this.#step = step;
      this.#crowd = crowd;
    }
    return Array.from(this.#kept, (index) => placed(crowd, view, index)).filter(inView);
  }

  /** The nearer ones cover the farther ones as they turn, so here the choice is made on the screen. */
  #deep(crowd: Crowd, view: View, spacing: number): Placed[] {
    const room = new Room(spacing);
    const chosen: Placed[] = [];
    for (const index of this.#order) {
      if (crowd.visible?.[index] === 0) continue;
      const at = placed(crowd, view, index);
      if (room.take(at.x, at.y)) chosen.push(at);
    }
    return chosen;
  }
}

/** The images that keep `spacing` map units from one another, the first in order before others. */
export function spread({ points, visible }: Crowd, order: Uint32Array, spacing: number): Uint32Array {
  const room = new Room(spacing);
  return order.filter(
    (index) => visible?.[index] !== 0 && room.take(points[2 * index]!, points[2 * index + 1]!),
  );
}

/** Squares of one size that do not overlap. */
class Room {
  readonly #taken = new Map<number, readonly [number, number]>();

  constructor(readonly spacing: number) {}

  /** Takes the square around a place, where it is free. */
  take(x: number, y: number): boolean {
    const [column, row] = [Math.floor(x / this.spacing), Math.floor(y / this.spacing)];
    if (!Number.isFinite(column + row)) return false;
    for (let i = column - 1; i <= column + 1; i++) {
      for (let j = row - 1; j <= row + 1; j++) {
        const other = this.#taken.get(i * ROW + j);
        if (!other) continue;
        if (Math.abs(other[0] - x) < this.spacing && Math.abs(other[1] - y) < this.spacing) return false;
      }
    }
    this.#taken.set(column * ROW + row, [x, y]);
    return true;
  }
}

function placed({ points, dims }: Crowd, view: View, index: number): Placed {
  const p = index * dims;
  const [x, y] = project(view, [points[p]!, points[p + 1]!, dims === 3 ? points[p + 2]! : 0]);
  return { index, x, y };
}

function ordered(n: number, first: ReadonlySet<number>): Uint32Array {
  const order = spreadOrder(n);
  if (first.size === 0) return order;
  const [before, after] = [order.filter((i) => first.has(i)), order.filter((i) => !first.has(i))];
  const all = new Uint32Array(n);
  all.set(before);
  all.set(after, before.length);
  return all;
}
