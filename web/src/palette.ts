/** Colours of classes and numbers, the same in the map and in the legend. */

export type Rgb = readonly [r: number, g: number, b: number];
export type Theme = "light" | "dark";

/** Okabe and Ito's eight, told apart with every common colour blindness. The last one is the ink of the theme. */
const FEW = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"];
const INK: Record<Theme, string> = { light: "#1c1d1f", dark: "#f2f0ea" };
/**
 * Thirty-two, each as far as could be from those before it, in OKLab and as seen with protanopia,
 * deuteranopia and tritanopia; of middling lightness, to be seen on paper and on night.
 */
const MANY = [
  ...["#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#e08bbf", "#9b1b5a", "#7a5cf0"],
  ...["#b7cf3c", "#5fd6c0", "#5a00d2", "#964b00", "#c31e96", "#7887e1", "#96d2ff", "#ff4b78"],
  ...["#870096", "#d2b487", "#3c0fff", "#d2004b", "#b478b4", "#965a69", "#d2873c", "#b43cc3"],
  ...["#3c5a78", "#78a596", "#e15aff", "#96e187", "#961e1e", "#78c35a", "#5a3cb4", "#5a693c"],
];
const VIRIDIS = [
  ...["#440154", "#482475", "#414487", "#355f8d", "#2a788e", "#21918c"],
  ...["#22a884", "#44bf70", "#7ad151", "#bddf26", "#fde725"],
].map(rgb);
/** Of numbers about zero: low, none, high; matplotlib's RdBu_r, and Crameri's berlin on night. */
const PARTING: Record<Theme, readonly Rgb[]> = {
  light: [
    ...["#053061", "#2065ab", "#4393c3", "#90c4dd", "#d1e5f0", "#f7f6f6"],
    ...["#fddbc7", "#f3a481", "#d6604d", "#b1182b", "#67001f"],
  ].map(rgb),
  dark: [
    ...["#9eb0ff", "#62a6e0", "#3280a6", "#20526a", "#112732", "#190c09"],
    ...["#371000", "#61200b", "#964a36", "#ca7b71", "#ffadad"],
  ].map(rgb),
};
/** The part of the ramp that stands out from the background. */
const SEEN: Record<Theme, readonly [number, number]> = { light: [0, 0.9], dark: [0.22, 1] };
const NONE: Record<Theme, Rgb> = { light: [138, 136, 130], dark: [122, 126, 132] };
const ALONE: Record<Theme, Rgb> = { light: [62, 84, 110], dark: [158, 182, 208] };

/** The colour of class `index` of `count`; -1 is an image that has none. Repeats after thirty-two. */
export function classColour(index: number, count: number, theme: Theme): Rgb {
  if (index < 0) return NONE[theme];
  if (count <= FEW.length + 1) return rgb(FEW[index] ?? INK[theme]);
  return rgb(MANY[index % MANY.length]!);
}

/** The colour of a number that lies `part` of the way from the lowest to the highest; NaN has none. */
export function rampColour(part: number, theme: Theme): Rgb {
  if (Number.isNaN(part)) return NONE[theme];
  const [low, high] = SEEN[theme];
  return between(VIRIDIS, low + Math.min(1, Math.max(0, part)) * (high - low));
}

/** The colour of a number about zero: 0 is the lowest, 0.5 none, 1 the highest. */
export function partingColour(part: number, theme: Theme): Rgb {
  return between(PARTING[theme], Math.min(1, Math.max(0, part)));
}

function between(stops: readonly Rgb[], part: number): Rgb {
  const at = part * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const [a, b] = [stops[i]!, stops[i + 1]!];
  const mix = (k: 0 | 1 | 2) => Math.round(a[k] + (b[k] - a[k]) * (at - i));
  return [mix(0), mix(1), mix(2)];
}

/** One rgb triple per image: classes by their index. */
export function colourClasses(column: Int32Array, count: number, theme: Theme): Uint8Array {
  const table = Array.from({ length: count }, (_, i) => classColour(i, count, theme));
  const none = classColour(-1, count, theme);
  return triples(column.length, (i) => table[column[i]!] ?? none);
}

/** One rgb triple per image: numbers along the ramp between `range`'s ends. */
export function colourNumbers(
  column: Float32Array,
  range: readonly [number, number],
  theme: Theme,
): Uint8Array {
  const span = range[1] - range[0] || 1;
  return triples(column.length, (i) => rampColour((column[i]! - range[0]) / span, theme));
}

/** One colour for all n images, where nothing tells them apart. */
export function colourAlone(n: number, theme: Theme): Uint8Array {
  const alone = ALONE[theme];
  return triples(n, () => alone);
}

/** Written one by one: a million calls of `set` with three numbers take a tenth of a second. */
function triples(n: number, colour: (i: number) => Rgb): Uint8Array {
  const colours = new Uint8Array(n * 3);
  for (let i = 0, to = 0; i < n; i++, to += 3) {
    const [r, g, b] = colour(i);
    colours[to] = r;
    colours[to + 1] = g;
    colours[to + 2] = b;
  }
  return colours;
}

/** The lowest and highest number of a column; [0, 0] where there is none. */
export function rangeOf(column: Float32Array): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of column) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

export function css([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
