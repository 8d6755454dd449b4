/** A field over the map: numbers at the corners of a fine lattice, drawn as colours between them. */
import { type Box, boxOfTile, type Lattice, latticeOf } from "./lattice";
import type { Ground, Scale, Told } from "./layer";
import { Pyramid, type Tile } from "./pyramid";
import { corners, faith, type Spots } from "./spots";
import { TiledSheet } from "./tiled";

/** What tells a field from another. */
export interface Field {
  readonly name: string;
  /** Corners beyond the tile that `measure` needs on each side. */
  readonly apron: number;
  /** Numbers at each corner: (corners, corners, width). Throws the signal's reason once it is aborted. */
  measure(spots: Spots, box: Box, signal: AbortSignal): Promise<Float32Array>;
  /** Colours of (side, side) pixels from the numbers; trust: (corners, corners). */
  colour(values: Float32Array, trust: Float32Array): ImageData;
  scale(): Scale | null;
  /** What the numbers of a corner mean. */
  tell(values: Float32Array): Readonly<Record<string, unknown>>;
}

/** Cells along each side of a tile, and pixels of a cell. */
export const CELLS = 16;
export const FINE = 8;
export const SIDE = CELLS * FINE;
/** A cell is less than so many pixels wide on the screen, and at least half as wide. */
const NARROWER = 16;
/** A lattice that is coarser by so many levels comes first. */
const COARSER = [3, 2, 1, 0];

interface Numbers extends Tile {
  readonly values: Float32Array;
}

export class FieldSheet extends TiledSheet<Numbers> {
  readonly #field: Field;
  readonly #lattice: Lattice;
  protected readonly pyramid: Pyramid<Numbers>;

  constructor(field: Field, { decoding, decoder, shelf, changed, theme }: Ground) {
    super();
    const shown = decoding();
    this.#field = field;
    this.#lattice = latticeOf(shown.map);
    this.pyramid = new Pyramid<Numbers>({
      ...{ lattice: this.#lattice, shelf, changed, coarser: COARSER, together: 1 },
      prefix: `${field.name}/${theme()}/${shown.key}`,
      narrower: CELLS * NARROWER,
      lanes: () => decoder.lanes(),
      make: (tiles, signal) =>
        Promise.all(
          tiles.map(async (tile) => {
            const box = boxOfTile(this.#lattice, tile);
            const spots = corners(shown, box, CELLS, field.apron);
            const values = await field.measure(spots, box, signal);
            const image = field.colour(values, inner(spots, field.apron));
            const picture = document.createElement("canvas");
            picture.width = SIDE;
            picture.height = SIDE;
            picture.getContext("2d")?.putImageData(image, 0, 0);
            return { picture, values, weight: values.byteLength + 4 * SIDE * SIDE };
          }),
        ),
    });
  }

  scale(): Scale | null {
    return this.#field.scale();
  }

  /** At the corner of the lattice that is nearest to the spot; `step`: between corners. */
  at(spot: ArrayLike<number>): Told | null {
    const found = this.pyramid.at(spot);
    if (!found) return null;
    const { low, high } = found.box;
    const step = (high[0] - low[0]) / CELLS;
    const column = Math.round((spot[0]! - low[0]) / step);
    const row = Math.round((high[1] - spot[1]!) / step);
    const { values } = found.tile;
    const width = values.length / (CELLS + 1) ** 2;
    const from = (row * (CELLS + 1) + column) * width;
    return {
      spot: [low[0] + column * step, high[1] - row * step],
      step,
      ...this.#field.tell(values.subarray(from, from + width)),
    };
  }
}

/** The trust of a tile's own corners. */
function inner({ columns, trust }: Spots, apron: number): Float32Array {
  const side = CELLS + 1;
  return Float32Array.from({ length: side * side }, (_, i) => {
    const [row, column] = [Math.floor(i / side) + apron, (i % side) + apron];
    return trust[row * columns + column]!;
  });
}

/**
 * Calls for every pixel of a tile and a rim of one around it, with the numbers there: between the four corners of its
 * cell, and at the rim of the tile as within. at: from 0 to (SIDE + 2)².
 */
export function everyPixel(
  values: Float32Array,
  width: number,
  call: (at: number, here: Float32Array) => void,
): void {
  const side = CELLS + 1;
  const here = new Float32Array(width);
  const edge = new Float32Array(side * width);
  for (let y = -1; y <= SIDE; y++) {
    const down = Math.min(CELLS, Math.max(0, (y + 0.5) / FINE));
    const row = Math.min(CELLS - 1, Math.floor(down));
    const part = down - row;
    const [upper, lower] = [row * side * width, (row + 1) * side * width];
    for (let k = 0; k < edge.length; k++) {
      const above = values[upper + k]!;
      edge[k] = above + (values[lower + k]! - above) * part;
    }
    for (let x = -1; x <= SIDE; x++) {
      const right = Math.min(CELLS, Math.max(0, (x + 0.5) / FINE));
      const column = Math.min(CELLS - 1, Math.floor(right));
      const share = right - column;
      for (let k = 0; k < width; k++) {
        const left = edge[column * width + k]!;
        here[k] = left + (edge[(column + 1) * width + k]! - left) * share;
      }
      call((y + 1) * (SIDE + 2) + x + 1, here);
    }
  }
}

/** The trust at each pixel of a tile, with a rim of one. */
export function trustOfPixels(trust: Float32Array): Float32Array {
  const pixels = new Float32Array((SIDE + 2) ** 2);
  everyPixel(trust, 1, (at, here) => {
    pixels[at] = faith(here[0]!);
  });
  return pixels;
}
