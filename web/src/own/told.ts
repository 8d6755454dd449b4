/** The person's own pictures as parts of the address and back, and into the store: as many as are short enough. */
import type { Scene } from "../scene";
import type { Own, Store } from "../store";
import { canEncode, MOST } from "./gallery";
import { pictureRead, pictureWritten } from "./packing";

/** A picture as text. */
export interface Brought {
  readonly id: number;
  readonly name: string;
  readonly text: string;
}

/** Letters of one picture, and of all: the rest of an address needs room too. A drawn digit has about 220. */
const LONGEST = 700;
const LONGEST_ALL = 1200;
const LONGEST_NAME = 40;
const MOST_IDS = 9999;

/** Each picture is packed once. */
const known = new WeakMap<Float32Array, string | null>();

/** Those that an address can hold, in their order; what is pinned comes before the rest. */
export function broughtOf({ own, pin, shape }: Store): readonly Brought[] {
  const held = pin.value?.by === "own" ? pin.value.id : 0;
  const all = own.value.map(({ id, name, pixels }) => {
    const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}\u2026` : name;
    return { id, name: short, text: textOf(pixels, shape) };
  });
  let room = LONGEST_ALL;
  const taken = new Set<number>();
  for (const { id, text } of [...all.filter((one) => one.id === held), ...all]) {
    if (text === null || text.length > room || taken.has(id)) continue;
    taken.add(id);
    room -= text.length;
  }
  return all.flatMap(({ id, name, text }) => (text !== null && taken.has(id) ? [{ id, name, text }] : []));
}

function textOf(pixels: Float32Array, shape: Scene["shape"]): string | null {
  let text = known.get(pixels);
  if (text === undefined) {
    text = pictureWritten(pixels, shape, LONGEST);
    known.set(pixels, text);
  }
  return text;
}

export function ownWritten({ id, name, text }: Brought): string {
  return `${id}~${text}~${name}`;
}

/** What makes no sense is left out. */
export function ownRead(parts: readonly string[]): Brought[] {
  const ids = new Set<number>();
  return parts.slice(0, MOST).flatMap((told) => {
    const [, number, text = "", name = ""] = /^(\d{1,4})~([\w-]*)~(.*)$/s.exec(told) ?? [];
    const id = Number(number ?? 0);
    if (!(id > 0 && id <= MOST_IDS) || ids.has(id)) return [];
    ids.add(id);
    return [{ id, name: name.slice(0, LONGEST_NAME), text }];
  });
}

/** Puts pictures in the place of those that are there, which undo brings back. */
export function applyOwn(told: readonly Brought[], scene: Scene, store: Store): void {
  if (!canEncode(scene)) return;
  const now = new Map(store.own.peek().map((one) => [one.id, one]));
  store.own.value = told.flatMap(({ id, name, text }): Own[] => {
    const same = now.get(id);
    if (same && textOf(same.pixels, scene.shape) === text) return [same];
    const pixels = pictureRead(text, scene.shape);
    return pixels ? [{ id, name: name || "Image", pixels }] : [];
  });
}
