/** What is looked at, as the fragment of the page's address and back. Pure text; the token is never in it. */
import { batch } from "@preact/signals-core";
import { LAYERS, withSetting } from "./layers";
import type { Setting } from "./layers/layer";
import type { Camera } from "./map";
import { applyOwn, type Brought, broughtOf, ownRead, ownWritten } from "./own/told";
import { type Beside, besideRead, besideWritten } from "./pairing";
import {
  applyPaths,
  fitsScene,
  type PathsLook,
  pathsOf,
  pathsParts,
  pathsRead,
  standingFor,
} from "./paths/look";
import { imagesOf, imagesWritten, short } from "./runs";
import { coloursOf, type Scene } from "./scene";
import { enter, type Pin, type Store, THEMES, type ThemeChoice } from "./store";
import { needsLatents } from "./ways";

export interface Look extends PathsLook {
  readonly map?: string;
  /** What is beside; null: nothing. */
  readonly beside?: Beside | null;
  readonly epoch?: number;
  /** null: by nothing. */
  readonly colour?: string | null;
  readonly hidden?: readonly number[];
  readonly camera?: Camera | null;
  /** Of the map beside. */
  readonly besideCamera?: Camera | null;
  readonly pin?: Pin | null;
  /** Where the pinned latent was taken from, on a map that bends: it is there, and not where its nearest image is. */
  readonly spot?: readonly number[] | null;
  /** The person's own pictures; those that an address can hold. */
  readonly own?: readonly Brought[];
  /** 0 to 1. */
  readonly carry?: number;
  /** The images that are chosen. */
  readonly selection?: readonly number[];
  /** The numbers of the colour channel that are drawn; null: all. */
  readonly brush?: readonly [number, number] | null;
  /** How large the images are drawn at their points; 0: points alone. */
  readonly pictures?: number;
  /** Where a sheet through a 3-D map goes through; null: none. */
  readonly sheet?: readonly [number, number, number] | null;
  /** Changes of layers, by name. */
  readonly layers?: Readonly<Record<string, Partial<Setting>>>;
  /** The ways that the chosen images have come. */
  readonly trails?: boolean;
  /** The panels that are open. */
  readonly open?: readonly Panel[];
  /** Where it was chosen and is not the system's, else "auto". */
  readonly theme?: ThemeChoice;
}
const PANELS = { truth: "truthOpen", own: "easelOpen" } as const;
export type Panel = keyof typeof PANELS;
const NAMES = Object.keys(PANELS) as readonly Panel[];

/** With the name of the run before it, it stays below 2 kB. */
const LONGEST = 1900;
/** Pixels of a picture at a point. */
export const LARGEST = 128;

/** The look as a fragment without its '#', shorter than 2 kB: what would make it longer is left out. */
export function write(look: Look): string {
  return written(look).text;
}

/** The names of what is left out. */
export function leftOut(look: Look): string[] {
  return written(look).left;
}

function written(look: Look): { text: string; left: string[] } {
  const parts: [string, string][] = [];
  if (look.map !== undefined) parts.push(["map", look.map]);
  if (look.beside) parts.push(["beside", besideWritten(look.beside)]);
  if (look.epoch !== undefined) parts.push(["epoch", String(look.epoch)]);
  if (look.colour !== undefined) parts.push(["colour", look.colour ?? ""]);
  if (look.camera) parts.push(["at", cameraNumbers(look.camera).join(",")]);
  if (look.beside && look.besideCamera) parts.push(["at2", cameraNumbers(look.besideCamera).join(",")]);
  if (look.pin?.by === "image") parts.push(["image", String(look.pin.index)]);
  if (look.pin?.by === "latent") parts.push(["latent", Array.from(look.pin.latent, short).join(",")]);
  if (look.pin?.by === "own") parts.push(["mine", String(look.pin.id)]);
  if (look.spot) parts.push(["spot", look.spot.map(short).join(",")]);
  if (look.theme && look.theme !== "auto") parts.push(["theme", look.theme]);
  if (look.open?.length) parts.push(["open", look.open.join(",")]);
  for (const one of look.own ?? []) parts.push(["own", ownWritten(one)]);
  if (look.layers) parts.push(["layers", layersWritten(look.layers)]);
  if (look.trails) parts.push(["trails", "1"]);
  if (look.carry) parts.push(["carry", short(look.carry)]);
  if (look.brush) parts.push(["brush", look.brush.map(short).join(",")]);
  if (look.pictures) parts.push(["pictures", String(look.pictures)]);
  if (look.sheet) parts.push(["sheet", look.sheet.map(short).join(",")]);
  parts.push(...pathsParts(look));
  if (look.selection?.length) parts.push(["select", imagesWritten(look.selection)]);
  if (look.hidden?.length) parts.push(["hide", look.hidden.join(",")]);
  let text = "";
  const left: string[] = [];
  for (const [name, value] of parts) {
    const part = `${text ? "&" : ""}${name}=${plain(encodeURIComponent(value))}`;
    if (text.length + part.length < LONGEST) text += part;
    else left.push(name);
  }
  return { text, left };
}

/** The look that a fragment tells, with or without its '#'. What does not make sense is left out. */
export function read(fragment: string): Look {
  const told = new URLSearchParams(fragment.replace(/^#/, "").replaceAll("+", "%2B"));
  const look: { -readonly [K in keyof Look]: Look[K] } = {};
  const [map, colour, image] = [told.get("map"), told.get("colour"), told.get("image")];
  const epoch = numbers(told.get("epoch"));
  const hidden = numbers(told.get("hide"));
  const latent = numbers(told.get("latent"));
  const carry = numbers(told.get("carry"))?.[0];
  const camera = cameraOf(numbers(told.get("at")));
  const beside = told.get("beside");
  const layers = told.get("layers");
  if (map !== null) look.map = map;
  if (beside !== null) look.beside = besideRead(beside);
  if (told.has("trails")) look.trails = told.get("trails") === "1";
  if (epoch?.length === 1) look.epoch = epoch[0]!;
  if (colour !== null) look.colour = colour === "" ? null : colour;
  if (hidden) look.hidden = hidden.filter(Number.isInteger);
  if (camera) look.camera = camera;
  const besideCamera = cameraOf(numbers(told.get("at2")));
  if (besideCamera) look.besideCamera = besideCamera;
  const brush = numbers(told.get("brush"));
  if (brush?.length === 2) look.brush = brush as [number, number];
  const pictures = numbers(told.get("pictures"))?.[0];
  if (pictures !== undefined && pictures >= 0 && pictures <= LARGEST) look.pictures = pictures;
  const sheet = numbers(told.get("sheet"));
  if (sheet?.length === 3) look.sheet = sheet as [number, number, number];
  Object.assign(look, pathsRead(told));
  const [spot, open] = [numbers(told.get("spot")), told.get("open")?.split(",")];
  if (spot) look.spot = spot;
  if (open) look.open = NAMES.filter((name) => open.includes(name));
  const theme = THEMES.find((one) => one === told.get("theme"));
  if (theme) look.theme = theme;
  const own = ownRead(told.getAll("own"));
  if (own.length > 0) look.own = own;
  const [select, mine] = [told.get("select"), told.get("mine")];
  if (select !== null) look.selection = imagesOf(select);
  if (carry !== undefined && carry >= 0 && carry <= 1) look.carry = carry;
  if (layers !== null) look.layers = layersRead(layers);
  if (image !== null && /^\d+$/.test(image)) look.pin = { by: "image", index: Number(image) };
  else if (mine !== null && /^\d+$/.test(mine)) look.pin = { by: "own", id: Number(mine) };
  else if (latent) look.pin = { by: "latent", latent: Float32Array.from(latent) };
  return look;
}

/** The look that the store holds. */
export function lookOf(store: Store): Required<Look> {
  const [own, pin, theme] = [broughtOf(store), store.pin.value, store.theme.value];
  const brought = new Set(own.map(({ id }) => id));
  return {
    map: store.map.value.name,
    beside: store.beside.value && { ...store.beside.value, map: besideName(store) },
    trails: store.trails.value,
    epoch: store.epoch.value,
    colour: store.colour.value,
    hidden: [...store.hidden.value].sort((a, b) => a - b),
    ...{ camera: store.camera.value, besideCamera: store.besideCamera.value },
    pin: pin && standingFor(pin, store, brought),
    ...{ spot: spotOf(store), own },
    carry: store.carry.value,
    selection: [...store.selected.value].sort((a, b) => a - b),
    brush: store.brush.value,
    pictures: store.pictures.value,
    sheet: store.sheet.value,
    ...pathsOf(store, brought),
    open: NAMES.filter((name) => store[PANELS[name]].value),
    theme: theme === store.systemTheme.value ? "auto" : theme,
    layers: Object.fromEntries(store.layers.value),
  };
}

/** The spot that the pin was taken from, where nothing else tells it. */
function spotOf({ pin, map, epoch }: Store): readonly number[] | null {
  const from = pin.value?.by === "latent" ? pin.value.from : undefined;
  const here = from?.map === map.value && from.epoch === epoch.value && needsLatents(from.map);
  return here ? [...from.spot] : null;
}

/** Of the map beside: the one that is there, where none was asked for by name. */
function besideName({ beside, besideMap }: Store): string | null {
  return beside.value?.map ?? besideMap.value?.name ?? null;
}

/** Puts into the store what the scene has of a look; what is absent stays as it is. */
export function apply(look: Look, scene: Scene, store: Store): void {
  batch(() => {
    const map = scene.maps.find(({ name }) => name === look.map);
    if (map && map !== store.map.peek()) {
      store.camera.value = null;
      store.aim.value = null;
      store.sheet.value = null;
    }
    enter(store, map ?? store.map.peek(), look.epoch ?? store.detour.peek()?.asked ?? store.epoch.peek());
    if (look.beside !== undefined) {
      const { run, map: name } = look.beside ?? { run: null, map: null };
      // What another run has is known when it is here.
      const known = run !== null || scene.maps.some((one) => one.name === name);
      store.besideCamera.value = null;
      store.beside.value = known ? (look.beside ?? null) : null;
    }
    if (look.trails !== undefined) store.trails.value = look.trails;
    const { colour } = look;
    if (colour !== undefined && (colour === null || coloursOf(scene).some(({ name }) => name === colour))) {
      if (colour !== store.colour.peek()) {
        store.hidden.value = new Set();
        store.brush.value = null;
      }
      store.colour.value = colour;
    }
    if (look.hidden) store.hidden.value = new Set(look.hidden);
    if (look.camera !== undefined) {
      const fits = look.camera?.kind === `${store.map.peek().dims}d`;
      store.camera.value = fits ? look.camera : null;
    }
    if (look.besideCamera !== undefined && store.beside.peek()) store.besideCamera.value = look.besideCamera;
    for (const [name, change] of Object.entries(look.layers ?? {})) {
      store.layers.value = withSetting(store.layers.peek(), name, change);
    }
    if (look.selection) store.selected.value = new Set(look.selection.filter((image) => image < scene.n));
    if (look.brush !== undefined) store.brush.value = look.brush;
    if (look.pictures !== undefined) store.pictures.value = look.pictures;
    if (look.sheet !== undefined) store.sheet.value = store.map.peek().dims === 3 ? look.sheet : null;
    if (look.theme !== undefined) store.theme.value = look.theme;
    if (look.open) for (const name of NAMES) store[PANELS[name]].value = look.open.includes(name);
    if (look.own) applyOwn(look.own, scene, store);
    applyPaths(look, scene, store);
    if (look.carry !== undefined) store.carry.value = look.carry;
    if (look.pin === null) store.pin.value = null;
    else if (look.pin && fitsScene(look.pin, scene, store))
      store.pin.value = taken(look.pin, look.spot, store);
  });
}

/** A pinned latent at the spot of the shown map that it was taken from. */
function taken(pin: Pin, spot: Look["spot"], store: Store): Pin {
  const [map, epoch] = [store.map.peek(), store.epoch.peek()];
  if (pin.by !== "latent" || spot?.length !== map.dims) return pin;
  return { ...pin, from: { map, epoch, spot: Float32Array.from(spot), trust: null } };
}

/** Those that are on, with how opaque in hundredths where that is not as it was before anybody chose. */
function layersWritten(layers: NonNullable<Look["layers"]>): string {
  const on = LAYERS.filter(({ name }) => layers[name]?.on);
  return on
    .map(({ name, opacity }) => {
      const now = Math.round(100 * (layers[name]?.opacity ?? opacity));
      return now === Math.round(100 * opacity) ? name : `${name}:${now}`;
    })
    .join(",");
}

/** Layers that are not named are off. */
function layersRead(told: string): Record<string, Partial<Setting>> {
  const layers: Record<string, Partial<Setting>> = Object.fromEntries(
    LAYERS.map(({ name }) => [name, { on: false }]),
  );
  for (const part of told.split(",")) {
    const [name = "", percent] = part.split(":");
    const known = LAYERS.find((layer) => layer.name === name);
    if (!known) continue;
    const share = percent !== undefined && /^\d{1,3}$/.test(percent) ? Number(percent) / 100 : known.opacity;
    layers[name] = { on: true, opacity: Math.min(1, share) };
  }
  return layers;
}

/** What needs no code within a fragment stays as it is, for those who read addresses. */
function plain(coded: string): string {
  const names = { "%2C": ",", "%2F": "/", "%3A": ":", "%40": "@", "%2B": "+" } as const;
  return coded.replace(/%(2C|2F|3A|40|2B)/g, (code) => names[code as keyof typeof names]);
}

function cameraNumbers(camera: Camera): number[] {
  if (camera.kind === "2d") return [camera.x, camera.y, camera.span];
  return [...camera.target, camera.yaw, camera.pitch, camera.distance];
}

function cameraOf(told: readonly number[] | null): Camera | null {
  if (told?.length === 3) {
    const [x, y, span] = told as [number, number, number];
    return span > 0 ? { kind: "2d", x, y, span } : null;
  }
  if (told?.length === 6) {
    const [x, y, z, yaw, pitch, distance] = told as [number, number, number, number, number, number];
    return distance > 0 ? { kind: "3d", target: [x, y, z], yaw, pitch, distance } : null;
  }
  return null;
}

function numbers(told: string | null): number[] | null {
  if (told === null || told === "") return null;
  const found = told.split(",").map(Number);
  return found.every(Number.isFinite) ? found : null;
}
