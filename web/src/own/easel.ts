/** A sheet to draw on, finer than the model's pictures, and the picture that the model gets of it. */
import type { Scene } from "../scene";
import { centred, type Raster, reduced } from "./ink";
import type { Sort } from "./sort";

/** About how many pixels the longer side of a sheet has. */
const FINE = 280;
/** What a colour counts for in grey (ITU-R 601-2), as where the data were read. */
const GREY = [0.299, 0.587, 0.114] as const;

export interface Brush {
  /** (3,) in [0, 1]; null: the paper's, which takes ink away. */
  readonly colour: readonly number[] | null;
  /** Of the model's pixels. */
  readonly size: number;
}

export interface Easel {
  readonly node: HTMLCanvasElement;
  /** Pixels of the sheet for one of the model's. */
  readonly fine: number;
  /** Draws from one place of the model's picture to another. */
  stroke(from: readonly [number, number], to: readonly [number, number], brush: Brush): void;
  /** Puts a picture in the middle, as large as it fits, what is transparent on paper; `inverted` light for dark. */
  place(picture: CanvasImageSource, width: number, height: number, inverted: boolean): void;
  /** Puts numbers (h, w, c) there, pixel for pixel. */
  fill(pixels: Float32Array): void;
  /** Puts there what was on the sheet. */
  restore(ink: ImageData): void;
  invert(): void;
  clear(): void;
  /** `pixels`: (h, w, c) in [0, 1], of 8 bits as the data are; box: centred, as Sort says; null: as it is on the sheet. `ink`: the sheet. */
  picture(box: number | null): { readonly pixels: Float32Array; readonly ink: ImageData };
}

export function createEasel([h, w, c]: Scene["shape"], { paper }: Sort): Easel {
  const fine = Math.max(1, Math.round(FINE / Math.max(h, w)));
  const node = document.createElement("canvas");
  node.width = w * fine;
  node.height = h * fine;
  const brush = node.getContext("2d", { willReadFrequently: true });
  const paperColour = css(paper);
  const clear = () => {
    if (!brush) return;
    brush.fillStyle = paperColour;
    brush.fillRect(0, 0, node.width, node.height);
  };
  clear();
  return {
    node,
    fine,
    clear,
    stroke(from, to, { colour, size }) {
      if (!brush) return;
      brush.strokeStyle = colour ? css(colour) : paperColour;
      brush.lineWidth = size * fine;
      brush.lineCap = "round";
      brush.beginPath();
      brush.moveTo(from[0] * fine, from[1] * fine);
      // A line of no length draws nothing, not even its round ends.
      brush.lineTo(to[0] * fine + (from[0] === to[0] && from[1] === to[1] ? 0.01 : 0), to[1] * fine);
      brush.stroke();
    },
    place(picture, width, height, inverted) {
      if (!brush) return;
      clear();
      const scale = Math.min(node.width / width, node.height / height);
      const [wide, tall] = [Math.round(width * scale), Math.round(height * scale)];
      const [left, top] = [(node.width - wide) >> 1, (node.height - tall) >> 1];
      if (inverted) {
        // What is transparent becomes paper only after the picture is turned about.
        brush.fillStyle = css(paper.map((value) => 1 - value));
        brush.fillRect(left, top, wide, tall);
      }
      // A picture of the model's own size, or smaller, keeps its pixels.
      brush.imageSmoothingEnabled = scale < 1;
      brush.imageSmoothingQuality = "high";
      brush.drawImage(picture, left, top, wide, tall);
      if (inverted) turn(brush, left, top, wide, tall);
    },
    fill(pixels) {
      const small = new OffscreenCanvas(w, h);
      const image = new ImageData(w, h);
      for (let i = 0; i < h * w; i++) {
        for (let k = 0; k < 3; k++) image.data[4 * i + k] = pixels[i * c + (c === 3 ? k : 0)]! * 255;
        image.data[4 * i + 3] = 255;
      }
      small.getContext("2d")?.putImageData(image, 0, 0);
      if (!brush) return;
      brush.imageSmoothingEnabled = false;
      brush.drawImage(small, 0, 0, node.width, node.height);
    },
    restore: (ink) => brush?.putImageData(ink, 0, 0),
    invert: () => brush && turn(brush, 0, 0, node.width, node.height),
    picture(box) {
      const ink =
        brush?.getImageData(0, 0, node.width, node.height) ?? new ImageData(node.width, node.height);
      const sheet = rasterOf(ink, c);
      const { data } = box === null ? reduced(sheet, h, w) : centred(sheet, h, w, box, paper);
      return { pixels: data.map((value) => Math.round(value * 255) / 255), ink };
    },
  };
}

function turn(brush: CanvasRenderingContext2D, x: number, y: number, w: number, h: number): void {
  brush.globalCompositeOperation = "difference";
  brush.fillStyle = "#fff";
  brush.fillRect(x, y, w, h);
  brush.globalCompositeOperation = "source-over";
}

function rasterOf({ data: bytes, height: h, width: w }: ImageData, c: number): Raster {
  const data = new Float32Array(h * w * c);
  for (let i = 0; i < h * w; i++) {
    const [r, g, b] = [bytes[4 * i] ?? 0, bytes[4 * i + 1] ?? 0, bytes[4 * i + 2] ?? 0];
    if (c === 1) data[i] = (GREY[0] * r + GREY[1] * g + GREY[2] * b) / 255;
    else for (const [k, value] of [r, g, b].entries()) data[3 * i + k] = value / 255;
  }
  return { data, h, w, c };
}

/** A colour of one or three numbers in [0, 1]. */
function css(colour: readonly number[]): string {
  const [r = 0, g = r, b = r] = colour.map((value) => Math.round(value * 255));
  return `rgb(${r} ${g} ${b})`;
}
