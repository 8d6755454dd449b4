/** The attribute that is asked for, at the epoch that is shown: what sets two groups apart, added to what is looked at. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Decoder } from "../decoder/client";
import { type Probe, probeHere } from "../probe";
import type { Column } from "../recording";
import type { Place, Store } from "../store";
import { followFar, placeOf } from "./adding";
import { type Group, STRONGEST } from "./asked";
import { createBatch, type Pictures } from "./batch";
import { attribute, moved, separation } from "./sums";
import type { Surveyor } from "./surveyor";
import { latentsShown } from "./walking";

/** The strengths of the strip. */
export const STRENGTHS: readonly number[] = Array.from(
  { length: 2 * STRONGEST + 1 },
  (_, i) => i - STRONGEST,
);
/** A hand that moves asks for one picture; the strip waits until it rests. */
const REST_MS = 90;

export interface Sides {
  readonly has: readonly number[];
  readonly lacks: readonly number[];
}
export interface Altering {
  /** The images of both sides; null while they are not known. */
  readonly sides: ReadonlySignal<Sides | null>;
  readonly vector: ReadonlySignal<Float32Array | null>;
  /** The share of pairs that the vector puts in the right order. */
  readonly separation: ReadonlySignal<number | null>;
  /** What is altered: the pin, else what is under the cursor. */
  readonly here: ReadonlySignal<Place | null>;
  /** It with the attribute. */
  readonly probe: Probe;
  /** What is under the cursor with the attribute, while something else is pinned. */
  readonly under: Probe;
  readonly far: ReadonlySignal<number | null>;
  /** What is looked at, at all `STRENGTHS`. */
  readonly strip: ReadonlySignal<Pictures | null>;
  dispose(): void;
}

export function createAltering(
  store: Store,
  decoder: Decoder,
  surveyor: Surveyor,
  awake: ReadonlySignal<boolean>,
  cursor: ReadonlySignal<Place | null>,
): Altering {
  const open = computed(() => store.dock.value === "attribute" && awake.value);
  const sides = computed(() => {
    const { has, lacks } = store.attribute.value;
    const n = store.shown.value ? store.shown.value.points.length / store.shown.value.map.dims : 0;
    return open.value ? sidesOf(has, lacks, store.columns.value, n) : null;
  });
  const vector = computed(() => {
    const [latents, two] = [latentsShown(store), sides.value];
    return latents && two && attribute(latents, two.has, two.lacks);
  });
  const here = computed(() => (open.value ? (store.pinned.value ?? cursor.value) : null));
  const altered = (from: Place | null) => {
    const by = vector.value;
    return from && by ? placeOf(moved(from.latent, by, store.strength.value), store) : null;
  };
  const place = computed(() => altered(here.value));
  const probe = probeHere(store, decoder, place, awake);
  const below = computed(() => (open.value && store.pinned.value ? altered(cursor.value) : null));
  const under = probeHere(store, decoder, below, awake);
  const { far, undo } = followFar(store, surveyor, place);
  const strip = createBatch(
    decoder,
    computed(() => {
      const [from, by, epoch] = [here.value, vector.value, store.shown.value?.epoch];
      if (!from || !by || epoch === undefined) return null;
      return { epoch, latents: STRENGTHS.map((strength) => moved(from.latent, by, strength)) };
    }),
    REST_MS,
  );
  return {
    ...{ sides, vector, here, probe, under, far },
    separation: computed(() => {
      const [latents, two, by] = [latentsShown(store), sides.value, vector.value];
      return latents && two && by ? separation(latents, two.has, two.lacks, by) : null;
    }),
    strip: computed(() => strip.pictured.value?.pictures ?? null),
    dispose() {
      undo();
      strip.undo();
      probe.dispose();
      under.dispose();
    },
  };
}

/** Both groups' images; null where one is not known, or has none. */
export function sidesOf(
  has: Group | null,
  lacks: Group | null,
  columns: ReadonlyMap<string, Column> | null,
  n: number,
): Sides | null {
  const one = has && imagesOf(has, columns);
  if (!one?.length) return null;
  const chosen = new Set(one);
  const other = lacks
    ? imagesOf(lacks, columns)
    : Array.from({ length: n }, (_, image) => image).filter((image) => !chosen.has(image));
  return other?.length ? { has: one, lacks: other } : null;
}

/** A group's images, rising; null while the channel is on its way. */
export function imagesOf(group: Group, columns: ReadonlyMap<string, Column> | null): number[] | null {
  if (group.by === "images") return [...group.images];
  const column = columns?.get(group.channel);
  if (!column) return null;
  return Array.from(column.keys()).filter((image) => column[image] === group.value);
}
