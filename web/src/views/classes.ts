/** What the classifier takes the picture for: its best three as bars, or all of them. */
import { computed, effect, signal } from "@preact/signals-core";
import { followClasses } from "../classes";
import { classColour, css } from "../palette";
import type { Probe } from "../probe";
import { all, el, faultNote } from "./dom";
import type { Context } from "./view";

const BEST = 3;

/** `of` gives the probe that is looked at. Hidden where the scene has no classifier; one may come while it trains. */
export function createClasses(context: Context, of: () => Probe) {
  const { scene, store, hover } = context;
  const classes = computed(() => scene.classifier?.classes ?? []);
  const expanded = signal(false);
  const more = el("button", {
    ...{ type: "button", class: "button" },
    onclick: () => {
      expanded.value = !expanded.value;
    },
  });
  const list = el("ul", { class: "bars", "aria-label": "Class probabilities" });
  const wrong = el("div", {});
  const heading = el("h3", { text: "the classifier says" });
  const node = el("div", { class: "verdict" }, heading, more, list, wrong);
  const rows = computed(() => classes.value.map((name) => createRow(name)));
  const looked = () => {
    const probe = of();
    if (classes.value.length === 0) return null;
    // What a person brought is named itself; all else by its decoded picture.
    const own = probe.place.value?.own;
    const pixels = own?.pixels ?? probe.picture.value?.pixels;
    return pixels ? { pixels, byHand: probe === hover } : null;
  };
  const { named, fault, retry, undo } = followClasses(context.decoder, looked, context.sparing.rest);
  return {
    node,
    named,
    undo: all(
      undo,
      effect(() => {
        node.hidden = classes.value.length === 0;
        more.hidden = classes.value.length <= BEST;
        heading.title = titleOf(scene.classifier?.accuracy ?? null);
      }),
      effect(() => {
        const told = fault.value;
        const message = `the picture is not named: ${told?.message}`;
        wrong.replaceChildren(...(told ? [faultNote({ message, hint: told.hint, retry })] : []));
      }),
      effect(() => {
        const probabilities = named.value?.probabilities ?? null;
        const theme = store.themeNow.value;
        const open = expanded.value;
        const { length } = classes.value;
        more.textContent = open ? `best ${BEST}` : `all ${length}`;
        more.setAttribute("aria-expanded", String(open));
        // All stand still, each in its place; the best three are sorted.
        const order = [...classes.value.keys()];
        if (!open) order.sort((a, b) => (probabilities?.[b] ?? 0) - (probabilities?.[a] ?? 0)).splice(BEST);
        list.replaceChildren(
          ...order.map((i) => {
            const row = rows.value[i]!;
            row.show(probabilities?.[i] ?? null, css(classColour(i, length, theme)));
            return row.node;
          }),
        );
      }),
    ),
  };
}

function titleOf(accuracy: number | null): string {
  return accuracy === null
    ? "By a classifier that was trained beside the model"
    : `By a classifier that names ${(100 * accuracy).toFixed(1)} % of held-out images as they are labelled`;
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
