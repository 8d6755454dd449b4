/** What the colours mean: a channel to colour by, its classes with counts, or its ramp; and the layers. */
import { effect } from "@preact/signals-core";
import { chooseColour, toggleClass } from "../actions";
import type { Colouring } from "../colouring";
import { classColour, css } from "../palette";
import { type Channel, coloursOf, DISTORTION } from "../scene";
import { grouped } from "../words";
import { all, el, faultNote, isNarrow } from "./dom";
import { createHistogram } from "./histogram";
import { createLayers } from "./layers";
import { createSheet } from "./sheet";
import { createPictures } from "./thumbs";
import type { Context, View } from "./view";

/** More lines than anyone reads; the rest are counted. */
const LONGEST = 200;

export const legend: View = {
  name: "legend",
  title: "Legend",
  tag: "aside",
  mount(place, context) {
    const { scene, store } = context;
    const wide = !isNarrow(place);
    const choice = el("select", {
      class: "select",
      "aria-label": "Colour by",
      onchange: () => chooseColour(context, choice.value || null),
    });
    const body = el("div", { class: "legend-body" });
    const drawer = el(
      "details",
      { class: "drawer", open: wide },
      el("summary", { text: "Colour" }),
      el("label", { class: "chooser" }, choice),
      body,
    );
    const layers = createLayers(context, wide);
    const pictures = createPictures(context);
    const sheet = createSheet(context);
    place.append(drawer, layers.node, pictures.node, sheet.node);
    return all(
      pictures.undo,
      sheet.undo,
      layers.undo,
      effect(() => {
        const names = coloursOf(scene).map(({ name }) => name);
        drawer.hidden = names.length === 0;
        choice.replaceChildren(
          ...names.map((name) => el("option", { value: name, text: name })),
          el("option", { value: "", text: "nothing" }),
        );
        choice.value = store.colour.peek() ?? "";
      }),
      effect(() => {
        choice.value = store.colour.value ?? "";
      }),
      effect(() => {
        const fault = store.columnsFault.value;
        const colouring = store.colouring.value;
        if (fault) body.replaceChildren(faultNote(fault));
        else if (colouring && isClasses(colouring)) body.replaceChildren(...classes(context, colouring));
        else if (colouring) {
          const { nodes, undo } = numbers(context, colouring);
          body.replaceChildren(...nodes);
          return undo;
        } else if (store.colour.value === DISTORTION.name) body.replaceChildren(unmeasured(context));
        else if (store.colour.value) body.replaceChildren(el("p", { class: "quiet", text: "Loading\u2026" }));
        else body.replaceChildren();
        return undefined;
      }),
      () => place.replaceChildren(),
    );
  },
};

function isClasses({ column }: Colouring): boolean {
  return column instanceof Int32Array;
}

/** A line per class that any image has. */
function classes(context: Context, { channel, column }: Colouring): Node[] {
  const { store } = context;
  const theme = store.themeNow.value;
  const hidden = store.hidden.value;
  const counts = new Map<number, number>();
  for (const index of column) counts.set(index, (counts.get(index) ?? 0) + 1);
  const present = [...counts.keys()].sort((a, b) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
  const lines = present.slice(0, LONGEST).map((index) => {
    const name = channel.values[index] ?? "none";
    const swatch = el("span", { class: "swatch" });
    swatch.style.color = css(classColour(index, channel.values.length, theme));
    const line = el(
      "button",
      {
        type: "button",
        class: "class",
        "aria-pressed": String(!hidden.has(index)),
        title: `Hide or show '${name}'; with Shift or Alt, only this`,
        onclick: (event) => toggleAndStay(event as MouseEvent, context, index, present),
      },
      swatch,
      el("span", { class: "name", text: name }),
      el("span", { class: "count", text: grouped(counts.get(index) ?? 0) }),
    );
    return el("li", {}, line);
  });
  const rest = present.length - lines.length;
  return [
    el("ul", { class: "classes", "aria-label": channel.name }, ...lines),
    ...(rest > 0 ? [el("p", { class: "quiet", text: `and ${grouped(rest)} more` })] : []),
    ...(hidden.size > 0
      ? [el("button", { type: "button", class: "button", text: "Show all", onclick: () => showAll(context) })]
      : []),
  ];
}

/** The lines are made anew, so the focus goes to the one that stands where the pressed one stood. */
function toggleAndStay(event: MouseEvent, context: Context, index: number, present: readonly number[]): void {
  const list = (event.currentTarget as HTMLElement).closest(".legend-body");
  toggleClass(context, index, present, event.shiftKey || event.altKey);
  list?.querySelectorAll<HTMLElement>(".class")[present.indexOf(index)]?.focus();
}

function showAll({ store }: Context): void {
  store.hidden.value = new Set();
}

/** Distortion is of a map at an epoch, and not of all. */
function unmeasured({ store }: Context): Node {
  const epoch = store.shown.value?.epoch;
  return el("p", { class: "quiet", text: `Not measured of this map at epoch ${epoch ?? "\u2026"}.` });
}

/** Numbers: how they are spread, and what they mean where that needs telling. */
function numbers(context: Context, colouring: Colouring) {
  const { node, undo } = createHistogram(context, colouring);
  const meaning = meaningOf(colouring.channel);
  return { nodes: [node, ...(meaning ? [el("p", { class: "quiet meaning", text: meaning })] : [])], undo };
}

function meaningOf(channel: Channel): string {
  const { name, measured } = channel;
  if (channel === DISTORTION) {
    return "0 kept, 1 torn: the share of a point's 12 true nearest neighbours that are not near it on this map.";
  }
  if (!measured) return "";
  const what = {
    loss: "Mean squared error of the picture that the model makes of it",
    "outlier score": "How far from its nearest latents, in parts of how far those are from theirs",
  }[name];
  return `${what ?? "Measured"}, at epoch ${measured.epoch}.`;
}
