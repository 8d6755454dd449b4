/** What a person may do, each in one call: keys, buttons and the pointer all come here. */
import { batch } from "@preact/signals-core";
import type { Explorer } from "./explorer";
import { type Place, SPEEDS, type Speed, stepped, THEMES } from "./store";

/** How near to a point, in pixels, a click means that image. */
const TOUCH = 7;

/** Puts the cursor under a place of the window. */
export function aimAt({ map, store }: Explorer, x: number, y: number): void {
  if (!store.shown.peek()) return;
  const spot = map.toSpot(x, y);
  if (spot.every(Number.isFinite)) store.aim.value = { by: "spot", spot };
}

/** Pins what is at a place of the window: an image where one is drawn there, else the bare latent. */
export function pinAt(explorer: Explorer, x: number, y: number): void {
  const { map, store } = explorer;
  const index = map.pick(x, y, TOUCH);
  aimAt(explorer, x, y);
  const cursor = store.cursor.peek();
  if (index >= 0) store.pin.value = { by: "image", index };
  else if (cursor) store.pin.value = { by: "latent", latent: cursor.latent };
}

/** Pins what is under the cursor. */
export function pinCursor(explorer: Explorer): void {
  const at = screenOf(explorer, explorer.store.cursor.peek());
  if (at) pinAt(explorer, ...at);
}

/** Pins the image whose latent is nearest to the cursor's, or to what is pinned. */
export function pinNearest({ store, hover, pinned }: Explorer): void {
  const found = (store.pin.peek() ? pinned : hover).neighbour.peek();
  if (found) store.pin.value = { by: "image", index: found.index };
}

/** Moves the cursor by pixels; it begins in the middle, and the map follows it beyond the edge. */
export function nudge(explorer: Explorer, dx: number, dy: number, inside: DOMRect): void {
  const from = screenOf(explorer, explorer.store.cursor.peek());
  if (!from) {
    aimAt(explorer, inside.x + inside.width / 2, inside.y + inside.height / 2);
    return;
  }
  const [x, y] = [from[0] + dx, from[1] + dy];
  const [heldX, heldY] = [
    Math.min(inside.right, Math.max(inside.left, x)),
    Math.min(inside.bottom, Math.max(inside.top, y)),
  ];
  if (heldX !== x || heldY !== y) explorer.map.pan(heldX - x, heldY - y);
  aimAt(explorer, heldX, heldY);
}

export function stepEpoch({ store }: Explorer, by: number): void {
  batch(() => {
    store.playing.value = false;
    store.epoch.value = stepped(store.map.peek().epochs, store.epoch.peek(), by);
  });
}

/** Plays, from the start where the end is reached; or stops. */
export function togglePlay({ store }: Explorer): void {
  const { epochs } = store.map.peek();
  batch(() => {
    if (!store.playing.peek() && store.epoch.peek() === epochs.at(-1)) store.epoch.value = epochs[0] ?? 0;
    store.playing.value = !store.playing.peek();
  });
}

export function nextSpeed({ store }: Explorer): void {
  store.speed.value = following<Speed>(SPEEDS, store.speed.peek());
}

/** Another map: the epoch stays where it has it, and the camera shows all of it. */
export function chooseMap({ scene, store }: Explorer, name: string): void {
  const map = scene.maps.find((one) => one.name === name);
  if (!map || map === store.map.peek()) return;
  batch(() => {
    store.camera.value = null;
    store.aim.value = null;
    store.map.value = map;
    store.epoch.value = stepped(map.epochs, store.epoch.peek(), 0);
  });
}

export function nextMap(explorer: Explorer): void {
  const names = explorer.scene.maps.map(({ name }) => name);
  chooseMap(explorer, following(names, explorer.store.map.peek().name));
}

/** Colours by another channel, or by none; all classes are drawn again. */
export function chooseColour({ store }: Explorer, name: string | null): void {
  batch(() => {
    store.hidden.value = new Set();
    store.colour.value = name;
  });
}

export function nextColour(explorer: Explorer): void {
  const names = [...explorer.scene.channels.map(({ name }) => name), null];
  chooseColour(explorer, following(names, explorer.store.colour.peek()));
}

/** Hides or shows a class; with `only`, shows it alone, or all again where it is alone already. */
export function toggleClass({ store }: Explorer, index: number, all: readonly number[], only: boolean): void {
  const hidden = new Set(store.hidden.peek());
  if (only) {
    const alone = !hidden.has(index) && hidden.size === all.length - 1;
    store.hidden.value = new Set(alone ? [] : all.filter((one) => one !== index));
    return;
  }
  if (!hidden.delete(index)) hidden.add(index);
  store.hidden.value = hidden;
}

export function nextTheme({ store }: Explorer): void {
  store.theme.value = following(THEMES, store.theme.peek());
}

/** Where a place is in the window; null where it is not in sight. */
export function screenOf({ map }: Explorer, place: Place | null): readonly [number, number] | null {
  if (!place) return null;
  const at = map.toScreen(place.spot);
  return at.every(Number.isFinite) ? at : null;
}

function following<T>(all: readonly T[], now: T): T {
  return all[(all.indexOf(now) + 1) % all.length] ?? now;
}
