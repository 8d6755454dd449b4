/** The way back: from a spot of a map to a latent, and from a latent to its spot. */
import { Trouble } from "./faults";
import type { MapEntry } from "./scene";
import { floats, type Tensors } from "./tensors";

export interface Way {
  /** (dims,) -> (d,) */
  toLatent(spot: ArrayLike<number>): Float32Array;
  /** (d,) -> (dims,) */
  toSpot(latent: ArrayLike<number>): Float32Array;
}

/** The way back that a map's file holds, for latents of d numbers. */
export function readWay(entry: MapEntry, tensors: Tensors, d: number): Way {
  if (entry.way !== "flat") {
    throw new Trouble(
      `the map '${entry.name}' has a way back that this page does not know: '${entry.way}'`,
      "open it with a newer hinterland: pip install -U hinterland",
    );
  }
  return flat(floats(tensors, "centre", [d]), floats(tensors, "axes", [entry.dims, d]));
}

/** latent = centre + spot @ axes; exact on the sheet. centre: (d,). axes: (dims, d), orthonormal rows. */
export function flat(centre: Float32Array, axes: Float32Array): Way {
  const d = centre.length;
  const dims = axes.length / d;
  return {
    toLatent(spot) {
      const latent = new Float32Array(d);
      for (let j = 0; j < d; j++) {
        let sum = centre[j]!;
        for (let k = 0; k < dims; k++) sum += spot[k]! * axes[k * d + j]!;
        latent[j] = sum;
      }
      return latent;
    },
    toSpot(latent) {
      const spot = new Float32Array(dims);
      for (let k = 0; k < dims; k++) {
        let sum = 0;
        for (let j = 0; j < d; j++) sum += (latent[j]! - centre[j]!) * axes[k * d + j]!;
        spot[k] = sum;
      }
      return spot;
    },
  };
}
