/** Fetches what the store asks for: frames, latents, columns, and neighbouring epochs before they are asked for. */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import { type Fault, faultOf } from "./faults";
import type { Latents } from "./nearest";
import { epochBeside } from "./pairing";
import type { Column, Recording, Shown } from "./recording";
import type { Scene } from "./scene";
import { type Store, snap } from "./store";

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
    let current = true;
    store.frameFault.value = null; // it was of what was asked for before
    recording.frame(map, epoch).then(
      (shown) => {
        if (!current) return;
        const before = store.shown.peek();
        batch(() => {
          store.frameFault.value = null;
          store.shown.value = shown;
          draw(shown, before);
        });
      },
      (thrown: unknown) => {
        if (current) store.frameFault.value = { ...faultOf(thrown, () => again.value++), map, epoch };
      },
    );
    return () => {
      current = false;
    };
  });
}

/** Fetches the map beside, at the epoch that its pace asks for or the nearest that it has. */
export function followBeside(
  store: Store,
  recording: Recording,
  draw: (shown: Shown, before: Shown | null) => void,
) {
  const again = signal(0);
  return effect(() => {
    void again.value;
    const [map, pace] = [store.besideMap.value, store.beside.value?.pace];
    const main = store.shown.value?.epoch;
    store.besideFault.value = null;
    if (!map || !pace || main === undefined) return;
    const epoch = snap(map.epochs, epochBeside(pace, main));
    let current = true;
    if (pace.by === "follow") {
      const next = map.epochs[map.epochs.indexOf(epoch) + 1];
      if (next !== undefined) recording.frame(map, next).catch(() => {});
    }
    recording.frame(map, epoch).then(
      (shown) => {
        if (!current) return;
        const before = store.besideShown.peek();
        if (before?.map === map && before.epoch === epoch) return;
        batch(() => {
          store.besideShown.value = shown;
          draw(shown, before);
        });
      },
      (thrown: unknown) => {
        if (!current) return;
        store.besideFault.value = faultOf(thrown, () => again.value++, `epoch ${epoch} unreadable`);
      },
    );
    return () => {
      current = false;
    };
  });
}

/** The latents of the frame that is shown on a side. */
export function followLatents(
  shown: ReadonlySignal<Shown | null>,
  recording: Recording,
  latents: Signal<Latents | null>,
  fault: Signal<Fault | null>,
) {
  const again = signal(0);
  const wanted = computed(() => shown.value?.epoch);
  return effect(() => {
    void again.value;
    const epoch = wanted.value;
    if (epoch === undefined) return undefined;
    let current = true; // until another epoch is shown, or another run in the same place
    fault.value = null;
    recording.latents(epoch).then(
      (told) => {
        if (!current) return;
        batch(() => {
          fault.value = null;
          latents.value = told;
        });
      },
      (thrown: unknown) => {
        if (current) fault.value = faultOf(thrown, () => again.value++);
      },
    );
    return () => {
      current = false;
    };
  });
}

/** What is known of each image at once; what is measured on the model when it is asked for. */
export function followColumns(
  { channels }: Scene,
  { colour }: Store,
  recording: Recording,
  columns: Signal<ReadonlyMap<string, Column> | null>,
  fault: Signal<Fault | null>,
) {
  const again = signal(0);
  const wanted = computed(() => channels.find(({ name }) => name === colour.value)?.measured);
  return effect(() => {
    void again.value;
    // Measured anew, it is another object.
    const file = columns.value ? wanted.value?.file : undefined;
    let current = true;
    fault.value = null;
    recording.columns(file).then(
      (told) => {
        if (!current) return;
        const known = columns.peek();
        if (known && [...told].every(([name, column]) => known.get(name) === column)) return;
        columns.value = new Map([...(known ?? []), ...told]);
      },
      (thrown: unknown) => {
        if (current) fault.value = faultOf(thrown, () => again.value++);
      },
    );
    return () => {
      current = false;
    };
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
