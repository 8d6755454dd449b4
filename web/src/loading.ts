/** Fetches what the store asks for: frames, latents, columns, and neighbouring epochs before they are asked for. */
import { batch, computed, effect, signal } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import { asTrouble } from "./faults";
import type { Recording, Shown } from "./recording";
import type { Scene } from "./scene";
import { type Fault, type Store, snap } from "./store";

/** Fetches what is asked for; only the newest answer counts, and a failing one leaves the last frame standing. */
export function followFrames(
  store: Store,
  recording: Recording,
  draw: (shown: Shown, before: Shown | null) => void,
) {
  const again = signal(0);
  return effect(() => {
    void again.value;
    const map = store.map.value;
    const epoch = store.epoch.value;
    const current = () => store.map.peek() === map && store.epoch.peek() === epoch;
    store.frameFault.value = null; // it was of what was asked for before
    recording.frame(map, epoch).then(
      (shown) => {
        if (!current()) return;
        const before = store.shown.peek();
        batch(() => {
          store.frameFault.value = null;
          store.shown.value = shown;
          draw(shown, before);
        });
      },
      (thrown: unknown) => {
        if (current()) store.frameFault.value = { ...faultOf(thrown, () => again.value++), map, epoch };
      },
    );
  });
}

/** Fetches the map beside, at the epoch that is drawn or the nearest that it has. */
export function followBeside(
  store: Store,
  recording: Recording,
  draw: (shown: Shown, before: Shown | null) => void,
) {
  const again = signal(0);
  return effect(() => {
    void again.value;
    const map = store.beside.value;
    const asked = store.shown.value?.epoch;
    store.besideFault.value = null;
    if (!map) store.besideShown.value = null;
    if (!map || asked === undefined) return;
    const epoch = snap(map.epochs, asked);
    const current = () => store.beside.peek() === map && store.shown.peek()?.epoch === asked;
    recording.frame(map, epoch).then(
      (shown) => {
        if (!current()) return;
        const before = store.besideShown.peek();
        if (before?.map === map && before.epoch === epoch) return;
        batch(() => {
          store.besideShown.value = shown;
          draw(shown, before);
        });
      },
      (thrown: unknown) => {
        if (current()) store.besideFault.value = { ...faultOf(thrown, () => again.value++), map, epoch };
      },
    );
  });
}

export function followLatents(store: Store, recording: Recording) {
  const again = signal(0);
  return effect(() => {
    void again.value;
    const epoch = store.shown.value?.epoch;
    if (epoch === undefined) return;
    const current = () => store.shown.peek()?.epoch === epoch;
    store.latentsFault.value = null;
    recording.latents(epoch).then(
      (latents) => {
        if (!current()) return;
        batch(() => {
          store.latentsFault.value = null;
          store.latents.value = latents;
        });
      },
      (thrown: unknown) => {
        if (current()) store.latentsFault.value = faultOf(thrown, () => again.value++);
      },
    );
  });
}

/** What is known of each image at once; what is measured on the model when it is asked for. */
export function followColumns({ channels }: Scene, store: Store, recording: Recording) {
  const again = signal(0);
  const wanted = computed(() => channels.find(({ name }) => name === store.colour.value)?.measured?.file);
  return effect(() => {
    void again.value;
    const file = store.columns.value ? wanted.value : undefined;
    store.columnsFault.value = null;
    recording.columns(file).then(
      (columns) => {
        const known = store.columns.peek();
        if (known && [...columns.keys()].every((name) => known.has(name))) return;
        store.columns.value = new Map([...(known ?? []), ...columns]);
      },
      (thrown: unknown) => {
        store.columnsFault.value = faultOf(thrown, () => again.value++);
      },
    );
  });
}

/** Has the neighbouring epochs at hand before they are asked for. */
export function prefetch(store: Store, recording: Recording, decoder: Decoder) {
  return effect(() => {
    const shown = store.shown.value;
    if (!shown || decoder.state.value !== "here") return;
    const { epochs } = shown.map;
    const at = epochs.indexOf(shown.epoch);
    const timer = setTimeout(() => {
      for (const epoch of [epochs[at + 1], epochs[at - 1]]) {
        if (epoch === undefined) continue;
        recording.frame(shown.map, epoch).catch(() => {});
        recording.latents(epoch).catch(() => {});
        decoder.prepare(epoch);
      }
    }, 80);
    return () => clearTimeout(timer);
  });
}

function faultOf(thrown: unknown, retry: () => void): Fault {
  const { message, hint } = asTrouble(thrown);
  return { message, hint, retry };
}
