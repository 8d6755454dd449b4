/** Numbers and facts in words, the same wherever they are shown. */
import type { WalkKind } from "./paths/asked";
import type { Column } from "./recording";
import type { MapEntry, Scene } from "./scene";
import type { Detour } from "./store";

/** A latent nearer to the map's surface than this is on it: rounding is no distance. */
export const OFF_SURFACE = 1e-3;

const MINUS = "\u2212";

/** Three significant digits, with a true minus. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  const digits = size >= 1e6 || (size > 0 && size < 1e-3) ? value.toExponential(2) : decimals(value, size);
  return digits.replace("-", MINUS);
}

/** A mean squared error of numbers in [0, 1]: three digits, never a power of ten. */
export function errorWords(value: number): string {
  return Number.isFinite(value) ? value.toFixed(value >= 0.1 ? 2 : value >= 0.01 ? 3 : 4) : "none";
}

/** A latent in brackets: the first `most` numbers, and how many there are where that is not all. */
export function latentWords(latent: Float32Array, most: number): string {
  const told = Array.from(latent.subarray(0, most), hundredths);
  return `(${told.join(", ")}${latent.length > most ? ", \u2026" : ""})`;
}

/** Two decimals, with a true minus. */
export function hundredths(value: number): string {
  // Without the detour by numbers, what rounds to nothing would be "\u22120.00".
  return (Math.round(value * 100) / 100 || 0).toFixed(2).replace("-", MINUS);
}

/** The same with its sign, none at nothing. */
export function signedHundredths(value: number): string {
  return value > 0 ? `+${hundredths(value)}` : hundredths(value);
}

/** What the channels say of an image: name and value. */
export function factsOf(
  scene: Scene,
  columns: ReadonlyMap<string, Column> | null,
  index: number,
): readonly (readonly [name: string, value: string])[] {
  return scene.channels.flatMap(({ name, kind, values }) => {
    const value = columns?.get(name)?.[index];
    if (value === undefined) return [];
    const told = kind === "number" ? brief(value) : (values[value] ?? "none");
    return [[name, told] as const];
  });
}

/** An image by its class, where it has one, and its number. */
export function nameOf(scene: Scene, columns: ReadonlyMap<string, Column> | null, index: number): string {
  const [label] = factsOf(scene, columns, index).filter(([name]) => name === "label");
  return label ? `image ${grouped(index)}, ${label[1]}` : `image ${grouped(index)}`;
}

/** How many of some images are of which class, the most first. */
export function classesOf(
  scene: Scene,
  columns: ReadonlyMap<string, Column> | null,
  images: Iterable<number>,
): string {
  const channel = scene.channels.find(({ name, kind }) => name === "label" && kind === "class");
  const column = channel && columns?.get(channel.name);
  if (!column) return "";
  const counts = new Map<number, number>();
  for (const image of images) counts.set(column[image] ?? -1, (counts.get(column[image] ?? -1) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1]);
  const told = most
    .slice(0, 4)
    .map(([value, count]) => `${grouped(count)} \u00d7 ${channel.values[value] ?? "none"}`);
  return told.join(", ") + (most.length > 4 ? ", \u2026" : "");
}

/** A kind of walk, after "Walk". */
export const KIND_WORDS: Readonly<Record<WalkKind, string>> = {
  straight: "straight",
  spherical: "about the origin",
  along: "along the data",
};

export function grouped(count: number): string {
  return count.toLocaleString("en-GB").replaceAll(",", "\u202f");
}

function decimals(value: number, size: number): string {
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

export type TrustLevel = "well supported" | "between points" | "a guess";

/** How far the way from a spot to a latent can be believed, in words. */
export function trustLevel(trust: number): TrustLevel {
  return trust >= SUPPORTED ? "well supported" : trust >= BETWEEN ? "between points" : "a guess";
}

const PROJECTIONS: Readonly<Record<string, string>> = {
  pca: "PCA",
  tsne: "t-SNE",
  umap: "UMAP",
  pacmap: "PaCMAP",
  localmap: "LocalMAP",
  plane: "Plane",
};

/** A map's name for people: what made it and of what; its own name too where others are alike. */
export function mapTitle(map: MapEntry, maps: readonly MapEntry[]): string {
  const plain = titleParts(map).join(" \u00b7 ");
  const alike = maps.filter((other) => titleParts(other).join(" \u00b7 ") === plain).length > 1;
  return alike ? `${map.name} \u00b7 ${plain}` : plain;
}

/** The same, and how much of its neighbourhoods is true, where that was measured. */
export function mapWords(map: MapEntry, maps: readonly MapEntry[]): string {
  const trust = map.metrics.trustworthiness;
  return [mapTitle(map, maps), ...(trust ? [`trust ${hundredths(trust.value)}`] : [])].join(" \u00b7 ");
}

/** Epochs as a list, or as a range where they follow one another. */
export function epochsWords(epochs: readonly number[]): string {
  const [first, last] = [epochs[0] ?? 0, epochs.at(-1) ?? 0];
  if (epochs.length === 1) return `only epoch ${first}`;
  if (last - first === epochs.length - 1 && epochs.length > 2) return `epochs ${first} to ${last}`;
  const told = epochs.length > 8 ? [...epochs.slice(0, 3), "\u2026", last] : epochs;
  return `epochs ${told.join(", ")}`;
}

/** What is shown instead of the epoch that was asked for. */
export function detourWords({ map, asked, given }: Detour): string {
  return `This map has ${epochsWords(map.epochs)}: ${given} is shown for ${asked}.`;
}

const SUPPORTED = 0.8;
const BETWEEN = 0.5;

function titleParts({ name, projection, of, dims }: MapEntry): string[] {
  return [PROJECTIONS[projection] ?? (projection || name), of, ...(dims === 3 ? ["3-D"] : [])];
}
