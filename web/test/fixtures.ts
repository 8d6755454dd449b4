/** Made-up scenes, files and probes for the tests. */
import { computed, signal } from "@preact/signals-core";
import type { Near } from "../src/links";
import type { Picture, Probe, ProbeFault } from "../src/probe";
import { parseScene, type Scene } from "../src/scene";
import type { Place } from "../src/store";

type Given = Readonly<Record<string, { shape: readonly number[]; data: Float32Array | Int32Array }>>;

/** A safetensors file as the Python side writes it: the header padded to eight bytes. */
export function tensorFile(given: Given): ArrayBuffer {
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(given)) {
    const dtype = data instanceof Float32Array ? "F32" : "I32";
    header[name] = { dtype, shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const body = new Uint8Array(at);
  let to = 0;
  for (const { data } of Object.values(given)) {
    body.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), to);
    to += data.byteLength;
  }
  return rawFile(JSON.stringify(header), body);
}

export function rawFile(header: string, body: Uint8Array = new Uint8Array()): ArrayBuffer {
  const text = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes.buffer;
}

/** scene.json of four images with two latents, with a flat map of two dimensions and one of three. */
export function sceneJson(): Record<string, unknown> {
  return {
    format: 1,
    title: "four images",
    model: { name: "vae", options: {}, latent_dim: 3 },
    images: { n: 4, shape: [2, 2, 1], atlas: { files: ["images/atlas-000.webp"], columns: 4, rows: 1 } },
    channels: [
      { name: "label", kind: "class", values: ["cat", "dog"] },
      { name: "loss", kind: "number" },
    ],
    epochs: [0, 1, 2, 5].map((epoch) => ({
      epoch,
      losses: { train: epoch ? 9 - epoch : null, validation: 9 },
    })),
    maps: [
      {
        name: "plane",
        projection: "plane",
        dims: 2,
        way: "flat",
        epochs: [0, 1, 2, 5],
        extent: [
          [-1, -1],
          [1, 1],
        ],
      },
      {
        name: "space",
        projection: "plane",
        dims: 3,
        way: "flat",
        epochs: [5, 2],
        extent: [
          [0, 0, 0],
          [1, 1, 1],
        ],
      },
    ],
    graphs: { decoder: "model/decoder.onnx" },
    live: [],
  };
}

export function aScene(): Scene {
  return parseScene(sceneJson());
}

/** A place that is looked at, whose every part is set by hand. */
export function aProbe() {
  const place = signal<Place | null>(null);
  const neighbour = signal<Near | null>(null);
  const picture = signal<Picture | null>(null);
  const reading = computed(() => ({ place: place.value, neighbour: neighbour.value }));
  return {
    ...{ place, neighbour, reading, seen: reading, picture, toldPicture: picture },
    neighbourPicture: signal<Picture | null>(null),
    fault: signal<ProbeFault | null>(null),
    dispose() {},
  } satisfies Probe;
}
