/** What the classifier takes the picture for: its best three as bars, or all of them. */
import { effect, signal } from "@preact/signals-core";
import { followClasses } from "../classes";
import { classColour, css } from "../palette";
import type { Probe } from "../probe";
import { all, el } from "./dom";
import type { Context } from "./view";

const BEST = 3;

/** `of` gives the probe that is looked at. Hidden where the scene has no classifier. */
export function createClasses(context: Context, of: () => Probe) {
  const { scene, store, hover } = context;
  const classes = scene.classifier?.classes ?? [];
  const expanded = signal(false);
  const more = el("button", {
    ...{ type: "button", class: "button", hidden: classes.length <= BEST },
    onclick: () => {
      expanded.value = !expanded.value;
    },
  });
  const list = el("ul", { class: "bars", "aria-label": "Class probabilities" });
  const told = scene.classifier?.accuracy;
  const title =
    typeof told === "number"
      ? `By a classifier that names ${(100 * told).toFixed(1)} % of held-out images as they are labelled`
      : "By a classifier that was trained beside the model";
  const heading = el("h3", { text: "the classifier says", title });
  const node = el("div", { class: "verdict", hidden: classes.length === 0 }, heading, more, list);
  const rows = classes.map((name) => createRow(name));
  const { named, undo } = followClasses(context.decoder, () => {
    const probe = of();
    if (classes.length === 0) return null;
    // What a person brought is named itself; all else by its decoded picture.
    const own = probe.place.value?.own;
    const pixels = own?.pixels ?? probe.picture.value?.pixels;
    return pixels ? { pixels, byHand: probe === hover } : null;
  });
  return {
    node,
    named,
    undo: all(
      undo,
      effect(() => {
        const probabilities = named.value?.probabilities ?? null;
        const theme = store.themeNow.value;
        const open = expanded.value;
        more.textContent = open ? `best ${BEST}` : `all ${classes.length}`;
        more.setAttribute("aria-expanded", String(open));
        // All stand still, each in its place; the best three are sorted.
        const order = [...classes.keys()];
        if (!open) order.sort((a, b) => (probabilities?.[b] ?? 0) - (probabilities?.[a] ?? 0)).splice(BEST);
        list.replaceChildren(
          ...order.map((i) => {
            const row = rows[i]!;
            row.show(probabilities?.[i] ?? null, css(classColour(i, classes.length, theme)));
            return row.node;
          }),
        );
      }),
    ),
  };
}

function createRow(name: string) {
  const part = el("span", { class: "part" });
  const bar = el("span", { class: "gauge" });
  const node = el("li", {}, el("span", { class: "name", text: name, title: name }), bar, part);
  return {
    node,
    show(probability: number | null, colour: string) {
      part.textContent = probability === null ? "\u00a0" : `${(100 * probability).toFixed(0)} %`;
      bar.style.setProperty("--part", String(probability ?? 0));
      bar.style.setProperty("--tone", colour);
    },
  };
}
