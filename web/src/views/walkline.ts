/** The walk on a map: its line, its ends, and where on it one is; of a sum its terms, of an attribute where it leads. */
import { effect, untracked } from "@preact/signals-core";
import type { Pane } from "../beside";
import { boxOf } from "../boxes";
import { dotSpot, leadSpots, leaps, lineSpots, namedSpots, type Spot } from "../waymarks";
import { all, largeness, svg } from "./dom";
import type { Context } from "./view";

/** Draws into the marks of a pane; returns what undoes it. */
export function mountWalkline(drawing: SVGElement, context: Context, pane: Pane): () => void {
  const group = svg("g", { class: "walkline" });
  const halo = svg("path", { class: "halo" });
  const line = svg("path", { class: "course" });
  const arrow = svg("path", { class: "arrow" });
  const marks = svg("g", {});
  const dot = svg("circle", { class: "dot", r: 6 });
  group.append(halo, line, arrow, marks, dot);
  drawing.append(group);
  let spots: readonly Spot[] = [];
  let named: readonly (readonly [string, Spot])[] = [];
  let leads: readonly Spot[] = [];
  const seenFrom = ({ x, y }: DOMRect) => {
    return (spot: Spot | null) => {
      const [left, top] = spot ? pane.map.toScreen(spot) : [Number.NaN, Number.NaN];
      return Number.isFinite(left) && Number.isFinite(top) ? ([left - x, top - y] as const) : null;
    };
  };
  const follow = () => {
    const at = seenFrom(boxOf(drawing));
    const d = pathOf(spots.map(at));
    halo.setAttribute("d", d);
    line.setAttribute("d", d);
    arrow.setAttribute("d", pathOf(leads.map(at)));
    for (const [i, mark] of [...marks.children].entries()) put(mark as SVGElement, at(named[i]?.[1] ?? null));
    put(dot, at(untracked(() => dotSpot(context, pane))));
  };
  const undo = all(
    effect(() => {
      spots = lineSpots(context, pane);
      named = namedSpots(context, pane);
      leads = leadSpots(context, pane);
      line.classList.toggle("leaps", leaps(pane));
      marks.replaceChildren(...named.map(([name]) => markOf(name, largeness(drawing))));
      group.classList.toggle("travelling", pane.travelling.value);
      follow();
    }),
    effect(() => put(dot, seenFrom(boxOf(drawing))(dotSpot(context, pane)))),
    pane.map.onDraw(follow),
    () => group.remove(),
  );
  return undo;
}

function markOf(name: string, large: number): SVGGElement {
  const text = svg("text", { "text-anchor": "middle", dy: "0.36em", text: name });
  return svg("g", { class: name === "=" ? "stop result" : "stop" }, svg("circle", { r: 9 * large }), text);
}

function put(mark: SVGElement, at: readonly [number, number] | null): void {
  mark.classList.toggle("gone", !at);
  if (at) mark.setAttribute("transform", `translate(${at[0].toFixed(1)} ${at[1].toFixed(1)})`);
}

function pathOf(places: readonly (readonly [number, number] | null)[]): string {
  let [d, pen] = ["", "M"];
  for (const place of places) {
    if (place) d += `${pen}${place[0].toFixed(1)} ${place[1].toFixed(1)}`;
    pen = place ? "L" : "M";
  }
  return d;
}
