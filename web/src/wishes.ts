/** What a program may wish for through the door, checked whole before any of it is done. */
import { LARGEST, type Look } from "./address";
import { fail, numbersOf, oneKeyOf, oneOf, optional, orNull, partOf, record, shown, whole } from "./demands";
import { LAYERS } from "./layers";
import type { Setting } from "./layers/layer";
import type { Camera } from "./map";
import { type Beside, SAME_EPOCH } from "./pairing";
import {
  NOTHING_ASKED,
  PATHS_WISHES,
  type PathsNow,
  type PathsOrder,
  type PathsWish,
  pathsOrderOf,
  pinOf,
} from "./paths/wished";
import { coloursOf, type MapEntry, type Scene } from "./scene";
import { type Aim, SPEEDS, type Speed, snap, THEMES, type ThemeChoice, TOOLS, type Tool } from "./store";

export interface Wish extends PathsWish {
  readonly map?: string;
  /** What is side by side with it: a map, or a map at an epoch, of this run or another; null: nothing. */
  readonly beside?: string | BesideWish | null;
  readonly epoch?: number;
  readonly camera?: Camera | null;
  readonly colour?: string | null;
  readonly hidden?: readonly number[];
  readonly theme?: ThemeChoice;
  readonly lens?: boolean;
  /** By name: on or off, how opaque, or both. */
  readonly layers?: Readonly<Record<string, boolean | number | Partial<Setting>>>;
  readonly playing?: boolean;
  readonly speed?: number;
  readonly cursor?: { readonly latent: ArrayLike<number> } | { readonly spot: ArrayLike<number> } | null;
  readonly pin?:
    | { readonly image: number }
    | { readonly own: number }
    | { readonly latent: ArrayLike<number> }
    | null;
  /** 0 to 1. */
  readonly carry?: number;
  /** Indices of images. */
  readonly selection?: readonly number[];
  readonly brush?: readonly [number, number] | null;
  /** CSS pixels; 0: points alone. */
  readonly pictures?: number;
  readonly sheet?: readonly [number, number, number] | null;
  readonly tool?: Tool;
  readonly trails?: boolean;
}

export interface BesideWish {
  /** Another run of the site; null: this one. */
  readonly run?: string | null;
  /** Left out: the map that is shown, or the one of the other run that is most like it. */
  readonly map?: string | null;
  /** Held at it; null: the map's own, and `offset` more. */
  readonly epoch?: number | null;
  readonly offset?: number;
}

/** A wish that can be granted; what is undefined stays as it is. */
export interface Order {
  readonly look: Look;
  readonly aim: Aim | null | undefined;
  readonly tool: Tool | undefined;
  readonly theme: ThemeChoice | undefined;
  readonly speed: Speed | undefined;
  readonly lens: boolean | undefined;
  readonly playing: boolean | undefined;
  readonly paths: PathsOrder;
}

const LOOKS = ["map", "beside", "epoch", "camera", "colour", "hidden", "layers"];
const WISHES = [
  ...LOOKS,
  ...PATHS_WISHES,
  "carry",
  "selection",
  "brush",
  "pictures",
  "sheet",
  "tool",
  "trails",
  "theme",
  "lens",
  "playing",
  "speed",
];
const NUMBERS_OF_CAMERA = {
  "2d": ["x", "y", "span"],
  "3d": ["yaw", "pitch", "distance"],
} as const;

export interface Now {
  readonly map: MapEntry;
  readonly colour: string | null;
  /** The ids of the person's own images. */
  readonly own?: readonly number[];
  readonly paths?: PathsNow;
  /** The other runs of the site. */
  readonly runs?: readonly string[];
}

/** The order that a wish is, for what is looked at now. Throws a Trouble where any part of it cannot be done. */
export function orderOf(wish: unknown, scene: Scene, now: Now): Order {
  const told = record(wish, "a wish", [...WISHES, "cursor", "pin"]);
  const map = told.map === undefined ? now.map : mapOf(told.map, scene);
  const look: { -readonly [K in keyof Look]: Look[K] } = {};
  if (told.map !== undefined) look.map = map.name;
  if (told.beside !== undefined) {
    look.beside = orNull(told.beside, (value) => besideOf(value, scene, map, now.runs ?? []));
  }
  if (told.trails !== undefined) look.trails = oneOf(told.trails, [true, false], "trails");
  if (told.epoch !== undefined) look.epoch = epochOf(told.epoch, map.epochs, `the map '${map.name}'`);
  if (told.camera !== undefined) look.camera = orNull(told.camera, (value) => cameraOf(value, map));
  if (told.colour !== undefined) look.colour = orNull(told.colour, (value) => channelOf(value, scene));
  if (told.hidden !== undefined) {
    look.hidden = hiddenOf(told.hidden, scene, look.colour === undefined ? now.colour : look.colour);
  }
  if (told.layers !== undefined) look.layers = layersOf(told.layers);
  if (told.pin !== undefined) look.pin = orNull(told.pin, (value) => pinOf(value, scene, now.own ?? []));
  if (told.carry !== undefined) look.carry = partOf(told.carry, "carry");
  Object.assign(look, chosen(told, scene, map));
  return {
    look,
    paths: pathsOrderOf(told, scene, now.own ?? [], now.paths ?? NOTHING_ASKED),
    aim: optional(told.cursor, (told) => orNull(told, (value) => aimOf(value, scene, map))),
    tool: optional(told.tool, (value) => oneOf(value, TOOLS, "tool")),
    theme: optional(told.theme, (value) => oneOf(value, THEMES, "theme")),
    speed: optional(told.speed, (value) => oneOf(value, SPEEDS, "speed")),
    lens: optional(told.lens, (value) => oneOf(value, [true, false], "lens")),
    playing: optional(told.playing, (value) => oneOf(value, [true, false], "playing")),
  };
}

/** A recorded epoch. Throws a Trouble. */
export function epochOf(value: unknown, epochs: readonly number[], owner: string): number {
  if (typeof value === "number" && snap(epochs, value) === value) return value;
  return fail(
    `${owner} has no epoch ${shown(value)}`,
    `it has ${epochs.length}, from ${epochs[0]} to ${epochs.at(-1)}`,
  );
}

function mapOf(value: unknown, { maps }: Scene): MapEntry {
  const names = maps.map(({ name }) => `'${name}'`).join(", ");
  return (
    maps.find(({ name }) => name === value) ?? fail(`there is no map ${shown(value)}`, `there is ${names}`)
  );
}

function besideOf(value: unknown, scene: Scene, now: MapEntry, runs: readonly string[]): Beside {
  if (typeof value === "string") return { run: null, map: mapOf(value, scene).name, pace: SAME_EPOCH };
  const told = record(value, "beside", ["run", "map", "epoch", "offset"]);
  const run = told.run ?? null;
  const known = runs.find((name) => name === run) ?? null;
  if (run !== null && known === null) {
    fail(`there is no other run ${shown(run)}`, runs.length > 0 ? `there is ${runs.join(", ")}` : "");
  }
  let map: string | null;
  // What another run has is known when it is here.
  if (known === null)
    map = told.map === undefined || told.map === null ? now.name : mapOf(told.map, scene).name;
  else
    map =
      optional(told.map ?? undefined, (name) =>
        typeof name === "string" ? name : fail("a map's name must be text"),
      ) ?? null;
  const offset = told.offset ?? 0;
  if (!Number.isSafeInteger(offset)) fail(`beside: offset must be a whole number; it is ${shown(offset)}`);
  const { epoch } = told;
  if (epoch === undefined || epoch === null) {
    return { run: known, map, pace: { by: "follow", offset: offset as number } };
  }
  if (offset !== 0) fail("beside has an epoch or an offset, not both");
  const recorded = known === null ? mapOf(map, scene).epochs : null;
  const held = recorded
    ? epochOf(epoch, recorded, `the map '${map}'`)
    : whole(epoch, 0, Number.MAX_SAFE_INTEGER, "beside: epoch");
  return { run: known, map, pace: { by: "held", epoch: held } };
}

function channelOf(value: unknown, scene: Scene): string {
  const channels = coloursOf(scene);
  const channel = channels.find(({ name }) => name === value);
  const names = channels.map(({ name }) => `'${name}'`).join(", ");
  return channel?.name ?? fail(`there is no channel ${shown(value)}`, names && `there is ${names}`);
}

function hiddenOf(value: unknown, { channels }: Scene, colour: string | null): number[] {
  if (!Array.isArray(value)) return fail(`hidden must be a list of classes; it is ${shown(value)}`);
  const channel = channels.find(({ name }) => name === colour);
  const classes = channel?.kind === "class" ? channel.values.length : 0;
  if (value.length > 0 && classes === 0) {
    fail("hidden must be empty where the colour is no channel of classes", "set colour to one of classes");
  }
  return value.map((index: unknown) =>
    whole(index, -1, classes - 1, `a hidden class of '${colour}'`, "\u22121 is 'no class'"),
  );
}

function layersOf(value: unknown): NonNullable<Look["layers"]> {
  const names = LAYERS.map(({ name }) => name);
  const told = Object.entries(record(value, "layers", names)).filter(([, wish]) => wish !== undefined);
  return Object.fromEntries(told.map(([name, wish]) => [name, settingOf(wish, `the layer '${name}'`)]));
}

/** On or off, or how opaque a layer is to be (0: off), or both. */
function settingOf(value: unknown, what: string): Partial<Setting> {
  if (typeof value === "boolean") return { on: value };
  if (typeof value === "number")
    return value === 0 ? { on: false } : { on: true, opacity: share(value, what) };
  const told = record(value, what, ["on", "opacity"]);
  const setting: { -readonly [K in keyof Setting]?: Setting[K] } = {};
  if (told.on !== undefined) setting.on = oneOf(told.on, [true, false], `${what}: on`);
  if (told.opacity !== undefined) setting.opacity = share(told.opacity, what);
  return setting;
}

function share(value: unknown, what: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  return fail(`${what}: how opaque is a number from 0 to 1; it is ${shown(value)}`);
}

function cameraOf(value: unknown, { name, dims }: MapEntry): Camera {
  const kind = `${dims}d` as const;
  const fields = NUMBERS_OF_CAMERA[kind];
  const told = record(value, "a camera", ["kind", ...fields, ...(dims === 3 ? ["target"] : [])]);
  if (told.kind !== kind) {
    fail(`the map '${name}' needs a camera of kind '${kind}'; this one is ${shown(told.kind)}`);
  }
  const numbers = fields.map((field) => {
    const number = told[field];
    if (typeof number === "number" && Number.isFinite(number)) return number;
    return fail(`the camera's ${field} must be a finite number; it is ${shown(number)}`);
  });
  const [a, b, reach] = numbers as [number, number, number];
  if (reach <= 0) fail(`the camera's ${fields[2]} must be above 0; it is ${reach}`);
  if (dims === 2) return { kind: "2d", x: a, y: b, span: reach };
  numbersOf(told.target, 3, "the camera's target");
  const [x = 0, y = 0, z = 0] = Array.from(told.target as ArrayLike<number>);
  return { kind: "3d", target: [x, y, z], yaw: a, pitch: b, distance: reach };
}

/** What is chosen and filtered, and what is drawn of it. */
function chosen({ selection, brush, pictures, sheet }: Record<string, unknown>, { n }: Scene, map: MapEntry) {
  const look: { -readonly [K in keyof Look]: Look[K] } = {};
  if (selection !== undefined) {
    const images = Array.isArray(selection) ? selection : fail("selection must be a list of images");
    look.selection = images.map((index: unknown) => whole(index, 0, n - 1, "a chosen image"));
  }
  if (brush !== undefined) {
    look.brush = orNull(brush, (value) => Array.from(numbersOf(value, 2, "brush")) as [number, number]);
  }
  if (pictures !== undefined) look.pictures = whole(pictures, 0, LARGEST, "pictures");
  if (sheet !== undefined) {
    if (sheet !== null && map.dims !== 3) fail(`the map '${map.name}' has no depth for a sheet`);
    const numbers = (value: unknown) => Array.from(numbersOf(value, 3, "sheet")) as [number, number, number];
    look.sheet = orNull(sheet, numbers);
  }
  return look;
}

function aimOf(value: unknown, { latentDim }: Scene, { dims }: MapEntry): Aim {
  const told = oneKeyOf(value, "a cursor", ["latent", "spot"]);
  if (told.latent !== undefined)
    return { by: "latent", latent: numbersOf(told.latent, latentDim, "a latent") };
  return { by: "spot", spot: numbersOf(told.spot, dims, "a spot") };
}
