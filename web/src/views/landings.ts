/** Where the person's own images land on a map: a numbered mark each, unlike any other. */
import { effect } from "@preact/signals-core";
import type { Pane } from "../beside";
import { boxOf } from "../boxes";
import { ownPlace } from "../store";
import { all, largeness, svg } from "./dom";
import type { Context } from "./view";

/** Draws into the marks of a pane; returns what undoes it. */
export function mountLandings(drawing: SVGElement, { store }: Context, pane: Pane): () => void {
  if (pane.side === "beside" && store.link.peek() !== "run") return () => {};
  const group = svg("g", { class: "landings" });
  const marks = new Map<number, SVGGElement>();
  drawing.append(group);
  const follow = () => {
    if (marks.size === 0) return;
    const box = boxOf(drawing);
    const shown = pane.shown.peek();
    for (const [id, mark] of marks) {
      const spot = ownPlace(store.encoded.peek().get(id), shown)?.spot;
      const [x, y] = spot ? pane.map.toScreen(spot) : [Number.NaN, Number.NaN];
      const seen = Number.isFinite(x) && Number.isFinite(y);
      mark.classList.toggle("gone", !seen);
      if (seen) mark.setAttribute("transform", `translate(${x - box.x} ${y - box.y})`);
    }
  };
  return all(
    effect(() => {
      const kept = store.own.value;
      const pin = store.pin.value;
      for (const { id } of kept) {
        const mark = marks.get(id) ?? createMark(id, largeness(drawing));
        marks.set(id, mark);
        mark.classList.toggle("held", pin?.by === "own" && pin.id === id);
      }
      for (const id of [...marks.keys()]) if (!kept.some((one) => one.id === id)) marks.delete(id);
      // The one that is looked at above the others.
      group.replaceChildren(
        ...[...marks.values()].sort((a, b) => Number(a.matches(".held")) - Number(b.matches(".held"))),
      );
      void [store.encoded.value, pane.shown.value];
      follow();
    }),
    pane.map.onDraw(follow),
    () => group.remove(),
  );
}

function createMark(id: number, large: number): SVGGElement {
  const name = svg("text", { "text-anchor": "middle", dy: "0.36em", text: String(id) });
  const r = 11 * large;
  return svg("g", { class: "landing" }, svg("path", { d: `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z` }), name);
}
