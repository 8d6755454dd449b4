/** Which epoch is beside: the map's own, so many before or after it, or one that is held. */
import { effect } from "@preact/signals-core";
import { choosePace } from "../actions";
import { snap } from "../store";
import { all, el } from "./dom";
import type { Context } from "./view";

/** A choice, and where it has one its number. Returns also what undoes it. */
export function createPace(context: Context) {
  const { store } = context;
  const names = [
    ["same", "the same epoch"],
    ["held", "held at"],
    ["offset", "later by"],
  ] as const;
  const choice = el(
    "select",
    { class: "select", "aria-label": "Epoch beside", onchange: () => choose(choice.value) },
    ...names.map(([value, text]) => el("option", { value, text })),
  );
  const held = el("input", {
    ...{ type: "range", step: "1", "aria-label": "Epoch that is held beside" },
    oninput: () => {
      const epochs = store.besideMap.peek()?.epochs ?? [];
      const from = store.besideShown.peek()?.epoch;
      choosePace(context, { by: "held", epoch: snap(epochs, held.valueAsNumber, from) });
    },
  });
  const offset = el("input", {
    ...{
      type: "number",
      class: "field",
      step: "1",
      "aria-label": "Epochs later than the map; earlier: below 0",
    },
    title: "Epochs later than the map; below 0: earlier",
    onchange: () => {
      const told = offset.valueAsNumber;
      if (Number.isInteger(told) && told !== 0) choosePace(context, { by: "follow", offset: told });
    },
  });
  const reading = el("output", { class: "quiet" });
  const node = el("div", { class: "pace" }, choice, held, offset, reading);
  const choose = (value: string) => {
    const now = store.besideShown.peek()?.epoch ?? store.epoch.peek();
    if (value === "held") choosePace(context, { by: "held", epoch: now });
    else choosePace(context, { by: "follow", offset: value === "same" ? 0 : -1 });
  };
  // The arrow keys go from epoch to epoch, also where a map has not all of them.
  held.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const epochs = store.besideMap.peek()?.epochs;
    if (!by || !epochs) return;
    event.preventDefault();
    const at = epochs.indexOf(snap(epochs, held.valueAsNumber)) + by;
    const epoch = epochs[Math.min(epochs.length - 1, Math.max(0, at))];
    if (epoch !== undefined) choosePace(context, { by: "held", epoch });
  });
  const undo = all(
    effect(() => {
      const epochs = store.besideMap.value?.epochs ?? [];
      [held.min, held.max] = [String(epochs[0] ?? 0), String(epochs.at(-1) ?? 0)];
      const pace = store.beside.value?.pace;
      if (!pace) return;
      choice.value = pace.by === "held" ? "held" : pace.offset === 0 ? "same" : "offset";
      held.hidden = pace.by !== "held";
      offset.hidden = choice.value !== "offset";
      if (pace.by === "held") held.value = String(pace.epoch);
      else if (pace.offset !== 0) offset.value = String(pace.offset);
    }),
    effect(() => {
      const epoch = store.besideShown.value?.epoch;
      reading.textContent = epoch === undefined ? "" : `epoch ${epoch}`;
      held.setAttribute("aria-valuetext", reading.textContent);
    }),
  );
  return { node, undo };
}
