/** How far the decoded picture can be trusted: in words, as a bar, and on the picture's frame. */
import { effect } from "@preact/signals-core";
import type { Place } from "../store";
import { hundredths, trustLevel } from "../words";
import { el } from "./dom";

const MEANINGS = {
  "well supported": "the nearest images agree on what lies here",
  "between points": "the nearest images differ: a blend of them",
  "a guess": "nothing like it was seen here: do not trust the picture",
} as const;

/** `of` gives the place that is looked at; frames get `data-trust` and how faded they are. Nothing shows where nothing is guessed. */
export function createSupport(of: () => Place | null, frames: readonly HTMLElement[]) {
  const level = el("b", {});
  const number = el("span", { class: "quiet" });
  const bar = el("span", { class: "gauge" });
  const meaning = el("span", { class: "quiet meaning" });
  const node = el("div", { class: "support", role: "status" }, level, number, bar, meaning);
  const undo = effect(() => {
    const trust = of()?.trust ?? null;
    node.classList.toggle("off", trust === null);
    const words = trust === null ? null : trustLevel(trust);
    for (const frame of frames) dressTrust(frame, trust);
    if (trust === null || !words) return;
    node.dataset.trust = words.replace(" ", "-");
    level.textContent = words;
    number.textContent = `trust ${hundredths(trust)}`;
    meaning.textContent = MEANINGS[words];
    bar.style.setProperty("--part", String(trust));
  });
  return { node, undo };
}

/** A picture's frame looks as far to be believed as what it shows; null: nothing of it was guessed. */
export function dressTrust(frame: HTMLElement, trust: number | null): void {
  const words = trust === null ? undefined : trustLevel(trust).replace(" ", "-");
  const part = String(trust ?? 1);
  // Set again, the same number would have all that is in the frame looked at again.
  if (frame.dataset.trust === words && frame.style.getPropertyValue("--trust") === part) return;
  if (words === undefined) delete frame.dataset.trust;
  else frame.dataset.trust = words;
  frame.style.setProperty("--trust", part);
}
