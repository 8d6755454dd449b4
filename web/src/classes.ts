/** What the scene's classifier makes of the picture that is looked at, after it is painted and never before. */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import { asTrouble, type Trouble } from "./faults";
import { latest } from "./latest";

/** A moving cursor is not followed: its picture is named when it rests. */
const REST_MS = 40;

export interface Named {
  readonly pixels: Float32Array;
  /** (classes,) that add up to 1. */
  readonly probabilities: Float32Array;
}

/**
 * `of` gives the picture, and whether it moves with a hand on the map. `rest`: after how many milliseconds the hand
 * rests, where it is else after so many. Stays as it was while the next is on its way.
 */
export function followClasses(
  decoder: Pick<Decoder, "classify">,
  of: () => { readonly pixels: Float32Array; readonly byHand: boolean } | null,
  rest: (ms: number) => number = (ms) => ms,
) {
  const named = signal<Named | null>(null);
  const fault = signal<Trouble | null>(null);
  const again = signal(0);
  const ending = new AbortController();
  const ask = latest<Float32Array, Float32Array>(
    (pixels) => decoder.classify(pixels, ending.signal),
    (probabilities, pixels) => {
      fault.value = null;
      named.value = { pixels, probabilities };
    },
    (thrown) => {
      fault.value = asTrouble(thrown);
      named.value = null;
    },
  );
  const undo = effect(() => {
    void again.value;
    const wanted = of();
    if (!wanted) {
      ask(null);
      named.value = null;
      return;
    }
    if (!wanted.byHand) {
      ask(wanted.pixels);
      return;
    }
    const timer = setTimeout(() => ask(wanted.pixels), rest(REST_MS));
    return () => clearTimeout(timer);
  });
  return {
    named: named as ReadonlySignal<Named | null>,
    /** Why the last picture was not named. */
    fault: fault as ReadonlySignal<Trouble | null>,
    retry() {
      again.value++;
    },
    undo: () => {
      ending.abort();
      undo();
    },
  };
}
