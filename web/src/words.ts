/** Numbers and facts in words, the same wherever they are shown. */
import type { Column } from "./recording";
import type { Scene } from "./scene";

const MINUS = "\u2212";

/** Three significant digits, with a true minus. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  const digits = size >= 1e6 || (size > 0 && size < 1e-3) ? value.toExponential(2) : decimals(value, size);
  return digits.replace("-", MINUS);
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

export function grouped(count: number): string {
  return count.toLocaleString("en-GB").replaceAll(",", "\u202f");
}

function decimals(value: number, size: number): string {
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
