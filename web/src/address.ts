/** What is looked at, as the fragment of the page's address and back. Pure text; the token is never in it. */
import { batch } from "@preact/signals-core";
import { LAYERS, withSetting } from "./layers";
import type { Setting } from "./layers/layer";
import type { Camera } from "./map";
import { coloursOf, type Scene } from "./scene";
import { enter, type Pin, type Store } from "./store";

export interface Look {
  readonly map?: string;
  /** The map beside; null: none. */
  readonly beside?: string | null;
  readonly epoch?: number;
  /** null: by nothing. */
  readonly colour?: string | null;
  readonly hidden?: readonly number[];
  readonly camera?: Camera | null;
  readonly pin?: Pin | null;
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
}

const LONGEST = 2000;
/** Pixels of a picture at a point. */
export const LARGEST = 128;

/** The look as a fragment without its '#', shorter than 2 kB: what would make it longer is left out. */
export function write(look: Look): string {
  const parts: [string, string][] = [];
  if (look.map !== undefined) parts.push(["map", look.map]);
  if (look.beside) parts.push(["beside", look.beside]);
  if (look.epoch !== undefined) parts.push(["epoch", String(look.epoch)]);
  if (look.colour !== undefined) parts.push(["colour", look.colour ?? ""]);
  if (look.camera) parts.push(["at", cameraNumbers(look.camera).join(",")]);
  if (look.pin?.by === "image") parts.push(["image", String(look.pin.index)]);
  if (look.pin?.by === "latent") parts.push(["latent", Array.from(look.pin.latent, short).join(",")]);
  if (look.layers) parts.push(["layers", layersWritten(look.layers)]);
  if (look.carry) parts.push(["carry", short(look.carry)]);
  if (look.brush) parts.push(["brush", look.brush.map(short).join(",")]);
  if (look.pictures) parts.push(["pictures", String(look.pictures)]);
  if (look.sheet) parts.push(["sheet", look.sheet.map(short).join(",")]);
  if (look.selection?.length) parts.push(["select", runsOf(look.selection)]);
  if (look.hidden?.length) parts.push(["hide", look.hidden.join(",")]);
  let written = "";
  for (const [name, value] of parts) {
    const part = `${written ? "&" : ""}${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`;
    if (written.length + part.length < LONGEST) written += part;
  }
  return written;
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
  if (beside !== null) look.beside = beside;
  if (epoch?.length === 1) look.epoch = epoch[0]!;
  if (colour !== null) look.colour = colour === "" ? null : colour;
  if (hidden) look.hidden = hidden.filter(Number.isInteger);
  if (camera) look.camera = camera;
  const brush = numbers(told.get("brush"));
  if (brush?.length === 2) look.brush = brush as [number, number];
  const pictures = numbers(told.get("pictures"))?.[0];
  if (pictures !== undefined && pictures >= 0 && pictures <= LARGEST) look.pictures = pictures;
  const sheet = numbers(told.get("sheet"));
  if (sheet?.length === 3) look.sheet = sheet as [number, number, number];
  const select = told.get("select");
  if (select !== null) look.selection = imagesOf(select);
  if (carry !== undefined && carry >= 0 && carry <= 1) look.carry = carry;
  if (layers !== null) look.layers = layersRead(layers);
  if (image !== null && /^\d+$/.test(image)) look.pin = { by: "image", index: Number(image) };
  else if (latent) look.pin = { by: "latent", latent: Float32Array.from(latent) };
  return look;
}

/** The look that the store holds. */
export function lookOf(store: Store): Required<Look> {
  return {
    map: store.map.value.name,
    beside: store.beside.value?.name ?? null,
    epoch: store.epoch.value,
    colour: store.colour.value,
    hidden: [...store.hidden.value].sort((a, b) => a - b),
    camera: store.camera.value,
    pin: store.pin.value,
    carry: store.carry.value,
    selection: [...store.selected.value].sort((a, b) => a - b),
    brush: store.brush.value,
    pictures: store.pictures.value,
    sheet: store.sheet.value,
    layers: Object.fromEntries(store.layers.value),
  };
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
      store.beside.value = scene.maps.find(({ name }) => name === look.beside) ?? null;
    }
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
    for (const [name, change] of Object.entries(look.layers ?? {})) {
      store.layers.value = withSetting(store.layers.peek(), name, change);
    }
    if (look.selection) store.selected.value = new Set(look.selection.filter((image) => image < scene.n));
    if (look.brush !== undefined) store.brush.value = look.brush;
    if (look.pictures !== undefined) store.pictures.value = look.pictures;
    if (look.sheet !== undefined) store.sheet.value = store.map.peek().dims === 3 ? look.sheet : null;
    if (look.carry !== undefined) store.carry.value = look.carry;
    if (look.pin !== undefined && (look.pin === null || fitsScene(look.pin, scene)))
      store.pin.value = look.pin;
  });
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

function fitsScene(pin: Pin, scene: Scene): boolean {
  if (pin.by === "own") return true; // no address tells one: whoever does knows it
  return pin.by === "image" ? pin.index < scene.n : pin.latent.length === scene.latentDim;
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

/** Rising whole numbers as runs: 1,4-9,12. */
function runsOf(images: readonly number[]): string {
  const runs: string[] = [];
  for (let i = 0; i < images.length; ) {
    const first = images[i]!;
    let last = first;
    for (i++; images[i] === last + 1; i++) last++;
    runs.push(last > first ? `${first}-${last}` : String(first));
  }
  return runs.join(",");
}

/** A run longer than any set of images is a slip, or worse. */
const LONGEST_RUN = 1e7;

function imagesOf(told: string): number[] {
  return told.split(",").flatMap((run) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(run) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (!(count > 0 && count <= LONGEST_RUN)) return [];
    return Array.from({ length: count }, (_, i) => Number(first) + i);
  });
}

/** Nine digits bring back every float32 exactly. */
function short(value: number): string {
  return String(Number(value.toPrecision(9)));
}
