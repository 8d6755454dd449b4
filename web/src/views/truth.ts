/** How true a map is: what was measured of it, in numbers and in words, and where it lies. */
import { effect } from "@preact/signals-core";
import { chooseLayer, toggleDistortion } from "../actions";
import { coloursOf, DISTORTION, type MapEntry, type MetricName } from "../scene";
import { brief, hundredths, mapTitle } from "../words";
import { all, bringIntoSight, el, icon } from "./dom";
import type { Context, View } from "./view";

const MEANINGS: readonly (readonly [name: MetricName, title: string, meaning: string])[] = [
  ["trustworthiness", "Trustworthiness", "those near on the map are near in truth"],
  ["continuity", "Continuity", "those near in truth are near on the map"],
  ["neighbours_kept", "Neighbours kept", "of the 12 true nearest, so many are the 12 on the map"],
  ["shepard", "Shepard", "rank correlation of all distances, near and far"],
];

export const truth: View = {
  name: "truth",
  title: "How true is this map?",
  tag: "section",
  mount(place, context) {
    const { scene, store } = context;
    const close = () => {
      store.truthOpen.value = false;
    };
    const title = el("h2", { text: "How true is this map?" });
    const body = el("div", { class: "truth-body" });
    const fog = el("input", {
      type: "checkbox",
      onchange: () => {
        chooseLayer(context, "fog", { on: fog.checked });
      },
    });
    const fogged = el("label", { class: "option" }, fog, "Fog where the way back is a guess");
    const colour = el("button", {
      type: "button",
      class: "button",
      onclick: () => toggleDistortion(context),
    });
    const attributes = { type: "button", class: "tool", "aria-label": "Close", title: "Close (q)" };
    const card = el(
      "div",
      { class: "truth panel", hidden: true },
      el(
        "div",
        { class: "card-head" },
        title,
        el("button", { ...attributes, onclick: close }, icon("M4 4l8 8M12 4l-8 8")),
      ),
      body,
      fogged,
      colour,
    );
    place.append(card);
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
      context.surface.focus({ preventScroll: true });
    });
    return all(
      effect(() => {
        const was = card.hidden;
        card.hidden = !store.truthOpen.value;
        place.parentElement?.classList.toggle("with-truth", !card.hidden);
        // It lies over the map: what is shown whole stays in sight.
        if (was !== card.hidden && store.camera.peek() === null) context.fit(250);
        if (!was || card.hidden) return;
        bringIntoSight(card);
      }),
      effect(() => {
        fogged.hidden = store.map.value.way === "flat"; // where nothing is guessed
        fog.checked = store.layers.value.get("fog")?.on ?? false;
        colour.hidden = !coloursOf(scene).some(({ name }) => name === DISTORTION.name);
        const on = store.colour.value === DISTORTION.name;
        colour.textContent = on ? "Colour as before" : "Colour by distortion: where it lies";
      }),
      effect(() => body.replaceChildren(...linesOf(store.map.value, context))),
      () => place.replaceChildren(),
    );
  },
};

function linesOf(map: MapEntry, { scene }: Context): Node[] {
  const measured = MEANINGS.flatMap(([name, title, meaning]) => {
    const metric = map.metrics[name];
    return metric ? [metricLine(title, meaning, metric)] : [];
  });
  const newest = map.epochs.at(-1) ?? 0;
  const head = el("p", { class: "quiet", text: `${mapTitle(map, scene.maps)}, measured at epoch ${newest}` });
  return [
    head,
    ...(measured.length > 0 ? measured : [el("p", { text: "Nothing was measured of this map." })]),
    el("p", { class: "quiet", text: wayWords(map, scene.latentDim) }),
  ];
}

function metricLine(
  title: string,
  meaning: string,
  { value, error }: { value: number; error: number | null },
) {
  const bar = el("span", { class: "gauge", "aria-hidden": "true" });
  bar.style.setProperty("--part", String(Math.min(1, Math.max(0, value))));
  const exact = error === null ? `${value}` : `${value} \u00b1 ${brief(error)}, one standard error`;
  return el(
    "div",
    { class: "metric" },
    el("span", { text: title }),
    el("b", { text: hundredths(value), title: exact }),
    bar,
    el("span", { class: "quiet meaning", text: meaning }),
  );
}

function wayWords({ way, dims, of }: MapEntry, d: number): string {
  if (way === "flat" && dims >= d && of === "latents")
    return "Every spot is a latent: the way back is exact.";
  if (way === "flat")
    return `A flat sheet through ${d} dimensions: a spot decodes to the latent on the sheet.`;
  return "A spot decodes to the weighted latents of its ten nearest points; how far to trust that is told beside the picture.";
}
