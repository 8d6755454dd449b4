/** The map itself: what it shows, in words too. */
import { effect } from "@preact/signals-core";
import { detourWords, grouped, mapTitle } from "../words";
import { all, el } from "./dom";
import { followPointer } from "./pointer";
import { mountThumbs } from "./thumbs";
import type { View } from "./view";

/** How long a notice is there to be read. */
const NOTICE_MS = 6000;

export const map: View = {
  name: "map",
  title: "Map",
  tag: "main",
  mount(place, context) {
    const { scene, store, surface } = context;
    const summary = el("p", { id: "map-summary", class: "unseen" });
    const note = el("div", { class: "map-note" });
    const astray = el(
      "div",
      { class: "astray panel" },
      el("p", { text: "points are outside the window \u00b7 press f" }),
      el("button", { type: "button", class: "button", text: "Fit", onclick: () => context.fit(300) }),
    );
    const detour = el("p", { class: "detour panel" });
    const notice = el("p", { class: "notice panel" });
    place.append(
      surface,
      summary,
      note,
      el("div", { class: "notes", role: "status" }, notice, detour, astray),
    );
    return all(
      followPointer(context, context.main),
      mountThumbs(context, context.main),
      effect(() => {
        const map = store.map.value;
        const epoch = store.shown.value?.epoch;
        surface.setAttribute("aria-label", `Map ${mapTitle(map, scene.maps)} of ${grouped(scene.n)} images`);
        summary.textContent =
          `${map.dims} dimensions, epoch ${epoch ?? "loading"}, coloured by ${store.colour.value ?? "nothing"}. ` +
          "Arrow keys move the cursor, Enter pins, question mark lists all keys.";
      }),
      effect(() => {
        const told = store.notice.value;
        notice.hidden = told === null;
        notice.textContent = told;
        if (told === null) return;
        const timer = setTimeout(() => {
          store.notice.value = null;
        }, NOTICE_MS);
        return () => clearTimeout(timer);
      }),
      effect(() => {
        astray.hidden = !store.astray.value;
      }),
      effect(() => {
        const told = store.detour.value;
        detour.hidden = !told;
        detour.textContent = told ? detourWords(told) : "";
      }),
      effect(() => {
        note.textContent = "";
        if (scene.n === 0)
          note.textContent = "This scene holds no images. Its decoder still answers everywhere.";
        else if (!store.shown.value && !store.frameFault.value) note.textContent = "Loading the map\u2026";
      }),
      () => place.replaceChildren(),
    );
  },
};
