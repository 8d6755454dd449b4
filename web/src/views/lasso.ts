/** Drawing around points: with the lasso or the box in the hand, or with Shift held on a map without depth. */
import { effect } from "@preact/signals-core";
import type { Pane } from "../beside";
import { type How, select, selectAt } from "../select";
import { all, svg } from "./dom";
import type { Context } from "./view";

type Place = readonly [x: number, y: number];

/** Fewer pixels are a click. */
const CLICK = 5;
/** A hand that is still adds no corner. */
const STEP = 3;

/** Listens on a pane and draws the outline into a place. Returns what undoes it. */
export function mountLasso(place: HTMLElement, context: Context, pane: Pane): () => void {
  const { store } = context;
  const outline = svg("path", { class: "lasso" });
  const drawing = svg("svg", { class: "marks", "aria-hidden": "true" }, outline);
  place.append(drawing);
  const listening = new AbortController();
  const options = { signal: listening.signal, capture: true };
  let places: Place[] | null = null;
  let drawn = false;
  const draw = () => {
    const { x, y } = drawing.getBoundingClientRect();
    const corners = (places ?? []).map(([left, top]) => `${left - x} ${top - y}`);
    outline.setAttribute("d", corners.length > 1 ? `M${corners.join("L")}Z` : "");
  };
  const drop = () => {
    places = null;
    draw();
  };
  pane.surface.addEventListener(
    "pointerdown",
    (event) => {
      drawn = false;
      const flat = pane.shown.peek()?.map.dims === 2;
      if (event.button !== 0 || !event.isPrimary) return;
      if (store.tool.peek() === "move" && !(event.shiftKey && flat)) return;
      event.stopImmediatePropagation();
      places = [[event.clientX, event.clientY]];
      pane.surface.setPointerCapture(event.pointerId);
    },
    options,
  );
  pane.surface.addEventListener(
    "pointermove",
    (event) => {
      if (!places) return;
      event.stopImmediatePropagation();
      places = outlined(places, [event.clientX, event.clientY], store.tool.peek() === "box");
      draw();
    },
    options,
  );
  pane.surface.addEventListener(
    "pointerup",
    (event) => {
      if (!places) return;
      event.stopImmediatePropagation();
      const how: How = event.altKey ? "remove" : event.shiftKey ? "add" : "only";
      if (isClick(places)) selectAt(context, pane, event.clientX, event.clientY, how);
      else select(context, pane.map.within(places), how);
      drawn = true;
      drop();
    },
    options,
  );
  pane.surface.addEventListener("pointercancel", drop, options);
  // The click that ends an outline is none.
  pane.surface.addEventListener("click", (event) => drawn && event.stopImmediatePropagation(), options);
  return all(
    effect(() => {
      pane.surface.dataset.tool = store.tool.value;
      if (store.tool.value === "move") drop();
    }),
    () => listening.abort(),
    () => drawing.remove(),
  );
}

function outlined(places: readonly Place[], to: Place, isBox: boolean): Place[] {
  const [from] = places as [Place];
  if (isBox) return [from, [to[0], from[1]], to, [from[0], to[1]]];
  const last = places.at(-1) ?? from;
  return Math.hypot(to[0] - last[0], to[1] - last[1]) < STEP ? [...places] : [...places, to];
}

function isClick(places: readonly Place[]): boolean {
  const [[x, y]] = places as [Place];
  return places.every(([left, top]) => Math.hypot(left - x, top - y) < CLICK);
}
