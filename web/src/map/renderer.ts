/** What a renderer is: it paints a cloud, seen from a view, in a look. */
import type { View } from "./camera";
import type { Cloud } from "./cloud";
import type { Look } from "./looks";
import type { RendererName } from "./types";

export interface Picture {
  readonly cloud: Cloud;
  /** How far the points have come on their way, in [0, 1]. */
  readonly travelled: number;
  readonly view: View;
  readonly look: Look;
  /** Device pixels per CSS pixel. */
  readonly density: number;
}

export interface Renderer {
  readonly name: RendererName;
  /** Fills its place; its width and height in device pixels are the renderer's affair. */
  readonly canvas: HTMLCanvasElement;
  draw(picture: Picture): void;
  dispose(): void;
}

/** Gives the canvas its size in device pixels; true where that changed it. */
export function sized(canvas: HTMLCanvasElement, { view, density }: Picture): boolean {
  const width = Math.max(1, Math.round(view.width * density));
  const height = Math.max(1, Math.round(view.height * density));
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}
