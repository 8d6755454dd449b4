/** What stands beside the map: another map, another epoch of one, another run; and how the two are linked. */
import type { MapEntry, Scene } from "./scene";

/** Held at an epoch, or so many epochs ahead of the map that it is beside; behind it where that is below 0. */
export type Pace =
  | { readonly by: "held"; readonly epoch: number }
  | { readonly by: "follow"; readonly offset: number };

export interface Beside {
  /** Another run of the site, by name; null: the same run. */
  readonly run: string | null;
  /** By name; null: the one that is most like the map that it is beside. */
  readonly map: string | null;
  readonly pace: Pace;
}

export const SAME_EPOCH: Pace = { by: "follow", offset: 0 };

/** By what the two are linked: they are of one run, or hold the same images, or have nothing in common. */
export type Link = "run" | "images" | "none";

export function linkOf(here: Scene, there: Scene): Link {
  if (here === there) return "run";
  const same = here.fingerprint !== null && here.fingerprint === there.fingerprint && here.n === there.n;
  return same ? "images" : "none";
}

/** The map of a scene that is asked for; where it has none of that name, the one most like another map. */
export function mapBeside(name: string | null, { maps }: Scene, like: MapEntry): MapEntry {
  const alike = (map: MapEntry) =>
    8 * Number(map.dims === like.dims) +
    4 * Number(map.projection === like.projection) +
    2 * Number(map.way === like.way) +
    Number(map.of === like.of);
  const best = maps.reduce((best, map) => (alike(map) > alike(best) ? map : best), maps[0]);
  return maps.find((map) => map.name === name) ?? best;
}

/** As the address tells it: MAP, MAP@7 (held), MAP@-2 or MAP@+2 (so many behind or ahead), each after RUN/. */
export function besideWritten({ run, map, pace }: Beside): string {
  const where = [...(run === null ? [] : [run]), map ?? ""].map(encodeURIComponent).join("/");
  if (pace.by === "held") return `${where}@${pace.epoch}`;
  const { offset } = pace;
  return offset === 0 ? where : `${where}@${offset > 0 ? "+" : ""}${offset}`;
}

/** null where it makes no sense. */
export function besideRead(told: string): Beside | null {
  const [, run, map = "", sign, number] = /^(?:([^/@]*)\/)?([^/@]*)(?:@([+-]?)(\d{1,6}))?$/.exec(told) ?? [];
  if (map === "" && !run) return null;
  const steps = Number(number ?? 0);
  const held = number !== undefined && sign === "";
  const pace: Pace = held
    ? { by: "held", epoch: steps }
    : { by: "follow", offset: steps && (sign === "-" ? -steps : steps) };
  try {
    return { run: run ? decodeURIComponent(run) : null, map: decodeURIComponent(map) || null, pace };
  } catch {
    return null;
  }
}

/** The epoch that a pace asks for, beside another one: not every map has it. */
export function epochBeside(pace: Pace, main: number): number {
  return pace.by === "held" ? pace.epoch : main + pace.offset;
}
