/** Finds the nearest points of a map to a spot: a k-d tree over two or three dimensions, built once per frame. */

const LEAF = 12;

export class PointTree {
  /** How many points have a place. */
  readonly size: number;
  readonly #dims: number;
  /** Images in the order of the tree, and their places in that order: what is searched together lies together. */
  readonly #image: Uint32Array;
  readonly #places: Float32Array;
  /** The axis that each middle splits. */
  readonly #axis: Uint8Array;

  /** points: (n, dims). Rows that are not finite are no points. */
  constructor(points: Float32Array, dims: number) {
    const n = Math.floor(points.length / dims);
    const order = new Uint32Array(n);
    let size = 0;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let axis = 0; axis < dims; axis++) sum += points[i * dims + axis]! * 0;
      if (sum === 0) order[size++] = i;
    }
    this.size = size;
    this.#dims = dims;
    this.#image = order.subarray(0, size);
    this.#axis = new Uint8Array(size);
    this.#split(points, 0, size);
    this.#places = new Float32Array(size * dims);
    for (let slot = 0; slot < size; slot++) {
      const from = this.#image[slot]! * dims;
      for (let axis = 0; axis < dims; axis++) this.#places[slot * dims + axis] = points[from + axis]!;
    }
  }

  /**
   * Fills `images` and `squares` (float32, of the map's units) with the nearest, nearest first, as many as both hold;
   * of two as near the lower image first. Returns how many there are.
   */
  nearest(spot: ArrayLike<number>, images: Uint32Array, squares: Float32Array): number {
    const search = { spot, images, squares, most: Math.min(images.length, squares.length), found: 0 };
    this.#look(search, 0, this.size);
    return search.found;
  }

  #look(search: Search, low: number, high: number): void {
    if (high - low <= LEAF) {
      for (let slot = low; slot < high; slot++) this.#offer(search, slot);
      return;
    }
    const middle = (low + high) >> 1;
    const axis = this.#axis[middle]!;
    const beside = search.spot[axis]! - this.#places[middle * this.#dims + axis]!;
    this.#offer(search, middle);
    if (beside < 0) this.#look(search, low, middle);
    else this.#look(search, middle + 1, high);
    const far =
      search.found < search.most || Math.fround(beside * beside) <= search.squares[search.found - 1]!;
    if (!far) return;
    if (beside < 0) this.#look(search, middle + 1, high);
    else this.#look(search, low, middle);
  }

  #offer(search: Search, slot: number): void {
    const { spot, images, squares, most } = search;
    const from = slot * this.#dims;
    let square = 0;
    for (let axis = 0; axis < this.#dims; axis++) {
      const by = Math.fround(spot[axis]! - this.#places[from + axis]!);
      square = Math.fround(square + Math.fround(by * by));
    }
    const image = this.#image[slot]!;
    const last = search.found - 1;
    const full = search.found === most;
    if (full && (square > squares[last]! || (square === squares[last]! && image > images[last]!))) return;
    let place = full ? last : search.found++;
    while (place > 0) {
      const before = squares[place - 1]!;
      if (before < square || (before === square && images[place - 1]! < image)) break;
      squares[place] = before;
      images[place] = images[place - 1]!;
      place--;
    }
    squares[place] = square;
    images[place] = image;
  }

  /** Sorts so that the middle parts what lies below from what lies above it, along the longer side. */
  #split(points: Float32Array, low: number, high: number): void {
    if (high - low <= LEAF) return;
    const dims = this.#dims;
    let axis = 0;
    let longest = -1;
    for (let k = 0; k < dims; k++) {
      let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let slot = low; slot < high; slot++) {
        const at = points[this.#image[slot]! * dims + k]!;
        if (at < least) least = at;
        if (at > most) most = at;
      }
      if (most - least > longest) [longest, axis] = [most - least, k];
    }
    const middle = (low + high) >> 1;
    this.#axis[middle] = axis;
    this.#select(points, low, high - 1, middle, axis);
    this.#split(points, low, middle);
    this.#split(points, middle + 1, high);
  }

  /** Quickselect: what is at `middle` is what a sort would put there. */
  #select(points: Float32Array, from: number, to: number, middle: number, axis: number): void {
    const order = this.#image;
    const at = (slot: number) => points[order[slot]! * this.#dims + axis]!;
    let [low, high] = [from, to];
    while (low < high) {
      const pivot = at((low + high) >> 1);
      let [i, j] = [low, high];
      while (i <= j) {
        while (at(i) < pivot) i++;
        while (at(j) > pivot) j--;
        if (i > j) break;
        const swap = order[i]!;
        order[i++] = order[j]!;
        order[j--] = swap;
      }
      if (middle <= j) high = j;
      else if (middle >= i) low = i;
      else return;
    }
  }
}

interface Search {
  readonly spot: ArrayLike<number>;
  readonly images: Uint32Array;
  readonly squares: Float32Array;
  readonly most: number;
  found: number;
}
