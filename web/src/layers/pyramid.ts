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
  /** Batches of those at a time: while the page draws what has come, every worker has the next. */
  lanes(): number;
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
  readonly #under = new Set<Batch>();
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
    for (const batch of this.#under) if (!batch.keys.some((key) => keys.has(key))) batch.stop.abort();
    while (this.#under.size < this.#making.lanes() && this.#work());
  }

  get busy(): boolean {
    return this.#fault === null && (this.#under.size > 0 || this.#lacking.length > 0);
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
    for (const { stop } of this.#under) stop.abort();
  }

  /** Begins to make the next tiles; false where there is nothing to begin. */
  #work(): boolean {
    const under = new Set([...this.#under].flatMap(({ keys }) => keys));
    const free = this.#lacking.filter((tile) => !under.has(keyOf(tile)));
    const tiles = free.slice(0, this.#making.together).filter(({ level }) => level === free[0]?.level);
    if (tiles.length === 0 || this.#fault !== null || this.#ended) return false;
    const batch = { keys: tiles.map(keyOf), stop: new AbortController() };
    this.#under.add(batch);
    void this.#make(tiles, batch).then(() => {
      this.#under.delete(batch);
      this.#lacking = this.#lacking.filter((tile) => !this.#made(tile));
      if (this.#ended) return;
      this.#work();
      this.#making.changed();
    });
    return true;
  }

  async #make(tiles: readonly TileAt[], { keys, stop }: Batch): Promise<void> {
    const { make, shelf, prefix } = this.#making;
    try {
      const made = await make(tiles, stop.signal);
      for (const [i, key] of keys.entries()) shelf.put(prefix + key, made[i]!);
    } catch (thrown) {
      if (!stop.signal.aborted) this.#fault = asTrouble(thrown).message;
    }
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

/** Tiles that are being made. */
interface Batch {
  readonly keys: readonly string[];
  readonly stop: AbortController;
}
