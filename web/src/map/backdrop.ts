/** What lies under the points: a canvas of its own, painted by whoever knows what to paint. */
import type { View } from "./camera";
import { sized } from "./renderer";
import type { RendererName } from "./types";

/** Paints over the background, in CSS pixels of the canvas. */
export type Painter = (brush: CanvasRenderingContext2D, view: View) => void;

export class Backdrop {
  paint: Painter | null = null;
  readonly #canvas = document.createElement("canvas");
  readonly #brush: CanvasRenderingContext2D | null;

  /** A splat reads what was painted, pixel for pixel; a graphics processor draws above it. */
  constructor(under: RendererName) {
    this.#brush = this.#canvas.getContext("2d", { alpha: false, willReadFrequently: under === "canvas2d" });
  }

  /** Puts it under a canvas that lets it through. */
  mount(canvas: HTMLCanvasElement): void {
    this.#canvas.style.cssText = canvas.style.cssText;
    canvas.before(this.#canvas);
  }

  /** The canvas as it looks in that view; null where there is nothing under the points. */
  draw(view: View, background: readonly [number, number, number], density: number): HTMLCanvasElement | null {
    const paint = view.perspective ? null : this.paint;
    this.#canvas.hidden = !paint;
    if (!paint || !this.#brush) return null;
    sized(this.#canvas, { view, density });
    this.#brush.setTransform(density, 0, 0, density, 0, 0);
    this.#brush.fillStyle = `rgb(${background.join(" ")})`;
    this.#brush.fillRect(0, 0, view.width, view.height);
    paint(this.#brush, view);
    return this.#canvas;
  }

  dispose(): void {
    this.#canvas.remove();
  }
}
