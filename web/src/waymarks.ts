/** What walks, sums and attributes mark on a map, in its own places: lines, names, and where on a walk one is. */
import type { Pane } from "./beside";
import type { Explorer } from "./explorer";
import { TRAYS } from "./paths/asked";
import { samplesOf } from "./paths/course";
import { type Place, pinnedPlace, pointOf } from "./store";
import { needsLatents } from "./ways";

export type Spot = ArrayLike<number>;

/** A line that leaps from image to image, as on a map that bends. */
export function leaps({ shown }: Pane): boolean {
  return shown.value ? needsLatents(shown.value.map) : false;
}

/** Where the walk's latents are on the pane's map: on one that bends, at their nearest images' points. */
export function lineSpots({ store, paths }: Explorer, pane: Pane): Spot[] {
  const [on, course] = [pane.shown.value, paths.walking.course.value];
  if (store.dock.value !== "walk" || !on || course?.epoch !== on.epoch) return [];
  if (!needsLatents(on.map)) return samplesOf(course).map((latent) => on.way.toSpot(latent));
  const measured = paths.walking.measured.value;
  if (measured?.course !== course)
    return course.ends.map((end) => spotOn(end, pane)).filter((spot) => spot !== null);
  const inner = Array.from(measured.images.subarray(1, -1), (image) => pointOf(on, image));
  const [first, last] = [course.ends[0]!, course.ends.at(-1)!];
  return [spotOn(first, pane), ...inner, spotOn(last, pane)].filter((spot) => spot !== null);
}

/** The ends of a walk, or the terms of a sum and what it comes to, "=". */
export function namedSpots({ store, paths }: Explorer, pane: Pane): (readonly [string, Spot])[] {
  const dock = store.dock.value;
  const told: (readonly [string, Place | null])[] = [];
  if (dock === "walk") {
    const [shown, latents, encoded] = [store.shown.value, store.latents.value, store.encoded.value];
    for (const [i, end] of store.walk.value.ends.entries()) {
      told.push([String(i + 1), pinnedPlace(end, shown, latents, encoded)]);
    }
  }
  if (dock === "sum") {
    const trays = paths.adding.trays.value;
    for (const tray of TRAYS) told.push([tray.toUpperCase(), placed(trays[tray], pane)]);
    told.push(["=", paths.adding.probe.place.value]);
  }
  return told.flatMap(([name, place]) => {
    const spot = place && spotOn(place, pane);
    return spot ? [[name, spot] as const] : [];
  });
}

/** A mean has no place of its own: it is marked where its latent is. */
function placed(filled: { latent: Float32Array; place: Place | null } | null, { shown }: Pane): Place | null {
  if (!filled || !shown.value) return null;
  const { latent, place } = filled;
  return place ?? { latent, spot: shown.value.way.toSpot(latent), image: -1, side: "main", trust: null };
}

/** From what is looked at to what it is with the attribute. */
export function leadSpots({ store, paths }: Explorer, pane: Pane): Spot[] {
  if (store.dock.value !== "attribute" || store.strength.value === 0) return [];
  const [from, to] = [paths.altering.here.value, paths.altering.probe.place.value];
  const spots = from && to ? [spotOn(from, pane), spotOn(to, pane)] : [];
  return spots.filter((spot) => spot !== null);
}

/** Where on the walk one is. */
export function dotSpot({ store, paths }: Explorer, pane: Pane): Spot | null {
  const place = store.dock.value === "walk" ? paths.walking.probe.place.value : null;
  return place && spotOn(place, pane);
}

/** A place on the pane's map, at the same epoch. */
function spotOn({ side, spot, image, latent }: Place, pane: Pane): Spot | null {
  if (side === pane.side) return spot;
  const on = pane.shown.peek();
  if (!on) return null;
  return image >= 0 ? pointOf(on, image) : on.way.toSpot(latent);
}
