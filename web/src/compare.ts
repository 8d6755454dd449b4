/** A real picture and what the model makes of it, side by side: of what is looked at. */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Near } from "./links";
import type { Picture, Probe } from "./probe";
import type { Recording } from "./recording";

export interface Pair {
  /** (h, w, c) in [0, 1], both. */
  readonly real: Float32Array;
  readonly remade: Float32Array;
}

function isOf(picture: Picture | null, neighbour: Near | null): boolean {
  return neighbour !== null && picture?.image === neighbour.index && picture.epoch === neighbour.epoch;
}

/** Follows a probe: the image or the own picture that it is of, else the nearest image, each with its reconstruction. */
export function followPair(recording: Pick<Recording, "pixels">, of: () => Probe) {
  const pair = signal<Pair | null>(null);
  let current = 0;
  const undo = effect(() => {
    const turn = ++current;
    const probe = of();
    const { place: at, neighbour } = probe.reading.value;
    const own = at?.own;
    const itself = own || (at?.image ?? -1) >= 0;
    const remade = (itself ? probe.picture : probe.neighbourPicture).value;
    const index = itself ? (at?.image ?? -1) : (neighbour?.index ?? -1);
    const fits = itself ? remade?.latent === at?.latent : isOf(remade, neighbour);
    if (!at || !remade || !fits) {
      // While the next is on its way the last one stays: what flickers cannot be looked at.
      if (!at) pair.value = null;
      return;
    }
    if (own) {
      pair.value = { real: own.pixels, remade: remade.pixels };
      return;
    }
    if (index < 0) return;
    recording.pixels(index).then(
      (real) => {
        if (turn === current) pair.value = { real, remade: remade.pixels };
      },
      () => {
        if (turn === current) pair.value = null; // the tile beside says why
      },
    );
  });
  return {
    pair: pair as ReadonlySignal<Pair | null>,
    undo: () => {
      current++;
      undo();
    },
  };
}
