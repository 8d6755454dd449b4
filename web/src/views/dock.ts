/** The dock: walks, sums and attributes, one panel at a time, above the timeline. */
import { effect, signal } from "@preact/signals-core";
import { DOCKS, type Dock } from "../paths/asked";
import { chooseDock, closeDock } from "../paths/doing";
import { createAttribute } from "./attribute";
import { all, bringIntoSight, el, icon } from "./dom";
import { createSum } from "./sum";
import type { Context, View } from "./view";
import { createWalk } from "./walk";

const TITLES: Readonly<Record<Dock, readonly [name: string, what: string]>> = {
  walk: ["Walk", "From picture to picture through latent space (7)"],
  sum: ["Sum", "A \u2212 B + C (8)"],
  attribute: ["Attribute", "What sets two groups of images apart (9)"],
};
const MAKE = { walk: createWalk, sum: createSum, attribute: createAttribute } as const;

export const dock: View = {
  name: "dock",
  title: "Walks and sums",
  tag: "section",
  mount(place, context) {
    const { store } = context;
    const tabs = DOCKS.map((name) => {
      const [text, title] = TITLES[name];
      const act = () => {
        if (store.dock.peek() !== name) chooseDock(store, name);
      };
      return [name, el("button", { type: "button", class: "tab", text, title, onclick: act })] as const;
    });
    const close = el(
      "button",
      {
        ...{ type: "button", class: "tool close", "aria-label": "Close walks and sums", title: "Close" },
        onclick: () => {
          closeDock(store);
          context.surface.focus({ preventScroll: true });
        },
      },
      icon("M4 4l8 8M12 4l-8 8"),
    );
    const folded = signal(false);
    const fold = el("button", {
      ...{ type: "button", class: "tool fold" },
      onclick: () => {
        folded.value = !folded.peek();
      },
    });
    const head = el(
      "div",
      { class: "tabs", role: "group", "aria-label": "Walks and sums" },
      ...tabs.map(([, tab]) => tab),
    );
    const body = el("div", { class: "dock-panel" });
    const title = el("h2", { class: "unseen", text: dock.title });
    place.append(title, head, el("div", { class: "dock-tools" }, fold, close), body);
    const resized = new ResizeObserver(() => makeRoom(context));
    resized.observe(place);
    return all(
      () => resized.disconnect(),
      effect(() => {
        const name = folded.value ? "Show all of it" : "Only its line";
        fold.replaceChildren(icon(folded.value ? "M4 10l4-4l4 4" : "M4 6l4 4l4-4"));
        fold.setAttribute("aria-label", name);
        fold.setAttribute("aria-expanded", String(!folded.value));
        fold.title = name;
        place.classList.toggle("folded", folded.value);
        place.parentElement?.classList.toggle("folded-dock", folded.value);
      }),
      effect(() => {
        const open = store.dock.value;
        place.hidden = open === null;
        place.parentElement?.classList.toggle("docked", open !== null);
        for (const [name, tab] of tabs) tab.setAttribute("aria-pressed", String(name === open));
        if (!open) return undefined;
        // Made when it is looked at: three panels that nobody sees would follow everything.
        const { node, undo } = MAKE[open](context);
        body.replaceChildren(node);
        bringIntoSight(place);
        return () => {
          undo();
          body.replaceChildren();
        };
      }),
      () => place.replaceChildren(),
    );
  },
};

/** What the whole map shows is shown above the dock too; a camera that was set stays. */
function makeRoom(context: Context): void {
  const { store, travelMs } = context;
  if (store.camera.peek() === null && store.shown.peek())
    requestAnimationFrame(() => context.fit(travelMs() / 2));
}
