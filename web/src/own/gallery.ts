/** The pictures that the person brought: kept here, encoded by each epoch that is shown, sent nowhere. */
import { batch, effect, type ReadonlySignal } from "@preact/signals-core";
import type { Decoder } from "../decoder/client";
import { faultOf, Trouble } from "../faults";
import { latest } from "../latest";
import type { Scene } from "../scene";
import type { Encoded, Own, Store } from "../store";

/** How many are kept. */
export const MOST = 8;

export interface Gallery {
  /** Keeps a picture (h, w, c) in [0, 1] and looks at it; its id. Throws a Trouble where there are MOST already. */
  add(pixels: Float32Array, name: string): number;
  /** Another picture in the place of one, as while it is drawn. */
  change(id: number, pixels: Float32Array): void;
  remove(id: number): void;
  dispose(): void;
}

/** Can pictures be encoded at all? */
export function canEncode({ graphs, live }: Scene): boolean {
  return graphs.encoder !== undefined || live.includes("encode");
}

interface Request {
  readonly epoch: number;
  readonly pictures: readonly Own[];
}

export function createGallery(
  scene: Scene,
  store: Store,
  decoder: Decoder,
  awake: ReadonlySignal<boolean>,
): Gallery {
  // An address may have brought some.
  let next = 1 + Math.max(0, ...store.own.peek().map(({ id }) => id));
  const size = scene.shape.reduce((product, side) => product * side, 1);
  const encode = latest<Request, Float32Array>(
    ({ epoch, pictures }) => {
      const all = new Float32Array(size * pictures.length);
      for (const [i, { pixels }] of pictures.entries()) all.set(pixels, i * size);
      return decoder.encode(epoch, all);
    },
    (latents, { epoch, pictures }) => {
      const d = scene.latentDim;
      const told = new Map(store.encoded.peek());
      const kept = new Set(store.own.peek().map(({ id }) => id));
      for (const [i, { id, pixels }] of pictures.entries()) {
        if (!kept.has(id)) continue;
        told.set(id, { epoch, pixels, latent: latents.slice(i * d, (i + 1) * d) });
      }
      batch(() => {
        store.ownFault.value = null;
        store.encoded.value = told;
      });
    },
    (thrown, asked) => {
      const retry = () => {
        decoder.restart();
        encode(asked);
      };
      store.ownFault.value = faultOf(thrown, retry, "your image is not encoded");
    },
  );
  const dispose = effect(() => {
    const epoch = store.shown.value?.epoch;
    const pictures = store.own.value;
    const told = store.encoded.peek();
    if (epoch === undefined || !awake.value) return;
    const due = pictures.filter(({ id, pixels }) => !isOf(told.get(id), pixels, epoch));
    if (due.length > 0) encode({ epoch, pictures: due });
  });
  return {
    add(pixels, name) {
      const kept = store.own.peek();
      if (kept.length >= MOST) {
        throw new Trouble(`${MOST} own images are kept at most`, "remove one of them first");
      }
      next = 1 + Math.max(next - 1, ...kept.map(({ id }) => id));
      const id = next++;
      batch(() => {
        store.own.value = [...kept, { id, name, pixels }];
        store.pin.value = { by: "own", id };
      });
      return id;
    },
    change(id, pixels) {
      store.own.value = store.own.peek().map((one) => (one.id === id ? { ...one, pixels } : one));
    },
    remove(id) {
      const pin = store.pin.peek();
      batch(() => {
        store.own.value = store.own.peek().filter((one) => one.id !== id);
        const told = new Map(store.encoded.peek());
        told.delete(id);
        store.encoded.value = told;
        if (pin?.by === "own" && pin.id === id) store.pin.value = null;
      });
    },
    dispose,
  };
}

function isOf(told: Encoded | undefined, pixels: Float32Array, epoch: number): boolean {
  return told?.pixels === pixels && told.epoch === epoch;
}
