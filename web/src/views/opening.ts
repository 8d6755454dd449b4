/** A dialog over the page, and the signal that says whether it is open. */
import { effect, type Signal, untracked } from "@preact/signals-core";

/** Keeps both alike. `begin` is called each time that it opens. Returns what undoes it. */
export function opening(
  dialog: HTMLDialogElement,
  open: Signal<boolean>,
  begin: () => void = () => {},
): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  // Escape, told before it closes.
  const cancelled = (event: Event) => {
    event.preventDefault();
    open.value = false;
  };
  dialog.addEventListener("cancel", cancelled, { signal });
  // Told a moment after: who has opened it again meanwhile keeps it.
  const closed = () => {
    if (!dialog.open) open.value = false;
  };
  dialog.addEventListener("close", closed, { signal });
  const follow = effect(() => {
    if (open.value === dialog.open) return;
    if (open.value) {
      dialog.showModal();
      untracked(begin);
      return;
    }
    dialog.close();
    // Until the next frame the focus would stay inside, and take keys that are meant for the page.
    dialog.querySelector<HTMLElement>(":focus")?.blur();
  });
  return () => {
    follow();
    listening.abort();
  };
}
