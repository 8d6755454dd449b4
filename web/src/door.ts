/** `window.hinterland`: the door for embedders and tests. docs/scripting.md is its description. */
import { chooseMap } from "./actions";
import { apply, type Look, lookOf } from "./address";
import type { Explorer } from "./explorer";
import { Trouble } from "./faults";
import type { Camera } from "./map";
import { type Neighbour, nearestOf } from "./nearest";
import { type Speed, snap, type ThemeChoice } from "./store";

export interface Decoded {
  readonly pixels: Float32Array;
  readonly h: number;
  readonly w: number;
  readonly c: number;
}
export interface State {
  readonly map: string;
  readonly epoch: number;
  /** The map and epoch that are drawn; null before the first. */
  readonly drawn: { readonly map: string; readonly epoch: number } | null;
  readonly camera: Camera;
  readonly colour: string | null;
  readonly hidden: readonly number[];
  readonly theme: ThemeChoice;
  readonly lens: boolean;
  readonly playing: boolean;
  readonly speed: number;
  readonly pin: { readonly image: number } | { readonly latent: readonly number[] } | null;
  /** `decoded`: the epoch whose picture of exactly this latent is painted; null until it is. */
  readonly cursor: {
    readonly spot: readonly number[];
    readonly latent: readonly number[];
    readonly decoded: number | null;
  } | null;
  /** What the picture painted for the cursor shows. */
  readonly shown: { readonly epoch: number; readonly latent: readonly number[] } | null;
  readonly nearest: Neighbour | null;
  readonly decoder: string;
  readonly faults: readonly string[];
}
export interface Wish {
  readonly map?: string;
  readonly epoch?: number;
  readonly camera?: Camera | null;
  readonly colour?: string | null;
  readonly hidden?: readonly number[];
  readonly theme?: ThemeChoice;
  readonly lens?: boolean;
  readonly playing?: boolean;
  readonly speed?: number;
  readonly cursor?: { readonly latent: ArrayLike<number> } | { readonly spot: ArrayLike<number> } | null;
  readonly pin?: { readonly image: number } | { readonly latent: ArrayLike<number> } | null;
}
export interface Door {
  readonly ready: Promise<void>;
  state(): State;
  set(wish: Wish): Promise<State>;
  decode(latent: ArrayLike<number>, epoch?: number): Promise<Decoded>;
  encode(pixels: ArrayLike<number>, epoch?: number): Promise<Float32Array>;
  shownPixels(): Decoded | null;
  toScreen(point: ArrayLike<number>): readonly [number, number];
  toLatent(x: number, y: number): Float32Array;
  nearest(latent: ArrayLike<number>, k: number): Promise<Neighbour[]>;
  timings(): Readonly<Record<string, unknown>>;
}

/** How long a wish may take to be painted before `set` gives up. */
const PATIENCE_MS = 30_000;

export function createDoor(explorer: Explorer): Door {
  const { scene, store, map, hover, decoder, recording } = explorer;
  const [h, w, c] = scene.shape;
  const drawn = () => store.shown.peek() ?? fail("no map is drawn yet", "await hinterland.ready");
  const epochOr = (epoch?: number) => epoch ?? store.shown.peek()?.epoch ?? store.epoch.peek();
  const numbers = (values: ArrayLike<number>, length: number, what: string) =>
    values.length === length
      ? Float32Array.from(values)
      : fail(`${what} must have ${length} numbers; it has ${values.length}`);
  return {
    ready: until(() => explorer.painted.peek()),
    state: () => stateOf(explorer),
    async set(wish) {
      grant(explorer, wish, numbers);
      await until(() => isSettled(explorer));
      await painted();
      return stateOf(explorer);
    },
    async decode(latent, epoch) {
      const pixels = await decoder.decode(epochOr(epoch), numbers(latent, scene.latentDim, "a latent"));
      return { pixels, h, w, c };
    },
    encode: async (pixels, epoch) => decoder.encode(epochOr(epoch), numbers(pixels, h * w * c, "a picture")),
    shownPixels() {
      const picture = hover.picture.peek();
      return picture && { pixels: picture.pixels.slice(), h, w, c };
    },
    toScreen: (point) => map.toScreen(point),
    toLatent: (x, y) => drawn().way.toLatent(map.toSpot(x, y)),
    async nearest(latent, k) {
      return nearestOf(
        await recording.latents(drawn().epoch),
        numbers(latent, scene.latentDim, "a latent"),
        k,
      );
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
  const cursor = hover.place.peek();
  const picture = hover.picture.peek();
  const pin = store.pin.peek();
  const faults = [store.frameFault, store.latentsFault, store.columnsFault, hover.fault, pinned.fault];
  const look = lookOf(store);
  return {
    map: look.map,
    epoch: look.epoch,
    drawn: shown && { map: shown.map.name, epoch: shown.epoch },
    camera: map.camera(),
    colour: look.colour,
    hidden: look.hidden,
    theme: store.theme.peek(),
    lens: store.lens.peek(),
    playing: store.playing.peek(),
    speed: store.speed.peek(),
    pin: pin && (pin.by === "image" ? { image: pin.index } : { latent: [...pin.latent] }),
    cursor: cursor && {
      spot: [...cursor.spot],
      latent: [...cursor.latent],
      decoded: picture?.latent === cursor.latent && picture.epoch === shown?.epoch ? picture.epoch : null,
    },
    shown: picture && { epoch: picture.epoch, latent: [...picture.latent] },
    nearest: hover.neighbour.peek(),
    decoder: decoder.state.peek(),
    faults: faults.flatMap(({ value }) => (value ? [value.message] : [])),
  };
}

type Numbers = (values: ArrayLike<number>, length: number, what: string) => Float32Array;

/** Puts a wish into the store. Throws a Trouble where the scene has no such thing. */
function grant(explorer: Explorer, wish: Wish, numbers: Numbers): void {
  const { scene, store } = explorer;
  if (wish.map !== undefined) {
    if (!scene.maps.some(({ name }) => name === wish.map)) fail(`there is no map '${wish.map}'`);
    chooseMap(explorer, wish.map);
  }
  const { epochs } = store.map.peek();
  if (wish.epoch !== undefined && snap(epochs, wish.epoch) !== wish.epoch) {
    fail(`the map '${store.map.peek().name}' has no epoch ${wish.epoch}`);
  }
  if (wish.colour && !scene.channels.some(({ name }) => name === wish.colour)) {
    fail(`there is no channel '${wish.colour}'`);
  }
  const look: { -readonly [K in keyof Look]: Look[K] } = {};
  if (wish.epoch !== undefined) look.epoch = wish.epoch;
  if (wish.colour !== undefined) look.colour = wish.colour;
  if (wish.hidden !== undefined) look.hidden = wish.hidden;
  if (wish.camera !== undefined) look.camera = wish.camera;
  if (wish.pin === null) look.pin = null;
  else if (wish.pin && "image" in wish.pin) look.pin = { by: "image", index: wish.pin.image };
  else if (wish.pin)
    look.pin = { by: "latent", latent: numbers(wish.pin.latent, scene.latentDim, "a latent") };
  apply(look, scene, store);
  if (wish.theme !== undefined) store.theme.value = wish.theme;
  if (wish.lens !== undefined) store.lens.value = wish.lens;
  if (wish.speed !== undefined) store.speed.value = wish.speed as Speed;
  if (wish.cursor === null) store.aim.value = null;
  else if (wish.cursor && "latent" in wish.cursor) {
    store.aim.value = { by: "latent", latent: numbers(wish.cursor.latent, scene.latentDim, "a latent") };
  } else if (wish.cursor) {
    store.aim.value = { by: "spot", spot: numbers(wish.cursor.spot, store.map.peek().dims, "a spot") };
  }
  if (wish.playing !== undefined) store.playing.value = wish.playing;
}

/** What is asked for is drawn and decoded, or has failed. */
function isSettled({ store, hover, pinned, travelling, painted }: Explorer): boolean {
  if (store.frameFault.peek()) return true;
  const shown = store.shown.peek();
  if (!painted.peek() || !shown || travelling.peek()) return false;
  if (shown.map !== store.map.peek()) return false;
  if (!store.playing.peek() && shown.epoch !== store.epoch.peek()) return false;
  if (store.pin.peek() && !pinned.place.peek()) return store.latentsFault.peek() !== null;
  return [hover, pinned].every(({ place, picture, fault }) => {
    const at = place.peek();
    if (!at || fault.peek()) return true;
    return picture.peek()?.latent === at.latent && picture.peek()?.epoch === shown.epoch;
  });
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

function fail(message: string, hint = ""): never {
  throw new Trouble(message, hint);
}
