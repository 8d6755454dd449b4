/** Choosing images: by an outline, one by one, or all that are drawn. */
import type { Pane } from "./beside";
import type { Explorer } from "./explorer";
import { closeDock } from "./paths/doing";
import type { Tool } from "./store";

/** How a choice meets the one before it. */
export type How = "only" | "add" | "remove";

/** How near to a point, in pixels, a click means that image. */
const TOUCH = 7;

export function select({ store }: Explorer, images: Iterable<number>, how: How = "only"): void {
  const chosen = new Set(how === "only" ? [] : store.selected.peek());
  for (const image of images) {
    if (how === "remove") chosen.delete(image);
    else chosen.add(image);
  }
  store.selected.value = chosen;
}

export function toggleSelected(explorer: Explorer, image: number): void {
  select(explorer, [image], explorer.store.selected.peek().has(image) ? "remove" : "add");
}

/** What a click of the lasso or the box chooses: an image, or on bare ground none. */
export function selectAt(explorer: Explorer, pane: Pane, x: number, y: number, how: How): void {
  const image = pane.map.pick(x, y, TOUCH);
  if (how === "only") select(explorer, image < 0 ? [] : [image]);
  else if (image >= 0) toggleSelected(explorer, image);
}

/** Chooses all that the filters leave. */
export function selectShown(explorer: Explorer): void {
  const { scene, store } = explorer;
  const visible = store.visible.peek();
  const all = Array.from({ length: scene.n }, (_, image) => image);
  select(explorer, visible ? all.filter((image) => visible[image]) : all);
}

/** Chooses the image nearest to the cursor, or no longer. */
export function toggleNearest(explorer: Explorer): void {
  const found = explorer.hover.neighbour.peek();
  if (found) toggleSelected(explorer, found.index);
}

export function clearSelection({ store }: Explorer): void {
  store.selected.value = new Set();
}

/** Does a drag with that tool draw around images? */
export function draws(tool: Tool): boolean {
  return tool === "lasso" || tool === "box";
}

/** Takes a tool into the hand, or puts it back. */
export function toggleTool({ store }: Explorer, tool: Tool): void {
  store.corners.value = [];
  store.tool.value = store.tool.peek() === tool ? "move" : tool;
}

/** One step out: of the outline, of the tool, of the pin, of the selection, of the dock. */
export function stepOut({ store }: Explorer): void {
  if (store.corners.peek().length > 0) store.corners.value = [];
  else if (store.tool.peek() !== "move") store.tool.value = "move";
  else if (store.pin.peek()) store.pin.value = null;
  else if (store.selected.peek().size > 0) store.selected.value = new Set();
  else closeDock(store);
}
