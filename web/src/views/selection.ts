/** What is chosen: how many, of which classes, and their pictures in a strip. */
import { effect, signal } from "@preact/signals-core";
import { clearSelection } from "../select";
import { classesOf, grouped, nameOf } from "../words";
import { all, el, icon } from "./dom";
import { hands } from "./handing";
import { createStill, createTileShow } from "./pictures";
import type { Context, View } from "./view";

/** Pictures that are listed at a time. */
const PAGE = 48;

export const selection: View = {
  name: "selection",
  title: "Selection",
  tag: "section",
  mount(place, context) {
    const { store } = context;
    const count = el("h2", { "aria-live": "polite" });
    const words = el("p", { class: "quiet" });
    // By its heading all of it is dragged.
    hands(count, () => [...store.selected.peek()].sort((a, b) => a - b));
    const strip = el("ul", { class: "strip", "aria-label": "Chosen images" });
    const more = el("button", { type: "button", class: "button", onclick: () => pages.value++ });
    const close = el(
      "button",
      {
        ...{ type: "button", class: "tool", "aria-label": "Clear the selection", title: "Clear (Delete)" },
        onclick: () => clearSelection(context),
      },
      icon("M4 4l8 8M12 4l-8 8"),
    );
    place.append(el("div", { class: "card-head" }, count, words, close), strip);
    const pages = signal(1);
    return all(
      effect(() => {
        void store.selected.value;
        pages.value = 1;
      }),
      effect(() => {
        const chosen = store.selected.value;
        const columns = store.columns.value;
        place.hidden = chosen.size === 0;
        place.parentElement?.classList.toggle("with-selection", !place.hidden);
        count.textContent = `${grouped(chosen.size)} ${chosen.size === 1 ? "image" : "images"}`;
        words.textContent = classesOf(context.scene, columns, chosen);
        words.title = words.textContent;
      }),
      effect(() => {
        const images = [...store.selected.value].sort((a, b) => a - b);
        const listed = images.slice(0, PAGE * pages.value);
        const rest = images.length - listed.length;
        more.textContent = `${grouped(rest)} more`;
        strip.replaceChildren(
          ...listed.map((image) => el("li", {}, pictureOf(context, image))),
          ...(rest > 0 ? [el("li", {}, more)] : []),
        );
      }),
      () => place.replaceChildren(),
    );
  },
};

function pictureOf(context: Context, image: number): HTMLElement {
  const { scene, store, recording } = context;
  const name = nameOf(scene, store.columns.peek(), image);
  const slot = createStill(scene.shape, name);
  createTileShow(slot, recording).show(image);
  const pin = () => {
    store.pin.value = { by: "image", index: image };
  };
  const button = el(
    "button",
    { type: "button", class: "kin", title: `${name}: pin it`, "aria-label": `Pin ${name}`, onclick: pin },
    slot.node,
  );
  hands(button, () => [image]);
  return button;
}
