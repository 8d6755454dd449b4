/** Kernel density over a grid: points shared out among the cells around them, then a Gaussian, one axis at a time. */

export interface Plot {
  /** The lowest corner. */
  readonly low: readonly [number, number];
  readonly cell: number;
  readonly columns: number;
  readonly rows: number;
}

/** The Gaussian's standard deviation, and how far it is followed, in cells. */
export const SPREAD = 3;
const REACH = 4 * SPREAD;

/**
 * How many points lie in a unit of the map's area, smoothed, at the middle of each cell: (rows, columns), the highest
 * row first. points: (n, 2). visible: 0 leaves a point out; null: none is.
 */
export function densityOver(points: Float32Array, visible: Uint8Array | null, plot: Plot): Float32Array {
  const { cell, columns, rows } = plot;
  const wide = columns + 2 * REACH;
  const tall = rows + 2 * REACH;
  const counts = shared(points, visible, plot, wide, tall);
  const weights = Float32Array.from({ length: 2 * REACH + 1 }, (_, k) =>
    Math.exp(-0.5 * ((k - REACH) / SPREAD) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const across = new Float32Array(columns * tall);
  for (let y = 0; y < tall; y++) {
    for (let k = 0; k < weights.length; k++) {
      const weight = weights[k]! / sum;
      const from = y * wide + k;
      for (let x = 0; x < columns; x++) across[y * columns + x]! += weight * counts[from + x]!;
    }
  }
  const smooth = new Float32Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    // The grid counts rows upwards; a picture's first row is the highest.
    const to = (rows - 1 - y) * columns;
    for (let k = 0; k < weights.length; k++) {
      const weight = weights[k]! / sum / (cell * cell);
      const from = (y + k) * columns;
      for (let x = 0; x < columns; x++) smooth[to + x]! += weight * across[from + x]!;
    }
  }
  return smooth;
}

/** Each point shared among the four cells whose middles surround it, over the grid and a rim of REACH cells. */
function shared(
  points: Float32Array,
  visible: Uint8Array | null,
  { low, cell }: Plot,
  wide: number,
  tall: number,
): Float32Array {
  const counts = new Float32Array(wide * tall);
  const [left, bottom] = [low[0] - REACH * cell, low[1] - REACH * cell];
  for (let i = 0; 2 * i < points.length; i++) {
    const x = (points[2 * i]! - left) / cell - 0.5;
    const y = (points[2 * i + 1]! - bottom) / cell - 0.5;
    // Written so that what is not a number is left out too.
    if (!(x >= 0 && y >= 0 && x < wide - 1 && y < tall - 1) || visible?.[i] === 0) continue;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [right, up] = [x - column, y - row];
    const at = row * wide + column;
    counts[at]! += (1 - right) * (1 - up);
    counts[at + 1]! += right * (1 - up);
    counts[at + wide]! += (1 - right) * up;
    counts[at + wide + 1]! += right * up;
  }
  return counts;
}
