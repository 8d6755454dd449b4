/** The picture of how a real image and its reconstruction differ, with their mean squared error; a click changes its kind. */
import { effect, signal } from "@preact/signals-core";
import { followPair } from "../compare";
import { type DifferenceKind, meanSquaredError, paintDifference } from "../difference";
import type { Probe } from "../probe";
import { errorWords } from "../words";
import { all, el, say } from "./dom";
import { createSlot } from "./pictures";
import type { Context } from "./view";

const MEANINGS: Readonly<Record<DifferenceKind, string>> = {
  signed: "Signed: red where the reconstruction is too light, blue where it is too dark",
  absolute: "Absolute: the lighter, the more they differ",
};

/** A figure for the row of pictures; `of` gives the probe that is looked at. */
export function createDifference(context: Context, of: () => Probe) {
  const { scene, store, recording } = context;
  const slot = createSlot(scene.shape, "Difference");
  const kind = signal<DifferenceKind>("signed");
  const [full, error] = [
    el("span", {}),
    el("span", { class: "error", title: "Mean squared error per number" }),
  ];
  const words = el("figcaption", {}, full, error);
  const change = el(
    "button",
    {
      ...{ type: "button", class: "pick" },
      onclick: () => {
        kind.value = kind.value === "signed" ? "absolute" : "signed";
      },
    },
    slot.node,
  );
  const { pair, undo } = followPair(recording, of);
  const node = el("figure", { class: "difference" }, change, words);
  return {
    node,
    undo: all(
      undo,
      effect(() => {
        const name = `${MEANINGS[kind.value]}. Click to see it ${kind.value === "signed" ? "absolute" : "signed"}.`;
        change.title = name;
        change.setAttribute("aria-label", `Difference. ${name}`);
      }),
      effect(() => {
        const told = pair.value;
        full.className = told ? "full" : "";
        say(full, "difference");
        if (!told) {
          slot.clear();
          say(error, "");
          return;
        }
        const [theme, how] = [store.themeNow.value, kind.value];
        slot.draw((bytes) => paintDifference(bytes, told.real, told.remade, scene.shape[2], how, theme));
        say(error, `MSE ${errorWords(meanSquaredError(told.real, told.remade))}`);
      }),
    ),
  };
}
