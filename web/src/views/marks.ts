/** Marks above the map: the cursor, the pin, and rings around their nearest images. */
import { effect } from "@preact/signals-core";
import type { Probe } from "../probe";
import { all, svg } from "./dom";
import type { Context, View } from "./view";

export const marks: View = {
  name: "marks",
  title: "Marks on the map",
  tag: "div",
  mount(place, context) {
    const drawing = svg("svg", { class: "marks", "aria-hidden": "true" });
    const cursor = createMark("cursor", svg("path", { d: "M-9 0H-3M3 0H9M0 -9V-3M0 3V9" }));
    const pin = createMark("pin", svg("circle", { r: 7 }), svg("circle", { r: 2.2, class: "solid" }));
    drawing.append(...cursor.nodes, ...pin.nodes);
    place.append(drawing);
    const follow = () => {
      const box = drawing.getBoundingClientRect();
      cursor.follow(context, context.hover, box);
      pin.follow(context, context.pinned, box);
    };
    return all(
      effect(() => {
        for (const { place: at, neighbour } of [context.hover, context.pinned]) {
          void at.value;
          void neighbour.value;
        }
        void context.store.shown.value;
        drawing.classList.toggle("travelling", context.travelling.value);
        follow();
      }),
      context.map.onDraw(follow),
      () => place.replaceChildren(),
    );
  },
};

/** A mark, a ring around its nearest image, and a hairline between them. */
function createMark(name: string, ...shapes: readonly SVGElement[]) {
  const mark = svg("g", { class: `mark ${name}` }, ...shapes);
  const ring = svg("circle", { class: `ring ${name}`, r: 8 });
  const line = svg("line", { class: `link ${name}` });
  return {
    nodes: [line, ring, mark],
    follow({ map, store }: Context, probe: Probe, box: DOMRect) {
      const at = probe.place.peek();
      const shown = store.shown.peek();
      const found = probe.neighbour.peek();
      const here = at && local(map.toScreen(at.spot), box);
      mark.classList.toggle("gone", !here);
      if (here) mark.setAttribute("transform", `translate(${here[0]} ${here[1]})`);
      const dims = shown?.map.dims ?? 2;
      const point = shown && found && shown.points.subarray(found.index * dims, (found.index + 1) * dims);
      const there = here && point ? local(map.toScreen(point), box) : null;
      for (const node of [ring, line]) node.classList.toggle("gone", !there);
      if (!here || !there) return;
      place(ring, { cx: there[0], cy: there[1] });
      place(line, { x1: here[0], y1: here[1], x2: there[0], y2: there[1] });
    },
  };
}

function local([x, y]: readonly [number, number], box: DOMRect): readonly [number, number] | null {
  return Number.isFinite(x) && Number.isFinite(y) ? [x - box.x, y - box.y] : null;
}

function place(node: SVGElement, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) node.setAttribute(name, value.toFixed(1));
}
