/** A hand over a map: its place becomes the cursor's spot, and a click pins what is there. */
import { effect } from "@preact/signals-core";
import { aimAt, pinAt } from "../actions";
import type { Pane } from "../beside";
import type { Explorer } from "../explorer";
import type { Aim } from "../store";

/** Keeps the cursor under the pointer, also when the map moves below it. Returns what undoes it. */
export function followPointer(explorer: Explorer, pane: Pane): () => void {
  const { store } = explorer;
  const { surface } = pane;
  let at: readonly [number, number] | null = null;
  let moved = 0;
  let taken = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What the hand last aimed at: keys, a program and another map aim too, and a hand that rests does not take it back. */
  let aimed: Aim | null = null;
  const aim = (since?: number) => {
    if (at) aimAt(explorer, ...at, pane, since);
    aimed = store.aim.peek();
  };
  const stay = () => {
    if (at && store.aim.peek() === aimed) aim();
  };
  const take = () => {
    clearTimeout(timer);
    timer = undefined;
    taken = performance.now();
    aim(moved);
  };
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
    moved = performance.now();
    // What is dragged stays under the pointer: the camera, which is still to move, says where that is.
    if (!hovers) {
      aimed = store.aim.peek(); // whoever aimed, now the hand does
      return;
    }
    const wait = taken + explorer.sparing.move() - moved;
    if (wait <= 0) take();
    else timer ??= setTimeout(take, wait);
  });
  listen("pointerdown", (event) => {
    // A mouse was there before; a finger comes from nowhere.
    if (!event.isPrimary || event.pointerType !== "touch") return;
    at = [event.clientX, event.clientY];
    store.pointing.value = true;
    aim();
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
    aimed = store.aim.peek();
    surface.focus({ preventScroll: true });
  });
  listen("dblclick", () => {
    store.pin.value = pinBefore; // it was meant to zoom, not to pin
  });
  const undo = pane.map.onCamera(stay);
  const follow = effect(() => {
    void store.sheet.value;
    stay();
  });
  return () => {
    listening.abort();
    follow();
    undo();
    clearTimeout(timer);
  };
}
