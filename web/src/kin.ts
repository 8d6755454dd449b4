/** The true neighbours of what is looked at: the images nearest to it in latent space, not on the map. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { distanceTo, type Latents, type Neighbour, nearestOf } from "./nearest";
import type { Neighbours, Recording } from "./recording";
import type { Place, Store } from "./store";

export const KIN = 12;
/** A moving cursor is not followed: its neighbours are looked for when it rests. */
const REST_MS = 90;

/** The k nearest images, nearest first; an image's own are told from the file where that is of the epoch. */
export function kinOf(
  place: Place,
  latents: Latents,
  known: Neighbours | null,
  most = KIN,
): readonly Neighbour[] {
  const { image, latent } = place;
  if (image >= 0 && known?.epoch === latents.epoch && known.k >= most) {
    return Array.from(known.images.subarray(image * known.k, image * known.k + most), (index) => ({
      index,
      distance: distanceTo(latents, index, latent),
    }));
  }
  const found = nearestOf(latents, latent, image >= 0 ? most + 1 : most);
  return found.filter(({ index }) => index !== image).slice(0, most);
}

/** Follows a place; empty until its neighbours are found. */
export function followKin(
  store: Store,
  recording: Pick<Recording, "neighbours">,
  place: () => Place | null,
  rest: (ms: number) => number = (ms) => ms,
) {
  const kin = signal<readonly Neighbour[]>([]);
  const known = signal<Neighbours | null>(null);
  // Only an image's own are in the file: it may be large, and is not even made before it is asked for.
  const ofImage = computed(() => (place()?.image ?? -1) >= 0);
  const undo = [
    effect(() => {
      const epoch = store.shown.value?.epoch;
      if (epoch === undefined || !ofImage.value) return;
      let current = true;
      // Where the file cannot be read, they are found as those of other epochs are.
      recording.neighbours(epoch).then(
        (told) => {
          if (current) known.value = told;
        },
        () => {},
      );
      return () => {
        current = false;
      };
    }),
    effect(() => {
      const at = place();
      const latents = store.latents.value;
      const file = known.value;
      if (!at || !latents || latents.epoch !== store.shown.value?.epoch) {
        kin.value = [];
        return;
      }
      const timer = setTimeout(() => {
        kin.value = kinOf(at, latents, file);
      }, rest(REST_MS));
      return () => clearTimeout(timer);
    }),
  ];
  return {
    kin: kin as ReadonlySignal<readonly Neighbour[]>,
    undo: () => {
      for (const call of undo) call();
    },
  };
}
