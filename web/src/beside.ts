/** The second map, side by side with the first: drawn only while one is chosen, with a camera of its own. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import type { Insets } from "./framing";
import { createGround, type GroundWork } from "./ground";
import { followBeside } from "./loading";
import { type Camera, createMap, type PlanarMap } from "./map";
import type { Rgb } from "./palette";
import type { Recording, Shown } from "./recording";
import type { Scene } from "./scene";
import { createStage, followLooks } from "./stage";
import type { Side, Store } from "./store";

/** A map on the page, and what is drawn in it. */
export interface Pane {
  readonly side: Side;
  readonly surface: HTMLElement;
  readonly map: PlanarMap;
  readonly shown: ReadonlySignal<Shown | null>;
  readonly travelling: ReadonlySignal<boolean>;
  readonly ground: GroundWork;
  fit(travelMs?: number): void;
}

export interface Around {
  readonly surface: HTMLElement;
  readonly insets: () => Insets;
  readonly background: () => Rgb;
  readonly travelMs: () => number;
  readonly decoder: Decoder;
}

/** The pane of the map beside; null while there is none. Returns also what undoes it. */
export function createBeside(scene: Scene, store: Store, recording: Recording, around: Around) {
  const pane = signal<Pane | null>(null);
  // Another map in the same pane travels there; the pane stays.
  const wanted = computed(() => store.beside.value !== null);
  const undo = effect(() => {
    if (!wanted.value) return;
    return open(scene, store, recording, around, pane);
  });
  return { pane: pane as ReadonlySignal<Pane | null>, undo };
}

/** Draws the map beside until it is undone. */
function open(
  scene: Scene,
  store: Store,
  recording: Recording,
  { surface, insets, background, travelMs, decoder }: Around,
  pane: { value: Pane | null },
): () => void {
  const map = createMap(surface);
  const own = { camera: signal<Camera | null>(null), astray: signal(false), shown: store.besideShown };
  const stage = createStage(own, map, surface, insets, travelMs);
  const ground = createGround(scene, store, { map, shown: own.shown, recording, decoder });
  const undo = [followBeside(store, recording, stage.draw), followLooks(scene, store, map, background)];
  pane.value = {
    side: "beside",
    surface,
    map,
    shown: own.shown,
    travelling: stage.travelling,
    ground,
    fit: stage.fit,
  };
  return () => {
    pane.value = null;
    for (const call of undo) call();
    ground.dispose();
    stage.dispose();
    map.dispose();
    store.besideShown.value = null;
    if (store.cursor.peek()?.side === "beside") store.aim.value = null;
  };
}
