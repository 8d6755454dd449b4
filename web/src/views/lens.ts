/** The lens: what is under the cursor, decoded, beside it; by both models where two are compared, and with an attribute. */
import { effect } from "@preact/signals-core";
import { screenOf } from "../actions";
import { boxOf } from "../boxes";
import { all, el, say } from "./dom";
import { createSlot } from "./pictures";
import { dressTrust } from "./support";
import { createTwin, modelWords } from "./twin";
import type { View } from "./view";

const AWAY = 16;

export const lens: View = {
  name: "lens",
  title: "Lens",
  tag: "div",
  mount(place, context) {
    const { scene, store, hover, map, beside } = context;
    const slot = createSlot(scene.shape, "Decoded under the cursor");
    const more = createSlot(scene.shape, "With the attribute");
    const twin = createTwin(context, "Decoded by the model beside");
    const caption = el("figcaption", {});
    const own = el("figure", { class: "own" }, slot.node, caption);
    const glass = el("div", { class: "lens", "aria-hidden": "true" }, own, more.node, twin.node);
    const { altering } = context.paths;
    place.append(glass);
    let [width, height] = [0, 0];
    // Asked for at every move, its size would have to be laid out at every move.
    const watching = new ResizeObserver(() => {
      ({ offsetWidth: width, offsetHeight: height } = glass);
      follow();
    });
    watching.observe(glass);
    const other = () => beside.peek()?.hover.picture.peek() ?? null;
    // There is room for one of the two: what tells them apart.
    const shortly = (side: "main" | "beside") => modelWords(context, side).split(" \u00b7 ")[0] ?? "";
    const follow = () => {
      const at = screenOf(context, store.cursor.peek());
      const anything = hover.picture.peek() ?? other();
      glass.hidden = !(store.lens.peek() && store.pointing.peek() && anything && at);
      if (glass.hidden || !at) return;
      dressTrust(glass, hover.place.peek()?.trust ?? null);
      const page = place.parentElement ? boxOf(place.parentElement) : new DOMRect();
      const [left, top] = [at[0] - page.x, at[1] - page.y];
      const right = left + AWAY + width < page.width;
      const below = top - AWAY - height < 0;
      const beside = right ? left + AWAY : left - AWAY - width;
      // Where two pictures have no room on either side, they are above or below.
      const x = Math.max(0, Math.min(beside, page.width - width));
      const y = below ? top + AWAY : top - AWAY - height;
      glass.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    };
    return all(
      twin.undo,
      effect(() => {
        const altered = (store.pin.value ? altering.under : altering.probe).picture.value;
        more.node.hidden = !altered;
        if (altered) more.paint(altered.pixels);
        follow();
      }),
      effect(() => {
        const picture = hover.picture.value;
        own.hidden = !picture;
        if (picture) slot.paint(picture.pixels);
        follow();
        if (picture && !glass.hidden) context.paintedHover(picture);
      }),
      effect(() => {
        void [store.lens.value, store.pointing.value, hover.seen.value];
        follow();
      }),
      effect(() => {
        const probe = beside.value?.hover;
        twin.paint(probe?.picture.value?.pixels ?? null, probe?.seen.value.place?.trust);
        say(caption, twin.node.hidden ? "" : shortly("main"));
        say(twin.caption, shortly("beside"));
        follow();
      }),
      map.onDraw(follow),
      effect(() => beside.value?.map.onDraw(follow)),
      () => watching.disconnect(),
      () => place.replaceChildren(),
    );
  },
};
