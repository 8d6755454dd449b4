/** Drawing around points: with the lasso or the box in the hand, or with Shift held on a map without depth. */
import { effect } from "@preact/signals-core";
import { paneInUse, screenOf } from "../actions";
import type { Pane } from "../beside";
import { boxOf, outlineNow } from "../outline";
import { draws, type How, select, selectAt } from "../select";
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
    const seen = places ?? byKeys(context, pane);
    if (seen.length < 2) {
      // Where it is would have to be laid out, at every move of a hand that draws nothing.
      outline.removeAttribute("d");
      return;
    }
    const { x, y } = drawing.getBoundingClientRect();
    outline.setAttribute("d", `M${seen.map(([left, top]) => `${left - x} ${top - y}`).join("L")}Z`);
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
      // Images of another set cannot be chosen from this one.
      if (pane.side === "beside" && store.link.peek() === "none") return;
      if (event.button !== 0 || !event.isPrimary) return;
      if (!draws(store.tool.peek()) && !(event.shiftKey && flat)) return;
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
      if (!draws(store.tool.value)) drop();
    }),
    effect(() => {
      void [store.corners.value, store.cursor.value];
      draw();
    }),
    pane.map.onDraw(() => store.corners.peek().length > 0 && draw()),
    () => listening.abort(),
    () => drawing.remove(),
  );
}

/** What the keys have drawn so far, and on to the cursor. */
function byKeys(context: Context, pane: Pane): Place[] {
  const { store } = context;
  if (store.corners.peek().length === 0 || paneInUse(context) !== pane) return [];
  const places = outlineNow(context);
  const at = screenOf(context, store.cursor.peek());
  if (!at) return places;
  const [from] = places;
  return store.tool.peek() === "box" && from ? boxOf(from, at) : [...places, at];
}

function outlined(places: readonly Place[], to: Place, isBox: boolean): Place[] {
  const [from] = places as [Place];
  if (isBox) return boxOf(from, to);
  const last = places.at(-1) ?? from;
  return Math.hypot(to[0] - last[0], to[1] - last[1]) < STEP ? [...places] : [...places, to];
}

function isClick(places: readonly Place[]): boolean {
  const [[x, y]] = places as [Place];
  return places.every(([left, top]) => Math.hypot(left - x, top - y) < CLICK);
}
