/** What can be held fast: an image, a latent, a picture that the person brought. */
import type { MapEntry } from "./scene";

/** What is held fast: an image, the data's or one's own, whose latent changes with the epoch, or a latent, whose spot does. */
export type Pin =
  | { readonly by: "image"; readonly index: number }
  | { readonly by: "own"; readonly id: number }
  | { readonly by: "latent"; readonly latent: Float32Array; readonly from?: Origin };
/** The spot that a latent was taken from: on that map at that epoch it is there and nowhere else. */
export interface Origin {
  readonly map: MapEntry;
  readonly epoch: number;
  readonly spot: Float32Array;
  /** null: as the map says of the spot. */
  readonly trust: number | null;
}
