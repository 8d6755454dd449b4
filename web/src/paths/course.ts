/** The course of a walk: its legs, and the latent, the place and the blend at every part of it. */
import type { Place } from "../store";
import type { Walk } from "./asked";
import { along, type Leg, sampled, spherical, straight } from "./lines";

export interface Course {
  readonly epoch: number;
  /** What was asked for. */
  readonly walk: Walk;
  readonly ends: readonly Place[];
  readonly legs: readonly Leg[];
  /** The images that each leg leads through. */
  readonly through: readonly (readonly number[])[];
}

/** Latents of a leg that are measured and drawn, as many as Python's. */
const EVEN = 33;
/** Pictures of a walk's strip, where it has few legs. */
const FEW = 12;

/** `rows`: the images on each leg, for a walk along the data. `latentOf`: of an image. */
export function courseOf(
  epoch: number,
  walk: Walk,
  ends: readonly Place[],
  rows: readonly (readonly number[])[] = [],
  latentOf: (image: number) => Float32Array = () => new Float32Array(),
): Course {
  const through = ends.slice(1).map((_, i) => rows[i] ?? []);
  const legs = through.map((images, i) => {
    const [a, b] = [ends[i]!.latent, ends[i + 1]!.latent];
    if (walk.kind === "straight") return straight(a, b);
    return walk.kind === "spherical" ? spherical(a, b) : along([a, ...images.map(latentOf), b]);
  });
  return { epoch, walk, ends, legs, through };
}

/** Which leg a part of the walk is on, and how far along it. */
export function legAt(legs: number, at: number): readonly [leg: number, part: number] {
  const gone = Math.min(1, Math.max(0, at)) * legs;
  const leg = Math.min(legs - 1, Math.floor(gone));
  return [leg, gone - leg];
}

export function latentAt({ legs }: Course, at: number): Float32Array {
  const [leg, part] = legAt(legs.length, at);
  return legs[leg]!(part);
}

/** Where the pictures of a strip are, 0 to 1; all ends are among them. */
export function stopsOf(legs: number): number[] {
  const steps = legs * Math.ceil(FEW / legs);
  return Array.from({ length: steps + 1 }, (_, i) => i / steps);
}

/** The latents that are measured and drawn, from the first end to the last: (legs · 32 + 1, d). */
export function samplesOf({ legs }: Course): Float32Array[] {
  return legs.flatMap((leg, i) => sampled(leg, EVEN).slice(i === 0 ? 0 : 1));
}

/** The pictures of the ends, faded into one another. */
export function blendAt(ends: readonly Float32Array[], at: number): Float32Array {
  const [leg, part] = legAt(ends.length - 1, at);
  const to = ends[leg + 1]!;
  return ends[leg]!.map((value, i) => (1 - part) * value + part * to[i]!);
}
