/** What a program may ask of walks and sums, checked whole before any of it is done. */
import { fail, numbersOf, oneKeyOf, oneOf, orNull, partOf, record, shown, whole } from "../demands";
import type { Pin } from "../pins";
import type { Scene } from "../scene";
import {
  type Attribute,
  DOCKS,
  type Dock,
  type Group,
  KINDS,
  MOST_ENDS,
  NO_ATTRIBUTE,
  NO_SUM,
  NO_WALK,
  STRONGEST,
  type Sum,
  type Term,
  TRAYS,
  type Walk,
} from "./asked";
import { FEWEST } from "./lines";

type Told = { readonly image: number } | { readonly own: number } | { readonly latent: ArrayLike<number> };
type ToldGroup = { readonly class: string; readonly of?: string } | { readonly images: readonly number[] };
export interface PathsWish {
  readonly dock?: Dock | null;
  /** null: none. `at`: where on it, 0 to 1. */
  readonly walk?: {
    readonly ends?: readonly Told[];
    readonly kind?: Walk["kind"];
    readonly at?: number;
    readonly playing?: boolean;
    readonly loop?: boolean;
  } | null;
  /** What is left out stays as it is; null: an empty tray. */
  readonly sum?: Readonly<
    Partial<Record<"a" | "b" | "c", Told | { readonly images: readonly number[] } | null>>
  > | null;
  readonly attribute?: {
    readonly has?: ToldGroup | null;
    /** null: all other images. */
    readonly lacks?: ToldGroup | null;
    readonly strength?: number;
  } | null;
}
export const PATHS_WISHES = ["dock", "walk", "sum", "attribute"];

/** What is undefined stays as it is. */
export interface PathsOrder {
  readonly dock?: Dock | null;
  readonly walk?: Walk;
  readonly at?: number;
  readonly strolling?: boolean;
  readonly loop?: boolean;
  readonly sum?: Sum;
  readonly attribute?: Attribute;
  readonly strength?: number;
}
type Open = { -readonly [K in keyof PathsOrder]: PathsOrder[K] };
export interface PathsNow {
  readonly walk: Walk;
  readonly sum: Sum;
  readonly attribute: Attribute;
}
export const NOTHING_ASKED: PathsNow = { walk: NO_WALK, sum: NO_SUM, attribute: NO_ATTRIBUTE };

export function pathsOrderOf(
  told: Readonly<Record<string, unknown>>,
  scene: Scene,
  own: readonly number[],
  now: PathsNow,
): PathsOrder {
  const order: Open = {};
  if (told.dock !== undefined) order.dock = orNull(told.dock, (value) => oneOf(value, DOCKS, "dock"));
  if (told.walk === null) Object.assign(order, { walk: NO_WALK, at: 0, strolling: false });
  else if (told.walk !== undefined) Object.assign(order, walkOf(told.walk, scene, own, now.walk));
  if (told.sum === null) order.sum = NO_SUM;
  else if (told.sum !== undefined) order.sum = sumOf(told.sum, scene, own, now.sum);
  if (told.attribute === null) order.attribute = NO_ATTRIBUTE;
  else if (told.attribute !== undefined) Object.assign(order, attributeOf(told.attribute, scene, now));
  return order;
}

/** What can be pinned. `own`: the ids of the person's own images. */
export function pinOf(value: unknown, { n, latentDim }: Scene, own: readonly number[], what = "a pin"): Pin {
  const told = oneKeyOf(value, what, ["image", "latent", "own"]);
  if (told.latent !== undefined)
    return { by: "latent", latent: numbersOf(told.latent, latentDim, "a latent") };
  if (told.own !== undefined) {
    const id = own.find((one) => one === told.own);
    return id === undefined ? fail(`there is no own image ${shown(told.own)}`) : { by: "own", id };
  }
  if (n === 0) fail("there are no images to pin");
  return { by: "image", index: whole(told.image, 0, n - 1, "a pinned image") };
}

function walkOf(value: unknown, scene: Scene, own: readonly number[], now: Walk): PathsOrder {
  const told = record(value, "a walk", ["ends", "kind", "at", "playing", "loop"]);
  const order: Open = {};
  const kind = told.kind === undefined ? now.kind : oneOf(told.kind, KINDS, "a walk's kind");
  if (kind === "spherical" && scene.latentDim < FEWEST) {
    fail(
      `a spherical walk needs at least ${FEWEST} latents; there are ${scene.latentDim}`,
      "ask for 'along'",
    );
  }
  const ends = told.ends === undefined ? now.ends : endsOf(told.ends, scene, own);
  if (told.kind !== undefined || told.ends !== undefined) order.walk = { kind, ends };
  if (told.at !== undefined) order.at = partOf(told.at, "at");
  if (told.playing !== undefined) order.strolling = oneOf(told.playing, [true, false], "a walk's playing");
  if (told.loop !== undefined) order.loop = oneOf(told.loop, [true, false], "a walk's loop");
  return order;
}

function endsOf(value: unknown, scene: Scene, own: readonly number[]): Pin[] {
  if (!Array.isArray(value)) return fail(`a walk's ends must be a list; it is ${shown(value)}`);
  if (value.length > MOST_ENDS) fail(`a walk has at most ${MOST_ENDS} ends; these are ${value.length}`);
  return value.map((end) => pinOf(end, scene, own, "an end"));
}

function sumOf(value: unknown, scene: Scene, own: readonly number[], now: Sum): Sum {
  const told = record(value, "a sum", TRAYS);
  const trays = Object.entries(told).filter(([, term]) => term !== undefined);
  return {
    ...now,
    ...Object.fromEntries(
      trays.map(([tray, term]) => [tray, orNull(term, (one) => termOf(one, scene, own, tray))]),
    ),
  };
}

function termOf(value: unknown, scene: Scene, own: readonly number[], tray: string): Term {
  const what = `the tray ${tray}`;
  const told = oneKeyOf(value, what, ["image", "latent", "own", "images"]);
  if (told.images === undefined) return pinOf(value, scene, own, what);
  return { by: "images", images: someImages(told.images, scene, what) };
}

function attributeOf(value: unknown, scene: Scene, { attribute }: PathsNow): PathsOrder {
  const told = record(value, "an attribute", ["has", "lacks", "strength"]);
  const order: Open = {};
  const side = (name: "has" | "lacks") =>
    told[name] === undefined ? attribute[name] : orNull(told[name], (group) => groupOf(group, scene, name));
  order.attribute = { has: side("has"), lacks: side("lacks") };
  const { strength } = told;
  if (strength === undefined) return order;
  if (typeof strength !== "number" || !(Math.abs(strength) <= STRONGEST)) {
    fail(`strength must be a number from -${STRONGEST} to ${STRONGEST}; it is ${shown(strength)}`);
  }
  return { ...order, strength: strength as number };
}

function groupOf(value: unknown, scene: Scene, side: string): Group {
  const told = record(value, `'${side}'`, ["class", "of", "images"]);
  if (told.images !== undefined) {
    return { by: "images", images: someImages(told.images, scene, `'${side}'`) };
  }
  const named = told.of ?? "label";
  const channel = scene.channels.find(({ name, kind }) => name === named && kind === "class");
  if (!channel) return fail(`there is no channel of classes ${shown(named)}`);
  const at = typeof told.class === "string" ? channel.values.indexOf(told.class) : -1;
  if (at < 0)
    fail(`'${channel.name}' has no class ${shown(told.class)}`, `it has ${channel.values.join(", ")}`);
  return { by: "class", channel: channel.name, value: at };
}

function someImages(value: unknown, { n }: Scene, what: string): number[] {
  if (!Array.isArray(value) || value.length === 0) {
    return fail(`${what}: images must be a list with at least one; it is ${shown(value)}`);
  }
  const images = value.map((index: unknown) => whole(index, 0, n - 1, `an image of ${what}`));
  return [...new Set(images)].sort((a, b) => a - b);
}
