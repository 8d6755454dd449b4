/** The person's own images for programs: what the page shows of them, in numbers. */

import { fail, numbersOf } from "./demands";
import { meanSquaredError } from "./difference";
import type { Explorer } from "./explorer";
import { type Neighbour, nearestOf } from "./nearest";
import { canEncode } from "./own/gallery";
import { ownPlace } from "./store";

/** An own image at the epoch that is drawn. */
export interface OwnImage {
  readonly id: number;
  readonly name: string;
  readonly pixels: Float32Array;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly epoch: number;
  readonly latent: Float32Array;
  readonly spot: readonly number[];
  /** What the model makes of it, and the mean squared error of that. */
  readonly reconstruction: Float32Array;
  readonly error: number;
  /** Nearest first. */
  readonly nearest: readonly Neighbour[];
  /** By the scene's classifier, by name; null where there is none. */
  readonly classes: Readonly<Record<string, number>> | null;
}

const NEAREST = 12;

export function createOwned(explorer: Explorer) {
  const { scene, store, gallery, decoder, recording } = explorer;
  const [h, w, c] = scene.shape;
  const pixelsOf = (values: ArrayLike<number>) => {
    const pixels = numbersOf(values, h * w * c, "a picture");
    if (pixels.every((value) => value >= 0 && value <= 1)) return pixels;
    return fail("a picture must hold numbers from 0 to 1");
  };

  async function classify(values: ArrayLike<number>): Promise<Record<string, number>> {
    const classes = scene.classifier?.classes ?? fail("this scene has no classifier");
    const told = await decoder.classify(pixelsOf(values), new AbortController().signal);
    return Object.fromEntries(classes.map((name, i) => [name, told[i] ?? 0]));
  }

  async function describe(id: number): Promise<OwnImage> {
    for (;;) {
      const shown = store.shown.peek() ?? fail("no map is drawn yet", "await hinterland.ready");
      const one = store.own.peek().find((kept) => kept.id === id) ?? fail(`own image ${id} was removed`);
      const { name, pixels } = one;
      const { epoch } = shown;
      const known = store.encoded.peek().get(id);
      const place = known?.pixels === pixels ? ownPlace(known, shown) : null;
      if (!place) {
        const fault = store.ownFault.peek();
        if (fault) fail(fault.message, fault.hint);
        await new Promise((go) => setTimeout(go, 4));
        continue;
      }
      const { latent } = place;
      const [reconstruction, latents, classes] = await Promise.all([
        decoder.decode(epoch, latent),
        recording.latents(epoch),
        scene.classifier ? classify(pixels) : null,
      ]);
      const error = meanSquaredError(pixels, reconstruction);
      const nearest = nearestOf(latents, latent, NEAREST);
      const told = { ...{ id, name, pixels: pixels.slice(), h, w, c, epoch }, latent: latent.slice() };
      return { ...told, spot: [...place.spot], reconstruction, error, nearest, classes };
    }
  }
  return {
    classify,
    own: () => Promise.all(store.own.peek().map(({ id }) => describe(id))),
    async addOwn(values: ArrayLike<number>, name = "Image"): Promise<OwnImage> {
      if (!canEncode(scene)) fail("this model cannot encode in the page");
      return describe(gallery.add(pixelsOf(values), String(name)));
    },
    removeOwn(id: number): void {
      if (!store.own.peek().some((one) => one.id === id)) fail(`there is no own image ${id}`);
      gallery.remove(id);
    },
  };
}
