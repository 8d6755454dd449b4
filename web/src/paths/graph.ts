/** The neighbour graph of the latents, and the shortest way through it. Python's latent/graph.py, lengths in latent space. */
import { evenly } from "./support";

/** Neighbours that an image is joined to. */
const BESIDE = 10;
/** At most so many images are nodes, evenly spread over all of them. */
const MOST = 10_000;
/** Numbers of their latents that are held. */
const HELD = 1 << 25;
/** Never 0, as in Python, where that would be no edge. */
const SHORTEST = 1e-9;
/** Rows whose distances are found together, so that the rest pass through the memory less often. */
const BLOCK = 16;

export interface Graph {
  /** The images that are its nodes. */
  readonly rows: Uint32Array;
  readonly d: number;
  /** (m, d) */
  readonly codes: Float32Array;
  /** Node i is joined to others[starts[i]] … others[starts[i + 1] - 1], so far apart. */
  readonly starts: Uint32Array;
  readonly others: Uint32Array;
  readonly lengths: Float64Array;
}
/** Row by row, the k nearest images of each, nearest first. */
export interface Known {
  readonly k: number;
  readonly images: Uint32Array;
}

/**
 * Joins the images (n, d) to their nearest; parts that do not meet are joined where they are nearest to each other.
 * `known`: neighbours of all of them that somebody has found already. Yields the share of the work that is done.
 */
export function* graphOf(all: Float32Array, d: number, known: Known | null): Generator<number, Graph> {
  const n = all.length / d;
  const rows = evenly(n, Math.max(2, Math.min(n, MOST, Math.floor(HELD / d))));
  const codes = new Float32Array(rows.length * d);
  for (const [i, row] of rows.entries()) codes.set(all.subarray(row * d, (row + 1) * d), i * d);
  const k = Math.max(0, Math.min(BESIDE, rows.length - 1));
  const usable = known !== null && known.k >= k && rows.length === n;
  const nearest = usable ? firstOf(known, k) : yield* neighbours(codes, d, k);
  const pairs: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < k; j++) pairs.push(i, nearest[i * k + j]!);
  }
  bridge(codes, d, pairs);
  return { rows, d, codes, ...joined(codes, d, pairs) };
}

/** The images on the shortest way from one latent to another, in order: at least one. */
export function between(graph: Graph, a: ArrayLike<number>, b: ArrayLike<number>): Uint32Array {
  const { codes, d, rows, starts, others, lengths } = graph;
  const m = rows.length;
  const [first, last] = [nearTo(codes, d, a), nearTo(codes, d, b)];
  const goal = new Map(last);
  const far = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(m).fill(-1);
  const queue = new Queue();
  for (const [node, length] of first) {
    far[node] = length;
    queue.push(node, length);
  }
  let [best, end] = [Number.POSITIVE_INFINITY, -1];
  for (let top = queue.pop(); top && top.key < best; top = queue.pop()) {
    const { node, key } = top;
    if (key > far[node]!) continue;
    const rest = goal.get(node);
    if (rest !== undefined && key + rest < best) [best, end] = [key + rest, node];
    for (let edge = starts[node]!; edge < starts[node + 1]!; edge++) {
      const other = others[edge]!;
      const through = key + lengths[edge]!;
      if (!(through < far[other]!)) continue;
      far[other] = through;
      before[other] = node;
      queue.push(other, through);
    }
  }
  const way: number[] = [];
  for (let node = end; node >= 0; node = before[node]!) way.push(rows[node]!);
  return Uint32Array.from(way.reverse());
}

function firstOf({ k: had, images }: Known, k: number): Uint32Array {
  const n = images.length / had;
  const first = new Uint32Array(n * k);
  for (let i = 0; i < n; i++) first.set(images.subarray(i * had, i * had + k), i * k);
  return first;
}

/** The k nearest others of each row, in no order: every pair is looked at once, and left as soon as it is too far. */
function* neighbours(codes: Float32Array, d: number, k: number): Generator<number, Uint32Array> {
  const m = codes.length / d;
  const found = new Uint32Array(m * k);
  const squares = new Float64Array(m * k).fill(Number.POSITIVE_INFINITY);
  /** The farthest that is still among the nearest of each. */
  const limits = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  const keep = (row: number, other: number, square: number) => {
    let place = row * k + k - 1;
    for (; place > row * k && squares[place - 1]! > square; place--) {
      squares[place] = squares[place - 1]!;
      found[place] = found[place - 1]!;
    }
    squares[place] = square;
    found[place] = other;
    limits[row] = squares[row * k + k - 1]!;
  };
  for (let low = 0; low < m && k > 0; low += BLOCK) {
    for (let j = low + 1; j < m; j++) {
      for (let i = low; i < Math.min(low + BLOCK, j); i++) {
        const limit = Math.max(limits[i]!, limits[j]!);
        const square = squareOf(codes, i * d, codes, j * d, d, limit);
        if (square < limits[i]!) keep(i, j, square);
        if (square < limits[j]!) keep(j, i, square);
      }
    }
    // Of the pairs, those that begin above are done.
    yield 1 - (Math.max(0, m - low - BLOCK) / m) ** 2;
  }
  return found;
}

/** Joins the parts of the graph, in `pairs`: each to what is nearest to it, until there is one. */
function bridge(codes: Float32Array, d: number, pairs: number[]): void {
  const m = codes.length / d;
  for (;;) {
    const parts = partsOf(m, pairs);
    const sizes = new Map<number, number>();
    for (const part of parts) sizes.set(part, (sizes.get(part) ?? 0) + 1);
    if (sizes.size <= 1) return;
    // Map keeps the order in which parts were met: of two as large, the first.
    const [largest] = [...sizes].reduce((a, b) => (b[1] > a[1] ? b : a));
    const had = pairs.length;
    for (const part of sizes.keys()) {
      if (part !== largest) pairs.push(...nearestOutside(codes, d, parts, part));
    }
    if (pairs.length === had) return; // latents that are no numbers are near to nothing
  }
}

/** One of a part's nodes and one of another part, nearest to each other; nothing where there is no such pair. */
function nearestOutside(codes: Float32Array, d: number, parts: Uint32Array, part: number): number[] {
  let [least, found] = [Number.POSITIVE_INFINITY, [] as number[]];
  for (const [i, own] of parts.entries()) {
    if (own !== part) continue;
    for (const [j, its] of parts.entries()) {
      if (its === part) continue;
      const square = squareOf(codes, i * d, codes, j * d, d, least);
      if (square < least) [least, found] = [square, [i, j]];
    }
  }
  return found;
}

/** The lowest node of the part that each node is in. */
function partsOf(m: number, pairs: readonly number[]): Uint32Array {
  const up = Uint32Array.from({ length: m }, (_, i) => i);
  const top = (node: number) => {
    let at = node;
    while (up[at] !== at) {
      up[at] = up[up[at]!]!;
      at = up[at]!;
    }
    return at;
  };
  for (let i = 0; i < pairs.length; i += 2) {
    const [a, b] = [top(pairs[i]!), top(pairs[i + 1]!)];
    up[Math.max(a, b)] = Math.min(a, b);
  }
  return up.map((_, node) => top(node));
}

/** The edges of each node, both ways. */
function joined(codes: Float32Array, d: number, pairs: readonly number[]) {
  const m = codes.length / d;
  const starts = new Uint32Array(m + 1);
  for (const node of pairs) starts[node + 1]!++;
  for (let i = 0; i < m; i++) starts[i + 1]! += starts[i]!;
  const free = starts.slice();
  const others = new Uint32Array(pairs.length);
  const lengths = new Float64Array(pairs.length);
  for (let i = 0; i < pairs.length; i += 2) {
    const [a, b] = [pairs[i]!, pairs[i + 1]!];
    const length = Math.max(SHORTEST, Math.sqrt(squareOf(codes, a * d, codes, b * d, d)));
    for (const [from, to] of [[a, b] as const, [b, a] as const]) {
      const edge = free[from]!++;
      others[edge] = to;
      lengths[edge] = length;
    }
  }
  return { starts, others, lengths };
}

/** What a latent is joined to, and how far it is: its nearest nodes, or the one that it is. */
function nearTo(codes: Float32Array, d: number, latent: ArrayLike<number>): (readonly [number, number])[] {
  const found: [node: number, square: number][] = [];
  for (let i = 0; i < codes.length / d; i++) {
    const limit = found.length < BESIDE ? Number.POSITIVE_INFINITY : found.at(-1)![1];
    const square = squareOf(codes, i * d, latent, 0, d, limit);
    if (!(square < limit)) continue;
    let place = found.length;
    while (place > 0 && found[place - 1]![1] > square) place--;
    found.splice(place, 0, [i, square]);
    if (found.length > BESIDE) found.pop();
  }
  const own = found[0]?.[1] === 0 ? found.slice(0, 1) : found;
  return own.map(([node, square]) => [node, Math.max(SHORTEST, Math.sqrt(square))] as const);
}

/** Stops adding up once it is beyond `limit`. Four sums at a time: none waits for the one before. */
function squareOf(
  a: ArrayLike<number>,
  from: number,
  b: ArrayLike<number>,
  to: number,
  d: number,
  limit = Number.POSITIVE_INFINITY,
): number {
  let sum = 0;
  let j = 0;
  for (; j + 7 < d; j += 8) {
    const [at, on] = [from + j, to + j];
    const w = a[at]! - b[on]!;
    const x = a[at + 1]! - b[on + 1]!;
    const y = a[at + 2]! - b[on + 2]!;
    const z = a[at + 3]! - b[on + 3]!;
    const p = a[at + 4]! - b[on + 4]!;
    const q = a[at + 5]! - b[on + 5]!;
    const r = a[at + 6]! - b[on + 6]!;
    const s = a[at + 7]! - b[on + 7]!;
    sum += w * w + x * x + (y * y + z * z) + (p * p + q * q + (r * r + s * s));
    if (sum > limit) return sum;
  }
  for (; j < d; j++) {
    const change = a[from + j]! - b[to + j]!;
    sum += change * change;
  }
  return sum;
}

/** What is nearest first. */
class Queue {
  readonly #nodes: number[] = [];
  readonly #keys: number[] = [];

  push(node: number, key: number): void {
    let at = this.#nodes.length;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (this.#keys[up]! <= key) break;
      this.#put(at, this.#nodes[up]!, this.#keys[up]!);
      at = up;
    }
    this.#put(at, node, key);
  }

  pop(): { readonly node: number; readonly key: number } | null {
    const [node, key] = [this.#nodes[0], this.#keys[0]];
    if (node === undefined || key === undefined) return null;
    const [last, weight] = [this.#nodes.pop()!, this.#keys.pop()!];
    const size = this.#nodes.length;
    if (size === 0) return { node, key };
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= size) break;
      if (down + 1 < size && this.#keys[down + 1]! < this.#keys[down]!) down++;
      if (this.#keys[down]! >= weight) break;
      this.#put(at, this.#nodes[down]!, this.#keys[down]!);
      at = down;
    }
    this.#put(at, last, weight);
    return { node, key };
  }

  #put(at: number, node: number, key: number): void {
    this.#nodes[at] = node;
    this.#keys[at] = key;
  }
}
