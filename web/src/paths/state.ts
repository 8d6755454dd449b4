/** Walks and sums as the door tells them, and whether they have come to rest. */
import type { Explorer } from "../explorer";
import type { Pin } from "../pins";
import type { Probe } from "../probe";
import type { Group, Term } from "./asked";
import { latentAt } from "./course";

export type ToldPin =
  | { readonly image: number }
  | { readonly own: number }
  | { readonly latent: readonly number[] };
type ToldTerm = ToldPin | { readonly images: readonly number[] };
type ToldGroup = { readonly class: string; readonly of: string } | { readonly images: readonly number[] };

export interface PathsState {
  readonly dock: string | null;
  readonly walk: {
    readonly ends: readonly ToldPin[];
    readonly kind: string;
    readonly at: number;
    readonly playing: boolean;
    readonly loop: boolean;
    /** Where one is; null while there is no course. */
    readonly latent: readonly number[] | null;
    /** The images that each leg leads through. */
    readonly through: readonly (readonly number[])[];
    /** The farthest from the data that it goes, in usual distances between neighbours. */
    readonly farthest: number | null;
  } | null;
  readonly sum: {
    readonly a: ToldTerm | null;
    readonly b: ToldTerm | null;
    readonly c: ToldTerm | null;
    readonly latent: readonly number[] | null;
    readonly far: number | null;
  };
  readonly attribute: {
    readonly has: ToldGroup | null;
    readonly lacks: ToldGroup | null;
    readonly strength: number;
    readonly vector: readonly number[] | null;
    /** The share of pairs that the vector puts in the right order. */
    readonly separation: number | null;
    /** What is looked at, with the attribute. */
    readonly latent: readonly number[] | null;
  };
}

export function pathsState({ scene, store, paths }: Explorer): PathsState {
  const { walking, adding, altering } = paths;
  const [walk, sum, sides] = [store.walk.peek(), store.sum.peek(), store.attribute.peek()];
  const course = walking.course.peek();
  const measured = walking.measured.peek();
  const group = (one: Group | null) => one && toldGroup(one, scene.channels);
  return {
    dock: store.dock.peek(),
    walk:
      walk.ends.length === 0
        ? null
        : {
            ends: walk.ends.map(toldPin),
            kind: walk.kind,
            at: store.at.peek(),
            playing: store.strolling.peek(),
            loop: store.loop.peek(),
            latent: course && [...latentAt(course, store.at.peek())],
            through: course?.through ?? [],
            farthest: measured && Math.max(...measured.far),
          },
    sum: {
      a: sum.a && toldTerm(sum.a),
      b: sum.b && toldTerm(sum.b),
      c: sum.c && toldTerm(sum.c),
      latent: latentOf(adding.probe),
      far: adding.far.peek(),
    },
    attribute: {
      has: group(sides.has),
      lacks: group(sides.lacks),
      strength: store.strength.peek(),
      vector: listed(altering.vector.peek()),
      separation: altering.separation.peek(),
      latent: latentOf(altering.probe),
    },
  };
}

/** What the open panel shows is found, measured and decoded, or has failed. */
export function pathsSettled({ store, paths }: Explorer, epoch: number): boolean {
  const { walking, adding, altering } = paths;
  const dock = store.dock.peek();
  // Of one image alone nobody knows what is usual.
  const measures = store.shown.peek()!.points.length > store.shown.peek()!.map.dims;
  if (dock === "walk" && store.walk.peek().ends.length > 1) {
    if (walking.fault.peek()) return true;
    const course = walking.course.peek();
    const measured = !measures || walking.measured.peek()?.course === course;
    const held = course?.walk === store.walk.peek() && walking.strip.peek()?.course === course;
    return (
      course?.epoch === epoch &&
      held &&
      measured &&
      (store.strolling.peek() || isPainted(walking.probe, epoch))
    );
  }
  if (dock === "sum") {
    const { a, b, c } = store.sum.peek();
    if (!(a && b && c)) return true;
    const measured = !measures || adding.far.peek() !== null;
    return adding.probe.place.peek() !== null && measured && isPainted(adding.probe, epoch);
  }
  return dock !== "attribute" || isPainted(altering.probe, epoch);
}

export function isPainted({ place, picture, fault }: Probe, epoch: number): boolean {
  const at = place.peek();
  if (!at) return true;
  return [picture.peek(), fault.peek()].some(
    (answer) => answer?.latent === at.latent && answer.epoch === epoch,
  );
}

export function toldPin(pin: Pin): ToldPin {
  if (pin.by === "own") return { own: pin.id };
  return pin.by === "image" ? { image: pin.index } : { latent: [...pin.latent] };
}

function toldTerm(term: Term): ToldTerm {
  return term.by === "images" ? { images: term.images } : toldPin(term);
}

function toldGroup(group: Group, channels: Explorer["scene"]["channels"]): ToldGroup {
  if (group.by === "images") return { images: group.images };
  const values = channels.find(({ name }) => name === group.channel)?.values ?? [];
  return { class: values[group.value] ?? String(group.value), of: group.channel };
}

function latentOf({ place }: Probe): readonly number[] | null {
  return listed(place.peek()?.latent ?? null);
}

function listed(latent: Float32Array | null): readonly number[] | null {
  return latent && [...latent];
}
