/** The map itself: the pointer over it becomes a spot, and a click pins what is there. */
import { effect } from "@preact/signals-core";
import { aimAt, pinAt } from "../actions";
import { grouped } from "../words";
import { all, el } from "./dom";
import type { View } from "./view";

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
      { class: "astray panel", role: "status" },
      el("p", { text: "points are outside the window \u00b7 press f" }),
      el("button", { type: "button", class: "button", text: "Fit", onclick: () => context.fit(300) }),
    );
    place.append(surface, summary, note, astray);
    const pointer = followPointer(surface, context);
    return all(
      pointer,
      effect(() => {
        const { name, dims } = store.map.value;
        const epoch = store.shown.value?.epoch;
        surface.setAttribute("aria-label", `Map '${name}' of ${grouped(scene.n)} images`);
        summary.textContent =
          `${dims} dimensions, epoch ${epoch ?? "loading"}, coloured by ${store.colour.value ?? "nothing"}. ` +
          "Arrow keys move the cursor, Enter pins, question mark lists all keys.";
      }),
      effect(() => {
        astray.hidden = !store.astray.value;
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

/** Keeps the cursor under the pointer, also when the map moves below it. */
function followPointer(surface: HTMLElement, context: Parameters<View["mount"]>[1]): () => void {
  const { store } = context;
  let at: readonly [number, number] | null = null;
  const listening = new AbortController();
  const listen = <K extends keyof HTMLElementEventMap>(
    name: K,
    call: (event: HTMLElementEventMap[K]) => void,
  ) => surface.addEventListener(name, call, { signal: listening.signal });
  listen("pointermove", (event) => {
    if (!event.isPrimary) return;
    at = [event.clientX, event.clientY];
    store.pointing.value = event.buttons === 0 || event.pointerType === "touch";
    aimAt(context, ...at);
  });
  listen("pointerleave", () => {
    at = null;
    store.pointing.value = false;
  });
  let pinBefore = store.pin.peek();
  listen("click", (event) => {
    if (event.detail > 1) return;
    pinBefore = store.pin.peek();
    pinAt(context, event.clientX, event.clientY);
    surface.focus({ preventScroll: true });
  });
  listen("dblclick", () => {
    store.pin.value = pinBefore; // it was meant to zoom, not to pin
  });
  const undo = context.map.onCamera(() => {
    if (at) aimAt(context, ...at);
  });
  return () => {
    listening.abort();
    undo();
  };
}
