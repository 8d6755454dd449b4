/** How much pictures change along a map: the arithmetic of distortion, the same as hinterland/latent/magnification.py. */

/**
 * log10 sqrt(det JᵀJ) at every cell of a grid, (rows, columns), by differences of its pictures (rows, columns, size):
 * central within, one-sided at the rim; in units of the map. dx, dy: between cells. Minus infinity where nothing
 * changes in some direction. Source: Bishop, Svensén, Williams, "Magnification factors for the SOM and GTM
 * algorithms", 1997.
 */
export function magnification(
  pictures: Float32Array,
  columns: number,
  rows: number,
  dx: number,
  dy: number,
): Float64Array {
  const size = pictures.length / (columns * rows);
  const told = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const [up, down] = [Math.max(0, row - 1), Math.min(rows - 1, row + 1)];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [Math.max(0, column - 1), Math.min(columns - 1, column + 1)];
      const [a, b] = [(row * columns + left) * size, (row * columns + right) * size];
      const [c, e] = [(up * columns + column) * size, (down * columns + column) * size];
      let [across, upwards, both] = [0, 0, 0];
      for (let k = 0; k < size; k++) {
        const x = pictures[b + k]! - pictures[a + k]!;
        const y = pictures[e + k]! - pictures[c + k]!;
        across += x * x;
        upwards += y * y;
        both += x * y;
      }
      const [w, h] = [(right - left) * dx, (down - up) * dy];
      const det = Math.max(0, (across * upwards - both * both) / (w * w * h * h));
      told[row * columns + column] = 0.5 * Math.log10(det);
    }
  }
  return told;
}

/** What a whole map's numbers are told against: their median, and the limit within which 99 of 100 lie of it. */
export interface Reference {
  readonly median: number;
  readonly limit: number;
}

export function referenceOf(values: Float64Array): Reference {
  const finite = values.filter(Number.isFinite).sort();
  if (finite.length === 0) return { median: 0, limit: 1 };
  const median = quantile(finite, 0.5);
  const away = finite.map((value) => Math.abs(value - median)).sort();
  return { median, limit: quantile(away, 0.99) || 1 };
}

/** Of sorted numbers, by linear interpolation. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const [a, b] = [sorted[low]!, sorted[Math.min(sorted.length - 1, low + 1)]!];
  return a + (b - a) * (at - low);
}
