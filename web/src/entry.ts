/** What stands in place of the page while there is no scene: the token's door, the list of runs, what went wrong. */
import { effect } from "@preact/signals-core";
import type { Trouble } from "./faults";
import { inShort, ownState } from "./progress";
import type { Pulse } from "./pulse";
import type { Site } from "./site";
import type { Token } from "./source/token";
import { el, say } from "./views/dom";
import { grouped } from "./words";

/** Asks for the token whenever the server wants one. */
export function mountTokenForm(place: HTMLElement, token: Token): () => void {
  const field = el("input", {
    id: "token",
    class: "field",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
  });
  const note = el("p", { class: "quiet", role: "status" });
  const form = el(
    "form",
    { class: "entry-card panel" },
    el("h1", { text: "Paste the token" }),
    el("p", {
      text: "This scene is served with a token. 'hinterland open' prints an address that ends in #token=\u2026: paste it here, or only the token.",
    }),
    el("label", { for: "token", text: "Address or token" }),
    field,
    note,
    el("button", { type: "submit", class: "button strong", text: "Open" }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    token.give(field.value);
    field.value = "";
  });
  const screen = el(
    "div",
    { class: "entry", role: "dialog", "aria-modal": "true", "aria-label": "Token" },
    form,
  );
  return effect(() => {
    const lock = token.lock.value;
    note.textContent =
      lock === "refused" ? "That token was refused: each start of the server prints a new one." : "";
    if (lock === "open") screen.remove();
    else if (!screen.isConnected) {
      place.append(screen);
      field.focus();
    }
  });
}

/** The runs to choose from: each a link, so that it opens in another tab as well. `pulse` tells which of them train. */
export function mountStart(place: HTMLElement, { title, scenes }: Site, pulse: Pulse | null): () => void {
  const states = new Map(scenes.map(({ name }) => [name, el("span", { class: "run-state" })]));
  const cards = scenes.map(({ name, title, model, latentDim, n, epochs, mse, picture }) =>
    el(
      "li",
      {},
      el(
        "a",
        { class: "run-card panel", href: `#run=${encodeURIComponent(name)}` },
        picture ? el("img", { src: picture, alt: "", width: 560, height: 294, loading: "lazy" }) : null,
        el("strong", { text: name }),
        el("span", { text: title }),
        el("span", {
          class: "quiet",
          text: [
            ...modelWords(title, model, latentDim),
            plural(n, "image"),
            plural(epochs, "recorded epoch"),
          ].join(" \u00b7 "),
        }),
        mse === null
          ? null
          : el("span", { class: "quiet", text: `mean squared error ${mse.toPrecision(3)}` }),
        states.get(name) ?? null,
      ),
    ),
  );
  const screen = el(
    "main",
    { class: "start" },
    el("p", { class: "brand", text: "Hinterland" }),
    el("h1", { text: title }),
    el("ul", { class: "run-cards", "aria-label": "Runs" }, ...cards),
  );
  place.append(screen);
  const undo = effect(() => {
    const status = pulse?.status.value;
    for (const [name, node] of states) {
      const progress = status?.scenes.get(name);
      if (!pulse || !progress) continue;
      // Of one that has long come to its end nothing is said.
      const [mood, words] = inShort(progress, ownState(status?.training ?? null, name), pulse.now());
      const told = mood === "off" ? "" : mood === "on" ? `training \u00b7 ${words}` : words;
      say(node, told);
      node.dataset.mood = mood;
    }
  });
  return () => {
    undo();
    screen.remove();
  };
}

/** The model, where the title does not tell it already. */
function modelWords(title: string, model: string, latentDim: number): string[] {
  const words = [model, plural(latentDim, "latent")];
  return words.every((word) => title.includes(word)) ? [] : [words.join(", ")];
}

function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Says why there is no scene. Returns what undoes it. */
export function mountFailure(place: HTMLElement, trouble: Trouble, retry: () => void): () => void {
  const card = el(
    "div",
    { class: "entry-card panel", role: "alert" },
    el("h1", { text: "The scene did not open" }),
    el("p", { text: trouble.message }),
    trouble.hint ? el("p", { class: "quiet", text: trouble.hint }) : null,
    el("button", { type: "button", class: "button strong", text: "Retry", onclick: retry }),
  );
  const screen = el("div", { class: "entry" }, card);
  place.append(screen);
  return () => screen.remove();
}
