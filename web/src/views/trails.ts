/** Trails above the points, drawn with every frame of the map: of it only what moves, while the camera stands still. */
import { effect } from "@preact/signals-core";
import type { Pane } from "../beside";
import { css, type Rgb } from "../palette";
import { type Drawing, type Hues, huesOf, strokeHeads, strokePast } from "../strokes";
import { all, el } from "./dom";
import type { Context } from "./view";

/** Draws into a place, for a pane; returns what undoes it. */
export function mountTrails(place: HTMLElement, { store }: Context, pane: Pane): () => void {
  const node = el("canvas", { class: "trails", "aria-hidden": "true" });
  const brush = node.getContext("2d");
  place.prepend(node);
  const { trails } = pane.trails;
  const past = createPast();
  let hues: Hues = [];
  const draw = () => {
    const told = trails.peek();
    node.hidden = !told;
    if (!told || !brush) return;
    const began = performance.now();
    const { map } = pane;
    const { view, look } = map.moment();
    // Nothing can be drawn from a canvas without a size.
    if (view.width < 1 || view.height < 1) return;
    const density = Math.min(2, devicePixelRatio || 1);
    const ground = css(look.background as Rgb);
    const drawing = { trails: told, hues, map, view, density, ground };
    const under = past(drawing);
    if (node.width !== under.width || node.height !== under.height) {
      Object.assign(node, { width: under.width, height: under.height });
    }
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.globalCompositeOperation = "copy";
    brush.drawImage(under, 0, 0);
    brush.globalCompositeOperation = "source-over";
    strokeHeads(brush, drawing);
    Object.assign(node.dataset, { trails: told.images.length, stops: told.stops.length });
    node.dataset.ms = String(performance.now() - began);
  };
  return all(
    effect(() => {
      const told = trails.value;
      hues = told ? huesOf(told, pane, store.themeNow.value) : [];
      draw();
    }),
    pane.map.onDraw(draw),
    () => node.remove(),
  );
}

/** A canvas with all but the last step of each trail: drawn anew only where another picture of it is due. */
function createPast() {
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d");
  let drawn: readonly unknown[] = [];
  return (drawing: Drawing): HTMLCanvasElement => {
    const { trails, hues, view, density, ground } = drawing;
    const { eye, right, up, forward, perspective, focal, width, height } = view;
    const now: unknown[] = [trails, hues, ...eye, ...right, ...up, ...forward];
    now.push(perspective, focal, width, height, density, ground);
    if (!brush || (now.length === drawn.length && now.every((part, i) => part === drawn[i]))) return canvas;
    drawn = now;
    const size = [width, height].map((side) => Math.round(side * density));
    if (canvas.width !== size[0] || canvas.height !== size[1]) {
      Object.assign(canvas, { width: size[0], height: size[1] });
    }
    strokePast(brush, drawing);
    return canvas;
  };
}
