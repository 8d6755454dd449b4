/** The recorded arrays of a scene, fetched when they are looked at and kept for a while. */
import { Cache } from "./cache";
import { Trouble } from "./faults";
import { Shelf } from "./layers/shelf";
import type { Latents } from "./nearest";
import { epochName, type MapEntry, type Scene } from "./scene";
import type { Source } from "./source";
import { expect, floats, readTensors } from "./tensors";
import { needsLatents, readWay, type Way } from "./ways";

/** A map at one epoch: where each image lies, and the way back. */
export interface Shown {
  readonly map: MapEntry;
  readonly epoch: number;
  /** (n, dims) */
  readonly points: Float32Array;
  readonly way: Way;
  /** (n,) in [0, 1]: the share of a point's true neighbours that are not near it on the map; where it was measured. */
  readonly distortion?: Float32Array;
}
/** Row by row, the k images nearest to each in latent space, nearest first. */
export interface Neighbours {
  readonly epoch: number;
  readonly k: number;
  readonly images: Uint32Array;
}
export type Column = Float32Array | Int32Array;

/** One tile of an atlas: the picture it is on, and where. */
export interface Tile {
  readonly page: ImageBitmap;
  readonly x: number;
  readonly y: number;
}

export interface Recording {
  /** Every method throws a Trouble. */
  frame(map: MapEntry, epoch: number): Promise<Shown>;
  /** The points of a frame alone, for whoever looks at many epochs: it takes none of the room that frames have. */
  points(map: MapEntry, epoch: number): Promise<Float32Array>;
  latents(epoch: number): Promise<Latents>;
  /** null where the scene has none of that epoch. */
  neighbours(epoch: number): Promise<Neighbours | null>;
  /** What is known of each image; with a file, what was measured into it. */
  columns(file?: string): Promise<ReadonlyMap<string, Column>>;
  tile(index: number): Promise<Tile>;
  /** The same in numbers: (h, w, c) in [0, 1]. */
  pixels(index: number): Promise<Float32Array>;
}

const CHANNELS = "channels.safetensors";
const FRAMES = 24;
const LATENTS = 12;
const PAGES = 4;
const POINTS_BYTES = 64 * 2 ** 20;

export function createRecording(scene: Scene, source: Source): Recording {
  /** Those that were asked for, by what their frames go by. */
  const entries = new Map<string, MapEntry>();
  const frames = new Cache<Shown>(FRAMES, async (key) => {
    const at = key.lastIndexOf("/");
    const map = entries.get(key.slice(0, at));
    if (!map) throw new Trouble(`there is no map '${key.slice(0, key.lastIndexOf("#"))}'`);
    const epoch = Number(key.slice(at + 1));
    const [tensors, known] = await Promise.all([
      read(source, pathOf(map, epoch)),
      needsLatents(map) ? latents.get(String(epoch)) : null,
    ]);
    const way = readWay(map, tensors, scene.latentDim, known);
    const points = tensors.has("points")
      ? floats(tensors, "points", [scene.n, map.dims])
      : spotsOf(way, map, await latents.get(String(epoch)));
    const shown = { map, epoch, points, way };
    if (!tensors.has("distortion")) return shown;
    return { ...shown, distortion: floats(tensors, "distortion", [scene.n]) };
  });
  const latents = new Cache<Latents>(LATENTS, async (key) => {
    const tensors = await read(source, `epochs/${epochName(Number(key))}/latents.safetensors`);
    return {
      epoch: Number(key),
      d: scene.latentDim,
      mean: floats(tensors, "mean", [scene.n, scene.latentDim]),
    };
  });
  const neighbours = new Cache<Neighbours>(1, async (key) => {
    const k = scene.neighbours?.k ?? 0;
    const { data } = expect(await read(source, "neighbours.safetensors"), "neighbours", [scene.n, k]);
    if (!(data instanceof Uint32Array) || data.some((index) => index >= scene.n)) {
      throw new Trouble("neighbours.safetensors: 'neighbours' must be U32 indices of images");
    }
    return { epoch: Number(key), k, images: data };
  });
  const measuredAt = (file: string) =>
    scene.channels.find(({ measured }) => measured?.file === file)?.measured?.epoch ?? "";
  const columns = new Cache<ReadonlyMap<string, Column>>(4, async (key) => {
    const file = key.slice(0, key.lastIndexOf("@"));
    const found = new Map<string, Column>();
    const held = scene.channels.filter(({ measured }) => (measured?.file ?? CHANNELS) === file);
    if (held.length === 0) return found;
    const tensors = await read(source, file);
    for (const { name, kind } of held) {
      const { data } = expect(tensors, name, [scene.n]);
      const fits = kind === "class" ? data instanceof Int32Array : data instanceof Float32Array;
      if (data instanceof Uint32Array || !fits) {
        throw new Trouble(`${file}: '${name}' is not of the kind that scene.json says`);
      }
      found.set(name, data);
    }
    return found;
  });
  const pages = new Cache<ImageBitmap>(PAGES, (path) => source.bitmap(path));
  const sheet = createSheet(scene.shape);
  async function tile(index: number): Promise<Tile> {
    const { columns, rows, files } = scene.atlas;
    const [h, w] = scene.shape;
    const file = files[Math.floor(index / (columns * rows))];
    if (file === undefined) throw new Trouble(`there is no picture of image ${index}`);
    const x = (index % columns) * w;
    const y = (Math.floor(index / columns) % rows) * h;
    return { page: await pages.get(file), x, y };
  }
  const shelf = new Shelf(POINTS_BYTES);
  async function points(map: MapEntry, epoch: number): Promise<Float32Array> {
    const key = keyOf(map, epoch);
    const frame = frames.kept(key);
    if (frame) return (await frame).points;
    const known = shelf.get<{ weight: number; points: Float32Array }>(key);
    if (known) return known.points;
    const tensors = await read(source, pathOf(map, epoch));
    // Copied: a view would keep the whole file.
    const told = tensors.has("points")
      ? floats(tensors, "points", [scene.n, map.dims]).slice()
      : spotsOf(readWay(map, tensors, scene.latentDim), map, await latents.get(String(epoch)));
    const kept = { weight: told.byteLength, points: told };
    shelf.put(key, kept);
    return told;
  }
  return {
    frame(map, epoch) {
      const key = keyOf(map, epoch);
      entries.set(key.slice(0, key.lastIndexOf("/")), map);
      return frames.get(key);
    },
    points,
    latents: (epoch) => latents.get(String(epoch)),
    neighbours: async (epoch) => (scene.neighbours?.epoch === epoch ? neighbours.get(String(epoch)) : null),
    columns: (file = CHANNELS) => columns.get(`${file}@${measuredAt(file)}`),
    tile,
    pixels: async (index) => sheet(await tile(index)),
  };
}

/** Where a flat map has its images: a static site does not store what follows from their latents. */
function spotsOf(way: Way, { dims }: MapEntry, { d, mean }: Latents): Float32Array {
  const n = mean.length / d;
  const points = new Float32Array(n * dims);
  for (let i = 0; i < n; i++) points.set(way.toSpot(mean.subarray(i * d, (i + 1) * d)), i * dims);
  return points;
}

/** A map that was made anew is another one. */
function keyOf({ name, dims, key }: MapEntry, epoch: number): string {
  return `${name}#${dims}${key}/${epoch}`;
}

function pathOf({ name }: MapEntry, epoch: number): string {
  return `maps/${encodeURIComponent(name)}/${epochName(epoch)}.safetensors`;
}

/** Reads the numbers of a tile; the canvas is made when it is first needed. */
function createSheet([h, w, c]: Scene["shape"]): (tile: Tile) => Float32Array {
  let brush: OffscreenCanvasRenderingContext2D | null = null;
  return ({ page, x, y }) => {
    brush ??= new OffscreenCanvas(w, h).getContext("2d", { willReadFrequently: true });
    if (!brush) throw new Trouble("this browser reads no pictures");
    brush.drawImage(page, x, y, w, h, 0, 0, w, h);
    const { data } = brush.getImageData(0, 0, w, h);
    const pixels = new Float32Array(h * w * c);
    for (let from = 0, to = 0; to < pixels.length; from += 4) {
      for (let k = 0; k < c; k++) pixels[to++] = data[from + k]! / 255;
    }
    return pixels;
  };
}

async function read(source: Source, path: string) {
  const bytes = await source.bytes(path);
  try {
    return readTensors(bytes);
  } catch (thrown) {
    if (thrown instanceof Trouble) throw new Trouble(`${path}: ${thrown.message}`, thrown.hint);
    throw thrown;
  }
}
