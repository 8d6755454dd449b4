/** One scene being explored: loads what the store asks for, draws it, and says what a person may do. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { createBeside, type Pane } from "./beside";
import { createDecoder, type Decoder } from "./decoder/client";
import type { Insets } from "./framing";
import { createGround } from "./ground";
import { createHistory, type History } from "./history";
import { followColumns, followFrames, followLatents, prefetch } from "./loading";
import { createMap, type PlanarMap } from "./map";
import { createGallery, type Gallery } from "./own/gallery";
import type { Rgb } from "./palette";
import { createProbe, type Picture, type Probe } from "./probe";
import { createRecording, type Recording } from "./recording";
import type { Scene } from "./scene";
import type { Source } from "./source";
import { createStage, followLooks } from "./stage";
import { createStore, type Store, snap } from "./store";

export interface Explorer {
  readonly scene: Scene;
  readonly store: Store;
  readonly map: PlanarMap;
  /** The element that the map is drawn in, and that hands and keys act upon. */
  readonly surface: HTMLElement;
  /** Where the map beside is drawn. */
  readonly besideSurface: HTMLElement;
  /** The map that is always there, and the one beside it. */
  readonly main: Pane;
  readonly beside: ReadonlySignal<Pane | null>;
  readonly recording: Recording;
  readonly history: History;
  readonly decoder: Decoder;
  /** What lies under the cursor, and what is pinned. */
  readonly hover: Probe;
  readonly pinned: Probe;
  /** The pictures that the person brought. */
  readonly gallery: Gallery;
  /** The points of `shown` are on the screen. */
  readonly painted: ReadonlySignal<boolean>;
  /** Still on their way from the frame before. */
  readonly travelling: ReadonlySignal<boolean>;
  /** Shows the whole of each map in the part of the window that no panel covers. */
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
  readonly besideSurface: HTMLElement;
  readonly startWorker: () => Worker;
  /** The canvas' background in the theme of now. */
  readonly background: () => Rgb;
  /** What the panels cover of an element, in pixels from each side. */
  readonly insets: (surface: HTMLElement) => Insets;
  /** Settings from the address, before anything is fetched. */
  readonly prepare: (store: Store) => void;
}

/** Milliseconds for which an epoch is shown at speed 1. */
export const EPOCH_MS = 700;
const HOVERS = 240;

export function createExplorer(scene: Scene, source: Source, around: Surroundings): Explorer {
  const { surface, besideSurface, background } = around;
  const store = createStore(scene);
  around.prepare(store);
  const recording = createRecording(scene, source);
  const decoder = createDecoder(scene, source, around.startWorker);
  const map = createMap(surface);
  const travelMs = () => (prefersStillness() ? 0 : EPOCH_MS / store.speed.peek());
  const stage = createStage(store, map, surface, () => around.insets(surface), travelMs);
  const insets = () => around.insets(besideSurface);
  const second = { surface: besideSurface, insets, background, travelMs, decoder };
  const beside = createBeside(scene, store, recording, second);
  const painted = signal(false);
  const awake = computed(() => painted.value && store.shown.value !== null);
  const hover = createProbe(store, decoder, store.cursor, awake);
  const pinned = createProbe(store, decoder, store.pinned, awake);
  const ground = createGround(scene, store, { map, shown: store.shown, recording, decoder });
  const history = createHistory(store);
  const gallery = createGallery(scene, store, decoder, awake);
  const hovers: number[] = [];
  const undo = [
    followFrames(store, recording, stage.draw),
    followLatents(store, recording),
    followColumns(scene, store, recording),
    followLooks(scene, store, map, background),
    map.onDraw(() => {
      if (map.timings().firstPaint !== null) painted.value = true;
    }),
    effect(() => {
      // Of an empty set nothing will ever be painted.
      if (scene.n === 0 && store.shown.value) painted.value = true;
    }),
    effect(() => {
      // Once, and only now: starting the runtime earlier would delay the map.
      const shown = store.shown.peek();
      if (awake.value && shown) decoder.prepare(shown.epoch);
    }),
    effect(() => map.setSheet(store.sheet.value)),
    play(store, travelMs),
    prefetch(store, recording, decoder),
    beside.undo,
  ];
  const { travelling } = stage;
  const main = {
    side: "main",
    surface,
    map,
    shown: store.shown,
    travelling,
    ground,
    fit: stage.fit,
  } as const;
  return {
    ...{ scene, store, map, surface, recording, decoder, hover, pinned, gallery, painted, hovers, travelMs },
    ...{ travelling, history, main, beside: beside.pane, besideSurface },
    fit(travelMs) {
      stage.fit(travelMs);
      beside.pane.peek()?.fit(travelMs);
    },
    paintedHover({ asked }) {
      hovers.push(performance.now() - asked);
      if (hovers.length > HOVERS) hovers.shift();
    },
    dispose() {
      for (const call of undo) call();
      for (const part of [history, ground, stage, hover, pinned, decoder, map]) part.dispose();
    },
  };
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

function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
