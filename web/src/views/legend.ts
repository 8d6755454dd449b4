/** What the colours mean: a channel to colour by, its classes with counts, or its ramp. */
import { effect } from "@preact/signals-core";
import { chooseColour, toggleClass } from "../actions";
import { classColour, css, rampColour } from "../palette";
import type { Colouring } from "../store";
import { brief, grouped } from "../words";
import { all, el, faultNote } from "./dom";
import type { Context, View } from "./view";

/** More lines than anyone reads; the rest are counted. */
const LONGEST = 200;
const NARROW = "(max-width: 760px)";

export const legend: View = {
  name: "legend",
  title: "Legend",
  tag: "aside",
  mount(place, context) {
    const { scene, store } = context;
    if (scene.channels.length === 0) {
      place.hidden = true;
      return () => {};
    }
    const choice = el(
      "select",
      {
        class: "select",
        "aria-label": "Colour by",
        onchange: () => chooseColour(context, choice.value || null),
      },
      ...scene.channels.map(({ name }) => el("option", { value: name, text: name })),
      el("option", { value: "", text: "nothing" }),
    );
    const body = el("div", { class: "legend-body" });
    const drawer = el(
      "details",
      { class: "drawer", open: !matchMedia(NARROW).matches },
      el("summary", { text: "Colour" }),
      el("label", { class: "chooser" }, choice),
      body,
    );
    place.append(drawer);
    return all(
      effect(() => {
        choice.value = store.colour.value ?? "";
      }),
      effect(() => {
        const fault = store.columnsFault.value;
        const colouring = store.colouring.value;
        if (fault) body.replaceChildren(faultNote(fault));
        else if (colouring)
          body.replaceChildren(...(isClasses(colouring) ? classes : ramp)(context, colouring));
        else body.replaceChildren();
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

/** A ramp with its ends. */
function ramp({ store }: Context, { channel, range }: Colouring): Node[] {
  const theme = store.themeNow.value;
  const bar = el("canvas", { class: "ramp", role: "img", "aria-label": `Scale of ${channel.name}` });
  bar.width = 128;
  bar.height = 1;
  const brush = bar.getContext("2d");
  for (let x = 0; brush && x < bar.width; x++) {
    brush.fillStyle = css(rampColour(x / (bar.width - 1), theme));
    brush.fillRect(x, 0, 1, 1);
  }
  const [low, high] = range;
  const ticks = [low, (low + high) / 2, high].map((value) => el("span", { text: brief(value) }));
  return [bar, el("p", { class: "ticks" }, ...ticks)];
}
