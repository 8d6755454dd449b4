/** What the person looks at: every fact once, as a signal; what follows from them is computed. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Camera } from "./map";
import type { Latents } from "./nearest";
import { rangeOf, type Theme } from "./palette";
import type { Column, Shown } from "./recording";
import type { Channel, MapEntry, Scene } from "./scene";

/** Where the cursor is held: at a spot of the map (a hand put it there), or at a latent (a program did). */
export type Aim =
  | { readonly by: "spot"; readonly spot: Float32Array }
  | { readonly by: "latent"; readonly latent: Float32Array };
/** What is held fast: an image, whose latent changes with the epoch, or a latent, whose spot does. */
export type Pin =
  | { readonly by: "image"; readonly index: number }
  | { readonly by: "latent"; readonly latent: Float32Array };
/** A place in latent space and on the map; image is -1 where it is no image's own. */
export interface Place {
  readonly latent: Float32Array;
  readonly spot: Float32Array;
  readonly image: number;
}
export interface Fault {
  readonly message: string;
  readonly hint: string;
  readonly retry: () => void;
}
export interface FrameFault extends Fault {
  readonly map: MapEntry;
  readonly epoch: number;
}
export type ThemeChoice = "auto" | Theme;
export const THEMES: readonly ThemeChoice[] = ["auto", "light", "dark"];
export const SPEEDS = [0.5, 1, 2, 4] as const;
export type Speed = (typeof SPEEDS)[number];

/** The colour channel and what it holds. */
export interface Colouring {
  readonly channel: Channel;
  readonly column: Column;
  readonly range: readonly [number, number];
}

export interface Store {
  readonly map: Signal<MapEntry>;
  /** The epoch asked for; `shown` follows when its file is here. */
  readonly epoch: Signal<number>;
  readonly colour: Signal<string | null>;
  /** Classes of the colour channel that are not drawn; -1 stands for images that have none. */
  readonly hidden: Signal<ReadonlySet<number>>;
  /** null: the whole map, fitted to the window. */
  readonly camera: Signal<Camera | null>;
  readonly aim: Signal<Aim | null>;
  /** A hand is on the map: the lens shows. */
  readonly pointing: Signal<boolean>;
  readonly pin: Signal<Pin | null>;
  readonly playing: Signal<boolean>;
  readonly speed: Signal<Speed>;
  readonly lens: Signal<boolean>;
  readonly theme: Signal<ThemeChoice>;
  /** The system's own wish, for "auto". */
  readonly systemTheme: Signal<Theme>;
  readonly keysOpen: Signal<boolean>;
  readonly lettersAnywhere: Signal<boolean>;

  /** The frame that is drawn. */
  readonly shown: Signal<Shown | null>;
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

  readonly themeNow: ReadonlySignal<Theme>;
  readonly colouring: ReadonlySignal<Colouring | null>;
  readonly cursor: ReadonlySignal<Place | null>;
  readonly pinned: ReadonlySignal<Place | null>;
}

export function createStore(scene: Scene): Store {
  const [map] = scene.maps;
  const aim = signal<Aim | null>(null);
  const pin = signal<Pin | null>(null);
  const colour = signal(firstColour(scene.channels));
  const theme = signal<ThemeChoice>("auto");
  const systemTheme = signal<Theme>("light");
  const shown = signal<Shown | null>(null);
  const latents = signal<Latents | null>(null);
  const columns = signal<ReadonlyMap<string, Column> | null>(null);
  return {
    map: signal<MapEntry>(map),
    epoch: signal(map.epochs.at(-1) ?? 0),
    colour,
    hidden: signal<ReadonlySet<number>>(new Set()),
    camera: signal<Camera | null>(null),
    aim,
    pointing: signal(false),
    pin,
    playing: signal(false),
    speed: signal<Speed>(1),
    lens: signal(true),
    theme,
    systemTheme,
    keysOpen: signal(false),
    lettersAnywhere: signal(true),
    shown,
    frameFault: signal(null),
    latents,
    latentsFault: signal(null),
    columns,
    columnsFault: signal(null),
    tilesFault: signal(null),
    astray: signal(false),
    themeNow: computed(() => (theme.value === "auto" ? systemTheme.value : theme.value)),
    colouring: computed(() => colouringOf(scene.channels, columns.value, colour.value)),
    cursor: computed(() => placeOf(aim.value, shown.value)),
    pinned: computed(() => pinnedPlace(pin.value, shown.value, latents.value)),
  };
}

/** Where an aim is on the shown map; null where the two do not fit. */
export function placeOf(aim: Aim | null, shown: Shown | null): Place | null {
  if (!aim || !shown) return null;
  if (aim.by === "latent") return { latent: aim.latent, spot: shown.way.toSpot(aim.latent), image: -1 };
  if (aim.spot.length !== shown.map.dims || !aim.spot.every(Number.isFinite)) return null;
  return { latent: shown.way.toLatent(aim.spot), spot: aim.spot, image: -1 };
}

/** Where a pin is on the shown map. An image is at its point; null until its latent at this epoch is here. */
export function pinnedPlace(pin: Pin | null, shown: Shown | null, latents: Latents | null): Place | null {
  if (!pin || !shown) return null;
  if (pin.by === "latent") return { latent: pin.latent, spot: shown.way.toSpot(pin.latent), image: -1 };
  if (latents?.epoch !== shown.epoch) return null;
  const { dims } = shown.map;
  const latent = latents.mean.subarray(pin.index * latents.d, (pin.index + 1) * latents.d);
  const spot = shown.points.subarray(pin.index * dims, (pin.index + 1) * dims);
  return latent.length === latents.d && spot.length === dims ? { latent, spot, image: pin.index } : null;
}

/** The recorded epoch nearest to the one asked for; of two as near, the one in the direction of travel. */
export function snap(epochs: readonly number[], asked: number, from = asked): number {
  let best = epochs[0] ?? asked;
  for (const epoch of epochs) {
    const nearer = Math.abs(epoch - asked) - Math.abs(best - asked);
    if (nearer < 0 || (nearer === 0 && asked >= from)) best = epoch;
  }
  return best;
}

/** The epoch `by` steps along, held at the ends. */
export function stepped(epochs: readonly number[], from: number, by: number): number {
  const at = epochs.indexOf(snap(epochs, from));
  return epochs[Math.min(epochs.length - 1, Math.max(0, at + by))] ?? from;
}

/** Which images are drawn: 0 hides. null where all are. */
export function visibleOf(colouring: Colouring | null, hidden: ReadonlySet<number>): Uint8Array | null {
  if (colouring?.channel.kind !== "class" || hidden.size === 0) return null;
  const visible = new Uint8Array(colouring.column.length);
  for (let i = 0; i < visible.length; i++) visible[i] = hidden.has(colouring.column[i]!) ? 0 : 1;
  return visible;
}

function firstColour(channels: readonly Channel[]): string | null {
  return channels.some(({ name }) => name === "label") ? "label" : null;
}

function colouringOf(
  channels: readonly Channel[],
  columns: ReadonlyMap<string, Column> | null,
  name: string | null,
): Colouring | null {
  const channel = channels.find((one) => one.name === name);
  const column = channel && columns?.get(channel.name);
  if (!channel || !column) return null;
  const range = column instanceof Float32Array ? rangeOf(column) : ([0, 0] as const);
  return { channel, column, range };
}
