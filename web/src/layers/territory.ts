/** Which class the decoder paints where: each spot decoded, and named by the scene's classifier. */
import { classColour, type Rgb, type Theme } from "../palette";
import { everyPixel, type Field, FieldSheet, SIDE, trustOfPixels } from "./field";
import { type Ground, type Layer, type Scale, undecodable } from "./layer";
import { sureness, winnerOf } from "./naming";
import { type Spots, trusted } from "./spots";

export const territory: Layer = {
  name: "territory",
  title: "Territory",
  meaning: "the class that the classifier sees in what is decoded",
  on: false,
  opacity: 0.7,
  missing: (scene) =>
    undecodable(scene) ??
    (scene.classifier ? null : "no classifier: it is trained with the model, on labelled images"),
  lay: (ground) => new FieldSheet(new Territory(ground), ground),
};

/** Of a class's colour, where the classifier is sure. */
const FULL = 0.9;
/** Half the width of a border, in pixels of a tile, and how opaque it is. */
const HALF = 0.9;
const BORDER = 0.85;
/** Borders are in the colour of the paper. */
const PAPER: Record<Theme, Rgb> = { light: [245, 243, 238], dark: [16, 20, 24] };

class Territory implements Field {
  readonly name = "territory";
  readonly apron = 0;
  readonly #ground: Ground;
  readonly #theme: Theme;
  readonly #count: number;
  readonly #scale: Scale;

  constructor(ground: Ground) {
    const { classifier } = ground.scene;
    this.#ground = ground;
    this.#theme = ground.theme();
    this.#count = classifier?.classes.length ?? 0;
    const right =
      classifier?.accuracy == null
        ? ""
        : ` (right for ${(100 * classifier.accuracy).toFixed(1)}% of held-out images)`;
    this.#scale = {
      ramp: null,
      ticks: [],
      words: `fuller: the classifier is surer${right}; a line: two classes are as likely`,
    };
  }

  measure(spots: Spots, _: unknown, signal: AbortSignal): Promise<Float32Array> {
    const { decoder, shown } = this.#ground;
    return trusted(spots, this.#count, (rows) => decoder.quietly(shown.epoch, rows, "classes", signal));
  }

  colour(shares: Float32Array, trust: Float32Array): ImageData {
    const count = this.#count;
    const wide = SIDE + 2;
    const [winners, sure, leads] = [
      new Uint8Array(wide ** 2),
      new Float32Array(wide ** 2),
      new Float32Array(wide ** 2),
    ];
    everyPixel(shares, count, (at, here) => {
      const { winner, likeliest, lead } = winnerOf(here, 0, count);
      winners[at] = winner;
      sure[at] = sureness(likeliest, count);
      leads[at] = lead;
    });
    const believed = trustOfPixels(trust);
    const colours = Array.from({ length: count }, (_, k) => classColour(k, count, this.#theme));
    const paper = PAPER[this.#theme];
    const image = new ImageData(SIDE, SIDE);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const at = (y + 1) * wide + x + 1;
        const line = BORDER * borderAt(leads, winners, at, wide);
        const own = sure[at]! * FULL;
        const alpha = line + own * (1 - line);
        const ink = colours[winners[at]!]!;
        const to = 4 * (y * SIDE + x);
        for (let k = 0; k < 3; k++) {
          const mixed = paper[k as 0]! * line + ink[k as 0]! * own * (1 - line);
          image.data[to + k] = alpha > 0 ? mixed / alpha : 0;
        }
        image.data[to + 3] = 255 * alpha * believed[at]!;
      }
    }
    return image;
  }

  scale(): Scale {
    return this.#scale;
  }

  tell(shares: Float32Array) {
    const { winner, likeliest } = winnerOf(shares, 0, this.#count);
    return { winner, sure: sureness(likeliest, this.#count), shares: Array.from(shares) };
  }
}

/** How much of a pixel a border covers: the lead falls to nothing there, as steeply as beside it. */
function borderAt(leads: Float32Array, winners: Uint8Array, at: number, wide: number): number {
  const here = leads[at]!;
  const slope = (by: number) => {
    // Beyond a border the lead is another class's, and counts as less than nothing.
    const next = (to: number) => (winners[to] === winners[at] ? leads[to]! : -leads[to]!);
    return Math.max(Math.abs(next(at + by) - here), Math.abs(next(at - by) - here));
  };
  const steep = Math.hypot(slope(1), slope(wide));
  if (steep < 1e-6) return 0;
  return Math.min(1, Math.max(0, HALF + 0.5 - here / steep));
}
