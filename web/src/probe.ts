/** Follows one place in latent space: its decoded picture, the nearest image, and that image decoded. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import { asTrouble } from "./faults";
import { latest } from "./latest";
import { type Neighbour, nearest } from "./nearest";
import type { Fault, Place, Store } from "./store";

/** Decoded numbers in [0, 1], (h, w, c), and what they are a picture of. */
export interface Picture {
  readonly pixels: Float32Array;
  readonly latent: Float32Array;
  readonly epoch: number;
  /** performance.now() when it was asked for. */
  readonly asked: number;
}

/** Why the picture of that latent at that epoch could not be made. */
export interface ProbeFault extends Fault {
  readonly latent: Float32Array;
  readonly epoch: number;
}

export interface Probe {
  readonly place: ReadonlySignal<Place | null>;
  readonly picture: ReadonlySignal<Picture | null>;
  /** The nearest image by latent distance; for an image's own place, the nearest other one. */
  readonly neighbour: ReadonlySignal<(Neighbour & { readonly epoch: number }) | null>;
  readonly neighbourPicture: ReadonlySignal<Picture | null>;
  readonly fault: ReadonlySignal<ProbeFault | null>;
  dispose(): void;
}

interface Request {
  readonly latent: Float32Array;
  readonly epoch: number;
  readonly asked: number;
}

/** `awake` holds decoding back until the first map is painted. */
export function createProbe(
  store: Store,
  decoder: Decoder,
  place: ReadonlySignal<Place | null>,
  awake: ReadonlySignal<boolean>,
): Probe {
  const fault = signal<ProbeFault | null>(null);
  const again = signal(0);
  const retry = () => {
    decoder.restart();
    again.value++;
  };
  const [picture, ask] = decoded(decoder, (thrown, { latent, epoch }) => {
    const { message, hint } = asTrouble(thrown);
    fault.value = { message: `epoch ${epoch} does not decode: ${message}`, hint, retry, latent, epoch };
  });
  const [neighbourPicture, askNeighbour] = decoded(decoder, () => {});

  const neighbour = neighbourOf(store, place);
  const neighbourKey = computed(() => {
    const found = neighbour.value;
    return found ? `${found.epoch}/${found.index}` : "";
  });

  const undo = [
    effect(() => {
      void again.value;
      const at = place.value;
      const epoch = store.shown.value?.epoch;
      if (fault.peek()?.epoch !== epoch) fault.value = null;
      if (!at || epoch === undefined) {
        ask(null);
        return;
      }
      if (awake.value) ask({ latent: at.latent, epoch, asked: performance.now() });
    }),
    effect(() => {
      if (picture.value) fault.value = null;
    }),
    effect(() => {
      void again.value;
      const [epoch, index] = neighbourKey.value.split("/").map(Number);
      const latents = store.latents.peek();
      if (!awake.value || !latents || epoch === undefined || index === undefined) return;
      const latent = latents.mean.slice(index * latents.d, (index + 1) * latents.d);
      askNeighbour({ latent, epoch, asked: performance.now() });
    }),
  ];
  return {
    place,
    picture,
    neighbour,
    neighbourPicture,
    fault,
    dispose() {
      for (const call of undo) call();
    },
  };
}

/** The nearest image, once the latents of the drawn epoch are here. */
function neighbourOf(store: Store, place: ReadonlySignal<Place | null>): Probe["neighbour"] {
  let guess = -1;
  return computed(() => {
    const at = place.value;
    const latents = store.latents.value;
    if (!at || !latents || latents.epoch !== store.shown.value?.epoch) return null;
    const found = nearest(latents, at.latent, at.image, guess);
    guess = found?.index ?? -1;
    return found && { ...found, epoch: latents.epoch };
  });
}

/** A picture that follows requests, the newest winning, and the way to ask. `ask(null)` clears it. */
function decoded(decoder: Decoder, failed: (thrown: unknown, asked: Request) => void) {
  const picture = signal<Picture | null>(null);
  const pass = latest<Request, Float32Array>(
    ({ latent, epoch }) => decoder.decode(epoch, latent),
    (pixels, asked) => {
      picture.value = { pixels, ...asked };
    },
    (thrown, asked) => {
      picture.value = null; // an older picture would pass for this one
      failed(thrown, asked);
    },
  );
  const ask = (asked: Request | null) => {
    pass(asked);
    if (asked === null) picture.value = null;
  };
  return [picture as ReadonlySignal<Picture | null>, ask] as const;
}
