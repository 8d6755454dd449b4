/** Follows one place in latent space: its decoded picture, the nearest image, and that image decoded. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import { type Fault, faultOf } from "./faults";
import { latest } from "./latest";
import type { Linked, Near } from "./links";
import type { Latents } from "./nearest";
import { awaiting, paced } from "./paced";
import type { Shown } from "./recording";
import type { Place, Store } from "./store";

/** Decoded numbers in [0, 1], (h, w, c), and what they are a picture of. */
export interface Picture {
  readonly pixels: Float32Array;
  readonly latent: Float32Array;
  readonly epoch: number;
  /** The image whose latent that is, where it was asked for as such. */
  readonly image?: number;
  /** performance.now() when it was asked for, or the hand moved that it is under. */
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
  readonly neighbour: ReadonlySignal<Near | null>;
  /** Both, as they are marked: while a training wants the processor together with the picture, in one frame and not in two. */
  readonly seen: ReadonlySignal<Reading>;
  /** Both, as they are told in words and small pictures: while a training wants the processor, not at every move. */
  readonly reading: ReadonlySignal<Reading>;
  /** The picture, as it is shown among those. */
  readonly toldPicture: ReadonlySignal<Picture | null>;
  readonly neighbourPicture: ReadonlySignal<Picture | null>;
  readonly fault: ReadonlySignal<ProbeFault | null>;
  dispose(): void;
}

export interface Reading {
  readonly place: Place | null;
  readonly neighbour: Near | null;
}

interface Request {
  readonly latent: Float32Array;
  readonly epoch: number;
  readonly image?: number;
  readonly asked: number;
}

/** A side of the page: the frame that is drawn there, its latents, and what decodes them. */
export interface Outlook {
  readonly shown: ReadonlySignal<Shown | null>;
  readonly latents: ReadonlySignal<Latents | null>;
  readonly decoder: Decoder;
}

/** How long what shows a place waits for its picture: few take longer. */
const PICTURE_MS = 24;
/** How long what is told beside the map waits for the hand's next move, to be painted with it. */
const NEXT_MS = 60;

/** `awake` holds decoding back until the first map is painted. `pause`: milliseconds between two readings. */
export function createProbe(
  { shown, latents, decoder }: Outlook,
  { place, neighbour }: Linked,
  awake: ReadonlySignal<boolean>,
  pause: () => number = () => 0,
): Probe {
  const fault = signal<ProbeFault | null>(null);
  const again = signal(0);
  const retry = () => {
    decoder.restart();
    again.value++;
  };
  const [picture, ask] = decoded(decoder, (thrown, { latent, epoch }) => {
    fault.value = { ...faultOf(thrown, retry, `epoch ${epoch} does not decode`), latent, epoch };
  });
  const [neighbourDecoded, askNeighbour] = decoded(decoder, () => {});

  const now = computed<Reading>(() => ({ place: place.value, neighbour: neighbour.value }));
  const seen = signal(now.peek());
  const withPicture = awaiting(
    () => {
      seen.value = now.peek();
    },
    () => (pause() > 0 ? PICTURE_MS : 0),
  );
  const next = () => (pause() > 0 ? NEXT_MS : 0);
  const reading = paced<Reading>(
    seen,
    pause,
    (before, now) => !before.place !== !now.place || !before.neighbour !== !now.neighbour,
    next,
  );
  const toldPicture = signal<Picture | null>(null);
  const neighbourPicture = signal<Picture | null>(null);
  const withNext = awaiting(() => {
    neighbourPicture.value = neighbourDecoded.peek();
  }, next);
  const neighbourKey = computed(() => {
    const found = reading.value.value.neighbour;
    return found ? `${found.epoch}/${found.index}` : "";
  });

  let moved: number | undefined;
  const undo = [
    effect(() => {
      void now.value;
      withPicture.ask();
    }),
    effect(() => {
      if (picture.value) withPicture.there();
    }),
    withPicture.undo,
    effect(() => {
      void reading.value.value;
      toldPicture.value = picture.peek();
    }),
    effect(() => {
      // It came after what is told of its place.
      const now = picture.value;
      const late = now?.latent === reading.value.peek().place?.latent;
      if (pause() <= 0 || !now || !toldPicture.peek() || late) toldPicture.value = now;
    }),
    effect(() => {
      if (neighbourDecoded.value) withNext.ask();
      else neighbourPicture.value = null;
    }),
    effect(() => {
      void seen.value;
      withNext.there();
    }),
    withNext.undo,
    effect(() => {
      void again.value;
      const at = place.value;
      const epoch = shown.value?.epoch;
      if (fault.peek()?.epoch !== epoch) fault.value = null;
      if (!at || epoch === undefined) {
        ask(null);
        return;
      }
      // Of the same move again, at another epoch, it is asked for now.
      const asked = at.since === undefined || at.since === moved ? performance.now() : at.since;
      moved = at.since;
      if (awake.value) ask({ latent: at.latent, epoch, asked });
    }),
    effect(() => {
      if (picture.value) fault.value = null;
    }),
    effect(() => {
      void again.value;
      const [epoch, index] = neighbourKey.value.split("/").map(Number);
      const known = latents.peek();
      if (!awake.value || !known || epoch === undefined || index === undefined) return;
      const latent = known.mean.slice(index * known.d, (index + 1) * known.d);
      askNeighbour({ latent, epoch, image: index, asked: performance.now() });
    }),
  ];
  return {
    place,
    picture,
    neighbour,
    seen,
    reading: reading.value,
    toldPicture,
    neighbourPicture,
    fault,
    dispose() {
      reading.undo();
      for (const call of undo) call();
    },
  };
}

/** Follows a place of the map itself, of which nobody asks for the nearest image. */
export function probeHere(
  store: Store,
  decoder: Decoder,
  place: ReadonlySignal<Place | null>,
  awake: ReadonlySignal<boolean>,
): Probe {
  const { shown, latents } = store;
  return createProbe({ shown, latents, decoder }, { place, neighbour: signal(null) }, awake);
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
