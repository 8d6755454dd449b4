/** A plane cut into tiles, and each tile into four at the next level, without end in both directions. */
import type { View } from "../map";
import type { MapEntry } from "../scene";
import { boxSeen } from "./raster";

export interface Lattice {
  /** The lowest corner of tile (0, 0) of every level. */
  readonly origin: readonly [number, number];
  /** Width and height of a tile of level 0, in map units. */
  readonly size: readonly [number, number];
}

/** Columns count to the right and rows upwards; a level more halves the side. */
export interface TileAt {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

export interface Box {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/** A map's own: the same at all of its epochs. `aspect`: of a tile, height by width. */
export function latticeOf({ extent: [low, high] }: MapEntry, aspect = 1): Lattice {
  const wide = Math.max(high[0]! - low[0]!, high[1]! - low[1]!) || 1;
  return { origin: [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2], size: [wide, wide * aspect] };
}

export function keyOf({ level, column, row }: TileAt): string {
  return `${level}/${column}/${row}`;
}

export function boxOfTile({ origin, size }: Lattice, { level, column, row }: TileAt): Box {
  const [w, h] = [size[0] / 2 ** level, size[1] / 2 ** level];
  const low = [origin[0] + column * w, origin[1] + row * h] as const;
  return { low, high: [low[0] + w, low[1] + h] };
}

/** The tile of a level in which a spot lies. */
export function tileAt({ origin, size }: Lattice, level: number, spot: ArrayLike<number>): TileAt {
  const index = (axis: 0 | 1) => Math.floor(((spot[axis]! - origin[axis]) * 2 ** level) / size[axis]);
  return { level, column: index(0), row: index(1) };
}

/** The coarsest level whose tiles are narrower on the screen than so many pixels. */
export function levelFor({ size }: Lattice, { focal }: View, narrower: number): number {
  return Math.floor(Math.log2((size[0] * focal) / narrower)) + 1;
}

/** The tiles of a level that a view shows, those nearest to its middle first. */
export function tilesSeen(lattice: Lattice, level: number, view: View): TileAt[] {
  const { low, high } = boxSeen(view);
  const [first, last] = [tileAt(lattice, level, low), tileAt(lattice, level, high)];
  const tiles: { readonly tile: TileAt; readonly away: number }[] = [];
  for (let row = first.row; row <= last.row; row++) {
    for (let column = first.column; column <= last.column; column++) {
      const tile = { level, column, row };
      const box = boxOfTile(lattice, tile);
      const [dx, dy] = [0, 1].map((axis) => {
        const side = axis as 0 | 1;
        return (box.low[side] + box.high[side]) / 2 - view.eye[side];
      }) as [number, number];
      tiles.push({ tile, away: dx * dx + dy * dy });
    }
  }
  return tiles.sort((a, b) => a.away - b.away).map(({ tile }) => tile);
}

/** The tile, so many levels up, in which a tile lies. */
export function above({ level, column, row }: TileAt, up: number): TileAt {
  return { level: level - up, column: Math.floor(column / 2 ** up), row: Math.floor(row / 2 ** up) };
}

/** The four tiles into which a tile is cut. */
export function below({ level, column, row }: TileAt): TileAt[] {
  return [0, 1, 2, 3].map((k) => ({
    level: level + 1,
    column: 2 * column + (k & 1),
    row: 2 * row + (k >> 1),
  }));
}
