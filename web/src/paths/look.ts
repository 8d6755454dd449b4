/** What is asked of walks and sums, as parts of the address and back, and into the store. */
import type { Pin } from "../pins";
import { short } from "../runs";
import type { Scene } from "../scene";
import type { Store } from "../store";
import {
  type Attribute,
  DOCKS,
  type Dock,
  type Group,
  STRONGEST,
  type Sum,
  type Term,
  TRAYS,
  type Walk,
} from "./asked";
import { attributeRead, attributeTold, sumRead, sumTold, walkRead, walkTold } from "./told";

export interface PathsLook {
  /** The panel of the dock that is open; null: none. */
  readonly dock?: Dock | null;
  readonly walk?: Walk;
  /** Where on the walk, 0 to 1. */
  readonly step?: number;
  readonly sum?: Sum;
  readonly attribute?: Attribute;
  readonly strength?: number;
}

export function pathsParts(look: PathsLook): [string, string][] {
  const parts: [string, string][] = [];
  if (look.dock) parts.push(["dock", look.dock]);
  if (look.walk && look.walk.ends.length > 0) parts.push(["walk", walkTold(look.walk)]);
  if (look.walk && look.walk.ends.length > 1 && look.step) parts.push(["step", short(look.step)]);
  if (look.sum && TRAYS.some((tray) => look.sum?.[tray])) parts.push(["sum", sumTold(look.sum)]);
  if (look.attribute?.has) {
    parts.push(["attribute", attributeTold(look.attribute)]);
    if (look.strength !== undefined) parts.push(["strength", short(look.strength)]);
  }
  return parts;
}

export function pathsRead(told: URLSearchParams): PathsLook {
  const [dock, walk, sum, attribute] = ["dock", "walk", "sum", "attribute"].map((name) => told.get(name));
  const [step, strength] = ["step", "strength"].map((name) => numberIn(told.get(name)));
  const [way, trays, sides] = [
    walk && walkRead(walk),
    sum && sumRead(sum),
    attribute && attributeRead(attribute),
  ];
  const open = DOCKS.find((one) => one === dock);
  return {
    ...(open ? { dock: open } : {}),
    ...(way ? { walk: way } : {}),
    ...(step !== undefined && step >= 0 && step <= 1 ? { step } : {}),
    ...(trays ? { sum: trays } : {}),
    ...(sides ? { attribute: sides } : {}),
    ...(strength !== undefined && Math.abs(strength) <= STRONGEST ? { strength } : {}),
  };
}

/** What is asked of walks and sums. `brought`: the own pictures that the address holds; of others the latent stands for them. */
export function pathsOf(store: Store, brought: ReadonlySet<number>) {
  const { dock, walk, at, strolling, sum, attribute, strength } = store;
  const told = <T extends Term>(term: T) => standingFor(term, store, brought);
  const { a, b, c } = sum.value;
  return {
    dock: dock.value,
    walk: { kind: walk.value.kind, ends: walk.value.ends.map(told) },
    // Whoever walks has not arrived: an address for every frame would cost one.
    step: strolling.value ? 0 : at.value,
    sum: { a: a && told(a), b: b && told(b), c: c && told(c) },
    attribute: attribute.value,
    strength: strength.value,
  };
}

/** An own picture's latent, where the address holds no such picture. */
export function standingFor<T extends Term>(
  term: T,
  { encoded }: Store,
  brought: ReadonlySet<number>,
): T | Pin {
  if (term.by !== "own" || brought.has(term.id)) return term;
  const own = encoded.value.get(term.id);
  return own ? { by: "latent", latent: own.latent } : term;
}

export function applyPaths(look: PathsLook, scene: Scene, store: Store): void {
  const known = (term: Term | null) => {
    if (!term) return null;
    if (term.by !== "images") return fitsScene(term, scene, store) ? term : null;
    const images = term.images.filter((image) => image < scene.n);
    return images.length > 0 ? { ...term, images } : null;
  };
  if (look.dock !== undefined) store.dock.value = look.dock;
  if (look.walk) {
    const ends = look.walk.ends.filter((end) => fitsScene(end, scene, store));
    store.walk.value = { kind: look.walk.kind, ends };
  }
  if (look.step !== undefined) store.at.value = look.step;
  if (look.sum) {
    const { a, b, c } = look.sum;
    store.sum.value = { a: known(a), b: known(b), c: known(c) };
  }
  if (look.attribute) {
    const side = (group: Group | null) => group && groupIn(group, scene);
    store.attribute.value = { has: side(look.attribute.has), lacks: side(look.attribute.lacks) };
  }
  if (look.strength !== undefined) store.strength.value = look.strength;
}

function groupIn(group: Group, { channels, n }: Scene): Group | null {
  if (group.by === "images") {
    const images = group.images.filter((image) => image < n);
    return images.length > 0 ? { ...group, images } : null;
  }
  const channel = channels.find(({ name, kind }) => name === group.channel && kind === "class");
  return channel && group.value < channel.values.length ? group : null;
}

function numberIn(told: string | null | undefined): number | undefined {
  const value = told ? Number(told) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

export function fitsScene(pin: Pin, scene: Scene, { own }: Store): boolean {
  if (pin.by === "own") return own.peek().some(({ id }) => id === pin.id);
  return pin.by === "image" ? pin.index < scene.n : pin.latent.length === scene.latentDim;
}
