/** The keys of the commands, wherever on the page they are pressed. */
import { commandFor } from "./commands";
import type { Explorer } from "./explorer";

/** Listens to the whole of a place; what a field or a button needs itself is left to it. */
export function bindKeys(explorer: Explorer, place: EventTarget): () => void {
  const listening = new AbortController();
  place.addEventListener(
    "keydown",
    (event) => {
      if (!(event instanceof KeyboardEvent)) return;
      const name = nameOf(event);
      const command = commandFor(name);
      if (!command || event.altKey || event.isComposing || event.defaultPrevented) return;
      if (!isFree(event, name, explorer)) return;
      event.preventDefault();
      if (command.can?.(explorer) ?? true) command.act(explorer, name);
    },
    { signal: listening.signal },
  );
  return () => listening.abort();
}

function nameOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  return `${ctrlKey || metaKey ? "ctrl+" : ""}${shiftKey ? "shift+" : ""}${key.toLowerCase()}`;
}

function isFree({ target, key }: KeyboardEvent, name: string, explorer: Explorer): boolean {
  const { store, surface, beside } = explorer;
  if (store.keysOpen.peek() || store.commandsOpen.peek()) return false;
  if (!(target instanceof HTMLElement) || target === surface || target === beside.peek()?.surface) {
    return true;
  }
  // What opens the palette is no letter of any field.
  if (name === "ctrl+k") return true;
  if (target.closest("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]")) return false;
  if (target.closest("button, summary, a, input") && (key === "Enter" || key === " ")) return false;
  return store.lettersAnywhere.peek();
}
