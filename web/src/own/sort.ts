/** What sort of pictures the data are: what lies at their borders, and whether their ink is centred. */
import { inkOf, type Raster } from "./ink";

export interface Sort {
  /** (c,) the colour of what is no ink. */
  readonly paper: readonly number[];
  /** (c,) a colour that is seen on it. */
  readonly pen: readonly number[];
  /** Light ink on dark, its centre of mass in the middle: how long the longer side of its box is, of the sheet's. */
  readonly box: number | null;
}

/** Borders that are at most so light, for the most part, are dark. */
const DARK = 0.04;
/** How far from the middle the centre of mass may be, of the sheet's shorter side: MNIST's is 0.03, scikit-learn's digits' 0.05. */
const NEAR = 0.06;

/** Told by a sample of the data; of an empty one, black paper. */
export function sortOf(sample: readonly Raster[], c: number): Sort {
  const means = Array.from({ length: c }, (_, k) => middleOf(sample.map((one) => borderOf(one, k))));
  const grey = means.reduce((sum, value) => sum + value, 0) / c;
  // Whoever draws wants clean paper: a border that is nearly black or white is.
  const paper = c === 1 || grey < 0.1 || grey > 0.9 ? means.map(() => Math.round(grey)) : means;
  const pen = paper.map(() => (grey < 0.5 ? 1 : 0));
  const dark = c === 1 && grey <= DARK;
  return { paper, pen, box: dark ? boxOf(sample, paper) : null };
}

function boxOf(sample: readonly Raster[], paper: readonly number[]): number | null {
  const away: number[] = [];
  const boxes: number[] = [];
  for (const raster of sample) {
    const ink = inkOf(raster, paper);
    if (!ink) continue;
    const side = Math.min(raster.h, raster.w);
    away.push(Math.hypot(ink.x - raster.w / 2, ink.y - raster.h / 2) / side);
    boxes.push(Math.max(ink.width, ink.height) / side);
  }
  return boxes.length > 0 && middleOf(away) <= NEAR ? middleOf(boxes) : null;
}

/** One channel along the four edges, where for the most part there is paper: its median. */
function borderOf({ data, h, w, c }: Raster, k: number): number {
  const edges: number[] = [];
  for (let row = 0; row < h; row++) {
    const edge = row === 0 || row === h - 1;
    for (let column = 0; column < w; column += edge || w === 1 ? 1 : w - 1) {
      edges.push(data[(row * w + column) * c + k]!);
    }
  }
  return middleOf(edges);
}

/** The median; 0 of nothing. */
function middleOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
