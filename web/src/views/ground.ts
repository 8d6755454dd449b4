/** Fog over the ground of a map where its way back is a guess; it follows the camera. */
import { effect } from "@preact/signals-core";
import type { Pane } from "../beside";
import { type Fog, fogOf, inSlices } from "../fog";
import { all, el } from "./dom";
import type { Context } from "./view";

/** A frame that is left at once is not worth the work. */
const REST_MS = 160;
const SLICE_MS = 6;
/** Fog is soft: a picture of fewer pixels than the screen has. */
const COARSE = 3;

export function createGround({ store }: Context, pane: Pane) {
  const node = el("canvas", { class: "fog", "aria-hidden": "true" });
  const brush = node.getContext("2d");
  const sheet = el("canvas", {});
  let fog: Fog | null = null;
  const draw = () => {
    if (fog) paint(node, brush, sheet, fog, pane);
  };
  const show = (made: Fog | null) => {
    fog = made;
    if (made) fill(sheet, made);
    draw();
    node.classList.toggle("clear", !made);
  };
  const undo = all(
    effect(() => {
      const shown = pane.shown.value;
      const travelling = pane.travelling.value;
      node.classList.add("clear");
      fog = null;
      if (!store.fog.value || !shown || travelling) return;
      let stop = () => {};
      const timer = setTimeout(() => {
        stop = inSlices(fogOf(shown), SLICE_MS, show);
      }, REST_MS);
      return () => {
        clearTimeout(timer);
        stop();
      };
    }),
    pane.map.onDraw(draw),
  );
  return { node, undo };
}

/** One pixel per cell; how thick it is, is how opaque. */
function fill(sheet: HTMLCanvasElement, { side, thickness }: Fog): void {
  sheet.width = side;
  sheet.height = side;
  const brush = sheet.getContext("2d");
  if (!brush) return;
  const image = new ImageData(side, side);
  for (const [i, thick] of thickness.entries()) image.data[4 * i + 3] = 255 * thick;
  brush.putImageData(image, 0, 0);
}

/** The stylesheet gives the black of this its colour. */
function paint(
  node: HTMLCanvasElement,
  brush: CanvasRenderingContext2D | null,
  sheet: HTMLCanvasElement,
  { low, high }: Fog,
  { map, surface }: Pane,
): void {
  const box = surface.getBoundingClientRect();
  const [width, height] = [Math.ceil(box.width / COARSE), Math.ceil(box.height / COARSE)];
  if (node.width !== width || node.height !== height) Object.assign(node, { width, height });
  if (!brush) return;
  const [left, bottom] = map.toScreen(low);
  const [right, top] = map.toScreen(high);
  const x = (left - box.x) / COARSE;
  const y = (top - box.y) / COARSE;
  const [wide, tall] = [(right - left) / COARSE, (bottom - top) / COARSE];
  brush.globalCompositeOperation = "copy";
  brush.fillStyle = "#000";
  brush.fillRect(0, 0, width, height);
  brush.globalCompositeOperation = "source-over";
  brush.clearRect(x, y, wide, tall);
  brush.drawImage(sheet, x, y, wide, tall);
}
