/** The way back: from a spot of a map to a latent, and from a latent to its spot. */
import { Trouble } from "./faults";
import { PointTree } from "./kdtree";
import { type Latents, nearest } from "./nearest";
import type { MapEntry } from "./scene";
import { floats, type Tensors } from "./tensors";

export interface Way {
  /** (dims,) -> (d,) */
  toLatent(spot: ArrayLike<number>): Float32Array;
  /** (d,) -> (dims,) */
  toSpot(latent: ArrayLike<number>): Float32Array;
  /** How far a spot's latent is to be believed, from 0 to 1 at the points; null where the way back is exact. */
  readonly trust: ((spot: ArrayLike<number>) => number) | null;
}

/** What was measured of a map that bends; docs/formats.md says how. */
export interface Calibration {
  readonly spacing: number;
  readonly reach: number;
  readonly band: number;
  readonly spread: number;
}

/** Points that a spot's latent is made of. */
const NEAREST = 10;
/** Of a square of spacings: below, a spot is at the point. */
const FLOOR = Math.fround(1e-16);

/** Does a way back of this name need the epoch's latents? */
export function needsLatents({ way }: MapEntry): boolean {
  return way === "near";
}

/** The way back that a map's file holds, for latents of d numbers; `latents` where `needsLatents`. */
export function readWay(entry: MapEntry, tensors: Tensors, d: number, latents: Latents | null = null): Way {
  const { name, dims, way } = entry;
  if (way === "flat") return flat(floats(tensors, "centre", [d]), floats(tensors, "axes", [dims, d]));
  if (way === "near" && latents) {
    const [spacing, reach, band, spread] = floats(tensors, "calibration", [4]);
    const calibration = { spacing: spacing!, reach: reach!, band: band!, spread: spread! };
    return near(floats(tensors, "points", [null, dims]), dims, latents, calibration);
  }
  throw new Trouble(
    `the map '${name}' has a way back that this page does not know: '${way}'`,
    "open it with a newer hinterland: pip install -U hinterland",
  );
}

/**
 * The latent of a spot with a part, 0 to 1, of what the map leaves out of another latent: that latent less the way
 * back at its own spot, `home`. Part 0 is the plain way back; part 1 at home is that latent.
 */
export function carried(
  way: Way,
  spot: ArrayLike<number>,
  latent: Float32Array,
  home: ArrayLike<number>,
  part: number,
): Float32Array {
  const there = way.toLatent(home);
  return way.toLatent(spot).map((value, k) => value + part * (latent[k]! - there[k]!));
}

/** latent = centre + spot @ axes; exact on the sheet. centre: (d,). axes: (dims, d), orthonormal rows. */
export function flat(centre: Float32Array, axes: Float32Array): Way {
  const d = centre.length;
  const dims = axes.length / d;
  return {
    trust: null,
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

/**
 * The latents of the nearest points, weighted by closeness (Shepard 1968); exact at the points. points: (n, dims).
 * A latent's spot is its nearest image's point. The tree is built when it is first asked.
 */
export function near(
  points: Float32Array,
  dims: number,
  latents: Latents,
  { spacing, reach, band, spread }: Calibration,
): Way {
  let tree: PointTree | null = null;
  const images = new Uint32Array(NEAREST);
  const weights = new Float32Array(NEAREST);
  const unit = Math.fround(Math.fround(spacing) * Math.fround(spacing));
  const strictness = Math.fround(band / (spread || 1));

  /** Fills images and weights; returns how many, and how many spacings away the nearest is. */
  const weigh = (spot: ArrayLike<number>): readonly [count: number, away: number] => {
    tree ??= new PointTree(points, dims);
    const at = Float32Array.from({ length: dims }, (_, axis) => spot[axis]!);
    const count = tree.nearest(at, images, weights);
    const away = Math.sqrt(Math.fround((weights[0] ?? 0) / unit));
    let sum = 0;
    for (let j = 0; j < count; j++) {
      weights[j] = 1 / Math.max(Math.fround(weights[j]! / unit), FLOOR);
      sum += weights[j]!;
    }
    for (let j = 0; j < count; j++) weights[j] = weights[j]! / sum;
    return [count, away];
  };
  const mean = (count: number) => {
    const { d, mean } = latents;
    const sums = new Float64Array(d);
    for (let j = 0; j < count; j++) {
      for (let k = 0; k < d; k++) sums[k]! += weights[j]! * mean[images[j]! * d + k]!;
    }
    return Float32Array.from(sums);
  };
  return {
    toLatent: (spot) => mean(weigh(spot)[0]),
    toSpot(latent) {
      const index = nearest(latents, latent)?.index ?? 0;
      return points.slice(index * dims, (index + 1) * dims);
    },
    trust(spot) {
      const [count, away] = weigh(spot);
      if (count === 0) return 0;
      const { d, mean: all } = latents;
      const middle = mean(count);
      let disagreement = 0;
      for (let j = 0; j < count; j++) {
        let square = 0;
        for (let k = 0; k < d; k++) square += (all[images[j]! * d + k]! - middle[k]!) ** 2;
        disagreement += weights[j]! * square;
      }
      const agreed = Math.max(0, 1 - strictness ** 2 * disagreement);
      return Math.fround(agreed * Math.min(1, (reach / Math.max(away, reach)) ** 2));
    },
  };
}
