/** The sum that is asked for, at the epoch that is shown: A - B + C, decoded, and where it lies. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Decoder } from "../decoder/client";
import { type Probe, probeHere } from "../probe";
import { type Place, pinnedPlace, type Store } from "../store";
import type { Term, Tray } from "./asked";
import { analogy, meanOf } from "./sums";
import type { Surveyor } from "./surveyor";
import { latentsShown } from "./walking";

/** What lies in a tray, at the epoch that is shown. */
export interface Filled {
  readonly term: Term;
  readonly latent: Float32Array;
  /** null: it is a mean, and no place was meant. */
  readonly place: Place | null;
}
export interface Adding {
  /** null: empty, or its latent is on its way. */
  readonly trays: ReadonlySignal<Readonly<Record<Tray, Filled | null>>>;
  readonly probe: Probe;
  /** How far the sum is from the nearest image, in usual distances. */
  readonly far: ReadonlySignal<number | null>;
  dispose(): void;
}

export function createAdding(
  store: Store,
  decoder: Decoder,
  surveyor: Surveyor,
  awake: ReadonlySignal<boolean>,
): Adding {
  const open = computed(() => store.dock.value === "sum" && awake.value);
  const trays = computed(() => {
    const { a, b, c } = store.sum.value;
    return { a: filled(a, store), b: filled(b, store), c: filled(c, store) };
  });
  const place = computed(() => {
    const { a, b, c } = trays.value;
    const shown = store.shown.value;
    if (!open.value || !shown || !a || !b || !c) return null;
    return placeOf(analogy(a.latent, b.latent, c.latent), store);
  });
  const probe = probeHere(store, decoder, place, awake);
  const { far, undo } = followFar(store, surveyor, place);
  return {
    ...{ trays, probe, far },
    dispose() {
      undo();
      probe.dispose();
    },
  };
}

/** Where a latent is on the map itself. */
export function placeOf(latent: Float32Array, store: Store): Place | null {
  const spot = store.shown.value?.way.toSpot(latent);
  return spot ? { latent, spot, image: -1, side: "main", trust: null } : null;
}

/** How far the place is from the nearest image, in usual distances; null until it is measured. */
export function followFar(store: Store, surveyor: Surveyor, place: ReadonlySignal<Place | null>) {
  const far = signal<number | null>(null);
  const undo = effect(() => {
    const [at, latents] = [place.value, latentsShown(store)];
    far.value = null;
    if (!at || !latents || latents.mean.length < 2 * latents.d) return undefined;
    let current = true;
    surveyor.apart(latents, at.latent.slice()).then(
      (apart) => {
        if (current) far.value = apart.far[0] ?? null;
      },
      () => {},
    );
    return () => {
      current = false;
    };
  });
  return { far: far as ReadonlySignal<number | null>, undo };
}

function filled(term: Term | null, store: Store): Filled | null {
  if (!term) return null;
  if (term.by === "images") {
    const latents = latentsShown(store);
    const mean = latents && meanOf(latents, term.images);
    return mean && { term, latent: Float32Array.from(mean), place: null };
  }
  const place = pinnedPlace(term, store.shown.value, store.latents.value, store.encoded.value);
  return place && { term, latent: place.latent, place };
}
