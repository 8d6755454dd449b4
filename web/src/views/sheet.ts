/** A sheet through a map with depth, parallel to the screen: on it every spot can be looked at, not only the points. */
import { effect } from "@preact/signals-core";
import { moveSheet, toggleSheet } from "../actions";
import { project } from "../map";
import { all, el, svg } from "./dom";
import type { Context } from "./view";

/** Of the diagonal of a map: its half, less what the corners leave empty. */
const REACH = 0.42;
/** Seen from the side that it leaves the points on, it is never smaller than this part. */
const LEAST = 0.25;
/** Pixels that a notch of a wheel moves it by, for each of its own. */
const PER_WHEEL = 0.35;
const SHEET_STEP = 24;

/** Draws the sheet into a place, and moves it with the wheel while Alt is held. Returns what undoes it. */
export function mountSheet(place: HTMLElement, context: Context): () => void {
  const { store, main } = context;
  const disc = svg("circle", { class: "slice" });
  const drawing = svg("svg", { class: "marks", "aria-hidden": "true" }, disc);
  place.prepend(drawing);
  const draw = () => {
    const through = store.sheet.peek();
    const shown = main.shown.peek();
    const round =
      through && shown?.map.dims === 3 ? discOf(through, shown.map.extent, main.map.view()) : null;
    disc.classList.toggle("gone", !round);
    if (!round) return;
    for (const [name, value] of Object.entries(round)) disc.setAttribute(name, value.toFixed(1));
  };
  const listening = new AbortController();
  main.surface.addEventListener(
    "wheel",
    (event) => {
      if (!event.altKey || main.shown.peek()?.map.dims !== 3) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      // Some systems turn the wheel sideways while Alt is held.
      moveSheet(context, -(event.deltaY || event.deltaX) * PER_WHEEL);
    },
    { signal: listening.signal, capture: true, passive: false },
  );
  return all(
    effect(() => {
      void [store.sheet.value, main.shown.value];
      draw();
    }),
    main.map.onDraw(draw),
    () => listening.abort(),
    () => drawing.remove(),
  );
}

/** Where the sheet cuts the ball that the points lie in, in pixels. */
function discOf(
  through: readonly [number, number, number],
  [low, high]: readonly [readonly number[], readonly number[]],
  view: Parameters<typeof project>[0],
) {
  const middle = [0, 1, 2].map((axis) => ((low[axis] ?? 0) + (high[axis] ?? 0)) / 2) as [
    number,
    number,
    number,
  ];
  const reach = REACH * Math.hypot(...[0, 1, 2].map((axis) => (high[axis] ?? 0) - (low[axis] ?? 0)));
  const depth = project(view, through)[2];
  const off = depth - project(view, middle)[2];
  if (depth <= 0) return null;
  const { forward } = view;
  const on = middle.map((value, axis) => value + off * forward[axis as 0 | 1 | 2]) as [
    number,
    number,
    number,
  ];
  const [cx, cy] = project(view, on);
  const radius = Math.sqrt(Math.max((LEAST * reach) ** 2, reach ** 2 - off ** 2));
  return { cx, cy, r: (radius * view.focal) / depth };
}

/** A switch and two buttons, for the legend, on maps with depth; returns also what undoes it. */
export function createSheet(context: Context) {
  const { store } = context;
  const on = el("input", { type: "checkbox", onchange: () => toggleSheet(context) });
  const step = (text: string, name: string, by: number) =>
    el("button", {
      ...{ type: "button", class: "tool", text, "aria-label": name, title: name },
      onclick: () => moveSheet(context, by),
    });
  const steps = el(
    "span",
    { class: "steps" },
    step("\u2212", "Sheet nearer (Page Up)", -SHEET_STEP),
    step("+", "Sheet farther (Page Down)", SHEET_STEP),
  );
  const title = "Sheet: every spot of it can be looked at, not only the points (w)";
  const note = el("p", { class: "quiet meaning", text: "Alt with the wheel moves it." });
  const row = el(
    "li",
    { class: "layer" },
    el("label", { title }, on, el("span", { text: "Sheet" })),
    steps,
    note,
  );
  const node = el("ul", { class: "layers", "aria-label": "Sheet through the map" }, row);
  const undo = effect(() => {
    node.hidden = store.map.value.dims !== 3;
    on.checked = store.sheet.value !== null;
    steps.hidden = !on.checked;
    note.hidden = !on.checked;
  });
  return { node, undo };
}
