/** What is side by side with the map: which map, epoch and run, its points, its marks. */
import { effect } from "@preact/signals-core";
import { chooseBeside, chooseBesideRun, othersOf } from "../actions";
import type { Pane } from "../beside";
import { epochBeside } from "../pairing";
import type { Scene } from "../scene";
import { detourWords, mapTitle, mapWords } from "../words";
import { mountMarks } from "./crosses";
import { all, el, faultNote, icon } from "./dom";
import { mountLasso } from "./lasso";
import { createPace } from "./pace";
import { followPointer } from "./pointer";
import { mountThumbs } from "./thumbs";
import { mountTrails } from "./trails";
import type { Context, View } from "./view";

export const beside: View = {
  name: "beside",
  title: "Map beside",
  tag: "section",
  mount(place, context) {
    const { store, beside: pane } = context;
    const pace = createPace(context);
    const choosing = createChoices(context);
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
      el("div", { class: "choices" }, ...choosing.nodes, close),
      pace.node,
      note,
      fault,
    );
    const summary = el("p", { id: "beside-summary", class: "unseen" });
    const surface = context.besideSurface;
    const layer = el("div", { class: "beside-layer" });
    place.append(surface, layer, bar, summary);
    const page = place.parentElement;
    // What the bar says comes and goes, and the map is fitted below it.
    const watching = new ResizeObserver(() => {
      const on = pane.peek();
      if (on && on.camera.peek() === null) on.fit();
    });
    watching.observe(bar);
    return all(
      pace.undo,
      choosing.undo,
      effect(() => {
        const isOpen = store.beside.value !== null;
        place.hidden = !isOpen;
        page?.classList.toggle("split", isOpen);
      }),
      effect(() => {
        const [map, scene] = [store.besideMap.value, sceneBeside(context)];
        const title = map && scene ? mapTitle(map, scene.maps) : "loading";
        surface.setAttribute("aria-label", `Map beside: ${title}`);
      }),
      effect(() => {
        const on = pane.value;
        return on ? fillLayer(layer, context, on) : undefined;
      }),
      effect(() => {
        note.textContent = noteOf(context);
        note.hidden = note.textContent === "";
        const wrong = store.besideFault.value;
        fault.replaceChildren(...(wrong ? [faultNote(wrong)] : []));
        summary.textContent = summaryOf(context);
      }),
      () => watching.disconnect(),
      () => page?.classList.remove("split"),
      () => place.replaceChildren(),
    );
  },
};

/** Which run, where the site has others, and which of its maps. */
function createChoices(context: Context) {
  const { store, site } = context;
  const others = othersOf(site);
  const runs = el(
    "select",
    {
      ...{ class: "select", "aria-label": "Run beside", hidden: others.length === 0 },
      onchange: () => chooseBesideRun(context, runs.value === "" ? null : runs.value),
    },
    el("option", { value: "", text: `${site.name} (this run)` }),
    ...others.map((name) => el("option", { value: name, text: name })),
  );
  const maps = el("select", {
    ...{ class: "select", "aria-label": "Map beside" },
    onchange: () => chooseBeside(context, maps.value),
  });
  const undo = all(
    effect(() => {
      runs.value = store.beside.value?.run ?? "";
    }),
    effect(() => {
      const scene = sceneBeside(context);
      maps.replaceChildren(
        ...(scene?.maps ?? []).map((map) =>
          el("option", { value: map.name, text: mapWords(map, scene?.maps ?? []) }),
        ),
      );
      maps.value = store.besideMap.value?.name ?? "";
    }),
  );
  return { nodes: [runs, maps], undo };
}

function sceneBeside({ scene, store }: Context): Scene | null {
  const asked = store.beside.value;
  return asked?.run === null ? scene : asked && store.otherScene.value;
}

function fillLayer(layer: HTMLElement, context: Context, pane: Pane) {
  return all(
    followPointer(context, pane),
    mountMarks(layer, context, pane),
    mountTrails(layer, context, pane),
    mountLasso(layer, context, pane),
    mountThumbs(context, pane),
    () => layer.replaceChildren(),
  );
}

/** What stands in the bar: that the map is on its way, that it lacks the epoch, or what the two have in common. */
function noteOf({ store }: Context): string {
  const [asked, map, shown] = [store.beside.value, store.besideMap.value, store.besideShown.value];
  if (!asked || store.besideFault.value) return "";
  if (!map) return `Opening ${asked.run}\u2026`;
  if (shown?.map !== map) return "Loading the map\u2026";
  const notes: string[] = [];
  const main = store.shown.value?.epoch;
  const wanted = main === undefined ? shown.epoch : epochBeside(asked.pace, main);
  if (wanted !== shown.epoch) notes.push(detourWords({ map, asked: wanted, given: shown.epoch }));
  if (store.link.value === "images") notes.push("Another model: the two are linked by their images.");
  if (store.link.value === "none")
    notes.push("Other images: the two are not linked, and each decodes its own.");
  return notes.join(" ");
}

function summaryOf({ store }: Context): string {
  const epoch = `Epoch ${store.besideShown.value?.epoch ?? "loading"}.`;
  if (store.link.value === "none") return `${epoch} It shows other images.`;
  return `${epoch} What is under the cursor is ringed in both maps.`;
}
