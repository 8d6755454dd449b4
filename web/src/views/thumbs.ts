/** The images themselves at their points, as many as fit; a frame of their colour around each. */
import { effect } from "@preact/signals-core";
import { togglePictures } from "../actions";
import type { Pane } from "../beside";
import { hueOf } from "../colouring";
import { createPresenter } from "../presenter";
import { createSprites } from "../sprites";
import { type Crowd, type Placed, Thinner } from "../thin";
import { all, el } from "./dom";
import type { Context } from "./view";

const FRAME = 1.5;
const SMALLEST = 16;
const LARGEST = 96;
/** A map that is moved asks for no more pictures until it rests. */
const REST_MS = 60;

/** Draws above the points of a pane; returns what undoes it. */
export function mountThumbs(context: Context, pane: Pane): () => void {
  const { store } = context;
  const { scene, recording } = pane.world;
  const node = el("canvas", { class: "thumbs", "aria-hidden": "true" });
  const presenter = createPresenter(node);
  const thinner = new Thinner();
  let crowd: Crowd | null = null;
  let colourOf: (index: number) => string = () => "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = () => {
    const size = store.pictures.peek();
    node.hidden = !crowd || size === 0;
    node.dataset.lacking = "0";
    if (!crowd || node.hidden) return;
    const began = performance.now();
    const view = pane.map.view();
    const density = Math.min(2, devicePixelRatio || 1);
    const [width, height] = [Math.round(view.width * density), Math.round(view.height * density)];
    if (node.width !== width || node.height !== height) Object.assign(node, { width, height });
    const seen = thinner.see(crowd, view, size);
    clearTimeout(timer);
    timer = setTimeout(() => sprites.want(seen.map(({ index }) => index)), REST_MS);
    let lacking = 0;
    presenter.show((brush) => {
      brush.setTransform(density, 0, 0, density, 0, 0);
      lacking = seen.length - paint(brush, seen, size);
    });
    Object.assign(node.dataset, { pictures: seen.length, lacking, ms: performance.now() - began });
  };
  /** How many were painted: others are on their way. */
  const paint = (brush: OffscreenCanvasRenderingContext2D, seen: readonly Placed[], size: number): number => {
    let painted = 0;
    const [h, w] = scene.shape;
    const scale = size / Math.max(h, w);
    brush.imageSmoothingEnabled = scale < 1;
    const [wide, high] = [w * scale, h * scale];
    for (const { index, x, y } of seen) {
      const [left, top] = [Math.round(x - wide / 2), Math.round(y - high / 2)];
      if (!sprites.draw(brush, index, left, top, wide, high)) continue;
      brush.strokeStyle = colourOf(index);
      brush.lineWidth = FRAME;
      brush.strokeRect(left, top, wide, high);
      painted++;
    }
    return painted;
  };
  const sprites = createSprites(scene, recording, draw);
  pane.surface.append(node);
  return all(
    effect(() => {
      const shown = pane.shown.value;
      const isOn = store.pictures.value > 0 && !pane.travelling.value;
      colourOf = hueOf(pane.looks.colouring.value, store.themeNow.value);
      const [visible, first] = [pane.looks.visible.value, pane.looks.selected.value];
      crowd = shown && isOn ? { points: shown.points, dims: shown.map.dims, visible, first } : null;
      draw();
    }),
    pane.map.onDraw(draw),
    () => clearTimeout(timer),
    () => node.remove(),
  );
}

/** A switch and a size, for the legend; returns also what undoes it. */
export function createPictures(context: Context) {
  const { store } = context;
  const on = el("input", { type: "checkbox", onchange: () => togglePictures(context) });
  const size = el("input", {
    ...{ type: "range", min: String(SMALLEST), max: String(LARGEST), step: "4" },
    "aria-label": "Images: how large",
    oninput: () => {
      store.pictures.value = Number(size.value);
    },
  });
  const title = "Images: at their points, as many as fit (p)";
  const node = el(
    "ul",
    { class: "layers", "aria-label": "Images on the map" },
    el("li", { class: "layer" }, el("label", { title }, on, el("span", { text: "Images" })), size),
  );
  const undo = effect(() => {
    const now = store.pictures.value;
    on.checked = now > 0;
    size.hidden = now === 0;
    if (now > 0) size.value = String(now);
  });
  return { node, undo };
}
