/** The recorded arrays of a scene, fetched when they are looked at and kept for a while. */
import { Cache } from "./cache";
import { Trouble } from "./faults";
import type { Latents } from "./nearest";
import { epochName, type MapEntry, type Scene } from "./scene";
import type { Source } from "./source";
import { expect, floats, readTensors } from "./tensors";
import { readWay, type Way } from "./ways";

/** A map at one epoch: where each image lies, and the way back. */
export interface Shown {
  readonly map: MapEntry;
  readonly epoch: number;
  /** (n, dims) */
  readonly points: Float32Array;
  readonly way: Way;
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
  latents(epoch: number): Promise<Latents>;
  columns(): Promise<ReadonlyMap<string, Column>>;
  tile(index: number): Promise<Tile>;
}

const FRAMES = 24;
const LATENTS = 12;
const PAGES = 4;

export function createRecording(scene: Scene, source: Source): Recording {
  const entries = new Map(scene.maps.map((map) => [map.name, map]));
  const frames = new Cache<Shown>(FRAMES, async (key) => {
    const at = key.lastIndexOf("/");
    const map = entries.get(key.slice(0, at));
    if (!map) throw new Trouble(`there is no map '${key.slice(0, at)}'`);
    const epoch = Number(key.slice(at + 1));
    const path = `maps/${encodeURIComponent(map.name)}/${epochName(epoch)}.safetensors`;
    const tensors = await read(source, path);
    const points = floats(tensors, "points", [scene.n, map.dims]);
    return { map, epoch, points, way: readWay(map, tensors, scene.latentDim) };
  });
  const latents = new Cache<Latents>(LATENTS, async (key) => {
    const tensors = await read(source, `epochs/${epochName(Number(key))}/latents.safetensors`);
    return {
      epoch: Number(key),
      d: scene.latentDim,
      mean: floats(tensors, "mean", [scene.n, scene.latentDim]),
    };
  });
  const columns = new Cache<ReadonlyMap<string, Column>>(1, async () => {
    const found = new Map<string, Column>();
    if (scene.channels.length === 0) return found;
    const tensors = await read(source, "channels.safetensors");
    for (const { name, kind } of scene.channels) {
      const { data } = expect(tensors, name, [scene.n]);
      if (data instanceof Int32Array !== (kind === "class")) {
        throw new Trouble(`channels.safetensors: '${name}' is not of the kind that scene.json says`);
      }
      found.set(name, data);
    }
    return found;
  });
  const pages = new Cache<ImageBitmap>(PAGES, (path) => source.bitmap(path));
  return {
    frame: (map, epoch) => frames.get(`${map.name}/${epoch}`),
    latents: (epoch) => latents.get(String(epoch)),
    columns: () => columns.get("all"),
    async tile(index) {
      const { columns, rows, files } = scene.atlas;
      const [h, w] = scene.shape;
      const file = files[Math.floor(index / (columns * rows))];
      if (file === undefined) throw new Trouble(`there is no picture of image ${index}`);
      const x = (index % columns) * w;
      const y = (Math.floor(index / columns) % rows) * h;
      return { page: await pages.get(file), x, y };
    },
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
