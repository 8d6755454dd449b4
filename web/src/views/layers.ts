/** The layers under the points: each on or off, how opaque, what it shows, and how it fares. */
import { effect } from "@preact/signals-core";
import { chooseLayer } from "../actions";
import type { Fare } from "../ground";
import { LAYERS } from "../layers";
import type { Layer } from "../layers/layer";
import { css } from "../palette";
import { all, el, faultNote } from "./dom";
import type { Context } from "./view";

/** A drawer for the legend, and what undoes it. */
export function createLayers(context: Context, open: boolean) {
  const rows = LAYERS.map((layer) => createRow(context, layer));
  const list = el("ul", { class: "layers", "aria-label": "Layers" }, ...rows.map(({ node }) => node));
  const node = el("details", { class: "drawer", open }, el("summary", { text: "Layers" }), list);
  return { node, undo: all(...rows.map(({ undo }) => undo)) };
}

function createRow(context: Context, layer: Layer) {
  const { scene, store } = context;
  const { name, title, meaning } = layer;
  const place = LAYERS.indexOf(layer) + 1;
  const on = el("input", {
    type: "checkbox",
    onchange: () => chooseLayer(context, name, { on: on.checked }),
  });
  const opacity = el("input", {
    ...{ type: "range", min: "5", max: "100", step: "5", "aria-label": `${title}: how opaque` },
    oninput: () => chooseLayer(context, name, { opacity: Number(opacity.value) / 100 }),
  });
  const note = el("p", { class: "quiet meaning" });
  const wrong = el("div", {});
  const scale = el("div", { class: "scale" });
  const work = el("span", { class: "work", role: "status" });
  const label = el(
    "label",
    { title: `${title}: ${meaning} (${place})` },
    on,
    el("span", { text: title }),
    work,
  );
  const node = el("li", { class: "layer" }, label, opacity, note, wrong, scale);
  let shownFault: string | null = null;
  const undo = all(
    effect(() => {
      const setting = store.layers.value.get(name);
      const maps = [store.map.value, store.besideMap.value].filter((map) => map !== null);
      const reasons = maps.map((map, i) =>
        layer.missing(i === 0 ? scene : (store.otherScene.value ?? scene), map),
      );
      // One map side by side with another may have what that one has not.
      const missing = reasons.includes(null) ? null : (reasons[0] ?? null);
      const isOn = (setting?.on ?? false) && missing === null;
      const fare = isOn ? fareOf(context, name) : null;
      // On a map with depth there is no ground.
      node.hidden = layer.lay !== null && maps.every(({ dims }) => dims === 3);
      on.checked = isOn;
      on.disabled = missing !== null;
      opacity.hidden = !isOn;
      opacity.value = String(Math.round(100 * (setting?.opacity ?? 1)));
      work.classList.toggle("busy", fare?.busy ?? false);
      work.setAttribute("aria-label", fare?.busy ? `${title}: working` : "");
      note.textContent = missing ?? "";
      note.hidden = note.textContent === "";
    }),
    effect(() => {
      const fault = store.layers.value.get(name)?.on ? fareOf(context, name)?.fault : null;
      if (fault === shownFault) return;
      shownFault = fault ?? null;
      const retry = () => {
        for (const pane of [context.main, context.beside.peek()]) pane?.ground.again();
      };
      wrong.replaceChildren(
        ...(fault ? [faultNote({ message: `${title}: ${fault}`, hint: "", retry })] : []),
      );
    }),
    effect(() => {
      const told = fareOf(context, name)?.scale ?? null;
      scale.replaceChildren(...(told ? scaleOf(told, title) : []));
    }),
  );
  return { node, undo };
}

/** How a layer fares on the map, or on the one beside where that alone has it. */
function fareOf({ main, beside }: Context, name: string): Fare | null {
  return main.ground.fares.value.get(name) ?? beside.value?.ground.fares.value.get(name) ?? null;
}

function scaleOf({ ramp, ticks, words }: NonNullable<Fare["scale"]>, title: string): Node[] {
  const parts: Node[] = [];
  if (ramp) {
    const bar = el("canvas", { class: "ramp", role: "img", "aria-label": `Scale of ${title}` });
    bar.width = 96;
    bar.height = 1;
    const brush = bar.getContext("2d");
    for (let x = 0; brush && x < bar.width; x++) {
      brush.fillStyle = css(ramp(x / (bar.width - 1)));
      brush.fillRect(x, 0, 1, 1);
    }
    parts.push(bar, el("p", { class: "ticks" }, ...ticks.map((text) => el("span", { text }))));
  }
  return [...parts, el("p", { class: "quiet meaning", text: words })];
}
