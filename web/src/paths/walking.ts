/** The walk that is asked for, at the epoch that is shown: its course, its pictures, and where on it one is. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Decoder } from "../decoder/client";
import { type Fault, faultOf } from "../faults";
import type { Latents } from "../nearest";
import { type Probe, probeHere } from "../probe";
import type { Recording } from "../recording";
import { prefersStillness } from "../stillness";
import { type Place, pinnedPlace, type Store } from "../store";
import { createBatch, joined } from "./batch";
import { blendAt, type Course, courseOf, latentAt, legAt, samplesOf, stopsOf } from "./course";
import type { Apart } from "./support";
import type { Surveyor } from "./surveyor";

export interface Strip {
  readonly course: Course;
  /** Where on the walk each picture is, 0 to 1. */
  readonly stops: readonly number[];
  readonly latents: readonly Float32Array[];
  readonly pictures: readonly Float32Array[];
  /** The pictures of the ends: real ones where there are. */
  readonly ends: readonly Float32Array[];
}
export interface Walking {
  /** null while there is none: fewer than two ends, or their latents are on their way. */
  readonly course: ReadonlySignal<Course | null>;
  readonly strip: ReadonlySignal<Strip | null>;
  /** How far from the data the walk is at its `samplesOf`. */
  readonly measured: ReadonlySignal<(Apart & { readonly course: Course }) | null>;
  /** What is decoded where one is. */
  readonly probe: Probe;
  /** The blend of the ends' pictures there. */
  readonly blend: ReadonlySignal<Float32Array | null>;
  readonly fault: ReadonlySignal<Fault | null>;
  dispose(): void;
}

/** A leg takes so long. */
const LEG_MS = 3200;

export function createWalking(
  store: Store,
  decoder: Decoder,
  recording: Pick<Recording, "pixels">,
  surveyor: Surveyor,
  awake: ReadonlySignal<boolean>,
): Walking {
  const { course, fault, undo: leaveCourse } = followCourse(store, surveyor);
  const wanted = computed(() => {
    const on = course.value;
    if (!on || !awake.value) return null;
    const stops = stopsOf(on.legs.length);
    return { epoch: on.epoch, latents: stops.map((at) => latentAt(on, at)), course: on, stops };
  });
  const pictures = createBatch(decoder, wanted);
  const { strip, undo: leaveStrip } = followEnds(recording, pictures.pictured);
  const place = computed(() => placeAt(course.value, store));
  const probe = probeHere(store, decoder, place, awake);
  const { measured, undo: leaveMeasure } = followMeasure(store, surveyor, course);
  const undo = [leaveCourse, leaveStrip, leaveMeasure, pictures.undo, stroll(store)];
  return {
    course,
    strip,
    measured,
    probe,
    blend: computed(() => (strip.value ? blendAt(strip.value.ends, store.at.value) : null)),
    fault: computed(() => fault.value ?? pictures.fault.value ?? probe.fault.value),
    dispose() {
      for (const call of undo) call();
      probe.dispose();
    },
  };
}

/** The latents of the epoch that is shown; null while they are on their way. */
export function latentsShown({ latents, shown }: Store): Latents | null {
  return latents.value?.epoch === shown.value?.epoch ? latents.value : null;
}

function followCourse(store: Store, surveyor: Surveyor) {
  const course = signal<Course | null>(null);
  const fault = signal<Fault | null>(null);
  const again = signal(0);
  const open = computed(() => store.dock.value === "walk");
  const ends = computed(() => {
    const [shown, latents, encoded] = [store.shown.value, store.latents.value, store.encoded.value];
    return store.walk.value.ends.map((pin) => pinnedPlace(pin, shown, latents, encoded));
  });
  const undo = effect(() => {
    void again.value;
    const walk = store.walk.value;
    const places = ends.value.filter((place) => place !== null);
    const epoch = store.shown.value?.epoch;
    fault.value = null;
    if (!open.value || places.length < 2) course.value = null;
    if (!open.value || epoch === undefined || places.length < Math.max(2, ends.value.length))
      return undefined;
    if (walk.kind !== "along") {
      course.value = courseOf(epoch, walk, places);
      return undefined;
    }
    const latents = latentsShown(store);
    if (!latents) return undefined;
    let current = true;
    const { mean, d } = latents;
    surveyor.between(latents, joined(places.map(({ latent }) => latent))).then(
      (rows) => {
        const latentOf = (image: number) => mean.subarray(image * d, (image + 1) * d);
        if (current)
          course.value = courseOf(
            epoch,
            walk,
            places,
            rows.map((row) => [...row]),
            latentOf,
          );
      },
      (thrown: unknown) => {
        if (current) fault.value = faultOf(thrown, () => again.value++, "no way along the data was found");
      },
    );
    return () => {
      current = false;
    };
  });
  return { course: course as ReadonlySignal<Course | null>, fault, undo };
}

/** The pictures of the ends: an image's own, else what is decoded there. */
function followEnds(recording: Pick<Recording, "pixels">, told: ReadonlySignal<Omit<Strip, "ends"> | null>) {
  const strip = signal<Strip | null>(null);
  const undo = effect(() => {
    const now = told.value;
    if (!now) {
      strip.value = null;
      return undefined;
    }
    let current = true;
    const legs = now.course.legs.length;
    const decoded = (end: number) => now.pictures[(end * (now.stops.length - 1)) / legs]!;
    const ends = now.course.ends.map(async ({ image, own }, end) => {
      if (own) return own.pixels;
      // Where a picture does not load the decoded one stands for it; the inspector tells of the fault.
      return image >= 0 ? recording.pixels(image).catch(() => decoded(end)) : decoded(end);
    });
    void Promise.all(ends).then((all) => {
      if (current) strip.value = { ...now, ends: all };
    });
    return () => {
      current = false;
    };
  });
  return { strip: strip as ReadonlySignal<Strip | null>, undo };
}

function followMeasure(store: Store, surveyor: Surveyor, course: ReadonlySignal<Course | null>) {
  const measured = signal<(Apart & { course: Course }) | null>(null);
  const undo = effect(() => {
    const [on, latents] = [course.value, latentsShown(store)];
    if (!on || on.epoch !== latents?.epoch || latents.mean.length < 2 * latents.d) {
      measured.value = null;
      return undefined;
    }
    let current = true;
    surveyor.apart(latents, joined(samplesOf(on))).then(
      (apart) => {
        if (current) measured.value = { ...apart, course: on };
      },
      () => {},
    );
    return () => {
      current = false;
    };
  });
  return { measured: measured as ReadonlySignal<(Apart & { course: Course }) | null>, undo };
}

/** Where on the map one is; at an end, where that is. */
function placeAt(course: Course | null, store: Store): Place | null {
  const shown = store.shown.value;
  if (!course || course.epoch !== shown?.epoch) return null;
  const [leg, part] = legAt(course.legs.length, store.at.value);
  const end = part === 0 ? course.ends[leg] : part === 1 ? course.ends[leg + 1] : undefined;
  const latent = course.legs[leg]!(part);
  return { latent, spot: end?.spot ?? shown.way.toSpot(latent), image: -1, side: "main", trust: null };
}

/** Walks while it plays: to the end, or back and forth. */
function nearestStop(legs: number, at: number): number {
  const stops = stopsOf(legs);
  return stops[Math.round(at * (stops.length - 1))] ?? at;
}

function stroll(store: Store) {
  let forth = true;
  return effect(() => {
    if (!store.strolling.value) return;
    if (store.at.peek() >= 1 && !store.loop.peek()) store.at.value = 0;
    forth = store.at.peek() < 1;
    let here = store.at.peek();
    let shown = here;
    let last = performance.now();
    let frame = requestAnimationFrame(step);
    function step(now: number) {
      const legs = Math.max(1, store.walk.peek().ends.length - 1);
      const by = Math.max(0, now - last) / (LEG_MS * legs);
      last = now;
      if (store.at.peek() !== shown) here = store.at.peek();
      const to = Math.min(1, Math.max(0, here + (forth ? by : -by)));
      here = to;
      // From picture to picture of its strip, for whoever wants no gliding.
      shown = prefersStillness() ? nearestStop(legs, to) : to;
      batch(() => {
        store.at.value = shown;
        if (to === 1 && !store.loop.peek()) store.strolling.value = false;
      });
      if (to === 1 || to === 0) forth = to === 0;
      if (store.strolling.peek()) frame = requestAnimationFrame(step);
    }
    return () => cancelAnimationFrame(frame);
  });
}
