/** `window.hinterland`: the door for embedders and tests. docs/scripting.md is its description. */
import { batch } from "@preact/signals-core";
import { othersOf } from "./actions";
import { apply, lookOf } from "./address";
import type { Pane } from "./beside";
import { fail, numbersOf } from "./demands";
import type { Explorer } from "./explorer";
import type { Fault } from "./faults";
import type { Setting, Told } from "./layers/layer";
import { isApart } from "./links";
import type { Camera } from "./map";
import { type Neighbour, nearestOf } from "./nearest";
import { createOwned, type OwnImage } from "./owned";
import { type Beside, epochBeside } from "./pairing";
import { isPainted, type PathsState, pathsSettled, pathsState, type ToldPin, toldPin } from "./paths/state";
import type { PathsOrder } from "./paths/wished";
import type { Picture } from "./probe";
import type { Shown } from "./recording";
import { type Place, type Side, type Store, snap, type ThemeChoice, type Tool } from "./store";
import { epochOf, orderOf, type Wish } from "./wishes";

export interface Decoded {
  readonly pixels: Float32Array;
  readonly h: number;
  readonly w: number;
  readonly c: number;
}
export interface State extends PathsState {
  readonly map: string;
  /** `run`: null where it is this one; `epoch`: null where it follows the map's own, `offset` ahead of it. */
  readonly beside: {
    readonly run: string | null;
    readonly map: string | null;
    readonly epoch: number | null;
    readonly offset: number;
  } | null;
  readonly epoch: number;
  /** The map and epoch that are drawn; null before the first. */
  readonly drawn: { readonly map: string; readonly epoch: number } | null;
  /** The same of the map beside. */
  readonly drawnBeside: { readonly map: string; readonly epoch: number } | null;
  readonly camera: Camera;
  readonly colour: string | null;
  readonly hidden: readonly number[];
  readonly theme: ThemeChoice;
  readonly lens: boolean;
  /** Each layer; `busy` while it works for what is seen now, on either map. */
  readonly layers: Readonly<Record<string, Setting & { readonly busy: boolean }>>;
  readonly playing: boolean;
  readonly speed: number;
  readonly pin: ToldPin | null;
  /** The ids of the person's own images. */
  readonly own: readonly number[];
  readonly carry: number;
  readonly selection: readonly number[];
  readonly brush: readonly [number, number] | null;
  readonly pictures: number;
  readonly sheet: readonly [number, number, number] | null;
  readonly tool: Tool;
  readonly trails: boolean;
  /** `decoded`: the epoch whose picture of exactly this latent is painted; null until it is. */
  readonly cursor: {
    readonly spot: readonly number[];
    readonly latent: readonly number[];
    readonly decoded: number | null;
    /** How far the way from the spot to the latent is to be believed, 0 to 1; null where it is exact. */
    readonly trust: number | null;
    /** Which map the spot is on. */
    readonly side: "main" | "beside";
  } | null;
  /** What the picture painted for the cursor shows. */
  readonly shown: { readonly epoch: number; readonly latent: readonly number[] } | null;
  /** The same of the model beside, where that is another one: of another epoch or another run. */
  readonly shownBeside: { readonly epoch: number; readonly latent: readonly number[] } | null;
  readonly nearest: Neighbour | null;
  readonly decoder: string;
  readonly faults: readonly string[];
}
export interface Door {
  readonly ready: Promise<void>;
  state(): State;
  set(wish: Wish): Promise<State>;
  decode(latent: ArrayLike<number>, epoch?: number): Promise<Decoded>;
  encode(pixels: ArrayLike<number>, epoch?: number): Promise<Float32Array>;
  /** What the scene's classifier makes of a picture, by class. */
  classify(pixels: ArrayLike<number>): Promise<Readonly<Record<string, number>>>;
  /** The person's own images at the epoch that is drawn. */
  own(): Promise<OwnImage[]>;
  addOwn(pixels: ArrayLike<number>, name?: string): Promise<OwnImage>;
  removeOwn(id: number): void;
  shownPixels(side?: Side): Decoded | null;
  toScreen(spot: ArrayLike<number>, side?: Side): readonly [number, number];
  toLatent(x: number, y: number): Float32Array;
  trust(x: number, y: number): number;
  /** What a layer says under a place of the window; null where it says nothing yet. */
  ground(layer: string, x: number, y: number): Told | null;
  nearest(latent: ArrayLike<number>, k: number): Promise<Neighbour[]>;
  timings(): Readonly<Record<string, unknown>>;
}

/** How long a wish may take to be painted before `set` gives up. */
const PATIENCE_MS = 30_000;
const NOT_DRAWN = "no map is drawn yet";

export function createDoor(explorer: Explorer): Door {
  const { scene, store, map, decoder, recording } = explorer;
  const [h, w, c] = scene.shape;
  const drawn = () => store.shown.peek() ?? fail(NOT_DRAWN, "await hinterland.ready");
  const recorded = () => scene.epochs.map(({ epoch }) => epoch);
  const epochOr = (epoch?: number) =>
    epoch === undefined
      ? (store.shown.peek()?.epoch ?? store.epoch.peek())
      : epochOf(epoch, recorded(), "the scene");
  const spotAt = (x: number, y: number) => {
    const [left = 0, top = 0] = numbersOf([x, y], 2, "a place of the window");
    return map.toSpot(left, top);
  };
  const latentOf = (values: ArrayLike<number>) => numbersOf(values, scene.latentDim, "a latent");
  return {
    ready: until(() => explorer.painted.peek()),
    state: () => stateOf(explorer),
    async set(wish) {
      grant(explorer, wish);
      await until(() => isSettled(explorer));
      await painted();
      return stateOf(explorer);
    },
    async decode(latent, epoch) {
      const pixels = await decoder.decode(epochOr(epoch), latentOf(latent));
      return { pixels, h, w, c };
    },
    encode: async (pixels, epoch) =>
      decoder.encode(epochOr(epoch), numbersOf(pixels, h * w * c, "a picture")),
    ...createOwned(explorer),
    shownPixels(side = "main") {
      const pane = side === "main" ? explorer.main : explorer.beside.peek();
      const picture = pane?.hover.picture.peek();
      if (!pane || !picture) return null;
      const [h, w, c] = pane.world.scene.shape;
      return { pixels: picture.pixels.slice(), h, w, c };
    },
    toScreen(spot, side = "main") {
      const pane = side === "main" ? explorer.main : explorer.beside.peek();
      const shown = pane?.shown.peek() ?? fail(side === "main" ? NOT_DRAWN : "there is no map beside");
      return pane!.map.toScreen(numbersOf(spot, shown.map.dims, "a spot"));
    },
    toLatent: (x, y) => drawn().way.toLatent(spotAt(x, y)),
    trust: (x, y) => drawn().way.trust?.(spotAt(x, y)) ?? 1,
    ground(layer, x, y) {
      if (!store.layers.peek().has(layer)) fail(`there is no layer '${layer}'`);
      return explorer.main.ground.at(layer, spotAt(x, y));
    },
    async nearest(latent, k) {
      const from = latentOf(latent);
      if (!(Number.isInteger(k) && k > 0)) fail(`k must be a whole number above 0; it is ${k}`);
      return nearestOf(await recording.latents(drawn().epoch), from, k);
    },
    timings: () => ({
      ...map.timings(),
      renderer: map.renderer,
      hover: explorer.hovers.at(-1) ?? null,
      hovers: [...explorer.hovers],
    }),
  };
}

function stateOf(explorer: Explorer): State {
  const { store, map, hover, pinned, decoder } = explorer;
  const shown = store.shown.peek();
  const cursor = store.cursor.peek();
  const picture = hover.picture.peek();
  const second = explorer.beside.peek();
  const pin = store.pin.peek();
  const faults = [
    ...[store.frameFault, store.besideFault, store.latentsFault, store.columnsFault, store.tilesFault],
    ...[hover.fault, pinned.fault, store.ownFault, explorer.paths.walking.fault],
    ...[explorer.paths.adding.probe.fault, explorer.paths.altering.probe.fault],
    ...(second ? [second.hover.fault, second.pinned.fault] : []),
  ];
  const failing = [...explorer.main.ground.fares.peek().values()].flatMap(({ fault }) => fault ?? []);
  const look = lookOf(store);
  return {
    map: look.map,
    epoch: look.epoch,
    beside: look.beside && toldBeside(look.beside, store),
    drawn: named(shown),
    drawnBeside: named(store.besideShown.peek()),
    camera: map.camera(),
    colour: look.colour,
    hidden: look.hidden,
    theme: store.theme.peek(),
    lens: store.lens.peek(),
    layers: layersOf(explorer),
    playing: store.playing.peek(),
    speed: store.speed.peek(),
    pin: pin && toldPin(pin),
    own: store.own.peek().map(({ id }) => id),
    carry: look.carry,
    selection: look.selection,
    brush: look.brush,
    pictures: look.pictures,
    sheet: look.sheet,
    ...pathsState(explorer),
    tool: store.tool.peek(),
    trails: look.trails,
    cursor: cursor && {
      spot: [...cursor.spot],
      latent: [...cursor.latent],
      trust: cursor.trust,
      side: cursor.side,
      decoded: decodedOf(explorer, cursor),
    },
    shown: toldPicture(picture),
    shownBeside: toldPicture(second?.hover.picture.peek() ?? null),
    nearest:
      (cursor?.side === "beside" && isApart(store) ? second : explorer.main)?.hover.neighbour.peek() ?? null,
    decoder: decoder.state.peek(),
    faults: [...faults.flatMap(({ value }) => (value ? [value.message] : [])), ...failing],
  };
}

/** The epoch whose picture of the cursor's latent is painted, on the side that the cursor is on. */
function decodedOf({ store, main, beside }: Explorer, { latent, side }: Place): number | null {
  const pane = side === "beside" && isApart(store) ? beside.peek() : main;
  const picture = pane?.hover.picture.peek();
  return picture && picture.latent === latent && picture.epoch === pane?.shown.peek()?.epoch
    ? picture.epoch
    : null;
}

function toldPicture(picture: Picture | null): State["shown"] {
  return picture && { epoch: picture.epoch, latent: [...picture.latent] };
}

function toldBeside({ run, map, pace }: Beside, { besideMap }: Store): State["beside"] {
  const held = pace.by === "held" ? { epoch: pace.epoch, offset: 0 } : { epoch: null, offset: pace.offset };
  return { run, map: besideMap.peek()?.name ?? map, ...held };
}

function layersOf({ store, main, beside }: Explorer): State["layers"] {
  const grounds = [main, beside.peek()].map((pane) => pane?.ground.fares.peek());
  return Object.fromEntries(
    Array.from(store.layers.peek(), ([name, setting]) => [
      name,
      { ...setting, busy: grounds.some((fares) => fares?.get(name)?.busy) },
    ]),
  );
}

function named(shown: Shown | null): { readonly map: string; readonly epoch: number } | null {
  return shown && { map: shown.map.name, epoch: shown.epoch };
}

/** Puts a wish into the store: all of it, or where any of it cannot be done a Trouble and nothing. */
function grant({ scene, store, site }: Explorer, wish: Wish): void {
  const order = orderOf(wish, scene, {
    runs: othersOf(site),
    map: store.map.peek(),
    colour: store.colour.peek(),
    own: store.own.peek().map(({ id }) => id),
    paths: { walk: store.walk.peek(), sum: store.sum.peek(), attribute: store.attribute.peek() },
  });
  batch(() => {
    apply(order.look, scene, store);
    if (order.tool !== undefined) store.tool.value = order.tool;
    if (order.theme !== undefined) store.theme.value = order.theme;
    if (order.lens !== undefined) store.lens.value = order.lens;
    if (order.speed !== undefined) store.speed.value = order.speed;
    if (order.aim !== undefined) store.aim.value = order.aim;
    if (order.playing !== undefined) store.playing.value = order.playing;
    for (const [part, value] of Object.entries(order.paths)) {
      (store[part as keyof PathsOrder] as { value: unknown }).value = value;
    }
  });
}

/** What is asked for is drawn and decoded, or has failed. */
function isSettled(explorer: Explorer): boolean {
  const { store, hover, pinned, travelling, painted } = explorer;
  const unread = store.frameFault.peek();
  if (unread?.map === store.map.peek() && unread.epoch === store.epoch.peek()) return true;
  const shown = store.shown.peek();
  if (!painted.peek() || !shown || travelling.peek()) return false;
  if (shown.map !== store.map.peek()) return false;
  if (!store.playing.peek() && shown.epoch !== store.epoch.peek()) return false;
  if (!isBesideSettled(explorer, shown.epoch)) return false;
  if (!isColoured(explorer.main, store, store.columnsFault.peek())) return false;
  if (store.pin.peek() && !pinned.place.peek()) {
    return [store.latentsFault, store.ownFault].some((fault) => fault.peek() !== null);
  }
  return (
    [hover, pinned].every((probe) => isPainted(probe, shown.epoch)) && pathsSettled(explorer, shown.epoch)
  );
}

function isBesideSettled({ store, beside }: Explorer, epoch: number): boolean {
  const asked = store.beside.peek();
  if (!asked || store.besideFault.peek()) return true;
  const [map, pane, drawn] = [store.besideMap.peek(), beside.peek(), store.besideShown.peek()];
  if (!map || !pane || drawn?.map !== map) return false;
  if (drawn.epoch !== snap(map.epochs, epochBeside(asked.pace, epoch))) return false;
  if (!isColoured(pane, store, null)) return false;
  if (pane.travelling.peek() || store.besideLatents.peek()?.epoch !== drawn.epoch) return false;
  return [pane.hover, pane.pinned].every((probe) => isPainted(probe, drawn.epoch));
}

/** The channel that a map is coloured by is here, where it has that one, or cannot be had. */
function isColoured({ world, looks }: Pane, { colour }: Store, fault: Fault | null): boolean {
  const has = world.scene.channels.some(({ name }) => name === colour.peek());
  return !has || looks.colouring.peek() !== null || fault !== null;
}

async function until(met: () => boolean): Promise<void> {
  const begun = performance.now();
  while (!met()) {
    if (performance.now() - begun > PATIENCE_MS) fail("the page did not come to rest");
    await new Promise((go) => setTimeout(go, 4));
  }
}

/** Two frames: the first may have been drawn before the change. */
async function painted(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise((go) => requestAnimationFrame(go));
}
