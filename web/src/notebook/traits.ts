/** What Python and the page both know of a widget: either sets it, and the other follows. */
import { batch, effect } from "@preact/signals-core";
import { apply, lookOf, read, write } from "../address";
import type { Explorer } from "../explorer";
import type { Scene } from "../scene";
import { enter, type Pin, type Store, THEMES } from "../store";
import { bytesFor, bytesOf, floatsOf, indicesOf, type Model } from "./model";

/** The cursor is told to Python 20 times a second at most. */
const CURSOR_MS = 50;
/** And all else: a hand that drags or plays changes it at every frame. */
const LOOK_MS = 30;

/** The names of the traits that are settled in Python first, in the order in which they are put into the store. */
const NAMES = ["theme", "view", "map", "epoch", "colour", "selection", "pinned", "cursor"] as const;
type Name = (typeof NAMES)[number];

/** Puts into a store what Python says. */
export function takeAll(model: Model, scene: Scene, store: Store): void {
  batch(() => {
    for (const name of NAMES) take(name, model, scene, store);
  });
}

/**
 * Keeps both sides alike until it is undone.
 *
 * What is told is sent in the same breath: a front end hears every message of ours again, from the kernel, and knows
 * one that is behind us only by what was sent since. So it is the telling that waits for its turn, not the sending.
 */
export function follow(model: Model, { scene, store }: Explorer): () => void {
  /** What the model was last known to hold of each. */
  const held = new Map<Name, unknown>(NAMES.map((name) => [name, model.get(name)]));
  const tell = (told: Partial<Record<Name, unknown>>) => {
    const news = (Object.keys(told) as Name[]).filter((name) => !same(model.get(name), told[name]));
    for (const name of news) {
      held.set(name, told[name]);
      model.set(name, told[name]);
    }
    if (news.length > 0) model.save_changes();
  };
  const calls = NAMES.map((name) => {
    const call = () => {
      const value = model.get(name);
      // Heard again, though the page may be further by now.
      if (same(held.get(name), value)) return;
      held.set(name, value);
      take(name, model, scene, store);
    };
    model.on(`change:${name}`, call);
    return () => model.off(`change:${name}`, call);
  });
  const look = pacer(LOOK_MS, () => tell(looked(store)));
  const cursor = pacer(CURSOR_MS, () => {
    // Before there is a map nothing is under a cursor, and Python may have set one.
    if (store.aim.peek() && !store.shown.peek()) return;
    const latent = store.cursor.peek()?.latent;
    tell({ cursor: latent ? bytesFor(latent.slice()) : null });
  });
  const undo = [
    effect(() => {
      looked(store);
      look();
    }),
    effect(() => {
      void store.cursor.value;
      cursor();
    }),
  ];
  return () => {
    for (const call of [...undo, ...calls, look.stop, cursor.stop]) call();
  };
}

/** What is looked at, as Python has it: all but the cursor and the theme. */
function looked(store: Store) {
  const { map, epoch, colour, selection } = lookOf(store);
  const pinned = pinOf(store.pin.value, store.pinned.value?.latent);
  return { map, epoch, colour, selection: bytesFor(Int32Array.from(selection)), pinned, view: viewOf(store) };
}

/** As a fragment; the theme is a trait of its own. */
function viewOf(store: Store): string {
  return write({ ...lookOf(store), theme: "auto" });
}

function take(name: Name, model: Model, scene: Scene, store: Store): void {
  const value = model.get(name);
  switch (name) {
    case "theme":
      store.theme.value = THEMES.find((theme) => theme === value) ?? "auto";
      return;
    case "view":
      if (typeof value === "string" && value && value !== viewOf(store)) apply(read(value), scene, store);
      return;
    case "map": {
      const map = scene.maps.find((one) => one.name === value);
      if (map && map !== store.map.peek()) apply({ map: map.name }, scene, store);
      return;
    }
    case "epoch":
      if (typeof value === "number" && value !== store.epoch.peek()) enter(store, store.map.peek(), value);
      return;
    case "colour":
      if (value !== store.colour.peek() && (value === null || typeof value === "string")) {
        apply({ colour: value }, scene, store);
      }
      return;
    case "selection": {
      const images = indicesOf(value);
      const now = store.selected.peek();
      if (images.length !== now.size || images.some((image) => !now.has(image))) {
        store.selected.value = new Set(images.filter((image) => image < scene.n));
      }
      return;
    }
    case "pinned": {
      const now = pinOf(store.pin.peek(), store.pinned.peek()?.latent);
      if (!same(value ?? null, now)) store.pin.value = pinFrom(value, scene);
      return;
    }
    case "cursor": {
      const latent = floatsOf(value);
      if (same(latent, store.cursor.peek()?.latent ?? null)) return;
      store.aim.value = latent?.length === scene.latentDim ? { by: "latent", latent } : null;
    }
  }
}

/** As Python has it; of a picture that the person brought, its latent. */
function pinOf(pin: Pin | null, latent: Float32Array | undefined): unknown {
  if (!pin) return null;
  if (pin.by === "image") return { image: pin.index };
  const at = pin.by === "latent" ? pin.latent : latent;
  return at ? { latent: [...at] } : null;
}

function pinFrom(value: unknown, scene: Scene): Pin | null {
  const { image, latent } = (value ?? {}) as { image?: unknown; latent?: unknown };
  if (typeof image === "number" && image < scene.n) return { by: "image", index: image };
  if (Array.isArray(latent) && latent.length === scene.latentDim) {
    return { by: "latent", latent: Float32Array.from(latent) };
  }
  return null;
}

/** Alike, bytes by what they hold and lists by their numbers. */
function same(one: unknown, other: unknown): boolean {
  const [a, b] = [bytesOf(one), bytesOf(other)];
  if (a && b) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  // An empty array of Python's may come as nothing at all.
  if (a || b) return (a ?? b)?.length === 0 && (one ?? null) === null;
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** Calls soon, at most once in so many milliseconds; the last wish is always granted. */
function pacer(ms: number, call: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const ask = () => {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        last = performance.now();
        call();
      },
      Math.max(0, last + ms - performance.now()),
    );
  };
  return Object.assign(ask, { stop: () => clearTimeout(timer) });
}
