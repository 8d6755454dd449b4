/** One scene being explored: loads what the store asks for, draws it, and says what a person may do. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { createDecoder, type Decoder } from "./decoder/client";
import { asTrouble } from "./faults";
import { fitBetween, type Insets } from "./framing";
import { type Camera, createMap, type PlanarMap } from "./map";
import { colourAlone, colourClasses, colourNumbers, type Rgb } from "./palette";
import { createProbe, type Picture, type Probe } from "./probe";
import { createRecording, type Recording, type Shown } from "./recording";
import type { Scene } from "./scene";
import type { Source } from "./source";
import { createStore, type Fault, type Store, snap, visibleOf } from "./store";

export interface Explorer {
  readonly scene: Scene;
  readonly store: Store;
  readonly map: PlanarMap;
  /** The element that the map is drawn in, and that hands and keys act upon. */
  readonly surface: HTMLElement;
  readonly recording: Recording;
  readonly decoder: Decoder;
  /** What lies under the cursor, and what is pinned. */
  readonly hover: Probe;
  readonly pinned: Probe;
  /** The points of `shown` are on the screen. */
  readonly painted: ReadonlySignal<boolean>;
  /** Still on their way from the frame before. */
  readonly travelling: ReadonlySignal<boolean>;
  /** Shows the whole map in the part of the window that no panel covers. */
  fit(travelMs?: number): void;
  /** Milliseconds from the last moves of the cursor to their pictures being painted; newest last. */
  readonly hovers: readonly number[];
  /** To be called by a view that has just painted what is under the cursor. */
  paintedHover(picture: Picture): void;
  /** How long points travel between epochs; 0 where the person wants no motion. */
  travelMs(): number;
  dispose(): void;
}

export interface Surroundings {
  readonly surface: HTMLElement;
  readonly startWorker: () => Worker;
  /** The canvas' background in the theme of now. */
  readonly background: () => Rgb;
  /** What the panels cover, in pixels from each side. */
  readonly insets: () => Insets;
  /** Settings from the address, before anything is fetched. */
  readonly prepare: (store: Store) => void;
}

/** Milliseconds for which an epoch is shown at speed 1. */
export const EPOCH_MS = 700;
const HOVERS = 240;

export function createExplorer(scene: Scene, source: Source, around: Surroundings): Explorer {
  const store = createStore(scene);
  around.prepare(store);
  const recording = createRecording(scene, source);
  const map = createMap(around.surface);
  const decoder = createDecoder(scene, source, around.startWorker);
  const painted = signal(false);
  const travelling = signal(false);
  const awake = computed(() => painted.value && store.shown.value !== null);
  const hover = createProbe(store, decoder, store.cursor, awake);
  const pinned = createProbe(store, decoder, store.pinned, awake);

  const hovers: number[] = [];
  const paintedHover = ({ asked }: Picture) => {
    hovers.push(performance.now() - asked);
    if (hovers.length > HOVERS) hovers.shift();
  };

  const travelMs = () => (prefersStillness() ? 0 : EPOCH_MS / store.speed.peek());
  let held: Camera | null = null;
  const showWhole = (ms = 0) => {
    held = null;
    store.camera.value = null;
    const shown = store.shown.peek();
    if (shown) fitBetween(map, shown, around.surface.getBoundingClientRect(), around.insets(), ms);
  };
  let arrival: ReturnType<typeof setTimeout> | undefined;
  const draw = (shown: Shown, before: Shown | null) => {
    const travels = before?.map === shown.map ? travelMs() : 0;
    const { points, map: entry } = shown;
    map.setFrame({ points, dims: entry.dims }, entry.extent, travels);
    if (before?.map !== entry) {
      held = store.camera.peek();
      if (held?.kind === `${entry.dims}d`) map.setCamera(held);
      else showWhole();
    }
    clearTimeout(arrival);
    travelling.value = travels > 0;
    arrival = setTimeout(() => {
      travelling.value = false;
    }, travels);
  };

  const resized = new ResizeObserver(() => {
    if (store.camera.peek() === null && store.shown.peek()) showWhole();
  });
  resized.observe(around.surface);
  const undo = [
    followFrames(store, recording, draw),
    followLatents(store, recording),
    followColumns(store, recording),
    followLooks(scene, store, map, around.background),
    map.onCamera((camera: Camera) => {
      held = camera;
      store.camera.value = camera;
    }),
    effect(() => {
      const camera = store.camera.value;
      if (camera === held || !store.shown.peek()) return;
      held = camera;
      if (camera) map.setCamera(camera);
      else showWhole();
    }),
    map.onDraw(() => {
      if (!painted.peek() && map.timings().firstPaint !== null) painted.value = true;
    }),
    effect(() => {
      if (scene.n === 0 && store.shown.value) painted.value = true;
    }),
    effect(() => {
      // Once, and only now: starting the runtime earlier would delay the map.
      const shown = store.shown.peek();
      if (awake.value && shown) decoder.prepare(shown.epoch);
    }),
    play(store, travelMs),
    prefetch(store, recording, decoder),
    () => resized.disconnect(),
    () => hover.dispose(),
    () => pinned.dispose(),
    () => decoder.dispose(),
    () => map.dispose(),
  ];
  return {
    ...{ scene, store, map, surface: around.surface, recording, decoder, hover, pinned, painted, travelling },
    ...{ hovers, paintedHover, fit: showWhole, travelMs },
    dispose() {
      for (const call of undo) call();
    },
  };
}

/** Fetches what is asked for; only the newest answer counts, and a failing one leaves the last frame standing. */
function followFrames(
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
        if (current()) store.frameFault.value = { ...faultOf(thrown, () => again.value++), epoch };
      },
    );
  });
}

function followLatents(store: Store, recording: Recording) {
  const again = signal(0);
  return effect(() => {
    void again.value;
    const epoch = store.shown.value?.epoch;
    if (epoch === undefined) return;
    const current = () => store.shown.peek()?.epoch === epoch;
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

function followColumns(store: Store, recording: Recording) {
  const again = signal(0);
  return effect(() => {
    void again.value;
    recording.columns().then(
      (columns) => {
        store.columnsFault.value = null;
        store.columns.value = columns;
      },
      (thrown: unknown) => {
        store.columnsFault.value = faultOf(thrown, () => again.value++);
      },
    );
  });
}

function followLooks(scene: Scene, store: Store, map: PlanarMap, background: () => Rgb) {
  return effect(() => {
    const theme = store.themeNow.value;
    const colouring = store.colouring.value;
    const visible = visibleOf(colouring, store.hidden.value);
    let colours: Uint8Array;
    if (!colouring) colours = colourAlone(scene.n, theme);
    else if (colouring.column instanceof Float32Array) {
      colours = colourNumbers(colouring.column, colouring.range, theme);
    } else colours = colourClasses(colouring.column, colouring.channel.values.length, theme);
    map.setAppearance({ colours, visible, size: 0, opacity: 0, background: background() });
  });
}

/** While playing, goes on to the next epoch once the one before has arrived; leaves out those that fail. */
function play(store: Store, travelMs: () => number) {
  return effect(() => {
    if (!store.playing.value) return;
    const { epochs } = store.map.value;
    const asked = store.epoch.value;
    const arrived = store.shown.value?.epoch === asked || store.frameFault.value?.epoch === asked;
    if (!arrived) return;
    if (asked === epochs.at(-1)) {
      store.playing.value = false;
      return;
    }
    const wait = Math.max(travelMs(), EPOCH_MS / store.speed.value);
    const timer = setTimeout(() => {
      store.epoch.value = epochs[epochs.indexOf(snap(epochs, asked)) + 1] ?? asked;
    }, wait);
    return () => clearTimeout(timer);
  });
}

/** Has the neighbouring epochs at hand before they are asked for. */
function prefetch(store: Store, recording: Recording, decoder: Decoder) {
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

function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
