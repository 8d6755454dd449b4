/** Antialiased discs made once and blended many times. */

/** The pixels that are painted on: the canvas with a margin, so that no stamp needs cutting. */
export interface Paper {
  readonly image: ImageData;
  /** 0xAABBGGRR. */
  readonly pixels: Uint32Array;
  readonly stride: number;
  readonly rows: number;
  /** Width of the margin. */
  readonly pad: number;
  /** How far a stamp may reach from its centre. */
  readonly reach: number;
  /** 0x00BBGGRR. */
  readonly background: number;
}

/** Steps of a diameter in a pixel. */
export const FINENESS = 4;

const PHASES = 4;

/** One disc at each of 4 x 4 places within a pixel, with its rim in the background's colour. */
export class Stamps {
  /** Where each phase begins in the arrays below, and where the last one ends. */
  readonly starts = new Int32Array(PHASES * PHASES + 1);
  readonly offsets: Int32Array;
  /** How much of the old colour stays and how much of the point's comes, in 256ths. */
  readonly keeps: Int32Array;
  readonly inks: Int32Array;
  /** What the rim adds, times 256, with the half that rounds. */
  readonly rimRedBlue: Int32Array;
  readonly rimGreen: Int32Array;

  /** diameter and rim in device pixels. */
  constructor(diameter: number, rim: number, opacity: number, paper: Pick<Paper, "stride" | "background">) {
    const core = Math.max(diameter, 1) / 2;
    const strength = opacity * Math.min(1, diameter);
    const far = Math.ceil(core + rim + 0.5);
    const entries: number[][] = [];
    for (let phase = 0; phase < PHASES * PHASES; phase++) {
      const px = ((phase % PHASES) + 0.5) / PHASES;
      const py = (Math.floor(phase / PHASES) + 0.5) / PHASES;
      for (let y = -far; y <= far; y++) {
        for (let x = -far; x <= far; x++) {
          const distance = Math.hypot(x + 0.5 - px, y + 0.5 - py);
          const outer = Math.round(256 * strength * coverage(core + rim - distance));
          const inner = Math.round(256 * strength * coverage(core - distance));
          if (outer > LEAST) entries.push([y * paper.stride + x, 256 - outer, inner, outer - inner]);
        }
      }
      this.starts[phase + 1] = entries.length;
    }
    const { background } = paper;
    this.offsets = Int32Array.from(entries, ([offset]) => offset!);
    this.keeps = Int32Array.from(entries, ([, keep]) => keep!);
    this.inks = Int32Array.from(entries, ([, , ink]) => ink!);
    this.rimRedBlue = Int32Array.from(
      entries,
      ([, , , r]) => Math.imul(background & 0xff00ff, r!) + 0x800080,
    );
    this.rimGreen = Int32Array.from(entries, ([, , , r]) => Math.imul(background & 0xff00, r!) + 0x8000);
  }
}

/** Fainter pixels than this, in 256ths, are not worth their time. */
const LEAST = 16;

/** Blends a point's stamp at (x, y), in pixels of the paper and well inside it. */
export function blend(
  pixels: Uint32Array,
  stride: number,
  stamps: Stamps,
  x: number,
  y: number,
  ink: number,
) {
  const fx = (x * PHASES) | 0;
  const fy = (y * PHASES) | 0;
  const phase = (fy & (PHASES - 1)) * PHASES + (fx & (PHASES - 1));
  const centre = ((fy / PHASES) | 0) * stride + ((fx / PHASES) | 0);
  const { offsets, keeps, inks, rimRedBlue, rimGreen } = stamps;
  const end = stamps.starts[phase + 1]!;
  const redBlue = ink & 0xff00ff;
  const green = ink & 0xff00;
  for (let k = stamps.starts[phase]!; k < end; k++) {
    const at = centre + offsets[k]!;
    const old = pixels[at]!;
    const keep = keeps[k]!;
    const mine = inks[k]!;
    const rb = (Math.imul(old & 0xff00ff, keep) + Math.imul(redBlue, mine) + rimRedBlue[k]!) >>> 8;
    const g = (Math.imul(old & 0xff00, keep) + Math.imul(green, mine) + rimGreen[k]!) >>> 8;
    pixels[at] = (rb & 0xff00ff) | (g & 0xff00) | 0xff000000;
  }
}

function coverage(inside: number): number {
  return Math.min(1, Math.max(0, inside + 0.5));
}
