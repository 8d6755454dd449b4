/** What `scene.json` says, checked line by line: the page believes nothing that it has not looked at. */
import { checks } from "./checks";
import type * as formats from "./formats";

export interface Channel {
  readonly name: string;
  readonly kind: "class" | "number";
  readonly values: readonly string[];
  /** Measured on the model at that epoch, and in a file of its own, which is fetched when it is looked at. */
  readonly measured?: { readonly file: string; readonly epoch: number };
}
export interface EpochEntry {
  readonly epoch: number;
  readonly train: number | null;
  readonly validation: number | null;
}
export interface MapEntry {
  readonly name: string;
  readonly projection: string;
  readonly dims: 2 | 3;
  readonly way: string;
  /** Rising; at least one. */
  readonly epochs: readonly number[];
  readonly extent: readonly [low: readonly number[], high: readonly number[]];
  readonly of: "latents" | "pixels";
  readonly metrics: Metrics;
  /** Another one where frames that were there were made anew. */
  readonly key: string;
}
/** How true the newest frame of a map is; each only where it was measured, with its standard error. */
export type Metrics = Readonly<
  Partial<Record<MetricName, { readonly value: number; readonly error: number | null }>>
>;
const METRICS = ["trustworthiness", "continuity", "neighbours_kept", "shepard"] as const;
export type MetricName = (typeof METRICS)[number];
export interface Atlas {
  readonly files: readonly string[];
  readonly columns: number;
  readonly rows: number;
}
export interface Classifier {
  readonly file: string;
  readonly classes: readonly string[];
  /** The share of held-out images that it names rightly; null where nobody knows. */
  readonly accuracy: number | null;
}
export interface Scene {
  readonly title: string;
  readonly model: string;
  readonly latentDim: number;
  readonly n: number;
  /** The same in every scene of the same images in the same order; null where nobody knows. */
  readonly fingerprint: string | null;
  readonly shape: readonly [h: number, w: number, c: number];
  readonly atlas: Atlas;
  readonly channels: readonly Channel[];
  /** The epoch whose true neighbours are in a file; null where there is none. */
  readonly neighbours: { readonly epoch: number; readonly k: number } | null;
  readonly epochs: readonly EpochEntry[];
  readonly maps: readonly [MapEntry, ...MapEntry[]];
  readonly graphs: { readonly decoder?: string; readonly encoder?: string };
  /** What names decoded pictures, by the values of the label channel; null where there is nothing. */
  readonly classifier: Classifier | null;
  readonly live: readonly string[];
}

const FORMAT = 1;
const { record, list, text, finite, number, count, path, wrong, format } = checks(
  "scene.json",
  "compile the scene again from its run",
);

/** A scene from parsed JSON. Throws a Trouble that names the entry that is wrong. */
export function parseScene(json: unknown): Scene {
  const top = record<formats.Scene>(json, "the whole file");
  format(top.format, FORMAT);
  const images = record<formats.Images>(top.images, "images");
  const atlas = record<formats.Atlas>(images.atlas, "images.atlas");
  const model = record<formats.Model>(top.model, "model");
  const maps = list(top.maps, "maps").map(parseMap);
  const channels = list(top.channels ?? [], "channels").map(parseChannel);
  const [first, ...others] = maps;
  if (!first) throw wrong("maps", "must not be empty");
  return {
    title: text(top.title, "title"),
    model: text(model.name, "model.name"),
    latentDim: count(model.latent_dim, "model.latent_dim", 1),
    n: count(images.n, "images.n", 0),
    fingerprint: images.fingerprint === undefined ? null : text(images.fingerprint, "images.fingerprint"),
    shape: parseShape(images.shape),
    atlas: {
      files: list(atlas.files, "images.atlas.files").map((f, i) => path(f, `images.atlas.files[${i}]`)),
      columns: count(atlas.columns, "images.atlas.columns", 1),
      rows: count(atlas.rows, "images.atlas.rows", 1),
    },
    channels,
    neighbours: parseNeighbours(top.neighbours),
    epochs: list(top.epochs, "epochs").map(parseEpoch),
    maps: [first, ...others],
    graphs: parseGraphs(top.graphs ?? {}),
    classifier: parseClassifier(top.classifier, channels),
    live: list(top.live ?? [], "live").map((q, i) => text(q, `live[${i}]`)),
  };
}

/** A column of the map itself, not of the scene: how much of a point's neighbourhood is lost. */
export const DISTORTION: Channel = { name: "distortion", kind: "number", values: [] };

/** What points can be coloured by: the scene's channels, and the distortion of a map that cannot keep everything. */
export function coloursOf({ channels, maps, latentDim }: Scene): readonly Channel[] {
  const loses = maps.some(({ dims, way, of }) => way !== "flat" || dims < latentDim || of === "pixels");
  const taken = channels.some(({ name }) => name === DISTORTION.name);
  return loses && !taken ? [...channels, DISTORTION] : channels;
}

/** Folder and file names of epochs: four digits at least. */
export function epochName(epoch: number): string {
  return String(epoch).padStart(4, "0");
}

function parseShape(value: unknown): Scene["shape"] {
  const sides = list(value, "images.shape").map((side, i) => count(side, `images.shape[${i}]`, 1));
  const [h, w, c] = sides;
  if (h === undefined || w === undefined || (c !== 1 && c !== 3) || sides.length !== 3) {
    throw wrong("images.shape", "must be [height, width, 1 or 3]");
  }
  return [h, w, c];
}

function parseChannel(value: unknown, i: number): Channel {
  const at = `channels[${i}]`;
  const told = record<formats.Channel & { readonly values: unknown }>(value, at);
  const kind = told.kind;
  if (kind !== "class" && kind !== "number") throw wrong(`${at}.kind`, "must be 'class' or 'number'");
  const values = kind === "class" ? list(told.values, `${at}.values`) : [];
  const channel: Channel = {
    name: text(told.name, `${at}.name`),
    kind,
    values: values.map((v, k) => text(v, `${at}.values[${k}]`)),
  };
  if (told.file === undefined) return channel;
  const measured = { file: path(told.file, `${at}.file`), epoch: count(told.epoch, `${at}.epoch`, 0) };
  return { ...channel, measured };
}

function parseEpoch(value: unknown, i: number): EpochEntry {
  const at = `epochs[${i}]`;
  const told = record<formats.Recorded>(value, at);
  const losses = record<formats.Losses>(told.losses ?? {}, `${at}.losses`);
  return {
    epoch: count(told.epoch, `${at}.epoch`, 0),
    train: number(losses.train, `${at}.losses.train`),
    validation: number(losses.validation, `${at}.losses.validation`),
  };
}

function parseMap(value: unknown, i: number): MapEntry {
  const at = `maps[${i}]`;
  const told = record<formats.Map>(value, at);
  const dims = told.dims;
  if (dims !== 2 && dims !== 3) throw wrong(`${at}.dims`, "must be 2 or 3");
  const epochs = list(told.epochs, `${at}.epochs`).map((e, k) => count(e, `${at}.epochs[${k}]`, 0));
  if (epochs.length === 0) throw wrong(`${at}.epochs`, "must not be empty");
  const extent = list(told.extent, `${at}.extent`).map((corner, k) =>
    list(corner, `${at}.extent[${k}]`).map((x) => finite(x, `${at}.extent[${k}]`)),
  );
  const [low, high] = extent;
  if (low?.length !== dims || high?.length !== dims) {
    throw wrong(`${at}.extent`, `must be two lists of ${dims} numbers`);
  }
  return {
    name: text(told.name, `${at}.name`),
    projection: text(told.projection, `${at}.projection`),
    dims,
    way: text(told.way, `${at}.way`),
    epochs: epochs.toSorted((a, b) => a - b),
    extent: [low, high],
    of: told.of === "pixels" ? "pixels" : "latents",
    metrics: parseMetrics(told.metrics, `${at}.metrics`),
    key: text(told.key ?? "", `${at}.key`),
  };
}

function parseMetrics(value: unknown, at: string): Metrics {
  const told = record<Record<string, number>>(value ?? {}, at);
  const metric = (name: string) => number(told[name], `${at}.${name}`);
  return Object.fromEntries(
    METRICS.flatMap((name) => {
      const found = metric(name);
      return found === null ? [] : [[name, { value: found, error: metric(`${name}_error`) }]];
    }),
  );
}

function parseNeighbours(value: unknown): Scene["neighbours"] {
  if (value === undefined || value === null) return null;
  const told = record<formats.Neighbours>(value, "neighbours");
  return { epoch: count(told.epoch, "neighbours.epoch", 0), k: count(told.k, "neighbours.k", 0) };
}

function parseGraphs(value: unknown): Scene["graphs"] {
  const told = record<formats.Graphs>(value, "graphs");
  const graphs: { decoder?: string; encoder?: string } = {};
  for (const name of ["decoder", "encoder"] as const) {
    if (told[name] !== undefined) graphs[name] = path(told[name], `graphs.${name}`);
  }
  return graphs;
}

function parseClassifier(value: unknown, channels: readonly Channel[]): Classifier | null {
  const label = channels.find(({ name, kind }) => name === "label" && kind === "class");
  if (value === undefined || value === null || !label) return null;
  const told = record<formats.Classifier>(value, "classifier");
  const accuracy = number(told.accuracy, "classifier.accuracy");
  return { file: path(told.file, "classifier.file"), classes: label.values, accuracy };
}
