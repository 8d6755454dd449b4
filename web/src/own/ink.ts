/** Where the ink of a picture lies, and a picture moved and scaled so that its ink lies as in the data. Arithmetic only. */

/** (h, w, c) in [0, 1]. */
export interface Raster {
  readonly data: Float32Array;
  readonly h: number;
  readonly w: number;
  readonly c: number;
}
/** In pixels, whose middles are at halves: y grows downwards. */
export interface Ink {
  readonly x: number;
  readonly y: number;
  /** The box around it. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Fainter than this against the paper is not ink. */
const FAINT = 0.1;

/** The ink's centre of mass and size; null on a blank sheet. paper: (c,) what is no ink. */
export function inkOf({ data, h, w, c }: Raster, paper: ArrayLike<number>): Ink | null {
  let [mass, x, y] = [0, 0, 0];
  let [left, right, top, bottom] = [w, -1, h, -1];
  for (let row = 0, at = 0; row < h; row++) {
    for (let column = 0; column < w; column++, at += c) {
      let ink = 0;
      for (let k = 0; k < c; k++) ink += Math.abs(data[at + k]! - paper[k]!) / c;
      if (ink < FAINT) continue;
      mass += ink;
      x += ink * (column + 0.5);
      y += ink * (row + 0.5);
      left = Math.min(left, column);
      right = Math.max(right, column);
      top = Math.min(top, row);
      bottom = row;
    }
  }
  if (mass === 0) return null;
  const box = { left, top, width: right - left + 1, height: bottom - top + 1 };
  return { x: x / mass, y: y / mass, ...box };
}

/** The whole picture in h x w: each pixel is the mean of what it covers. */
export function reduced(raster: Raster, h: number, w: number): Raster {
  return placed(raster, h, w, { x: w / raster.w, y: h / raster.h }, { x: 0, y: 0 }, [0, 0, 0]);
}

/**
 * As MNIST was made (LeCun, Cortes, Burges): the ink scaled, its proportions kept, until the longer side of its box is
 * `box` of the sheet's shorter side, then moved until its centre of mass is the middle, or as near to it as leaves all of
 * it on the sheet. A blank sheet stays blank.
 */
export function centred(raster: Raster, h: number, w: number, box: number, paper: ArrayLike<number>): Raster {
  const ink = inkOf(raster, paper);
  if (!ink) return reduced(raster, h, w);
  const scale = (box * Math.min(h, w)) / Math.max(ink.width, ink.height);
  const by = {
    x: within(w / 2 - ink.x * scale, -ink.left * scale, w - (ink.left + ink.width) * scale),
    y: within(h / 2 - ink.y * scale, -ink.top * scale, h - (ink.top + ink.height) * scale),
  };
  return placed(raster, h, w, { x: scale, y: scale }, by, paper);
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

interface Pair {
  readonly x: number;
  readonly y: number;
}

/** A pixel at p of the source covers p * scale + by; beyond the source there is paper. */
function placed(from: Raster, h: number, w: number, scale: Pair, by: Pair, paper: ArrayLike<number>): Raster {
  const { c } = from;
  const columns = shares(from.w, w, scale.x, by.x);
  const rows = shares(from.h, h, scale.y, by.y);
  const wide = new Float32Array(from.h * w * c);
  for (let row = 0; row < from.h; row++) {
    gather(wide, row * w * c, c, from.data, row * from.w * c, c, columns, c, paper);
  }
  const data = new Float32Array(h * w * c);
  for (let column = 0; column < w; column++) {
    gather(data, column * c, w * c, wide, column * c, w * c, rows, c, paper);
  }
  return { data, h, w, c };
}

/** For each place of the new line: where it begins in the old one, and the share that each of those has in it. */
interface Share {
  readonly first: number;
  readonly weights: readonly number[];
  /** Of what lies beyond the old line. */
  readonly beyond: number;
}

function shares(from: number, to: number, scale: number, by: number): Share[] {
  return Array.from({ length: to }, (_, i) => {
    const [begin, end] = [(i - by) / scale, (i + 1 - by) / scale];
    const first = Math.max(0, Math.floor(begin));
    const last = Math.min(from, Math.ceil(end));
    const weights: number[] = [];
    let rest = 1;
    for (let at = first; at < last; at++) {
      const weight = (Math.min(end, at + 1) - Math.max(begin, at)) / (end - begin);
      weights.push(weight);
      rest -= weight;
    }
    return { first, weights, beyond: rest > 1e-9 ? rest : 0 };
  });
}

function gather(
  into: Float32Array,
  start: number,
  step: number,
  from: Float32Array,
  begin: number,
  stride: number,
  line: readonly Share[],
  c: number,
  paper: ArrayLike<number>,
): void {
  for (const [i, { first, weights, beyond }] of line.entries()) {
    for (let k = 0; k < c; k++) {
      let sum = beyond * paper[k]!;
      for (let j = 0; j < weights.length; j++) sum += weights[j]! * from[begin + (first + j) * stride + k]!;
      into[start + i * step + k] = sum;
    }
  }
}
