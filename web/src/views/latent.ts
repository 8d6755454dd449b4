/** The numbers of a latent that has too many for one line, and a button that copies all of them. */
import { effect } from "@preact/signals-core";
import { hundredths, latentWords } from "../words";
import { el } from "./dom";

/** A latent of so many numbers stands in one line among the facts. */
export const FEW = 3;
/** More numbers than anyone compares; the rest are counted, and copied. */
const MOST = 40;
const SAID_MS = 1200;
const NOTHING = "\u00a0";

/** For latents of d numbers; `of` gives the one to show. It takes its room before there is one, lest panels jump. */
export function createLatentLines(d: number, of: () => Float32Array | null) {
  const name = el("h3", { text: `latent, ${d} numbers` });
  const copy = el("button", { type: "button", class: "button", title: "Copy all its numbers as a list" });
  const numbers = el("p", { class: "numbers" });
  const node = el("div", { class: "latent", hidden: d <= FEW }, name, copy, numbers);
  let latent: Float32Array | null = null;
  let said: ReturnType<typeof setTimeout> | undefined;
  const say = (words: string) => {
    copy.textContent = words;
    clearTimeout(said);
    said = setTimeout(() => {
      copy.textContent = "Copy";
    }, SAID_MS);
  };
  copy.textContent = "Copy";
  copy.addEventListener("click", () => {
    copyText(listOf(latent ?? new Float32Array())).then(
      () => say("Copied"),
      () => getSelection()?.selectAllChildren(numbers),
    );
  });
  const undo = effect(() => {
    latent = of();
    copy.disabled = !latent;
    if (d <= FEW) return;
    numbers.title = latent ? latentWords(latent, d) : "";
    const told = Array.from({ length: d > MOST ? MOST - 1 : d }, (_, i) =>
      latent ? hundredths(latent[i] ?? Number.NaN) : NOTHING,
    );
    if (d > MOST) told.push(`+${d - told.length}`);
    numbers.replaceChildren(...told.map((text) => el("span", { text })));
  });
  return {
    node,
    undo() {
      clearTimeout(said);
      undo();
    },
  };
}

/** A latent as JSON; nine digits bring back every float32 exactly. */
export function listOf(latent: Float32Array): string {
  return JSON.stringify(Array.from(latent, (value) => Number(value.toPrecision(9))));
}

/** Rejects where the page may not write to the clipboard, as on an insecure address. */
async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
