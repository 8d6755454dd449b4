/** The second map, side by side with the first: another map, epoch or run, drawn only while one is chosen. */
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core";
import { colouringOf, visibleOf } from "./colouring";
import type { Decoder } from "./decoder/client";
import { type Fault, faultOf } from "./faults";
import type { Insets } from "./framing";
import { createGround, type GroundWork } from "./ground";
import { isApart, type Linked, type Links } from "./links";
import { followBeside, followColumns, followLatents } from "./loading";
import { type Camera, createMap, type MapOptions, type PlanarMap } from "./map";
import type { Rgb } from "./palette";
import { createProbe, type Probe } from "./probe";
import type { Column, Recording, Shown } from "./recording";
import { coloursOf, type Scene } from "./scene";
import { createStage, followLooks, type Looks } from "./stage";
import type { Side, Store } from "./store";
import { followTrails, type TrailWork } from "./trails";

/** A scene with what reads and decodes it. */
export interface World {
  readonly scene: Scene;
  readonly recording: Recording;
  readonly decoder: Decoder;
  /** Lets go of what keeps it up to date; where nothing does, there is none. */
  readonly undo?: () => void;
}

/** A map on the page, and what is drawn in it. */
export interface Pane {
  readonly side: Side;
  readonly world: World;
  readonly surface: HTMLElement;
  readonly map: PlanarMap;
  /** null: the whole map, fitted to what the panels leave. */
  readonly camera: ReadonlySignal<Camera | null>;
  readonly shown: ReadonlySignal<Shown | null>;
  readonly looks: Looks;
  readonly travelling: ReadonlySignal<boolean>;
  readonly ground: GroundWork;
  readonly trails: TrailWork;
  /** What is under the cursor and what is pinned, as this side's model sees them. */
  readonly hover: Probe;
  readonly pinned: Probe;
  fit(travelMs?: number): void;
}

export interface Around {
  readonly surface: HTMLElement;
  readonly insets: () => Insets;
  readonly background: () => Rgb;
  readonly travelMs: () => number;
  readonly renderer?: MapOptions["renderer"];
  /** The first map is painted. */
  readonly awake: ReadonlySignal<boolean>;
  readonly cursor: Links;
  readonly pin: Links;
  /** Another run of the site. Throws a Trouble. */
  readonly openRun: (name: string) => Promise<World>;
}

type Opened = { value: Pane | null };

/** The pane of the map beside; null while there is none. Returns also what undoes it. */
export function createBeside(world: World, store: Store, around: Around) {
  const pane = signal<Pane | null>(null);
  const again = signal(0);
  // Another map or epoch in the same pane travels there; the pane stays. Another run has a pane of its own.
  const run = computed(() => (store.beside.value ? (store.beside.value.run ?? "") : null));
  const undo = effect(() => {
    void again.value;
    const name = run.value;
    if (name === null) return;
    return untracked(() =>
      name === ""
        ? open(world, store, around, pane)
        : openOther(name, store, around, pane, () => again.value++),
    );
  });
  return { pane: pane as ReadonlySignal<Pane | null>, undo };
}

/** Fetches another run's scene and opens it. */
function openOther(name: string, store: Store, around: Around, pane: Opened, retry: () => void): () => void {
  let close: (() => void) | null = null;
  let wanted = true;
  store.besideFault.value = null;
  around.openRun(name).then(
    (other) => {
      if (!wanted) {
        letGo(other);
        return;
      }
      store.otherScene.value = other.scene;
      const shut = open(other, store, around, pane);
      close = () => {
        shut();
        store.otherScene.value = null;
        letGo(other);
      };
    },
    (thrown: unknown) => {
      if (wanted) store.besideFault.value = faultOf(thrown, retry, `run '${name}' did not open`);
    },
  );
  return () => {
    wanted = false;
    close?.();
    store.besideFault.value = null; // also of one that did not open
  };
}

function letGo({ decoder, undo }: World): void {
  undo?.();
  decoder.dispose();
}

/** Draws the map beside until it is undone. */
function open(world: World, store: Store, around: Around, pane: Opened): () => void {
  const { surface, insets, background, travelMs, renderer } = around;
  const { scene, recording, decoder } = world;
  const map = createMap(surface, { renderer });
  const shown = store.besideShown;
  const own = { camera: store.besideCamera, astray: signal(false), shown };
  const stage = createStage(own, map, surface, insets, travelMs);
  const latentsFault = signal<Fault | null>(null);
  const { looks, fault: columnsFault, undo: undoLooks } = looksOf(world, store);
  const { visible } = looks;
  const ground = createGround(scene, store, {
    ...{ map, shown, recording, decoder, visible },
    pinned: store.pinnedBeside,
  });
  const trails = followTrails(store, shown, looks, recording, store.link.peek() !== "none");
  const outlook = { shown, latents: store.besideLatents, decoder };
  const hover = createProbe(outlook, apartOf(store, around.cursor.beside), around.awake);
  const pinned = createProbe(outlook, apartOf(store, around.pin.beside), around.awake);
  const undo = [
    undoLooks,
    followBeside(store, recording, stage.draw),
    followLatents(shown, recording, store.besideLatents, latentsFault),
    followLooks(looks, store, map, background),
    ...tellFaults(
      store,
      computed(() => latentsFault.value ?? columnsFault.value),
    ),
  ];
  pane.value = {
    ...{ side: "beside", world, surface, map, shown, looks, ground, trails, hover, pinned },
    ...{ camera: own.camera, travelling: stage.travelling, fit: stage.fit },
  };
  return () => {
    pane.value = null;
    for (const call of undo) call();
    for (const part of [hover, pinned, ground, trails, stage, map]) part.dispose();
    store.besideShown.value = null;
    store.besideLatents.value = null;
    store.besideFault.value = null;
    if (store.cursor.peek()?.side === "beside") store.aim.value = null;
  };
}

/** Tells what is wrong beside, though a frame that came has taken away what was told there; once all is well, takes it away. */
function tellFaults({ besideFault }: Store, wrong: ReadonlySignal<Fault | null>) {
  return [
    effect(() => {
      if (wrong.value && !besideFault.value) besideFault.value = wrong.value;
    }),
    effect(() => {
      const told = wrong.value;
      return () => {
        if (told && besideFault.peek() === told) besideFault.value = null;
      };
    }),
  ];
}

/** Nothing while both sides have the same model: one picture of it is enough. */
function apartOf(store: Store, { place, neighbour }: Linked): Linked {
  const apart = computed(() => isApart(store));
  return {
    place: computed(() => (apart.value ? place.value : null)),
    neighbour: computed(() => (apart.value ? neighbour.value : null)),
  };
}

const NONE: ReadonlySet<number> = new Set();

/** The points beside look as those of the map; another run's by its own columns. */
function looksOf({ scene, recording }: World, store: Store) {
  const { colouring, visible, selected, colour, hidden, brush } = store;
  const { n } = scene;
  const fault = signal<Fault | null>(null);
  if (store.link.peek() === "run")
    return { looks: { n, colouring, visible, selected }, fault, undo: () => {} };
  const linked = store.link.peek() === "images";
  const columns = signal<ReadonlyMap<string, Column> | null>(null);
  const undo = followColumns(scene, store, recording, columns, fault);
  const own = computed(() => {
    const told = colouringOf(coloursOf(scene), columns.value, colour.value, store.besideShown.value);
    const main = colouring.value;
    // One scale for both, so that the same colour is the same number.
    return told && main?.channel.kind === "number" ? { ...told, range: main.range } : told;
  });
  const looks: Looks = {
    ...{ n, colouring: own },
    visible: linked ? visible : computed(() => visibleOf(own.value, hidden.value, brush.value)),
    selected: linked ? selected : signal(NONE),
  };
  return { looks, fault, undo };
}
