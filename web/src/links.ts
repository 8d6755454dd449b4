/** What is looked at on one map, seen from the other one: the same latent, or the same image, or nothing. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { distanceTo, type Latents, type Neighbour, nearest } from "./nearest";
import type { Shown } from "./recording";
import { type Place, pointOf, rowOf, type Side, type Store } from "./store";

export type Near = Neighbour & { readonly epoch: number };

/** A place as it is on one side, and the image that is nearest to it. */
export interface Linked {
  readonly place: ReadonlySignal<Place | null>;
  /** By latent distance, on the side that the place is of; for an image's own place, the nearest other one. */
  readonly neighbour: ReadonlySignal<Near | null>;
}
export interface Links {
  readonly main: Linked;
  readonly beside: Linked;
}

/** Both sides of a place. `there`: where it is on the other side, where that is known already. */
export function createLinks(
  store: Store,
  own: ReadonlySignal<Place | null>,
  there: () => Place | null = () => null,
): Links {
  let guess = -1;
  const near = computed(() => {
    const at = own.value;
    if (!at) return null;
    const { shown, latents } = sideOf(store, at.side);
    if (!shown || latents?.epoch !== shown.epoch) return null;
    const found = nearest(latents, at.latent, at.image, guess);
    guess = found?.index ?? -1;
    return found && { ...found, epoch: latents.epoch };
  });
  const linked = (side: Side): Linked => {
    const place = computed(() => {
      const at = own.value;
      return !at || at.side === side ? at : (there() ?? placeFrom(store, at, side, near.value));
    });
    const neighbour = computed(() => {
      const [at, seen, found] = [own.value, place.value, near.value];
      if (!at || at.side === side) return found;
      if (!seen || !found) return null;
      const { shown, latents } = sideOf(store, side);
      if (!shown || latents?.epoch !== shown.epoch) return null;
      const { index } = found;
      return { index, distance: distanceTo(latents, index, seen.latent), epoch: latents.epoch };
    });
    return { place, neighbour };
  };
  return { main: linked("main"), beside: linked("beside") };
}

/** Is what is beside of another epoch or another run, so that its model is another one? */
export function isApart({ link, shown, besideShown }: Store): boolean {
  if (link.value === null || !shown.value || !besideShown.value) return false;
  return link.value !== "run" || besideShown.value.epoch !== shown.value.epoch;
}

function sideOf(store: Store, side: Side): { shown: Shown | null; latents: Latents | null } {
  return side === "main"
    ? { shown: store.shown.value, latents: store.latents.value }
    : { shown: store.besideShown.value, latents: store.besideLatents.value };
}

/**
 * In the same run a latent is the latent that it is, and an image has that epoch's. In another run numbers of a
 * latent mean other things: there it is the nearest image's.
 */
function placeFrom(store: Store, at: Place, side: Side, near: Near | null): Place | null {
  const { shown, latents } = sideOf(store, side);
  const link = store.link.value;
  if (!shown || link === null || link === "none") return null;
  const index = at.image >= 0 || link === "run" ? at.image : (near?.index ?? -1);
  if (index >= 0) {
    if (latents?.epoch !== shown.epoch) return null;
    const latent = rowOf(latents.mean, index, latents.d);
    return { latent, spot: pointOf(shown, index), image: at.image, side, trust: null };
  }
  if (link !== "run") return null;
  // Where a map bends, a latent that is no image's has no place of its own.
  return shown.way.trust === null ? { ...at, spot: shown.way.toSpot(at.latent), side } : at;
}
