/** A hand over a map: its place becomes the cursor's spot, and a click pins what is there. */
import { effect } from "@preact/signals-core";
import { aimAt, pinAt } from "../actions";
import type { Pane } from "../beside";
import type { Explorer } from "../explorer";

/** Keeps the cursor under the pointer, also when the map moves below it. Returns what undoes it. */
export function followPointer(explorer: Explorer, pane: Pane): () => void {
  const { store } = explorer;
  const { surface } = pane;
  let at: readonly [number, number] | null = null;
  const listening = new AbortController();
  const listen = <K extends keyof HTMLElementEventMap>(
    name: K,
    call: (event: HTMLElementEventMap[K]) => void,
  ) => surface.addEventListener(name, call, { signal: listening.signal });
  listen("pointermove", (event) => {
    if (!event.isPrimary) return;
    at = [event.clientX, event.clientY];
    const hovers = event.buttons === 0 || event.pointerType === "touch";
    store.pointing.value = hovers;
    // What is dragged stays under the pointer: the camera, which is still to move, says where that is.
    if (hovers) aimAt(explorer, ...at, pane);
  });
  listen("pointerleave", () => {
    at = null;
    store.pointing.value = false;
  });
  let pinBefore = store.pin.peek();
  listen("click", (event) => {
    if (event.detail > 1) return;
    pinBefore = store.pin.peek();
    pinAt(explorer, event.clientX, event.clientY, pane);
    surface.focus({ preventScroll: true });
  });
  listen("dblclick", () => {
    store.pin.value = pinBefore; // it was meant to zoom, not to pin
  });
  const undo = pane.map.onCamera(() => {
    if (at) aimAt(explorer, ...at, pane);
  });
  const follow = effect(() => {
    void store.sheet.value;
    if (at) aimAt(explorer, ...at, pane);
  });
  return () => {
    listening.abort();
    follow();
    undo();
  };
}
