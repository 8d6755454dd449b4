/** Marks above a map: the cursor, the pin, and rings around their nearest images. */
import { effect } from "@preact/signals-core";
import type { Pane } from "../beside";
import type { Probe } from "../probe";
import { type Place, pointOf } from "../store";
import { trustLevel } from "../words";
import { all, svg } from "./dom";
import { mountLandings } from "./landings";
import type { Context } from "./view";

/** Draws the marks of a pane into a place; returns what undoes it. */
export function mountMarks(place: HTMLElement, context: Context, pane: Pane): () => void {
  const drawing = svg("svg", { class: "marks", "aria-hidden": "true" });
  const cursor = createMark("cursor", svg("path", { d: "M-9 0H-3M3 0H9M0 -9V-3M0 3V9" }));
  const pin = createMark("pin", svg("circle", { r: 7 }), svg("circle", { r: 2.2, class: "solid" }));
  drawing.append(...cursor.nodes, ...pin.nodes);
  place.append(drawing);
  const follow = () => {
    const box = drawing.getBoundingClientRect();
    cursor.follow(pane, context.hover, box);
    pin.follow(pane, context.pinned, box);
  };
  return all(
    mountLandings(drawing, context, pane),
    effect(() => {
      for (const { place: at, neighbour } of [context.hover, context.pinned]) {
        void at.value;
        void neighbour.value;
      }
      void pane.shown.value;
      drawing.classList.toggle("travelling", pane.travelling.value);
      follow();
    }),
    pane.map.onDraw(follow),
    () => drawing.remove(),
  );
}

/** A mark, a ring around its nearest image, and a hairline between them. */
function createMark(name: string, ...shapes: readonly SVGElement[]) {
  const mark = svg("g", { class: `mark ${name}` }, ...shapes);
  const ring = svg("circle", { class: `ring ${name}`, r: 8 });
  const line = svg("line", { class: `link ${name}` });
  return {
    nodes: [line, ring, mark],
    follow(pane: Pane, probe: Probe, box: DOMRect) {
      const at = probe.place.peek();
      const shown = pane.shown.peek();
      const found = probe.neighbour.peek();
      const here = onScreen(pane, at && spotOn(pane, at), box);
      const there = onScreen(pane, shown && at && found && pointOf(shown, found.index), box);
      mark.classList.toggle("gone", !here);
      mark.classList.toggle("guess", typeof at?.trust === "number" && trustLevel(at.trust) === "a guess");
      if (here) mark.setAttribute("transform", `translate(${here[0]} ${here[1]})`);
      ring.classList.toggle("gone", !there);
      if (there) set(ring, { cx: there[0], cy: there[1] });
      line.classList.toggle("gone", !here || !there);
      if (here && there) set(line, { x1: here[0], y1: here[1], x2: there[0], y2: there[1] });
    },
  };
}

/** On the map of its own side a place is at its spot; on the other an image is at its point, and all else nowhere. */
function spotOn({ side, shown }: Pane, { side: own, spot, image }: Place): ArrayLike<number> | null {
  if (own === side) return spot;
  const on = shown.peek();
  return on && image >= 0 ? pointOf(on, image) : null;
}

function onScreen(
  pane: Pane,
  spot: ArrayLike<number> | null,
  box: DOMRect,
): readonly [number, number] | null {
  if (!spot) return null;
  const [x, y] = pane.map.toScreen(spot);
  return Number.isFinite(x) && Number.isFinite(y) ? [x - box.x, y - box.y] : null;
}

function set(node: SVGElement, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) node.setAttribute(name, value.toFixed(1));
}
