/** The second map, side by side with the first: which one, its points, its marks; what is hovered is marked in both. */
import { effect } from "@preact/signals-core";
import { chooseBeside } from "../actions";
import { detourWords, mapTitle, mapWords } from "../words";
import { mountMarks } from "./crosses";
import { all, el, faultNote, icon } from "./dom";
import { mountLasso } from "./lasso";
import { followPointer } from "./pointer";
import { mountThumbs } from "./thumbs";
import type { Context, View } from "./view";

export const beside: View = {
  name: "beside",
  title: "Map beside",
  tag: "section",
  mount(place, context) {
    const { scene, store, beside: pane } = context;
    const choice = el(
      "select",
      {
        class: "select",
        "aria-label": "Map beside",
        onchange: () => chooseBeside(context, choice.value),
      },
      ...scene.maps.map((map) => el("option", { value: map.name, text: mapWords(map, scene.maps) })),
    );
    const close = el(
      "button",
      {
        ...{ type: "button", class: "tool", "aria-label": "Close the map beside", title: "One map (b)" },
        onclick: () => chooseBeside(context, null),
      },
      icon("M4 4l8 8M12 4l-8 8"),
    );
    const note = el("p", { class: "quiet" });
    const fault = el("div", {});
    const bar = el(
      "div",
      { class: "beside-bar panel" },
      el("div", { class: "row" }, choice, close),
      note,
      fault,
    );
    const summary = el("p", { id: "beside-summary", class: "unseen" });
    const surface = context.besideSurface;
    const layer = el("div", { class: "beside-layer" });
    place.append(surface, layer, bar, summary);
    const page = place.parentElement;
    return all(
      effect(() => {
        const map = store.beside.value;
        place.hidden = !map;
        page?.classList.toggle("split", map !== null);
        if (!map) return;
        choice.value = map.name;
        surface.setAttribute("aria-label", `Map beside: ${mapTitle(map, scene.maps)}`);
      }),
      effect(() => {
        const on = pane.value;
        return on ? fillLayer(layer, context, on) : undefined;
      }),
      effect(() => {
        note.textContent = noteOf(context);
        note.hidden = note.textContent === "";
        const wrong = store.besideFault.value;
        const message = wrong ? `epoch ${wrong.epoch} unreadable: ${wrong.message}` : "";
        fault.replaceChildren(...(wrong ? [faultNote({ ...wrong, message })] : []));
        summary.textContent = `Epoch ${store.besideShown.value?.epoch ?? "loading"}. What is under the cursor is ringed in both maps.`;
      }),
      () => page?.classList.remove("split"),
      () => place.replaceChildren(),
    );
  },
};

function fillLayer(layer: HTMLElement, context: Context, pane: NonNullable<Context["beside"]["value"]>) {
  return all(
    followPointer(context, pane),
    mountMarks(layer, context, pane),
    mountLasso(layer, context, pane),
    mountThumbs(context, pane),
    () => layer.replaceChildren(),
  );
}

/** What stands in the bar: that the map is on its way, or that it lacks the epoch and what that means. */
function noteOf({ store }: Context): string {
  const [shown, map] = [store.besideShown.value, store.beside.value];
  if (!map || store.besideFault.value) return "";
  if (shown?.map !== map) return "Loading the map\u2026";
  const asked = store.shown.value?.epoch ?? shown.epoch;
  if (asked === shown.epoch) return "";
  const told = detourWords({ map, asked, given: shown.epoch });
  return `${told} Here the cursor goes from image to image.`;
}
