/** How two pictures differ: one number, and a picture of it. */
import type { Rgb, Theme } from "./palette";

/** "signed": lost and added in two colours. "absolute": how much, whichever way. */
export type DifferenceKind = "signed" | "absolute";

/** What the second picture lacks, nothing, and what it has too much of. */
const SIGNED: Readonly<Record<Theme, readonly [lost: Rgb, same: Rgb, added: Rgb]>> = {
  light: [
    [33, 102, 172],
    [247, 246, 243],
    [178, 24, 43],
  ],
  dark: [
    [94, 166, 255],
    [27, 32, 38],
    [255, 118, 92],
  ],
};
/** The difference of full colour: beyond it nothing more is seen. Few reconstructions err by more. */
const FULL = 0.6;

/** The mean squared difference over all numbers, which lie in [0, 1]. */
export function meanSquaredError(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return a.length > 0 ? sum / a.length : 0;
}

/** Writes a picture of `remade` less `real`, both (h, w, c), into opaque bytes (h, w, 4). */
export function paintDifference(
  bytes: Uint8ClampedArray,
  real: Float32Array,
  remade: Float32Array,
  c: number,
  kind: DifferenceKind,
  theme: Theme,
): void {
  const paint = kind === "signed" ? signed(SIGNED[theme]) : absolute;
  for (let from = 0, to = 0; to < bytes.length; from += c, to += 4) {
    paint(bytes, to, real, remade, from, c);
    bytes[to + 3] = 255;
  }
}

type Painter = (
  bytes: Uint8ClampedArray,
  to: number,
  real: Float32Array,
  remade: Float32Array,
  from: number,
  c: number,
) => void;

/** By the channels' mean: towards one colour where the remade picture is darker, the other where it is lighter. */
function signed([lost, same, added]: readonly [Rgb, Rgb, Rgb]): Painter {
  return (bytes, to, real, remade, from, c) => {
    let sum = 0;
    for (let k = 0; k < c; k++) sum += remade[from + k]! - real[from + k]!;
    const share = Math.max(-1, Math.min(1, sum / c / FULL));
    const end = share < 0 ? lost : added;
    for (let k = 0; k < 3; k++) bytes[to + k] = same[k]! + Math.abs(share) * (end[k]! - same[k]!);
  };
}

/** Each channel by itself; black where nothing differs. */
function absolute(...[bytes, to, real, remade, from, c]: Parameters<Painter>): void {
  for (let k = 0; k < 3; k++) {
    const at = from + (c === 3 ? k : 0);
    bytes[to + k] = (Math.abs(remade[at]! - real[at]!) / FULL) * 255;
  }
}
