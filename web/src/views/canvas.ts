/** The sheet under a hand: strokes of a pointer, or of the arrow keys with the pen down. */
import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { Brush } from "../own/easel";
import type { Studio } from "../own/studio";
import type { Scene } from "../scene";
import { all, el } from "./dom";

type Spot = readonly [number, number];

const STEPS: Readonly<Record<string, Spot>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A place for the sheet in hand, which follows a brush; returns also what undoes it. */
export function createCanvas({ shape }: Scene, studio: Studio, brush: ReadonlySignal<Brush>) {
  const [h, w] = shape;
  const nib = el("div", { class: "nib", hidden: true });
  const paper = el("div", {});
  const words = "Draw with the mouse, or with the arrow keys: Space puts the pen down and lifts it";
  const attributes = { tabindex: 0, role: "application", "aria-label": "Sheet to draw on", title: words };
  const node = el("div", { class: "drawing-sheet", ...attributes }, paper, nib);
  node.style.setProperty("--shape", `${w} / ${h}`);
  let at: Spot | null = null;
  let pen: Spot = [w / 2, h / 2];
  let down = false;

  const draw = (from: Spot, to: Spot) => studio.sheet.peek().easel.stroke(from, to, brush.peek());
  const point = (spot: Spot | null) => {
    nib.hidden = !spot;
    if (!spot) return;
    const { size } = brush.peek();
    nib.style.width = `${(100 * size) / w}%`;
    nib.style.left = `${(100 * spot[0]) / w}%`;
    nib.style.top = `${(100 * spot[1]) / h}%`;
  };
  const spotOf = ({ clientX, clientY }: MouseEvent): Spot => {
    const box = paper.getBoundingClientRect();
    return [((clientX - box.x) / box.width) * w, ((clientY - box.y) / box.height) * h];
  };
  const listening = new AbortController();
  const listen = <K extends keyof HTMLElementEventMap>(
    name: K,
    call: (event: HTMLElementEventMap[K]) => void,
  ) => node.addEventListener(name, call, { signal: listening.signal });
  listen("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    node.setPointerCapture(event.pointerId);
    at = spotOf(event);
    draw(at, at);
    studio.changed();
  });
  listen("pointermove", (event) => {
    point(spotOf(event));
    if (!at) return;
    // The browser tells several moves at once; a curve is drawn through all of them.
    for (const move of event.getCoalescedEvents?.() ?? [event]) {
      const to = spotOf(move);
      draw(at, to);
      at = to;
    }
    const end = spotOf(event);
    draw(at, end);
    at = end;
    studio.changed();
  });
  for (const name of ["pointerup", "pointercancel"] as const) {
    listen(name, () => {
      at = null;
    });
  }
  listen("pointerleave", () => {
    if (!at) point(null);
  });
  listen("focus", () => {
    if (node.matches(":focus-visible")) point(pen);
  });
  listen("blur", () => {
    down = false;
    node.classList.remove("down");
    point(null);
  });
  listen("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault(); // and the map's keys leave it alone
    const from = pen;
    if (step) {
      const by = event.shiftKey ? 0.25 : 1;
      pen = [
        Math.min(w, Math.max(0, pen[0] + by * step[0])),
        Math.min(h, Math.max(0, pen[1] + by * step[1])),
      ];
    } else {
      down = !down;
      node.classList.toggle("down", down);
    }
    point(pen);
    if (!down) return;
    draw(from, pen);
    studio.changed();
  });
  const undo = effect(() => paper.replaceChildren(studio.sheet.value.easel.node));
  return { node, undo: all(undo, () => listening.abort()) };
}
