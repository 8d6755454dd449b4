/** The ways that images have come over the epochs of a map: which ones, from where, fetched piece by piece. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Recording } from "./recording";
import type { MapEntry } from "./scene";
import type { Looks } from "./stage";
import type { Store } from "./store";

/** Trails that are drawn at most; more would be a blot, and slow. */
export const MOST_TRAILS = 500;
/** Stops of a trail: of longer trainings every second epoch is taken, or every third… */
const MOST_STOPS = 48;

/** Where the images were at an epoch. */
export interface Stop {
  readonly epoch: number;
  /** (images, dims) */
  readonly points: Float32Array;
}
export interface Trails {
  readonly map: MapEntry;
  /** Rising. */
  readonly images: Uint32Array;
  /** Rising, all before the epoch that is shown; what is still on its way is missing. */
  readonly stops: readonly Stop[];
}
/** What is to be told of them. */
export interface TrailWords {
  readonly drawn: number;
  readonly of: number;
  /** One in so many epochs is a stop. */
  readonly every: number;
  /** Epochs that are on their way, and those that could not be read. */
  readonly waiting: number;
  readonly failed: number;
}

/** The chosen images, or else the pinned one; of many as many as are drawn, evenly. */
export function trailed(
  chosen: Iterable<number>,
  pin: number,
  visible: Uint8Array | null,
  most = MOST_TRAILS,
) {
  const wanted = [...chosen];
  if (wanted.length === 0 && pin >= 0) wanted.push(pin);
  const seen = wanted.filter((image) => image === pin || !visible || visible[image]).sort((a, b) => a - b);
  const count = Math.min(most, seen.length);
  const images = Array.from({ length: count }, (_, i) => seen[Math.floor((i * seen.length) / count)]!);
  if (pin >= 0 && seen.includes(pin) && !images.includes(pin)) images[images.length - 1] = pin;
  return { images: Uint32Array.from(images).sort(), of: seen.length };
}

/** The epochs of a map that are stops, and one in how many. They do not change with the epoch that is shown. */
export function stopsOf(epochs: readonly number[]): {
  readonly stops: readonly number[];
  readonly every: number;
} {
  const every = Math.ceil(epochs.length / MOST_STOPS);
  return { stops: epochs.filter((_, i) => i % every === 0), every };
}

export interface TrailWork {
  /** null while there is nothing to draw. */
  readonly trails: ReadonlySignal<Trails | null>;
  /** null while they are off. */
  readonly words: ReadonlySignal<TrailWords | null>;
  dispose(): void;
}

/** Follows what is shown of a map. */
export function followTrails(
  store: Store,
  shown: ReadonlySignal<{ readonly map: MapEntry; readonly epoch: number } | null>,
  looks: Looks,
  recording: Pick<Recording, "points">,
  linked: boolean,
): TrailWork {
  const chosen = computed(() => {
    if (!store.trails.value || !linked) return null;
    const pin = store.pin.value;
    return trailed(looks.selected.value, pin?.by === "image" ? pin.index : -1, looks.visible.value);
  });
  const which = computed(() => chosen.value?.images.join() ?? "");
  const map = computed(() => shown.value?.map ?? null);
  const here = signal<ReadonlyMap<number, Float32Array>>(new Map());
  const failed = signal<ReadonlySet<number>>(new Set());
  const due = computed(() => {
    const now = shown.value;
    return now && chosen.value ? stopsOf(now.map.epochs).stops.filter((epoch) => epoch < now.epoch) : [];
  });
  const trails = computed<Trails | null>(() => {
    const [told, now] = [chosen.value, shown.value];
    if (!now || !told || told.images.length === 0) return null;
    const stops = due.value.flatMap((epoch) => {
      const points = here.value.get(epoch);
      return points?.length === told.images.length * now.map.dims ? [{ epoch, points }] : [];
    });
    return { map: now.map, images: told.images, stops };
  });
  const words = computed<TrailWords | null>(() => {
    const [told, now] = [chosen.value, shown.value];
    if (!told || !now) return null;
    const missing = due.value.filter((epoch) => !here.value.has(epoch));
    const lost = missing.filter((epoch) => failed.value.has(epoch)).length;
    const { every } = stopsOf(now.map.epochs);
    return { drawn: told.images.length, of: told.of, every, waiting: missing.length - lost, failed: lost };
  });
  const undo = [
    effect(() => {
      // Other images, or another map: nothing that was fetched is of use.
      void [which.value, map.value];
      here.value = new Map();
      failed.value = new Set();
    }),
    effect(() => {
      const [told, on] = [chosen.value, map.value];
      const next = due.value.findLast((epoch) => !here.value.has(epoch) && !failed.value.has(epoch));
      if (!told || !on || next === undefined || told.images.length === 0) return;
      let current = true;
      // One after another, the newest first: what the map itself asks for must not wait behind a hundred files.
      recording.points(on, next).then(
        (points) => {
          if (current) here.value = new Map([...here.peek(), [next, rowsOf(points, told.images, on.dims)]]);
        },
        () => {
          if (current) failed.value = new Set([...failed.peek(), next]);
        },
      );
      return () => {
        current = false;
      };
    }),
  ];
  return {
    trails,
    words,
    dispose() {
      for (const call of undo) call();
    },
  };
}

function rowsOf(points: Float32Array, images: Uint32Array, dims: number): Float32Array {
  const rows = new Float32Array(images.length * dims);
  for (const [i, image] of images.entries()) {
    for (let axis = 0; axis < dims; axis++) rows[i * dims + axis] = points[image * dims + axis]!;
  }
  return rows;
}
