/** The panel of attributes: two groups of images, what sets them apart, and as much of that as one likes. */
import { effect } from "@preact/signals-core";
import { STRENGTHS } from "../paths/altering";
import { type Group, STRONGEST } from "../paths/asked";
import { chooseSide, clearAttribute } from "../paths/doing";
import { grouped, signedHundredths } from "../words";
import { all, el, faultNote } from "./dom";
import { farWords } from "./far";
import { takes } from "./handing";
import { createSlot } from "./pictures";
import { createReel } from "./reel";
import { imagesWords } from "./thing";
import type { Context } from "./view";

const SIDES = ["has", "lacks"] as const;
type Side = (typeof SIDES)[number];
const NAMES = { has: "with", lacks: "without" } as const;
const CHOSEN = "chosen";

export function createAttribute(context: Context) {
  const { store, paths } = context;
  const { altering } = paths;
  const sides = SIDES.map((side) => createSide(context, side));
  const clear = el("button", {
    ...{ type: "button", class: "button", text: "Clear", onclick: () => clearAttribute(store) },
  });
  const words = el("p", { class: "quiet far-words", role: "status" });
  const fault = el("div", {});
  const body = createEffect(context, words);
  const empty = el("p", { class: "dock-empty" });
  const node = el(
    "div",
    { class: "attribute" },
    el(
      "div",
      { class: "dock-bar" },
      ...sides.map(({ node }) => node),
      el("span", { class: "dock-rest" }),
      clear,
    ),
    fault,
    empty,
    body.node,
  );
  const undo = all(
    ...sides.map(({ undo }) => undo),
    body.undo,
    effect(() => {
      const { has, lacks } = store.attribute.value;
      const found = altering.vector.value;
      const sure = altering.separation.value;
      const two = altering.sides.value;
      clear.hidden = !has && !lacks;
      const counts = two ? `${grouped(two.has.length)} and ${imagesWords(two.lacks.length)}` : "";
      words.textContent =
        found && sure !== null ? `${Math.round(100 * sure)} % told apart \u00b7 ${counts}` : "";
      words.title =
        "Of an image with it and one without, how often the one with it lies further along the vector: 50 % is chance";
      const here = altering.here.value;
      body.node.hidden = !found || !here;
      empty.hidden = !body.node.hidden;
      if (!has)
        empty.textContent =
          "Choose images that have something in common: a class, or a selection of the lasso (o). What sets them apart from the rest becomes a slider for every spot of the map.";
      else if (!found)
        empty.textContent = altering.sides.value ? "Loading\u2026" : "Both sides need an image.";
      else
        empty.textContent = "Move over the map, or pin an image: it is shown with more and with less of it.";
    }),
    effect(() => {
      const wrong = altering.probe.fault.value;
      fault.replaceChildren(...(wrong ? [faultNote(wrong)] : []));
    }),
  );
  return { node, undo };
}

/** Which images are on a side: a class of any channel, or the selection. */
function createSide(context: Context, side: Side) {
  const { scene, store } = context;
  const name = NAMES[side];
  const kept = el("option", { value: CHOSEN, text: "" });
  const channels = scene.channels.filter(({ kind }) => kind === "class");
  const choice = el(
    "select",
    {
      ...{ class: "select", "aria-label": `Images ${name} it` },
      onchange: () => chooseSide(store, { [side]: groupOf(choice.value, store.attribute.peek()[side]) }),
    },
    el("option", { value: "", text: side === "has" ? "choose\u2026" : "all others" }),
    kept,
    ...channels.map((channel) =>
      el(
        "optgroup",
        { label: channel.name },
        ...channel.values.map((value, i) => el("option", { value: `${i}~${channel.name}`, text: value })),
      ),
    ),
  );
  const chosen = el("button", {
    ...{ type: "button", class: "button", text: "Selection" },
    ...{
      title: `The selection is ${name} it`,
      "aria-label": `The selection is ${name} it`,
    },
    onclick: () => {
      const images = [...store.selected.peek()].sort((a, b) => a - b);
      if (images.length > 0) chooseSide(store, { [side]: { by: "images", images } });
    },
  });
  const node = el(
    "div",
    { class: "side" },
    el("label", {}, el("span", { class: "quiet", text: `${name} ` }), choice),
    chosen,
  );
  takes(node, (term) => {
    if (term.by === "images") chooseSide(store, { [side]: term });
  });
  const undo = effect(() => {
    const group = store.attribute.value[side];
    kept.hidden = group?.by !== "images";
    kept.textContent = group?.by === "images" ? imagesWords(group.images.length) : "";
    choice.value = !group ? "" : group.by === "images" ? CHOSEN : `${group.value}~${group.channel}`;
    chosen.disabled = store.selected.value.size === 0;
  });
  return { node, undo };
}

function groupOf(told: string, now: Group | null): Group | null {
  if (told === CHOSEN) return now;
  const [value, ...channel] = told.split("~");
  return told === "" ? null : { by: "class", value: Number(value), channel: channel.join("~") };
}

/** Here, here with the attribute, and at every strength; `words` at the end. */
function createEffect(context: Context, words: HTMLElement) {
  const { store } = context;
  const pair = createPair(context);
  const strip = createStrengths(context);
  const slider = el("input", {
    ...{ type: "range", min: String(-STRONGEST), max: String(STRONGEST), step: "0.05" },
    "aria-label": "Strength of the attribute",
    oninput: () => {
      store.strength.value = slider.valueAsNumber;
    },
  });
  const output = el("output", {});
  const none = el("button", {
    ...{
      type: "button",
      class: "button",
      text: "0",
      title: "None of it",
      "aria-label": "None of the attribute",
    },
    onclick: () => {
      store.strength.value = 0;
    },
  });
  const bar = el("div", { class: "film-bar" }, none);
  const film = el("div", { class: "film" }, bar, slider, output, ...strip.nodes, words);
  const node = el("div", { class: "walk-body effect" }, pair.node, film);
  node.style.setProperty("--cells", String(STRENGTHS.length));
  const undo = all(
    pair.undo,
    strip.undo,
    effect(() => {
      const { value } = store.strength;
      slider.value = String(value);
      output.textContent = signedHundredths(value);
      slider.setAttribute("aria-valuetext", value === 0 ? "none" : signedHundredths(value));
      node.style.setProperty("--part", String((value + STRONGEST) / (2 * STRONGEST)));
    }),
  );
  return { node, undo };
}

function createPair({ scene, store, hover, pinned, paths }: Context) {
  const plain = createSlot(scene.shape, "Decoded here");
  const more = createSlot(scene.shape, "Here, with the attribute");
  const captions = [el("figcaption", {}), el("figcaption", {})] as const;
  const figures = [el("figure", {}, plain.node, captions[0]), el("figure", {}, more.node, captions[1])];
  const node = el("div", { class: "walk-stage" }, ...figures);
  const undo = all(
    effect(() => {
      const picture = (store.pin.value ? pinned : hover).picture.value;
      if (picture) plain.paint(picture.pixels);
      captions[0].textContent = store.pin.value ? "pinned" : "here";
    }),
    effect(() => {
      const picture = paths.altering.probe.picture.value;
      if (picture) more.paint(picture.pixels);
      const { value } = store.strength;
      captions[1].textContent = `with ${signedHundredths(value)}`;
    }),
  );
  return { node, undo };
}

/** What is looked at, at every whole strength; a click takes that one. */
function createStrengths({ scene, store, paths }: Context) {
  const { altering } = paths;
  const reel = createReel(scene.shape, "At every strength");
  const numbers = STRENGTHS.map((one) => el("span", { text: signed(one) }));
  const ticks = el("div", { class: "ticks quiet", "aria-hidden": "true" }, ...numbers);
  const far = el("p", { class: "quiet far-words" });
  reel.node.addEventListener("click", ({ target }) => {
    const at = target instanceof Element ? [...reel.node.children].indexOf(target) : -1;
    if (at >= 0) store.strength.value = STRENGTHS[at]!;
  });
  const undo = all(
    effect(() => {
      const pictures = altering.strip.value;
      const names = STRENGTHS.map((one) => `strength ${signed(one)}`);
      if (pictures) reel.show(pictures, names);
    }),
    effect(() => {
      far.textContent = altering.far.value === null ? "\u00a0" : farWords(altering.far.value);
    }),
  );
  return { nodes: [el("div", { class: "strips" }, reel.node, ticks), far], undo };
}

/** With its sign, none at nothing. */
function signed(whole: number): string {
  return whole > 0 ? `+${whole}` : String(whole).replace("-", "\u2212");
}
