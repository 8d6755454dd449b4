/** Small canvases that show decoded numbers and tiles of an atlas, pixel for pixel. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { type Fault, faultOf } from "../faults";
import { createPresenter } from "../presenter";
import type { Recording, Tile } from "../recording";
import type { Scene } from "../scene";
import { el } from "./dom";

/** From this size on a picture is scaled smoothly; below, its pixels are seen. */
const SMOOTH = 48;

export interface Slot {
  readonly node: HTMLCanvasElement;
  /** (h, w, c) in [0, 1] */
  paint(pixels: Float32Array): void;
  /** Whatever `fill` writes into the opaque bytes (h, w, 4). */
  draw(fill: (bytes: Uint8ClampedArray) => void): void;
  paintTile(tile: Tile): void;
  clear(): void;
}

/** What a tile of an atlas can be shown in. */
export type TileSlot = Pick<Slot, "paintTile" | "clear">;

export function createSlot(shape: Scene["shape"], name: string): Slot {
  const [h, w, c] = shape;
  const smooth = Math.min(h, w) >= SMOOTH;
  const node = el("canvas", {
    class: smooth ? "picture smooth" : "picture",
    role: "img",
    "aria-label": name,
  });
  node.width = w;
  node.height = h;
  node.style.setProperty("--columns", String(w));
  node.style.setProperty("--shape", `${w} / ${h}`);
  node.dataset.empty = "";
  const presenter = createPresenter(node);
  const image = new ImageData(w, h);
  const draw: Slot["draw"] = (fill) => {
    fill(image.data);
    presenter.show((brush) => brush.putImageData(image, 0, 0));
    delete node.dataset.empty;
  };
  return {
    node,
    paint: (pixels) => draw((bytes) => fill(bytes, pixels, c)),
    draw,
    paintTile({ page, x, y }) {
      presenter.show((brush) => brush.drawImage(page, x, y, w, h, 0, 0, w, h));
      delete node.dataset.empty;
    },
    clear() {
      presenter.clear();
      node.dataset.empty = "";
    },
  };
}

/** No side of a still has more pixels: none is shown larger than half of them. */
const STILL = 192;
const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
let easel: HTMLCanvasElement | undefined;

/**
 * A tile that seldom changes, of which there are many: a canvas is a layer that the browser puts together anew in
 * every frame, and this is a picture like any other (benchmarks/live.py).
 */
export function createStill(
  [h, w]: Scene["shape"],
  name: string,
): TileSlot & { readonly node: HTMLImageElement } {
  const smooth = Math.min(h, w) >= SMOOTH;
  const node = el("img", {
    ...{ class: smooth ? "picture smooth" : "picture", alt: name, src: NOTHING, draggable: "false" },
    "data-empty": "",
  });
  node.style.setProperty("--columns", String(w));
  node.style.setProperty("--shape", `${w} / ${h}`);
  const part = Math.min(1, STILL / Math.max(h, w));
  return {
    node,
    paintTile({ page, x, y }) {
      easel ??= el("canvas", {});
      easel.width = Math.max(1, Math.round(part * w));
      easel.height = Math.max(1, Math.round(part * h));
      easel.getContext("2d")?.drawImage(page, x, y, w, h, 0, 0, easel.width, easel.height);
      node.src = easel.toDataURL();
      delete node.dataset.empty;
    },
    clear() {
      node.src = NOTHING;
      node.dataset.empty = "";
    },
  };
}

/** Shows real images in a slot, by their index. */
export interface TileShow {
  /** The newest index wins, whichever atlas page comes first; -1 shows none. */
  show(index: number): void;
  readonly fault: ReadonlySignal<Fault | null>;
}

export function createTileShow(slot: TileSlot, recording: Recording): TileShow {
  const fault = signal<Fault | null>(null);
  let wanted: number | null = null;
  const ask = (index: number) => {
    wanted = index;
    const current = () => wanted === index;
    recording.tile(index).then(
      (tile) => {
        if (!current()) return;
        fault.value = null;
        slot.paintTile(tile);
      },
      (thrown: unknown) => {
        if (!current()) return;
        wanted = null; // so that it is asked for again
        slot.clear();
        fault.value = faultOf(thrown, () => ask(index), `image ${index} did not load`);
      },
    );
  };
  return {
    fault,
    show(index) {
      if (wanted === index) return;
      if (index >= 0) {
        ask(index);
        return;
      }
      wanted = index;
      fault.value = null;
      slot.clear();
    },
  };
}

/** Numbers in [0, 1] to opaque bytes; one channel is grey. */
export function fill(bytes: Uint8ClampedArray, pixels: Float32Array, c: number): void {
  const green = c === 3 ? 1 : 0;
  for (let from = 0, to = 0; to < bytes.length; from += c, to += 4) {
    bytes[to] = pixels[from]! * 255;
    bytes[to + 1] = pixels[from + green]! * 255;
    bytes[to + 2] = pixels[from + 2 * green]! * 255;
    bytes[to + 3] = 255;
  }
}
