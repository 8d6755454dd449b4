/** Marks above a map: the cursor, the pin, and rings around their nearest images. */
import { computed, effect, type ReadonlySignal } from "@preact/signals-core";
import type { Pane } from "../beside";
import { boxOf } from "../boxes";
import type { Links } from "../links";
import type { Probe, Reading } from "../probe";
import { pointOf } from "../store";
import { trustLevel } from "../words";
import { all, el, svg } from "./dom";
import { mountLandings } from "./landings";
import type { Context } from "./view";
import { mountWalkline } from "./walkline";

/** Draws the marks of a pane into a place; returns what undoes it. */
export function mountMarks(place: HTMLElement, context: Context, pane: Pane): () => void {
  const { hover, pinned, links } = context;
  const [at, held] = [readingOf(pane, hover, links.cursor), readingOf(pane, pinned, links.pin)];
  const drawing = svg("svg", { class: "marks", "aria-hidden": "true" });
  const cursor = createMark("cursor", svg("path", { d: "M-9 0H-3M3 0H9M0 -9V-3M0 3V9" }));
  const pin = createMark("pin", svg("circle", { r: 7 }), svg("circle", { r: 2.2, class: "solid" }));
  const moving = el("div", { class: "marks moving", "aria-hidden": "true" }, ...cursor.nodes, ...pin.nodes);
  place.append(drawing, moving);
  const follow = () => {
    const box = boxOf(moving);
    cursor.follow(pane, at.peek(), box);
    pin.follow(pane, held.peek(), box);
  };
  return all(
    mountLandings(drawing, context, pane),
    mountWalkline(drawing, context, pane),
    effect(() => {
      void [at.value, held.value, pane.shown.value];
      for (const one of [drawing, moving]) one.classList.toggle("travelling", pane.travelling.value);
      follow();
    }),
    pane.map.onDraw(follow),
    () => drawing.remove(),
    () => moving.remove(),
  );
}

/** On the map itself as it is shown with its picture; beside it, where there may be none, as it is. */
function readingOf(pane: Pane, probe: Probe, links: Links): ReadonlySignal<Reading> {
  const { place, neighbour } = links.beside;
  return pane.side === "main"
    ? probe.seen
    : computed(() => ({ place: place.value, neighbour: neighbour.value }));
}

/**
 * A mark, a ring around its nearest image, and a hairline between them. Each is drawn once and then only moved: a
 * shape that changed within a drawing over the whole map would have all of it laid out and painted at every move.
 */
function createMark(name: string, ...shapes: readonly SVGElement[]) {
  const mark = drawn(`mark ${name}`, shapes);
  const ring = drawn(`ring ${name}`, [svg("circle", { r: 8 })]);
  const line = el("div", { class: `link ${name}` });
  return {
    nodes: [line, ring, mark],
    follow(pane: Pane, { place: at, neighbour: found }: Reading, box: DOMRect) {
      const shown = pane.shown.peek();
      // A place that is on the other side alone has no spot here; the ring around its nearest image is on both.
      const here = onScreen(pane, at?.side === pane.side ? at.spot : null, box);
      const there = onScreen(pane, shown && at && found && pointOf(shown, found.index), box);
      mark.classList.toggle("guess", typeof at?.trust === "number" && trustLevel(at.trust) === "a guess");
      put(mark, here && moved(here));
      put(ring, there && moved(there));
      put(line, here && there && stretched(here, there));
    },
  };
}

const HALF = 14;

/** A small drawing about its own middle, on paper that keeps it apart from what is below. */
function drawn(name: string, shapes: readonly SVGElement[]): HTMLElement {
  const under = shapes.map((shape) => shape.cloneNode() as SVGElement);
  for (const shape of under) shape.classList.add("halo");
  const box = { viewBox: `${-HALF} ${-HALF} ${2 * HALF} ${2 * HALF}`, width: 2 * HALF, height: 2 * HALF };
  return el("div", { class: name }, svg("svg", box, ...under, ...shapes));
}

type Spot = readonly [x: number, y: number];

function moved([x, y]: Spot): string {
  return `translate(${whole(x)}px, ${whole(y)}px)`;
}

/** From one spot to another, of something that is one pixel long. */
function stretched([x, y]: Spot, [toX, toY]: Spot): string {
  const [across, down] = [toX - x, toY - y];
  return `translate(${x}px, ${y}px) rotate(${Math.atan2(down, across)}rad) scaleX(${Math.hypot(across, down)})`;
}

/** On the screen's pixels: between two of them a drawing that is moved is blurred. */
function whole(pixels: number): number {
  const density = window.devicePixelRatio || 1;
  return Math.round(pixels * density) / density;
}

function put(node: HTMLElement, transform: string | null): void {
  node.classList.toggle("gone", transform === null);
  if (transform !== null) node.style.transform = transform;
}

function onScreen(pane: Pane, spot: ArrayLike<number> | null, box: DOMRect): Spot | null {
  if (!spot) return null;
  const [x, y] = pane.map.toScreen(spot);
  return Number.isFinite(x) && Number.isFinite(y) ? [x - box.x, y - box.y] : null;
}
