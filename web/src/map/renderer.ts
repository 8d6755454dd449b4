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
  /** What lies under the points, as large as the canvas; null: the look's background alone. */
  readonly backdrop: HTMLCanvasElement | null;
}

export interface Renderer {
  readonly name: RendererName;
  /** Fills its place; its width and height in device pixels are the renderer's affair. */
  readonly canvas: HTMLCanvasElement;
  draw(picture: Picture): void;
  dispose(): void;
}

/** Gives the canvas its size in device pixels; true where that changed it. */
export function sized(
  canvas: HTMLCanvasElement,
  { view, density }: Pick<Picture, "view" | "density">,
): boolean {
  const width = Math.max(1, Math.round(view.width * density));
  const height = Math.max(1, Math.round(view.height * density));
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}

/** Lets a canvas fill its place, behind what else is there. */
export function putInto(place: HTMLElement, canvas: HTMLCanvasElement): void {
  // A canvas that fills its place must not be what gives the place its size.
  if (getComputedStyle(place).position === "static") place.style.position = "relative";
  Object.assign(canvas.style, {
    position: "absolute",
    inset: "0",
    width: "100%",
    height: "100%",
    display: "block",
  });
  place.prepend(canvas);
}
