/** The lens: what is under the cursor, decoded, beside it. */
import { effect } from "@preact/signals-core";
import { screenOf } from "../actions";
import { trustLevel } from "../words";
import { all, el } from "./dom";
import { createSlot } from "./pictures";
import type { View } from "./view";

const AWAY = 16;

export const lens: View = {
  name: "lens",
  title: "Lens",
  tag: "div",
  mount(place, context) {
    const { scene, store, hover, map } = context;
    const slot = createSlot(scene.shape, "Decoded under the cursor");
    const glass = el("div", { class: "lens", "aria-hidden": "true" }, slot.node);
    place.append(glass);
    const follow = () => {
      const at = screenOf(context, hover.place.peek());
      glass.hidden = !(store.lens.peek() && store.pointing.peek() && hover.picture.peek() && at);
      if (glass.hidden || !at) return;
      const { width, height } = glass.getBoundingClientRect();
      const right = at[0] + AWAY + width < innerWidth;
      const below = at[1] - AWAY - height < 0;
      const x = right ? at[0] + AWAY : at[0] - AWAY - width;
      const y = below ? at[1] + AWAY : at[1] - AWAY - height;
      glass.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    };
    return all(
      effect(() => {
        const picture = hover.picture.value;
        if (picture) slot.paint(picture.pixels);
        const trust = hover.place.value?.trust ?? 1;
        glass.dataset.trust = trustLevel(trust).replace(" ", "-");
        glass.style.setProperty("--trust", String(trust));
        void [store.lens.value, store.pointing.value, hover.place.value];
        follow();
      }),
      map.onDraw(follow),
      () => place.replaceChildren(),
    );
  },
};
