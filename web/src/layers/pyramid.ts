/** Tiles of one frame: makes those that a view lacks, nearest its middle first, and covers it with what there is. */
import { asTrouble } from "../faults";
import type { View } from "../map";
import {
  above,
  type Box,
  below,
  boxOfTile,
  keyOf,
  type Lattice,
  levelFor,
  type TileAt,
  tileAt,
  tilesSeen,
} from "./lattice";
import { placeOf } from "./raster";
import type { Shelf, Weighed } from "./shelf";

/** What is shown of a tile. The picture's first row is the highest of the map. */
export interface Tile extends Weighed {
  readonly picture: HTMLCanvasElement | null;
}

export interface Making<T extends Tile> {
  readonly lattice: Lattice;
  /** Before every key on the shelf: the layer, the map, the epoch. */
  readonly prefix: string;
  readonly shelf: Shelf;
  /** On the screen tiles are narrower than so many pixels, and at least half as wide. */
  readonly narrower: number;
  /** How much coarser the first tiles are, level by level; the last is 0. */
  readonly coarser: readonly number[];
  /** Tiles that are made at a time. */
  readonly together: number;
  /** Throws the signal's reason once it is aborted. */
  make(tiles: readonly TileAt[], signal: AbortSignal): Promise<readonly T[]>;
  changed(): void;
}

/** How far up and down a stand-in for a tile is looked for. */
const HIGHEST = 8;
const DEEPEST = 2;

export class Pyramid<T extends Tile> {
  readonly #making: Making<T>;
  #level = 0;
  /** Of the level that is wanted, all that is seen. */
  #seen: readonly TileAt[] = [];
  #lacking: TileAt[] = [];
  #under: { readonly keys: ReadonlySet<string>; readonly stop: AbortController } | null = null;
  #fault: string | null = null;
  #ended = false;

  constructor(making: Making<T>) {
    this.#making = making;
  }

  see(view: View): void {
    if (this.#ended || view.width === 0) return;
    const { lattice, narrower, coarser } = this.#making;
    this.#level = levelFor(lattice, view, narrower);
    this.#seen = tilesSeen(lattice, this.#level, view);
    const wanted = coarser.flatMap((by) =>
      by === 0 ? this.#seen : tilesSeen(lattice, this.#level - by, view),
    );
    this.#lacking = wanted.filter((tile) => !this.#made(tile));
    const keys = new Set(this.#lacking.map(keyOf));
    if (this.#under && ![...this.#under.keys].some((key) => keys.has(key))) this.#under.stop.abort();
    void this.#work();
  }

  get busy(): boolean {
    return this.#fault === null && (this.#under !== null || this.#lacking.length > 0);
  }

  get ready(): boolean {
    return this.#seen.length > 0 && this.#seen.every((tile) => this.#standIn(tile) !== null);
  }

  get fault(): string | null {
    return this.#fault;
  }

  /** The finest tile at a spot. */
  at(spot: ArrayLike<number>): { readonly tile: T; readonly box: Box } | null {
    for (let level = this.#level; level >= this.#level - HIGHEST; level--) {
      const found = tileAt(this.#making.lattice, level, spot);
      const tile = this.#made(found);
      if (tile) return { tile, box: boxOfTile(this.#making.lattice, found) };
    }
    return null;
  }

  paint(brush: CanvasRenderingContext2D, view: View): void {
    for (const tile of this.#seen) {
      for (const part of this.#cover(tile, DEEPEST)) this.#draw(brush, view, part);
    }
  }

  dispose(): void {
    this.#ended = true;
    this.#lacking = [];
    this.#under?.stop.abort();
  }

  async #work(): Promise<void> {
    if (this.#under || this.#fault !== null) return;
    const { together, make, shelf, prefix, changed } = this.#making;
    while (this.#lacking.length > 0 && !this.#ended) {
      const tiles = this.#lacking
        .slice(0, together)
        .filter(({ level }, _, [first]) => level === first?.level);
      const stop = new AbortController();
      this.#under = { keys: new Set(tiles.map(keyOf)), stop };
      try {
        const made = await make(tiles, stop.signal);
        for (const [i, tile] of tiles.entries()) shelf.put(prefix + keyOf(tile), made[i]!);
      } catch (thrown) {
        if (!stop.signal.aborted) this.#fault = asTrouble(thrown).message;
      }
      this.#under = null;
      if (this.#fault !== null) break;
      this.#lacking = this.#lacking.filter((tile) => !this.#made(tile));
      changed();
    }
    if (!this.#ended) changed();
  }

  #made(tile: TileAt): T | undefined {
    return this.#making.shelf.get<T>(this.#making.prefix + keyOf(tile));
  }

  /** Tiles that cover this one: itself, or its quarters, or what is coarser, or nothing. */
  #cover(tile: TileAt, deepest: number): readonly Part<T>[] {
    const whole = this.#made(tile);
    if (whole) return [{ tile: whole, of: tile, shows: tile }];
    if (deepest > 0) {
      const quarters = below(tile).map((quarter) => this.#finer(quarter, deepest - 1));
      if (quarters.every((parts) => parts.length > 0)) return quarters.flat();
    }
    const coarse = this.#standIn(tile);
    return coarse ? [coarse] : [];
  }

  #finer(tile: TileAt, deepest: number): readonly Part<T>[] {
    const whole = this.#made(tile);
    if (whole) return [{ tile: whole, of: tile, shows: tile }];
    if (deepest === 0) return [];
    const quarters = below(tile).map((quarter) => this.#finer(quarter, deepest - 1));
    return quarters.every((parts) => parts.length > 0) ? quarters.flat() : [];
  }

  /** The tile or the finest one in which it lies. */
  #standIn(tile: TileAt): Part<T> | null {
    for (let up = 0; up <= HIGHEST; up++) {
      const of = above(tile, up);
      const found = this.#made(of);
      if (found) return { tile: found, of, shows: tile };
    }
    return null;
  }

  #draw(brush: CanvasRenderingContext2D, view: View, { tile, of, shows }: Part<T>): void {
    const { picture } = tile;
    if (!picture) return;
    const { low, high } = boxOfTile(this.#making.lattice, shows);
    const [x, y, wide, tall] = placeOf(view, low, high);
    const parts = 2 ** (shows.level - of.level);
    const [w, h] = [picture.width / parts, picture.height / parts];
    const left = shows.column - of.column * parts;
    const top = parts - 1 - (shows.row - of.row * parts);
    brush.drawImage(picture, left * w, top * h, w, h, x, y, wide, tall);
  }
}

/** A tile, where it lies, and the tile in whose place it is drawn. */
interface Part<T> {
  readonly tile: T;
  readonly of: TileAt;
  readonly shows: TileAt;
}
