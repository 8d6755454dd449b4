/** The dialog that lists the keys, from the table that binds them. */
import { effect } from "@preact/signals-core";
import { all, el, icon } from "./dom";
import type { View } from "./view";

export const keys: View = {
  name: "keys",
  title: "Keys",
  tag: "div",
  mount(place, { keys: lines, store }) {
    const close = () => {
      store.keysOpen.value = false;
    };
    const anywhere = el("input", {
      type: "checkbox",
      onchange: () => {
        store.lettersAnywhere.value = anywhere.checked;
      },
    });
    const rows = lines.map(({ shown, does }) =>
      el("tr", {}, el("td", {}, ...shown.map((key) => el("kbd", { text: key }))), el("td", { text: does })),
    );
    const dialog = el(
      "dialog",
      { class: "keys panel", "aria-labelledby": "keys-title", onclose: close },
      el(
        "div",
        { class: "card-head" },
        el("h2", { id: "keys-title", text: "Keys" }),
        el(
          "button",
          { type: "button", class: "tool", "aria-label": "Close", onclick: close },
          icon("M4 4l8 8M12 4l-8 8"),
        ),
      ),
      el("table", {}, el("tbody", {}, ...rows)),
      el("label", { class: "option" }, anywhere, "Keys work wherever the focus is, not only on the map"),
    );
    place.append(dialog);
    return all(
      effect(() => {
        anywhere.checked = store.lettersAnywhere.value;
      }),
      effect(() => {
        if (store.keysOpen.value && !dialog.open) dialog.showModal();
        else if (!store.keysOpen.value && dialog.open) dialog.close();
      }),
      () => place.replaceChildren(),
    );
  },
};
