/** What the person looks at: every fact once, as a signal; what follows from them is computed. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { type Colouring, colouringOf, firstColour, visibleOf } from "./colouring";
import { snap } from "./epochs";
import type { Fault } from "./faults";
import { defaultSettings, type Settings } from "./layers";
import type { Camera } from "./map";
import type { Latents } from "./nearest";
import { type Beside, type Link, linkOf, mapBeside } from "./pairing";
import type { Theme } from "./palette";
import { type Asked, createAsked } from "./paths/asked";
import type { Pin } from "./pins";
import type { Column, Shown } from "./recording";
import { coloursOf, type MapEntry, type Scene } from "./scene";
import { carried } from "./ways";

export { snap, stepped } from "./epochs";
export type { Origin, Pin } from "./pins";

/** The map, or the one beside it. */
export type Side = "main" | "beside";
/** When the hand moved (performance.now); undefined where none did. */
type Moment = number | undefined;
/** Where the cursor is held: at a spot of a map (a hand put it there), or at a latent (a program did). */
export type Aim =
  | { readonly by: "spot"; readonly spot: Float32Array; readonly side?: Side; readonly since?: Moment }
  | { readonly by: "latent"; readonly latent: Float32Array };
/** A picture that the person brought. */
export interface Own {
  readonly id: number;
  readonly name: string;
  /** (h, w, c) in [0, 1] */
  readonly pixels: Float32Array;
}
/** What the encoder of an epoch made of such a picture. */
export interface Encoded {
  readonly epoch: number;
  readonly pixels: Float32Array;
  readonly latent: Float32Array;
}
/** A place in latent space and on the map of that side; image is -1 where it is no image's own. */
export interface Place {
  readonly latent: Float32Array;
  readonly spot: Float32Array;
  readonly image: number;
  /** The picture that the person brought, where it is that one's. */
  readonly own?: Encoded;
  readonly side: Side;
  readonly since?: Moment;
  /** How far the way from the spot to the latent is to be believed, 0 to 1; null where nothing was guessed. */
  readonly trust: number | null;
}
/** The epoch that was asked of a map which lacks it, and the one that it shows instead. */
export interface Detour {
  readonly map: MapEntry;
  readonly asked: number;
  readonly given: number;
}
export interface FrameFault extends Fault {
  readonly map: MapEntry;
  readonly epoch: number;
}
export type ThemeChoice = "auto" | Theme;
export const THEMES: readonly ThemeChoice[] = ["auto", "light", "dark"];
/** What a drag over the map does: it moves the map, or draws around points; and what a click does: it pins, walks or adds. */
export type Tool = (typeof TOOLS)[number];
export const TOOLS = ["move", "lasso", "box", "walk", "sum"] as const;
export const SPEEDS = [0.5, 1, 2, 4] as const;
export type Speed = (typeof SPEEDS)[number];

export interface Store extends Asked {
  readonly shape: Scene["shape"];
  readonly map: Signal<MapEntry>;
  /** What stands side by side with the map; null where it is alone. */
  readonly beside: Signal<Beside | null>;
  /** Valid while map and epoch stay as they are. */
  readonly wanted: Signal<Detour | null>;
  /** The epoch asked for; `shown` follows when its file is here. */
  readonly epoch: Signal<number>;
  readonly colour: Signal<string | null>;
  /** Classes of the colour channel that are not drawn; -1 stands for images that have none. */
  readonly hidden: Signal<ReadonlySet<number>>;
  /** Numbers of the colour channel that are drawn, from the lowest to the highest; null: all. */
  readonly brush: Signal<readonly [number, number] | null>;
  /** Images that are chosen; none: an empty set. */
  readonly selected: Signal<ReadonlySet<number>>;
  readonly tool: Signal<Tool>;
  /** Spots that the keys have set for lasso or box. */
  readonly corners: Signal<readonly Float32Array[]>;
  /** The images themselves are drawn at their points, this large in CSS pixels; 0: points alone. */
  readonly pictures: Signal<number>;
  /** In 3-D, where a sheet goes through on which every spot lies; null: none. */
  readonly sheet: Signal<readonly [number, number, number] | null>;
  /** null: the whole map, fitted to the window. */
  readonly camera: Signal<Camera | null>;
  /** The same of the map beside. */
  readonly besideCamera: Signal<Camera | null>;
  readonly aim: Signal<Aim | null>;
  /** A hand is on the map: the lens shows. */
  readonly pointing: Signal<boolean>;
  readonly pin: Signal<Pin | null>;
  /** How much of what the map leaves out of the pin is added wherever a hand is, 0 to 1. */
  readonly carry: Signal<number>;
  /** The pictures that the person brought, and what the encoder made of them last. */
  readonly own: Signal<readonly Own[]>;
  readonly encoded: Signal<ReadonlyMap<number, Encoded>>;
  readonly ownFault: Signal<Fault | null>;
  /** The panel in which one draws. */
  readonly easelOpen: Signal<boolean>;
  readonly playing: Signal<boolean>;
  /** While the run trains: go on to each new epoch as it comes. */
  readonly follow: Signal<boolean>;
  /** The panel of trainings. */
  readonly trainingOpen: Signal<boolean>;
  readonly speed: Signal<Speed>;
  readonly lens: Signal<boolean>;
  /** The ways that the chosen images have come are drawn. */
  readonly trails: Signal<boolean>;
  /** Which layers are drawn, and how opaque. */
  readonly layers: Signal<Settings>;
  /** The panel that says how true the map is. */
  readonly truthOpen: Signal<boolean>;
  readonly theme: Signal<ThemeChoice>;
  /** The system's own wish, for "auto". */
  readonly systemTheme: Signal<Theme>;
  readonly keysOpen: Signal<boolean>;
  /** The palette of all commands. */
  readonly commandsOpen: Signal<boolean>;
  readonly lettersAnywhere: Signal<boolean>;

  /** The frame that is drawn. */
  readonly shown: Signal<Shown | null>;
  readonly besideShown: Signal<Shown | null>;
  /** Of the frame beside. */
  readonly besideLatents: Signal<Latents | null>;
  readonly besideFault: Signal<Fault | null>;
  /** Of the run beside, where that is another one and its scene is here. */
  readonly otherScene: Signal<Scene | null>;
  /** Of the map and epoch that are asked for now; null as soon as something else is. */
  readonly frameFault: Signal<FrameFault | null>;
  readonly latents: Signal<Latents | null>;
  readonly latentsFault: Signal<Fault | null>;
  readonly columns: Signal<ReadonlyMap<string, Column> | null>;
  readonly columnsFault: Signal<Fault | null>;
  /** Of the real images beside the decoded one. */
  readonly tilesFault: Signal<Fault | null>;
  /** A new frame came to lie where the camera, which a hand has set, does not look. */
  readonly astray: Signal<boolean>;

  /** What the page has just done or could not do, in a sentence; it is shown for a while. */
  readonly notice: Signal<string | null>;

  readonly themeNow: ReadonlySignal<Theme>;
  readonly colouring: ReadonlySignal<Colouring | null>;
  /** 0 where an image is not drawn; null: all are. */
  readonly visible: ReadonlySignal<Uint8Array | null>;
  readonly detour: ReadonlySignal<Detour | null>;
  /** The map beside; null where there is none, or its scene is on its way. */
  readonly besideMap: ReadonlySignal<MapEntry | null>;
  readonly link: ReadonlySignal<Link | null>;
  readonly cursor: ReadonlySignal<Place | null>;
  readonly pinned: ReadonlySignal<Place | null>;
  /** The pin in the map beside. */
  readonly pinnedBeside: ReadonlySignal<Place | null>;
}

export function createStore(scene: Scene): Store {
  const [map] = scene.maps;
  const aim = signal<Aim | null>(null);
  const pin = signal<Pin | null>(null);
  const carry = signal(0);
  const encoded = signal<ReadonlyMap<number, Encoded>>(new Map());
  const colour = signal(firstColour(scene.channels));
  const theme = signal<ThemeChoice>("auto");
  const systemTheme = signal<Theme>("light");
  const shown = signal<Shown | null>(null);
  const latents = signal<Latents | null>(null);
  const columns = signal<ReadonlyMap<string, Column> | null>(null);
  const besideShown = signal<Shown | null>(null);
  const besideLatents = signal<Latents | null>(null);
  const beside = signal<Beside | null>(null);
  const otherScene = signal<Scene | null>(null);
  const entry = signal<MapEntry>(map);
  const epoch = signal(map.epochs.at(-1) ?? 0);
  const wanted = signal<Detour | null>(null);
  const colours = computed(() => coloursOf(scene));
  const hidden = signal<ReadonlySet<number>>(new Set());
  const brush = signal<readonly [number, number] | null>(null);
  const colouring = computed(() => colouringOf(colours.value, columns.value, colour.value, shown.value));
  const pinned = computed(() => pinnedPlace(pin.value, shown.value, latents.value, encoded.value));
  const besideScene = computed(() => (beside.value?.run === null ? scene : beside.value && otherScene.value));
  const link = computed(() => besideScene.value && linkOf(scene, besideScene.value));
  const pinnedBeside = computed(() => {
    const held = link.value === "run" || pin.value?.by === "image" ? pin.value : null;
    const known = link.value === "none" ? null : held;
    return pinnedPlace(known, besideShown.value, besideLatents.value, encoded.value, "beside");
  });
  return {
    ...{ shape: scene.shape, ...createAsked() },
    ...{ map: entry, epoch, wanted, beside, besideShown, besideLatents, otherScene, link, pinnedBeside },
    besideMap: computed(() => {
      const [asked, there] = [beside.value, besideScene.value];
      return asked && there ? mapBeside(asked.map, there, entry.value) : null;
    }),
    besideFault: signal(null),
    trails: signal(false),
    layers: signal(defaultSettings()),
    truthOpen: signal(false),
    colour,
    hidden,
    brush,
    ...{ selected: signal<ReadonlySet<number>>(new Set()), tool: signal<Tool>("move") },
    corners: signal<readonly Float32Array[]>([]),
    ...{ pictures: signal(0), sheet: signal<readonly [number, number, number] | null>(null) },
    ...{ camera: signal<Camera | null>(null), besideCamera: signal<Camera | null>(null) },
    aim,
    pointing: signal(false),
    pin,
    carry,
    ...{ own: signal<readonly Own[]>([]), encoded, ownFault: signal(null), easelOpen: signal(false) },
    playing: signal(false),
    ...{ follow: signal(true), trainingOpen: signal(false) },
    speed: signal<Speed>(1),
    lens: signal(true),
    theme,
    systemTheme,
    ...{ keysOpen: signal(false), commandsOpen: signal(false) },
    lettersAnywhere: signal(true),
    shown,
    frameFault: signal(null),
    latents,
    latentsFault: signal(null),
    columns,
    columnsFault: signal(null),
    tilesFault: signal(null),
    ...{ astray: signal(false), notice: signal<string | null>(null) },
    themeNow: computed(() => (theme.value === "auto" ? systemTheme.value : theme.value)),
    colouring,
    visible: computed(() => visibleOf(colouring.value, hidden.value, brush.value)),
    detour: computed(() => {
      const told = wanted.value;
      return told?.map === entry.value && told.given === epoch.value ? told : null;
    }),
    cursor: computed(() => {
      const at = placeOf(aim.value, shown.value, besideShown.value);
      const held = at?.side === "beside" ? pinnedBeside.value : pinned.value;
      return carrying(
        at,
        aim.value,
        held,
        carry.value,
        at?.side === "beside" ? besideShown.value : shown.value,
      );
    }),
    pinned,
  };
}

/** Where an aim is on the shown maps; null where they do not fit. */
export function placeOf(aim: Aim | null, shown: Shown | null, beside: Shown | null = null): Place | null {
  if (!aim || !shown) return null;
  if (aim.by === "latent") {
    const spot = shown.way.toSpot(aim.latent);
    return { latent: aim.latent, spot, image: -1, side: "main", trust: null };
  }
  const side = aim.side ?? "main";
  const on = side === "main" ? shown : beside;
  if (aim.spot.length !== on?.map.dims || !aim.spot.every(Number.isFinite)) return null;
  const trust = on.way.trust?.(aim.spot) ?? null;
  const { spot, since } = aim;
  return { latent: on.way.toLatent(spot), spot, image: -1, side, trust, since };
}

/** A spot's place with a part of what its map, on which the pin is too, leaves out of the pin. */
function carrying(
  at: Place | null,
  aim: Aim | null,
  pinned: Place | null,
  part: number,
  on: Shown | null,
): Place | null {
  if (!at || !on || !pinned || aim?.by !== "spot" || part === 0) return at;
  return { ...at, latent: carried(on.way, at.spot, pinned.latent, pinned.spot, part) };
}

/** How long the part of a pinned latent is that the map leaves out: 0 where its spot decodes to it. */
export function leftOut({ latent, spot }: Place, { way }: Shown): number {
  return Math.hypot(...way.toLatent(spot).map((value, k) => latent[k]! - value));
}

/** Where an image lies on a map. */
export function pointOf({ points, map }: Shown, index: number): Float32Array {
  return rowOf(points, index, map.dims);
}

export function rowOf(rows: Float32Array, index: number, length: number): Float32Array {
  return rows.subarray(index * length, (index + 1) * length);
}

/** Where a pin is on the shown map. An image is at its point; null until its latent at this epoch is here. */
export function pinnedPlace(
  pin: Pin | null,
  shown: Shown | null,
  latents: Latents | null,
  encoded: ReadonlyMap<number, Encoded> = new Map(),
  side: Side = "main",
): Place | null {
  if (!pin || !shown) return null;
  if (pin.by === "own") {
    const own = ownPlace(encoded.get(pin.id), shown);
    return own && { ...own, side };
  }
  if (pin.by === "latent") {
    const { latent, from } = pin;
    const here = from?.map === shown.map && from.epoch === shown.epoch ? from : null;
    const spot = here?.spot ?? shown.way.toSpot(latent);
    return { latent, spot, image: -1, side, trust: here && (here.trust ?? shown.way.trust?.(spot) ?? null) };
  }
  if (latents?.epoch !== shown.epoch) return null;
  const latent = rowOf(latents.mean, pin.index, latents.d);
  const spot = pointOf(shown, pin.index);
  if (latent.length !== latents.d || spot.length !== shown.map.dims) return null;
  return { latent, spot, image: pin.index, side, trust: null };
}

/** Where a picture that the person brought is on the shown map; null until that epoch's encoder has seen it. */
export function ownPlace(own: Encoded | undefined, shown: Shown | null): Place | null {
  if (!own || own.epoch !== shown?.epoch) return null;
  const { latent } = own;
  return { latent, spot: shown.way.toSpot(latent), image: -1, own, side: "main", trust: null };
}

/** Tells the person something for a while. */
export function tell({ notice }: Pick<Store, "notice">, words: string): void {
  notice.value = null; // the same words twice are told twice
  notice.value = words;
}

/** Goes to a map at an epoch, or at the nearest that it has: then what was asked for is remembered. */
export function enter(store: Store, map: MapEntry, asked: number): void {
  const given = snap(map.epochs, asked);
  store.map.value = map;
  store.epoch.value = given;
  store.wanted.value = given === asked ? null : { map, asked, given };
}
