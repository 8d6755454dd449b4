/** The dialog that lists the keys, from the commands that they are bound to. */
import { effect } from "@preact/signals-core";
import { GROUPS } from "../commands";
import { type Group, onMac, shownKey } from "../commands/command";
import { all, el, icon } from "./dom";
import { opening } from "./opening";
import type { View } from "./view";

export const keys: View = {
  name: "keys",
  title: "Keys",
  tag: "div",
  mount(place, { store }) {
    const close = () => {
      store.keysOpen.value = false;
    };
    const anywhere = el("input", {
      type: "checkbox",
      onchange: () => {
        store.lettersAnywhere.value = anywhere.checked;
      },
    });
    const dialog = el(
      "dialog",
      { class: "keys panel", "aria-labelledby": "keys-title" },
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
      el("div", { class: "key-groups" }, ...GROUPS.map(table)),
      el("label", { class: "option" }, anywhere, "Keys work wherever the focus is, not only on the map"),
    );
    place.append(dialog);
    return all(
      effect(() => {
        anywhere.checked = store.lettersAnywhere.value;
      }),
      opening(dialog, store.keysOpen),
      () => place.replaceChildren(),
    );
  },
};

function table({ title, commands }: Group): HTMLTableElement {
  const mac = onMac();
  const rows = commands
    .filter(({ keys }) => keys.length > 0)
    .map(({ keys, title }) =>
      el(
        "tr",
        {},
        el("td", {}, ...keys.map((key) => el("kbd", { text: shownKey(key, mac) }))),
        el("td", { text: title }),
      ),
    );
  return el("table", {}, el("caption", { text: title }), el("tbody", {}, ...rows));
}
