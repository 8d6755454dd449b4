/** Follows some latents at once: their decoded pictures, the newest asked for winning. */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Decoder } from "../decoder/client";
import { type Fault, faultOf } from "../faults";
import { latest } from "../latest";

export interface Batch {
  readonly epoch: number;
  readonly latents: readonly Float32Array[];
}
/** (h, w, c) in [0, 1], one for each latent. */
export type Pictures = readonly Float32Array[];

/** Gives back what it was asked with, and the pictures. `restMs`: what is asked for must stay for so long first, as where it follows a hand. */
export function createBatch<B extends Batch>(decoder: Decoder, asked: ReadonlySignal<B | null>, restMs = 0) {
  type Pictured = B & { readonly pictures: Pictures };
  const pictured = signal<Pictured | null>(null);
  const fault = signal<Fault | null>(null);
  const again = signal(0);
  const decode = latest<B, Float32Array>(
    ({ epoch, latents }) => decoder.decode(epoch, joined(latents)),
    (pixels, batch) => {
      const size = pixels.length / batch.latents.length;
      const pictures = batch.latents.map((_, i) => pixels.subarray(i * size, (i + 1) * size));
      fault.value = null;
      pictured.value = { ...batch, pictures };
    },
    (thrown, { epoch }) => {
      const retry = () => {
        decoder.restart();
        again.value++;
      };
      fault.value = faultOf(thrown, retry, `epoch ${epoch} does not decode`);
    },
  );
  const undo = effect(() => {
    void again.value;
    const batch = asked.value;
    if (!batch || batch.latents.length === 0) {
      decode(null);
      pictured.value = null;
      return undefined;
    }
    if (restMs === 0) {
      decode(batch);
      return undefined;
    }
    const timer = setTimeout(() => decode(batch), restMs);
    return () => clearTimeout(timer);
  });
  return {
    pictured: pictured as ReadonlySignal<Pictured | null>,
    fault: fault as ReadonlySignal<Fault | null>,
    undo,
  };
}

/** Rows one after the other. */
export function joined(latents: readonly Float32Array[]): Float32Array {
  const d = latents[0]?.length ?? 0;
  const all = new Float32Array(latents.length * d);
  for (const [i, latent] of latents.entries()) all.set(latent, i * d);
  return all;
}
