/** A picture of whatever can be added or walked to: the image itself, else what its latent decodes to. */
import { asTrouble } from "../faults";
import { latest } from "../latest";
import type { Term } from "../paths/asked";
import { grouped, latentWords, nameOf } from "../words";
import { createSlot, createTileShow } from "./pictures";
import type { Context } from "./view";

export function createThing(context: Context, name: string) {
  const { scene, store, recording, decoder } = context;
  const slot = createSlot(scene.shape, name);
  const tile = createTileShow(slot, recording);
  const decode = latest<{ epoch: number; latent: Float32Array }, Float32Array>(
    ({ epoch, latent }) => decoder.decode(epoch, latent),
    (pixels) => slot.paint(pixels),
    (thrown) => {
      slot.clear();
      slot.node.title = asTrouble(thrown).message;
    },
  );
  return {
    node: slot.node,
    /** `latent`: the term's, at that epoch; null where it is not known yet. */
    show(term: Term | null, latent: Float32Array | null, epoch: number | undefined) {
      const own = term?.by === "own" ? store.own.peek().find(({ id }) => id === term.id) : undefined;
      const decoded = term?.by === "latent" || term?.by === "images";
      if (!decoded) decode(null);
      tile.show(term?.by === "image" ? term.index : -1);
      if (own) slot.paint(own.pixels);
      if (decoded && latent && epoch !== undefined) decode({ epoch, latent });
    },
  };
}

/** What it is, in words. */
export function termWords({ scene, store }: Context, term: Term): string {
  if (term.by === "image") return nameOf(scene, store.columns.value, term.index);
  if (term.by === "images") return `mean of ${imagesWords(term.images.length)}`;
  if (term.by === "latent") return `spot ${latentWords(term.latent, 2)}`;
  return store.own.value.find(({ id }) => id === term.id)?.name ?? "an image that was removed";
}

export function imagesWords(count: number): string {
  return `${grouped(count)} ${count === 1 ? "image" : "images"}`;
}
