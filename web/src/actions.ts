/** What a person may do, each in one call: keys, buttons and the pointer all come here. */
import { batch } from "@preact/signals-core";
import type { Pane } from "./beside";
import type { Explorer, OpenSite } from "./explorer";
import { withSetting } from "./layers";
import type { Setting } from "./layers/layer";
import { type Pace, SAME_EPOCH } from "./pairing";
import { addEnd, put } from "./paths/doing";
import type { Pin } from "./pins";
import { coloursOf, DISTORTION } from "./scene";
import {
  type Aim,
  enter,
  ownPlace,
  type Place,
  type Side,
  SPEEDS,
  type Speed,
  stepped,
  THEMES,
} from "./store";

/** How near to a point, in pixels, a click means that image. */
const TOUCH = 7;
/** The map that hands and keys mean: the one beside where it has the focus. */
export function paneInUse({ main, beside }: Explorer): Pane {
  const second = beside.peek();
  return second?.surface.matches(":focus") ? second : main;
}

/** Puts the cursor under a place of the window. */
export function aimAt({ store, main }: Explorer, x: number, y: number, pane = main, since?: number): void {
  if (!store.shown.peek() || !pane.shown.peek()) return;
  if (isThere(store.aim.peek(), x, y, pane)) return;
  const spot = pane.map.toSpot(x, y);
  if (spot.every(Number.isFinite)) store.aim.value = { by: "spot", spot, side: pane.side, since };
}

/** Pixels by which numbers that were rounded may lie beside their place. */
const ROUNDED = 0.01;

/** Is that the cursor's spot already? What is dragged stays under the pointer, and need not be looked up again. */
function isThere(aim: Aim | null, x: number, y: number, pane: Pane): boolean {
  if (aim?.by !== "spot" || (aim.side ?? "main") !== pane.side || aim.spot.length !== 2) return false;
  const [left, top] = pane.map.toScreen(aim.spot);
  return Math.hypot(left - x, top - y) < ROUNDED;
}

/** Takes what is at a place of the window: it is pinned, or with another tool the walk goes on there, or a tray holds it. */
export function pinAt(explorer: Explorer, x: number, y: number, pane: Pane = explorer.main): void {
  const { store } = explorer;
  const found = heldAt(explorer, x, y, pane);
  if (!found) return;
  const tool = store.tool.peek();
  if (tool === "walk") addEnd(store, found, explorer.travelMs() > 0);
  else if (tool === "sum") put(store, store.tray.peek(), found);
  else store.pin.value = found;
}

/** An image where one is drawn there, else the bare latent. */
function heldAt(explorer: Explorer, x: number, y: number, pane: Pane): Pin | null {
  const index = pane.map.pick(x, y, TOUCH);
  const own = pane.side === "main" ? ownAt(explorer, x, y) : null;
  aimAt(explorer, x, y, pane);
  if (own) return { by: "own", id: own.id };
  const link = pane.side === "main" ? "run" : explorer.store.link.peek();
  if (link === "none") return null;
  if (index >= 0) return { by: "image", index };
  if (link === "run") return bareCursor(explorer);
  // What another run knows of can be held here where it is an image of both.
  const nearest = pane.hover.neighbour.peek();
  return nearest && { by: "image", index: nearest.index };
}

/** What is under the cursor: an image where one is drawn there, else the bare latent. */
export function underCursor(explorer: Explorer): Pin | null {
  const cursor = explorer.store.cursor.peek();
  const at = screenOf(explorer, cursor);
  if (!cursor || !at) return bareCursor(explorer);
  return heldAt(explorer, ...at, paneOf(explorer, cursor.side) ?? explorer.main);
}

function bareCursor({ store }: Explorer): Pin | null {
  const cursor = store.cursor.peek();
  return cursor && { by: "latent", latent: cursor.latent, ...originOf(cursor, store) };
}

/** The own picture whose mark is at a place of the window; of several the last. */
function ownAt({ store, main }: Explorer, x: number, y: number) {
  const shown = store.shown.peek();
  return store.own.peek().findLast(({ id }) => {
    const place = ownPlace(store.encoded.peek().get(id), shown);
    const at = place && main.map.toScreen(place.spot);
    return at && Math.hypot(at[0] - x, at[1] - y) <= TOUCH + 2;
  });
}

/** Where a cursor's latent was taken from, where that is on the map itself. */
function originOf({ side, spot, trust }: Place, { shown }: Explorer["store"]) {
  const on = shown.peek();
  return on && side === "main" ? { from: { map: on.map, epoch: on.epoch, spot, trust } } : {};
}

/** Pins what is under the cursor. */
export function pinCursor(explorer: Explorer): void {
  const cursor = explorer.store.cursor.peek();
  const at = screenOf(explorer, cursor);
  if (cursor && at) pinAt(explorer, ...at, paneOf(explorer, cursor.side) ?? explorer.main);
}

/** Holds what is looked at at a latent, which need not lie on the map's surface, until a hand or a pin moves it. */
export function holdLatent({ store }: Explorer, latent: Float32Array): void {
  batch(() => {
    store.pin.value = { by: "latent", latent };
    store.aim.value = { by: "latent", latent };
  });
}

/** From a latent beside the map's surface back to its foot on it. */
export function backToMap({ store }: Explorer): void {
  const [at, shown] = [store.pinned.peek(), store.shown.peek()];
  if (!at || !shown) return;
  const { spot } = at;
  const from = { map: shown.map, epoch: shown.epoch, spot, trust: shown.way.trust?.(spot) ?? null };
  batch(() => {
    store.pin.value = { by: "latent", latent: shown.way.toLatent(spot), from };
    store.aim.value = { by: "spot", spot };
  });
}

/** Opens or closes the panel in which one draws. */
export function toggleEasel({ store }: Explorer): void {
  store.easelOpen.value = !store.easelOpen.peek();
}

/** Pins the image whose latent is nearest to the cursor's, or to what is pinned. */
export function pinNearest({ store, hover, pinned }: Explorer): void {
  const found = (store.pin.peek() ? pinned : hover).neighbour.peek();
  if (found) store.pin.value = { by: "image", index: found.index };
}

/** Moves the cursor by pixels; it begins in the middle, and the map follows it beyond the edge. */
export function nudge(explorer: Explorer, dx: number, dy: number): void {
  const pane = paneInUse(explorer);
  const inside = pane.surface.getBoundingClientRect();
  const cursor = explorer.store.cursor.peek();
  const from = cursor?.side === pane.side ? screenOf(explorer, cursor) : null;
  if (!from) {
    aimAt(explorer, inside.x + inside.width / 2, inside.y + inside.height / 2, pane);
    return;
  }
  const [x, y] = [from[0] + dx, from[1] + dy];
  const [heldX, heldY] = [
    Math.min(inside.right, Math.max(inside.left, x)),
    Math.min(inside.bottom, Math.max(inside.top, y)),
  ];
  if (heldX !== x || heldY !== y) pane.map.pan(heldX - x, heldY - y);
  aimAt(explorer, heldX, heldY, pane);
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

/** Another map: the epoch stays where it has it, else the nearest is shown and told; the camera shows all of it. */
export function chooseMap({ scene, store }: Explorer, name: string): void {
  const map = scene.maps.find((one) => one.name === name);
  if (!map || map === store.map.peek()) return;
  batch(() => {
    store.camera.value = null;
    store.aim.value = null;
    store.sheet.value = null;
    enter(store, map, store.detour.peek()?.asked ?? store.epoch.peek());
  });
}

export function stepMap(explorer: Explorer, by: number): void {
  const { maps } = explorer.scene;
  const at = maps.indexOf(explorer.store.map.peek()) + by;
  const next = maps[(at + maps.length) % maps.length];
  if (next) chooseMap(explorer, next.name);
}

/** Puts a map beside the one that is shown, of the run that is beside already where one is; null takes it away. */
export function chooseBeside({ store }: Explorer, name: string | null): void {
  const { run, pace } = store.beside.peek() ?? { run: null, pace: SAME_EPOCH };
  store.besideCamera.value = null;
  store.beside.value = name === null ? null : { run, map: name, pace };
}

/** Puts another run of the site beside this one, or this one. */
export function chooseBesideRun({ store }: Explorer, run: string | null): void {
  const map = run === null ? store.map.peek().name : null;
  store.beside.value = { run, map, pace: SAME_EPOCH };
}

/** Which epoch is beside. */
export function choosePace({ store }: Explorer, pace: Pace): void {
  const now = store.beside.peek();
  if (now) store.beside.value = { ...now, pace };
}

/** The other runs of a site. */
export function othersOf({ site, name }: OpenSite): string[] {
  return site.scenes.map((scene) => scene.name).filter((other) => other !== name);
}

/** Is there anything that could stand beside the map? */
export function hasBeside({ scene, site }: Explorer): boolean {
  return scene.maps.length > 1 || othersOf(site).length > 0 || scene.maps[0].epochs.length > 1;
}

/**
 * Two maps side by side, or one again: the latents' and the pixels' where there are both, or another run; where
 * there is one map alone, its first epoch beside what it has become.
 */
export function toggleBeside(explorer: Explorer): void {
  const { store, scene, site } = explorer;
  if (store.beside.peek() || !hasBeside(explorer)) {
    chooseBeside(explorer, null);
    return;
  }
  const now = store.map.peek();
  const others = scene.maps.filter((map) => map !== now);
  const other = others.find(({ of, dims }) => of !== now.of && dims === now.dims) ?? others[0];
  const [run] = othersOf(site);
  if (other) chooseBeside(explorer, other.name);
  else if (run !== undefined) chooseBesideRun(explorer, run);
  else compareEpochs(explorer);
}

/** The same map twice: as it is, and held at its first epoch. */
export function compareEpochs({ store }: Explorer): void {
  const { name, epochs } = store.map.peek();
  store.beside.value = { run: null, map: name, pace: { by: "held", epoch: epochs[0] ?? 0 } };
}

/** The ways that what is chosen has come, or not. */
export function toggleTrails({ store }: Explorer): void {
  store.trails.value = !store.trails.peek();
}

/** Colours by another channel, or by none; all classes are drawn again. */
export function chooseColour({ store }: Explorer, name: string | null): void {
  batch(() => {
    store.hidden.value = new Set();
    store.brush.value = null;
    store.colour.value = name;
  });
}

export function nextColour(explorer: Explorer): void {
  const names = [...coloursOf(explorer.scene).map(({ name }) => name), null];
  chooseColour(explorer, following(names, explorer.store.colour.peek()));
}

/** Colours by distortion, or by what was the first colour again. */
export function toggleDistortion(explorer: Explorer): void {
  const { scene, store } = explorer;
  const known = coloursOf(scene).map(({ name }) => name);
  if (!known.includes(DISTORTION.name)) return;
  const back = scene.channels.find(({ name }) => name === "label") ?? scene.channels[0];
  chooseColour(explorer, store.colour.peek() === DISTORTION.name ? (back?.name ?? null) : DISTORTION.name);
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

export function chooseLayer({ store }: Explorer, name: string, change: Partial<Setting>): void {
  store.layers.value = withSetting(store.layers.peek(), name, change);
}

export function toggleLayer(explorer: Explorer, name: string): void {
  const { store } = explorer;
  chooseLayer(explorer, name, { on: !store.layers.peek().get(name)?.on });
}

/** Lays a sheet through what the hand was at last in a map with depth, or takes it away. */
export function toggleSheet(explorer: Explorer): void {
  const { store } = explorer;
  if (!store.sheet.peek()) moveSheet(explorer, 0);
  else store.sheet.value = null;
}

/** Moves the sheet away from the eye, by as much as so many pixels are there; lays it where there is none. */
export function moveSheet({ store, main }: Explorer, pixels: number): void {
  if (main.shown.peek()?.map.dims !== 3) return;
  const through = main.map.sheetMoved(pixels);
  // Whoever follows the store asks the map where things are.
  main.map.setSheet(through);
  store.sheet.value = through;
}

/** Pixels of a picture at a point, before anybody chooses. */
const PICTURE = 32;

/** Shows the images themselves at their points, or points alone. */
export function togglePictures({ store }: Explorer): void {
  store.pictures.value = store.pictures.peek() > 0 ? 0 : PICTURE;
}

export function nextTheme({ store }: Explorer): void {
  store.theme.value = following(THEMES, store.theme.peek());
}

/** Where a place is in the window; null where it is not in sight. */
export function screenOf(explorer: Explorer, place: Place | null): readonly [number, number] | null {
  const at = place && paneOf(explorer, place.side)?.map.toScreen(place.spot);
  return at?.every(Number.isFinite) ? at : null;
}

function paneOf({ main, beside }: Explorer, side: Side): Pane | null {
  return side === "main" ? main : beside.peek();
}

function following<T>(all: readonly T[], now: T): T {
  return all[(all.indexOf(now) + 1) % all.length] ?? now;
}
