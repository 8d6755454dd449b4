/** The ground itself, decoded: a picture in every cell, finer and finer the nearer one comes. */
import type { Rgb, Theme } from "../palette";
import type { Recording, Shown } from "../recording";
import type { Scene } from "../scene";
import { boxOfTile, type Lattice, latticeOf, type TileAt } from "./lattice";
import { type Ground, type Layer, type Told, undecodable } from "./layer";
import { Pyramid, type Tile } from "./pyramid";
import { faith, LEAST_TRUST, middles, trusted } from "./spots";
import { TiledSheet } from "./tiled";

export const decoded: Layer = {
  name: "decoded",
  title: "Decoded",
  meaning: "what the decoder paints at every spot",
  on: false,
  opacity: 1,
  missing: undecodable,
  lay: (ground) => new DecodedSheet(ground),
};

/** Pictures along each side of a tile, and tiles that are decoded at a time. */
const SIDE = 4;
const TOGETHER = 4;
/** A picture is at least so wide on the screen, in pixels, and less than twice as wide. */
const NARROWEST = 28;
const WIDEST = 48;
/** Where the way back is a guess, few spots are believed: smaller pictures find more of them. */
const SMALLER = 0.7;
/** Above so many pixels a picture is kept smaller. */
const KEPT = 64;
/** Ink of grey pictures: the brighter, the more ink. */
const INK: Record<Theme, Rgb> = { light: [16, 18, 20], dark: [255, 255, 255] };

interface Pictures extends Tile {
  /** (SIDE, SIDE, h, w, c) in [0, 1], in bytes; and how far each is to be believed. */
  readonly bytes: Uint8ClampedArray;
  readonly trust: Float32Array;
}

class DecodedSheet extends TiledSheet<Pictures> {
  readonly #ground: Ground;
  readonly #shown: Shown;
  readonly #lattice: Lattice;
  protected readonly pyramid: Pyramid<Pictures>;

  constructor(ground: Ground) {
    super();
    this.#ground = ground;
    const { scene, shelf, changed } = ground;
    const shown = ground.decoding();
    this.#shown = shown;
    const [h, w] = scene.shape;
    const theme = ground.theme();
    this.#lattice = latticeOf(shown.map, h / w);
    this.pyramid = new Pyramid<Pictures>({
      ...{ lattice: this.#lattice, shelf, changed, coarser: [2, 0], together: TOGETHER },
      prefix: `decoded/${theme}/${shown.key}`,
      narrower: SIDE * 2 * Math.min(WIDEST, Math.max(NARROWEST, w)) * (shown.way.trust ? SMALLER : 1),
      lanes: () => ground.decoder.lanes(),
      make: (tiles, signal) => this.#make(tiles, theme, signal),
    });
  }

  scale(): null {
    return null;
  }

  /** The picture of the cell: `pixels` (h, w, c) in [0, 1], in steps of a 255th. */
  at(spot: ArrayLike<number>): Told | null {
    const found = this.pyramid.at(spot);
    if (!found) return null;
    const { low, high } = found.box;
    const part = (axis: 0 | 1) => Math.floor((SIDE * (spot[axis]! - low[axis])) / (high[axis] - low[axis]));
    const [column, row] = [part(0), SIDE - 1 - part(1)];
    const [wide, tall] = [(high[0] - low[0]) / SIDE, (high[1] - low[1]) / SIDE];
    const cell = row * SIDE + column;
    const length = found.tile.bytes.length / (SIDE * SIDE);
    return {
      spot: [low[0] + (column + 0.5) * wide, high[1] - (row + 0.5) * tall],
      size: [wide, tall],
      trust: found.tile.trust[cell]!,
      pixels: Float32Array.from(
        found.tile.bytes.subarray(cell * length, (cell + 1) * length),
        (byte) => byte / 255,
      ),
    };
  }

  async #make(tiles: readonly TileAt[], theme: Theme, signal: AbortSignal): Promise<Pictures[]> {
    const { scene, decoder, recording } = this.#ground;
    const shown = this.#shown;
    const [h, w, c] = scene.shape;
    const ink = c === 1 && (await isOnDark(scene, recording)) ? INK[theme] : null;
    const grids = tiles.map((tile) => middles(shown, boxOfTile(this.#lattice, tile), SIDE, SIDE));
    const spots = {
      ...{ columns: SIDE, rows: SIDE * tiles.length },
      latents: joined(grids.map(({ latents }) => latents)),
      trust: joined(grids.map(({ trust }) => trust)),
    };
    const size = h * w * c;
    const pixels = await trusted(spots, size, (rows) => decoder.quietly(shown.epoch, rows, "images", signal));
    return grids.map(({ trust }, i) => {
      const own = pixels.subarray(i * trust.length * size, (i + 1) * trust.length * size);
      const bytes = toBytes(own);
      const picture = trust.some((each) => each >= LEAST_TRUST) ? drawn(bytes, trust, scene, ink) : null;
      const weight = bytes.length + 4 * (picture ? picture.width * picture.height : 0);
      return { picture, bytes, trust, weight };
    });
  }
}

/** The pictures of a tile side by side; ink lets the paper show, and what is not believed fades. */
function drawn(bytes: Uint8ClampedArray, trust: Float32Array, { shape }: Scene, ink: Rgb | null) {
  const [h, w, c] = shape;
  const shrink = Math.max(1, Math.round(Math.max(h, w) / KEPT));
  const small = shrink === 1 ? bytes : shrunk(bytes, shape, shrink);
  const [tall, wide] = [Math.floor(h / shrink), Math.floor(w / shrink)];
  const picture = document.createElement("canvas");
  picture.width = SIDE * wide;
  picture.height = SIDE * tall;
  const image = new ImageData(picture.width, picture.height);
  // 0xAABBGGRR: whole pixels are written at once, since there are half a million in a window.
  const pixels = new Uint32Array(image.data.buffer);
  const [red, green, blue] = ink ?? [0, 0, 0];
  const colour = red | (green << 8) | (blue << 16);
  for (let cell = 0, from = 0; cell < SIDE * SIDE; cell++) {
    const believed = faith(trust[cell]!);
    const opaque = Math.round(255 * believed) << 24;
    const corner = Math.floor(cell / SIDE) * tall * picture.width + (cell % SIDE) * wide;
    for (let y = 0; y < tall; y++) {
      const end = corner + y * picture.width + wide;
      for (let to = end - wide; to < end; to++, from += c) {
        const first = small[from]!;
        if (ink) pixels[to] = (Math.round(first * believed) << 24) | colour;
        else if (c === 1) pixels[to] = opaque | (first * 0x010101);
        else pixels[to] = opaque | first | (small[from + 1]! << 8) | (small[from + 2]! << 16);
      }
    }
  }
  picture.getContext("2d")?.putImageData(image, 0, 0);
  return picture;
}

/** Pictures (m, h, w, c) of so many times fewer pixels a side: each the mean of a square. */
function shrunk(bytes: Uint8ClampedArray, [h, w, c]: Scene["shape"], by: number): Uint8ClampedArray {
  const [tall, wide] = [Math.floor(h / by), Math.floor(w / by)];
  const pictures = bytes.length / (h * w * c);
  const small = new Uint8ClampedArray(pictures * tall * wide * c);
  for (let at = 0; at < small.length; at++) {
    const channel = at % c;
    const x = Math.floor(at / c) % wide;
    const y = Math.floor(at / (c * wide)) % tall;
    const corner = (Math.floor(at / (c * wide * tall)) * h * w + y * by * w + x * by) * c + channel;
    let sum = 0;
    for (let dy = 0; dy < by; dy++) for (let dx = 0; dx < by; dx++) sum += bytes[corner + (dy * w + dx) * c]!;
    small[at] = sum / (by * by);
  }
  return small;
}

function toBytes(pixels: Float32Array): Uint8ClampedArray {
  const bytes = new Uint8ClampedArray(pixels.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 255 * pixels[i]!;
  return bytes;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const SAMPLE = 48;
const DARK = 64;
const known = new WeakMap<Scene, Promise<boolean>>();

/** Are the images drawn on dark ground, as digits are? Then their brightness is ink; a photograph's is not. */
function isOnDark(scene: Scene, recording: Pick<Recording, "tile">): Promise<boolean> {
  const found = known.get(scene);
  if (found) return found;
  const asked = rimOf(scene, recording).then(
    (rim) => rim < DARK,
    () => true,
  );
  known.set(scene, asked);
  return asked;
}

/** How bright the rims of the first images are, in the middle of them, from 0 to 255. */
async function rimOf({ n, shape, atlas }: Scene, recording: Pick<Recording, "tile">): Promise<number> {
  const [h, w] = shape;
  const brush = new OffscreenCanvas(w, h).getContext("2d", { willReadFrequently: true });
  const rims: number[] = [];
  for (let i = 0; brush && i < Math.min(n, SAMPLE, atlas.columns * atlas.rows); i++) {
    const { page, x, y } = await recording.tile(i);
    brush.drawImage(page, x, y, w, h, 0, 0, w, h);
    const { data } = brush.getImageData(0, 0, w, h);
    let [sum, count] = [0, 0];
    for (let row = 0; row < h; row++) {
      const step = row === 0 || row === h - 1 ? 1 : Math.max(1, w - 1);
      for (let column = 0; column < w; column += step) {
        sum += data[4 * (row * w + column)]!;
        count++;
      }
    }
    rims.push(sum / count);
  }
  return rims.sort((a, b) => a - b)[Math.floor(rims.length / 2)] ?? 0;
}
