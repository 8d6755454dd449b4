/** The panel of sums: three trays, and what A less B and C is, large, with its nearest images. */
import { computed, effect } from "@preact/signals-core";
import { type Term, TRAYS, type Tray } from "../paths/asked";
import { arm, clearSum, emptyTray, put } from "../paths/doing";
import { all, el, faultNote, icon } from "./dom";
import { farWords } from "./far";
import { takes } from "./handing";
import { createKin } from "./kin";
import { createSlot } from "./pictures";
import { createThing, termWords } from "./thing";
import type { Context } from "./view";

const CROSS = "M4 4l8 8M12 4l-8 8";
const SIGNS = { a: "", b: "\u2212", c: "+" } as const;
const MEANINGS = { a: "what has it", b: "the like without", c: "what gets it" } as const;

export function createSum(context: Context) {
  const { store } = context;
  const trays = TRAYS.map((tray) => createTray(context, tray));
  const result = createResult(context);
  const clear = el("button", {
    ...{
      type: "button",
      class: "button",
      text: "Clear",
      title: "Empty all trays",
      onclick: () => clearSum(store),
    },
  });
  const words = el("p", { class: "quiet dock-words", role: "status" });
  const node = el(
    "div",
    { class: "sum" },
    el("div", { class: "dock-bar" }, words, clear),
    el("div", { class: "sum-body" }, ...trays.map(({ node }) => node), result.node),
  );
  const undo = all(
    ...trays.map(({ undo }) => undo),
    result.undo,
    effect(() => {
      const armed = store.tool.value === "sum" ? store.tray.value : null;
      const filled = TRAYS.filter((tray) => store.sum.value[tray]).length;
      clear.hidden = filled === 0;
      if (armed)
        words.textContent = `Click the map: what is there goes into ${armed.toUpperCase()}. Key ; adds the pin or the selection.`;
      else words.textContent = filled < TRAYS.length ? "Choose a tray, and click what goes into it." : "";
    }),
  );
  return { node, undo };
}

function createTray(context: Context, tray: Tray) {
  const { store, paths } = context;
  const letter = tray.toUpperCase();
  const thing = createThing(context, `What lies in ${letter}`);
  const pick = el("button", { type: "button", class: "tray", onclick: () => arm(store, tray) }, thing.node);
  takes(pick, (term) => put(store, tray, term));
  const name = el("p", { class: "tray-name quiet" });
  const small = (text: string, title: string, act: () => void) =>
    el("button", { type: "button", class: "button", text, title, "aria-label": title, onclick: act });
  const give = (term: Term | null) => term && put(store, tray, term);
  const pin = small("Pin", `Put what is pinned into ${letter}`, () => give(store.pin.peek()));
  const chosen = small("Selection", `Put the mean of the selection into ${letter}`, () =>
    give({ by: "images", images: [...store.selected.peek()].sort((a, b) => a - b) }),
  );
  const away = el(
    "button",
    {
      ...{ type: "button", class: "tool", title: `Empty ${letter}`, "aria-label": `Empty ${letter}` },
      onclick: () => emptyTray(store, tray),
    },
    icon(CROSS),
  );
  const sign = SIGNS[tray] ? el("span", { class: "sign", "aria-hidden": "true", text: SIGNS[tray] }) : null;
  const node = el(
    "div",
    { class: "tray-column" },
    el(
      "div",
      { class: "tray-row" },
      sign,
      el("div", { class: "tray-box" }, el("span", { class: "letter", text: letter }), pick, away),
    ),
    name,
    el("div", { class: "tray-tools" }, pin, chosen),
  );
  const undo = effect(() => {
    const term = store.sum.value[tray];
    const filled = paths.adding.trays.value[tray];
    thing.show(term, filled?.latent ?? null, store.shown.value?.epoch);
    const words = term ? termWords(context, term) : MEANINGS[tray];
    name.textContent = words;
    name.title = words;
    const armed = store.tool.value === "sum" && store.tray.value === tray;
    pick.setAttribute("aria-pressed", String(armed));
    pick.setAttribute(
      "aria-label",
      `Tray ${letter}: ${term ? words : "empty"}. Choose it, then click the map`,
    );
    pick.title = `The next click on the map goes into ${letter}`;
    away.hidden = !term;
    pin.disabled = store.pin.value === null;
    chosen.disabled = store.selected.value.size === 0;
  });
  return { node, undo };
}

/** What it comes to. */
function createResult(context: Context) {
  const { scene, store, paths } = context;
  const { probe, far } = paths.adding;
  const slot = createSlot(scene.shape, "A \u2212 B + C, decoded");
  const kin = createKin(context, () => probe.place.value);
  const words = el("p", { class: "quiet", role: "status" });
  const fault = el("div", {});
  const pin = el("button", {
    ...{ type: "button", class: "button", text: "Pin the sum" },
    onclick: () => {
      const at = probe.place.peek();
      if (at) store.pin.value = { by: "latent", latent: at.latent };
    },
  });
  const figure = el("figure", { class: "sum-picture" }, slot.node);
  const told = el("div", { class: "sum-told" }, el("div", { class: "row" }, words, pin), kin.node, fault);
  const node = el(
    "div",
    { class: "sum-result" },
    el("span", { class: "sign", "aria-hidden": "true", text: "=" }),
    figure,
    told,
  );
  const complete = computed(() => probe.place.value !== null);
  const undo = all(
    kin.undo,
    effect(() => {
      const picture = probe.picture.value;
      if (picture) slot.paint(picture.pixels);
      else slot.clear();
    }),
    effect(() => {
      told.classList.toggle("none", !complete.value);
      pin.disabled = !complete.value;
      words.textContent = complete.value
        ? far.value === null
          ? "\u2026"
          : farWords(far.value)
        : "Three trays make a sum.";
    }),
    effect(() => {
      const wrong = probe.fault.value;
      fault.replaceChildren(...(wrong ? [faultNote(wrong)] : []));
    }),
  );
  return { node, undo };
}
