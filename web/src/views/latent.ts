/** The numbers of a latent: all of them where they are too many for one line, to be copied, and to be moved. */
import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { Place } from "../store";
import { hundredths, latentWords } from "../words";
import { el, icon } from "./dom";
import { createSliders } from "./sliders";
import type { Context } from "./view";

/** A latent of so many numbers stands in one line among the facts. */
export const FEW = 3;
/** More numbers than anyone compares; the rest are counted, and copied. */
const MOST = 40;
const SAID_MS = 1200;
const NOTHING = "\u00a0";

/**
 * `of` gives the place whose latent is moved, and `read` the one whose numbers are told. It takes its room before
 * there is one, lest panels jump.
 */
export function createLatentLines(context: Context, of: () => Place | null, read: () => Place | null) {
  const d = context.scene.latentDim;
  const sliders = createSliders(context, of);
  const name = el("h3", { text: d > FEW ? `latent, ${d} numbers` : "latent" });
  const move = el(
    "button",
    {
      ...{
        type: "button",
        class: "tool",
        title: "Move its numbers",
        "aria-label": "Move the latent's numbers",
      },
      onclick: () => {
        sliders.open.value = !sliders.open.value;
      },
    },
    icon(
      "M2 5h6.5M12 5h2M2 11h2M7.5 11h6.5",
      "M8.5 5a1.75 1.75 0 1 0 3.5 0a1.75 1.75 0 1 0 -3.5 0",
      "M4 11a1.75 1.75 0 1 0 3.5 0a1.75 1.75 0 1 0 -3.5 0",
    ),
  );
  const copy = el("button", { type: "button", class: "button", title: "Copy all its numbers as a list" });
  const numbers = el("p", { class: "numbers" });
  const node = el("div", { class: "latent" }, name, move, copy, numbers, sliders.node);
  node.classList.toggle("many", d > FEW);
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
    latent = read()?.latent ?? null;
    copy.disabled = !latent;
    const open = sliders.open.value;
    move.setAttribute("aria-expanded", String(open));
    numbers.hidden = d <= FEW || open;
    if (numbers.hidden) return;
    numbers.title = latent ? latentWords(latent, d) : "";
    const told = Array.from({ length: d > MOST ? MOST - 1 : d }, (_, i) =>
      latent ? hundredths(latent[i] ?? Number.NaN) : NOTHING,
    );
    if (d > MOST) told.push(`+${d - told.length}`);
    numbers.replaceChildren(...told.map((text) => el("span", { text })));
  });
  return {
    node,
    isOpen: sliders.open as ReadonlySignal<boolean>,
    undo() {
      clearTimeout(said);
      undo();
      sliders.undo();
    },
  };
}

/** A latent as JSON; nine digits bring back every float32 exactly. */
function listOf(latent: Float32Array): string {
  return JSON.stringify(Array.from(latent, (value) => Number(value.toPrecision(9))));
}

/** Rejects where the page may not write to the clipboard, as on an insecure address. */
async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
