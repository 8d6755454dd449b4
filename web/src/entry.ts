/** What stands in place of the page while there is no scene: a door that asks for the token, or what went wrong. */
import { effect } from "@preact/signals-core";
import type { Trouble } from "./faults";
import type { Token } from "./source/token";
import { el } from "./views/dom";

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
