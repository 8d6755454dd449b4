/** Panels that are opened over the map: which of them may be open together. */

import { effect, type Signal, signal } from "@preact/signals-core";
import { all, isNarrow } from "./dom";

/**
 * Beside the map there is one place for all of them, and what was opened last has it; in a narrow or low page each has a
 * place of its own, until that page is widened. Returns what undoes it.
 */
export function keepApart(page: HTMLElement, drawers: readonly Signal<boolean>[]): () => void {
  const narrow = signal(isNarrow(page));
  const watching = new ResizeObserver(() => {
    narrow.value = isNarrow(page);
  });
  watching.observe(page);
  let opened: readonly Signal<boolean>[] = []; // the last one last
  return all(
    () => watching.disconnect(),
    effect(() => {
      const open = drawers.filter(({ value }) => value);
      opened = [...opened, ...open.filter((drawer) => !opened.includes(drawer))].filter(({ value }) => value);
      if (narrow.value) return;
      for (const older of opened.slice(0, -1)) older.value = false;
    }),
  );
}
