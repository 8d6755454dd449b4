/** What lies around the sheet: brushes, how the picture is put before the model, a file to open, and those that are kept. */
import { computed, effect, signal } from "@preact/signals-core";
import type { Brush } from "../own/easel";
import { MOST } from "../own/gallery";
import type { Studio } from "../own/studio";
import type { Own } from "../store";
import { createCanvas } from "./canvas";
import { all, el, faultNote, icon } from "./dom";
import { createSlot } from "./pictures";
import type { Context } from "./view";

const BRUSH = icon("M13.5 2.5l-7 7", "M6.5 9.5c-2-.6-3.2.8-3.2 2.2c0 1-.6 1.5-1.3 1.8c2 .6 5 .2 5-2.2");
const ERASER = icon("M2.5 10.5l5-6.5h5.5l-5 6.5z", "M2.5 10.5v2h5.5l5-6.5v-2", "M8 10.5v2");

/** Of the shorter side. */
const USUAL = 0.085;

export function createDesk(context: Context, studio: Studio) {
  const { scene, store } = context;
  const tools = createTools(context, studio);
  const canvas = createCanvas(scene, studio, tools.brush);
  const placing = createPlacing(studio);
  const shelf = createShelf(context, studio);
  const word = el("p", { class: "quiet word", role: "status" });
  const fault = el("div", {});
  const nodes = [canvas.node, tools.node, placing.node, opener(studio), word, fault, shelf.node];
  const undo = all(
    ...[canvas.undo, tools.undo, placing.undo, shelf.undo],
    effect(() => {
      word.textContent = studio.word.value;
      word.hidden = studio.word.value === "";
    }),
    effect(() => {
      const wrong = store.ownFault.value;
      fault.replaceChildren(...(wrong ? [faultNote(wrong)] : []));
    }),
  );
  return { nodes, undo };
}

/** Brush or eraser, their size, and the colour where there are colours. */
function createTools({ scene }: Context, studio: Studio) {
  const [h, w, c] = scene.shape;
  const side = Math.min(h, w);
  const rubbing = signal(false);
  const size = signal(Math.max(1, Math.round(side * USUAL * 4) / 4));
  const colour = signal<readonly number[]>(studio.sort.pen);
  const brush = computed<Brush>(() => ({ colour: rubbing.value ? null : colour.value, size: size.value }));
  const choose = (rubs: boolean) => {
    rubbing.value = rubs;
  };
  const tool = (name: string, drawing: SVGSVGElement, rubs: boolean) => {
    const attributes = { type: "button", class: "tool", "aria-label": name, title: name };
    const node = el("button", { ...attributes, onclick: () => choose(rubs) }, drawing);
    return { node, rubs };
  };
  const both = [tool("Brush", BRUSH.cloneNode(true) as SVGSVGElement, false)];
  both.push(tool("Eraser", ERASER.cloneNode(true) as SVGSVGElement, true));
  const range = el("input", {
    ...{ type: "range", min: "0.5", max: String(Math.max(2, side / 4)), step: "0.25" },
    ...{ "aria-label": "Size of the brush, in the model's pixels", value: String(size.peek()) },
    title: "Size of the brush",
    oninput: () => {
      size.value = range.valueAsNumber;
    },
  });
  const palette = el("input", {
    ...{ type: "color", "aria-label": "Colour", title: "Colour", value: hex(colour.peek()), hidden: c === 1 },
    oninput: () => {
      colour.value = numbers(palette.value);
    },
  });
  const node = el(
    "div",
    { class: "row tools-row", role: "toolbar", "aria-label": "Drawing" },
    ...both.map(({ node }) => node),
    palette,
    range,
    el("button", { type: "button", class: "button", text: "Clear", onclick: () => studio.clear() }),
  );
  const undo = effect(() => {
    for (const { node, rubs } of both) node.setAttribute("aria-pressed", String(rubs === rubbing.value));
  });
  return { node, brush, undo };
}

/** How what is on the sheet is put before the model. */
function createPlacing(studio: Studio) {
  const centre = el("input", { type: "checkbox", onchange: () => studio.centre(centre.checked) });
  const share = Math.round(100 * (studio.sort.box ?? 0));
  const why = `As the data are: scaled to ${share} % of the sheet, the ink's centre of mass in the middle`;
  const option = el(
    "label",
    { class: "check", title: why, hidden: studio.sort.box === null },
    centre,
    "Centre and scale, as the data are",
  );
  const turn = el("button", {
    ...{ type: "button", class: "button", text: "Invert", title: "Light for dark" },
    onclick: () => studio.invert(),
  });
  const node = el("div", { class: "row placing" }, option, turn);
  const undo = effect(() => {
    centre.checked = studio.sheet.value.centred;
  });
  return { node, undo };
}

function opener(studio: Studio): HTMLElement {
  const field = el("input", {
    ...{ type: "file", accept: "image/*", multiple: true, "aria-label": "Picture to open", class: "unseen" },
    tabindex: -1,
    onchange: () => {
      void studio.take([...(field.files ?? [])]);
      field.value = ""; // so that the same file can be opened again
    },
  });
  return el(
    "div",
    { class: "row opener" },
    el("button", {
      ...{ type: "button", class: "button", text: "Open a picture\u2026", onclick: () => field.click() },
    }),
    field,
    el("span", { class: "quiet", text: "or drop or paste one" }),
  );
}

/** Those that are kept, small: a click looks at one. */
function createShelf(context: Context, studio: Studio) {
  const { scene, store } = context;
  const list = el("ul", { class: "shelf", "aria-label": "Your images" });
  const fresh = el("button", {
    ...{ type: "button", class: "button", text: "New", title: "A blank sheet; this one is kept" },
    onclick: () => studio.begin(),
  });
  const items = new Map<number, ReturnType<typeof createItem>>();
  // It has its room before there is one: the sheet must not move under the pen.
  const none = el("p", { class: "quiet", text: `Up to ${MOST} are kept here.` });
  const node = el("div", { class: "row kept" }, none, list, fresh);
  const undo = effect(() => {
    const kept = store.own.value;
    const held = store.pin.value;
    for (const one of kept) {
      const item = items.get(one.id) ?? createItem(context, studio, one);
      items.set(one.id, item);
      item.slot.paint(one.pixels);
      item.choose.setAttribute("aria-pressed", String(held?.by === "own" && held.id === one.id));
    }
    for (const id of [...items.keys()]) if (!kept.some((one) => one.id === id)) items.delete(id);
    // Moving an element takes the focus from it: only where the list is another.
    const nodes = kept.flatMap(({ id }) => items.get(id)?.node ?? []);
    const same = nodes.length === list.children.length && nodes.every((one, i) => list.children[i] === one);
    if (!same) list.replaceChildren(...nodes);
    fresh.disabled = kept.length >= MOST;
    none.hidden = kept.length > 0;
    fresh.hidden = kept.length === 0;
  });
  return { node, undo };

  function createItem({ store }: Context, { remove }: Studio, { id, name }: Own) {
    const slot = createSlot(scene.shape, name);
    const choose = el(
      "button",
      {
        ...{ type: "button", class: "pick", "aria-label": `Look at ${name}`, title: name },
        onclick: () => {
          store.pin.value = { by: "own", id };
        },
      },
      slot.node,
    );
    const away = el(
      "button",
      {
        ...{ type: "button", class: "away", "aria-label": `Remove ${name}`, title: `Remove ${name}` },
        onclick: () => remove(id),
      },
      icon("M4 4l8 8M12 4l-8 8"),
    );
    return { slot, choose, node: el("li", {}, choose, away) };
  }
}

function hex(colour: readonly number[]): string {
  const [r = 0, g = r, b = r] = colour;
  return `#${[r, g, b]
    .map((value) =>
      Math.round(value * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

function numbers(told: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(told.slice(at, at + 2), 16) / 255);
}
