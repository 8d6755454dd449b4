/** One scene being explored: loads what the store asks for, draws it, and says what a person may do. */

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { createBeside, type Pane, type World } from "./beside";
import type { Bench } from "./decoder/channel";
import { createDecoder, type Decoder } from "./decoder/client";
import type { Insets } from "./framing";
import { createGround } from "./ground";
import { growing } from "./growing";
import { followGrowth, type Growth, keepUp, versionOf } from "./growth";
import { createHistory, type History } from "./history";
import { createLinks, type Links } from "./links";
import { followColumns, followFrames, followLatents, prefetch } from "./loading";
import { createMap, type MapOptions, type PlanarMap } from "./map";
import { createGallery, type Gallery } from "./own/gallery";
import type { Rgb } from "./palette";
import { createPaths, type Paths } from "./paths";
import type { SurveyBench } from "./paths/protocol";
import { createProbe, type Picture, type Probe } from "./probe";
import type { Pulse } from "./pulse";
import { createRecording, type Recording } from "./recording";
import { parseScene, type Scene } from "./scene";
import type { Site } from "./site";
import type { Source } from "./source";
import { createSparing, type Sparing } from "./sparing";
import { createStage, followLooks } from "./stage";
import { prefersStillness } from "./stillness";
import { createStore, type Side, type Store, snap, tell } from "./store";
import { followTrails } from "./trails";

export interface Explorer {
  readonly scene: Scene;
  /** What this scene is one of. */
  readonly site: OpenSite;
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
  /** What came to the scene since it was opened. */
  readonly growth: Growth;
  readonly decoder: Decoder;
  /** What lies under the cursor, and what is pinned. */
  readonly hover: Probe;
  readonly pinned: Probe;
  /** The same on both sides. */
  readonly links: { readonly cursor: Links; readonly pin: Links };
  /** The pictures that the person brought. */
  readonly gallery: Gallery;
  /** Walks, sums and attributes. */
  readonly paths: Paths;
  /** The points of `shown` are on the screen. */
  readonly painted: ReadonlySignal<boolean>;
  /** Still on their way from the frame before. */
  readonly travelling: ReadonlySignal<boolean>;
  /** What the panels cover of a map. */
  insets(side: Side): Insets;
  /** Shows the whole of each map in the part of the window that no panel covers. */
  fit(travelMs?: number): void;
  /** Milliseconds from the last moves of the cursor to their pictures being painted; newest last. */
  readonly hovers: readonly number[];
  /** To be called by a view that has just painted what is under the cursor. */
  paintedHover(picture: Picture): void;
  /** How far it holds back while something trains. */
  readonly sparing: Sparing;
  /** How long points travel between epochs; 0 where the person wants no motion. */
  travelMs(): number;
  dispose(): void;
}

/** A site of which one scene is explored. */
export interface OpenSite {
  readonly site: Site;
  /** The scene that is explored. */
  readonly name: string;
  /** The files of any of its scenes. */
  source(name: string): Source;
  /** How its runs fare; null where it does not change. */
  readonly pulse?: Pulse | null;
  /** What leads to a view of it, where that is not the page's own address. */
  readonly linkTo?: (view: string) => string;
}

export interface Surroundings {
  readonly surface: HTMLElement;
  readonly besideSurface: HTMLElement;
  readonly renderer?: MapOptions["renderer"];
  readonly startWorker: () => Bench;
  /** Workers that may help that one with long work; none where it is everybody's. */
  readonly helpers?: number | undefined;
  /** The worker that surveys latents. */
  readonly startSurvey: () => SurveyBench;
  /** The canvas' background in the theme of now. */
  readonly background: () => Rgb;
  /** What the panels cover of an element, in pixels from each side. */
  readonly insets: (surface: HTMLElement) => Insets;
  /** Settings from the address, before anything is fetched. */
  readonly prepare: (store: Store, scene: Scene) => void;
}

/** Milliseconds for which an epoch is shown at speed 1. */
const EPOCH_MS = 700;
/** How long points travel to an epoch that came by itself. */
const ARRIVAL_MS = 200;
const HOVERS = 240;
const WITHOUT_GPU = "The graphics processor went away; the map is drawn without it.";

export function createExplorer(first: Scene, site: OpenSite, around: Surroundings): Explorer {
  const grown = growing(first);
  const { scene } = grown;
  const source = site.source(site.name);
  const { surface, besideSurface, background } = around;
  const store = createStore(scene);
  around.prepare(store, scene);
  const recording = createRecording(scene, source);
  const sparing = createSparing(site.pulse, {
    hostname: location.hostname,
    processors: navigator.hardwareConcurrency,
  });
  const helpers = () => (sparing.free() ? (around.helpers ?? 0) : 0);
  const decoder = createDecoder(scene, source, around.startWorker, helpers);
  const fellBack = () => tell(store, WITHOUT_GPU);
  const pace = () => (growth.arriving() ? sparing.move() : 0);
  const map = createMap(surface, { renderer: around.renderer, fellBack, pace });
  const travelMs = () => {
    if (prefersStillness()) return 0;
    // The training needs the processor more than a long way needs to be seen (benchmarks/live.py).
    return growth.arriving() ? ARRIVAL_MS : EPOCH_MS / store.speed.peek();
  };
  const stage = createStage(store, map, surface, () => around.insets(surface), travelMs);
  const insets = () => around.insets(besideSurface);
  const painted = signal(false);
  const awake = computed(() => painted.value && store.shown.value !== null);
  const links = {
    cursor: createLinks(store, store.cursor),
    pin: createLinks(store, store.pinned, () => store.pinnedBeside.value),
  };
  const world = { scene, recording, decoder };
  const beside = createBeside(world, store, {
    ...{ surface: besideSurface, insets, background, travelMs, awake, ...links },
    renderer: around.renderer,
    openRun: (name) => openRun({ ...site, name }, around.startWorker),
  });
  const outlook = { shown: store.shown, latents: store.latents, decoder };
  const hover = createProbe(outlook, links.cursor.main, awake, sparing.reading);
  const pinned = createProbe(outlook, links.pin.main, awake, sparing.reading);
  const { colouring, visible, selected } = store;
  const looks = { n: scene.n, colouring, visible, selected };
  const ground = createGround(scene, store, {
    ...{ map, shown: store.shown, recording, decoder, visible },
    pinned: store.pinned,
  });
  const trails = followTrails(store, store.shown, looks, recording, true);
  const history = createHistory(store);
  const gallery = createGallery(scene, store, decoder, awake);
  const paths = createPaths(store, decoder, recording, around.startSurvey, awake, links.cursor.main.place);
  const growth = followGrowth(grown, site, { store, recording, decoder });
  const hovers: number[] = [];
  const undo = [
    followFrames(store, recording, stage.draw),
    followLatents(store.shown, recording, store.latents, store.latentsFault),
    followColumns(scene, store, recording, store.columns, store.columnsFault),
    followLooks(looks, store, map, background),
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
    growth.undo,
  ];
  const { travelling } = stage;
  const main: Pane = {
    ...{ side: "main", world, surface, map, shown: store.shown, looks, ground, trails, hover, pinned },
    ...{ camera: store.camera, travelling, fit: stage.fit },
  };
  return {
    ...{ scene, site, store, map, surface, recording, decoder, hover, pinned, links, gallery, paths },
    ...{ painted, hovers, sparing, travelMs, travelling, history, growth, main, besideSurface },
    beside: beside.pane,
    insets: (side) => around.insets(side === "main" ? surface : besideSurface),
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
      for (const part of [paths, history, ground, trails, stage, hover, pinned, decoder, map]) part.dispose();
    },
  };
}

/** Another run of the site, with a decoding worker of its own. */
async function openRun(site: OpenSite, startWorker: () => Bench): Promise<World> {
  const source = site.source(site.name);
  const version = versionOf(site);
  const grown = growing(parseScene(await source.json("scene.json")));
  const { scene } = grown;
  return {
    scene,
    recording: createRecording(scene, source),
    decoder: createDecoder(scene, source, startWorker),
    undo: keepUp(grown, site, version),
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
