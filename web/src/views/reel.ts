/** A row of decoded pictures side by side. */
import type { Scene } from "../scene";
import { el } from "./dom";
import { createSlot, type Slot } from "./pictures";

export function createReel(shape: Scene["shape"], name: string) {
  const node = el("div", { class: "reel", role: "group", "aria-label": name });
  let slots: Slot[] = [];
  return {
    node,
    /** `names`: of each picture, for those who do not see it. */
    show(pictures: readonly Float32Array[], names: readonly string[]): void {
      if (slots.length !== pictures.length) {
        slots = pictures.map(() => createSlot(shape, ""));
        node.replaceChildren(...slots.map(({ node }) => node));
      }
      for (const [i, slot] of slots.entries()) {
        slot.node.setAttribute("aria-label", names[i] ?? "");
        slot.paint(pictures[i]!);
      }
    },
  };
}
