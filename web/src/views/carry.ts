/** How much of what the map leaves out of the pin goes along to wherever the cursor is. */
import { effect } from "@preact/signals-core";
import { leftOut } from "../store";
import { brief, hundredths } from "../words";
import { el } from "./dom";
import type { Context } from "./view";

/** Of less than this nothing can be seen. */
const NOTHING = 1e-4;

/** Nothing shows where nothing is pinned, or the pin's spot decodes to it. */
export function createCarry({ store }: Context) {
  const part = el("input", {
    ...{ type: "range", min: "0", max: "1", step: "0.05", id: "carry" },
    oninput: () => {
      store.carry.value = Number(part.value);
    },
  });
  const output = el("output", { for: "carry" });
  const meaning = el("p", { class: "quiet meaning" });
  const name = el("label", { for: "carry", text: "Carry" });
  const node = el("div", { class: "carry" }, name, part, output, meaning);
  const undo = effect(() => {
    const [at, shown] = [store.pinned.value, store.shown.value];
    const away = at && shown ? leftOut(at, shown) : 0;
    node.hidden = away < NOTHING;
    part.value = String(store.carry.value);
    output.textContent = hundredths(store.carry.value);
    meaning.textContent = `Adds what the map leaves out of this (${brief(away)} long) to every spot under the cursor.`;
  });
  return { node, undo };
}
