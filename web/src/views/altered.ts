/** What is looked at with the attribute that the dock asks for, beside what it decodes to. */
import { effect } from "@preact/signals-core";
import { signedHundredths } from "../words";
import { all, el } from "./dom";
import { createSlot } from "./pictures";
import type { Context } from "./view";

/** A figure; hidden, and `page` not `altered`, where no attribute is asked for. */
export function createAltered({ scene, store, paths }: Context, page: HTMLElement) {
  const slot = createSlot(scene.shape, "With the attribute");
  const caption = el("figcaption", {});
  const node = el("figure", {}, el("div", { class: "frame" }, slot.node), caption);
  const { probe } = paths.altering;
  const undo = all(
    effect(() => {
      const picture = probe.picture.value;
      node.hidden = !picture;
      page.classList.toggle("altered", picture !== null);
      if (picture) slot.paint(picture.pixels);
    }),
    effect(() => {
      caption.textContent = `with ${signedHundredths(store.strength.value)}`;
      caption.title = "With the attribute, at its strength";
    }),
  );
  return { node, undo };
}
