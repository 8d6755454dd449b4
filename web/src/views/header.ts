/** The bar along the top: what this is, which map, and the tools. */
import { effect } from "@preact/signals-core";
import { chooseMap, hasBeside, nextTheme, toggleBeside, toggleEasel } from "../actions";
import { onMac, shownKey } from "../commands/command";
import { chooseDock, closeDock } from "../paths/doing";
import { toggleTool } from "../select";
import { mapWords } from "../words";
import { all, el, icon } from "./dom";
import { createPulse } from "./pulse";
import { createShare } from "./share";
import type { Context, View } from "./view";

const ICONS = {
  closer: icon("M3 8h10", "M8 3v10"),
  farther: icon("M3 8h10"),
  fit: icon("M2.5 6v-3.5h3.5", "M10 2.5h3.5v3.5", "M13.5 10v3.5h-3.5", "M6 13.5h-3.5v-3.5"),
  lens: icon("M10.2 10.2l3.8 3.8", "M2 7a5 5 0 1 0 10 0a5 5 0 1 0 -10 0"),
  auto: icon("M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0", "M8 2.5v11", "M8 5h2.8M8 8h5M8 11h2.8"),
  light: icon(
    "M5 8a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
    "M8 1v1.6M8 13.4v1.6M1 8h1.6M13.4 8h1.6",
    "M3 3l1.2 1.2M11.8 11.8l1.2 1.2M3 13l1.2-1.2M11.8 4.2l1.2-1.2",
  ),
  dark: icon("M13.5 9.6a5.8 5.8 0 0 1 -7.1 -7.1a5.8 5.8 0 1 0 7.1 7.1z"),
  beside: icon("M2 3h12v10h-12z", "M8 3v10"),
  truth: icon("M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0", "M5.4 8.2l1.8 1.8l3.4 -3.8"),
  lasso: icon("M8 2.5c3.6 0 6 1.7 6 4s-2.4 4-6 4s-6-1.7-6-4s2.4-4 6-4z", "M5 10.2c.8 1.2.6 2.6-.8 3.6"),
  box: icon("M2.5 6v-3.5h3.5M10 2.5h3.5v3.5M13.5 10v3.5h-3.5M6 13.5h-3.5v-3.5", "M5.5 8h5M8 5.5v5"),
  walk: icon(
    "M3 11.5c2 0 2-7 5-7s3 7 5 7",
    "M1.8 11.5a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0 -2.4 0",
    "M11.8 11.5a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0 -2.4 0",
  ),
  undo: icon("M6 3l-3 3l3 3", "M3 6h6.5a3.5 3.5 0 0 1 0 7h-3"),
  redo: icon("M10 3l3 3l-3 3", "M13 6h-6.5a3.5 3.5 0 0 0 0 7h3"),
  own: icon("M3 13l.8-3L11 2.8l2.2 2.2L6 12.2z", "M9.6 4.2l2.2 2.2"),
  commands: icon(
    "M3 3.5h10",
    "M3 7h6",
    "M3 10.5h4",
    "M8.5 10.5a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0 -4.8 0M12.7 12.3l1.8 1.8",
  ),
  share: icon("M8 2v8", "M4.8 7L8 10.2L11.2 7", "M2.5 10.5v3h11v-3"),
  keys: icon("M1.5 4h13v8h-13z", "M4 6.6h.1M6.7 6.6h.1M9.3 6.6h.1M12 6.6h.1M5 9.5h6"),
} as const;

export const header: View = {
  name: "header",
  title: "Hinterland",
  tag: "header",
  mount(place, context) {
    const { scene, store, map } = context;
    const themeButton = tool("Theme", ICONS.auto, () => nextTheme(context));
    const lensButton = tool("Lens beside the cursor", ICONS.lens, () => {
      store.lens.value = !store.lens.value;
    });
    const keysButton = tool("Keys", ICONS.keys, () => {
      store.keysOpen.value = true;
    });
    const commandsButton = tool(`All commands (${shownKey("ctrl+k", onMac())})`, ICONS.commands, () => {
      store.commandsOpen.value = true;
    });
    const truthButton = tool("How true is this map? (q)", ICONS.truth, () => {
      store.truthOpen.value = !store.truthOpen.value;
    });
    const besideButton = tool("Two maps side by side (b)", ICONS.beside, () => toggleBeside(context));
    const lassoButton = tool("Lasso: draw around images (o)", ICONS.lasso, () =>
      toggleTool(context, "lasso"),
    );
    const boxButton = tool("Box: draw around images (x)", ICONS.box, () => toggleTool(context, "box"));
    const undoButton = tool("Undo (Ctrl+Z)", ICONS.undo, () => context.history.undo());
    const redoButton = tool("Redo (Ctrl+Shift+Z)", ICONS.redo, () => context.history.redo());
    const zooms = [
      tool("Zoom out", ICONS.farther, () => map.zoom(1 / 1.5)),
      tool("Zoom in", ICONS.closer, () => map.zoom(1.5)),
    ];
    const walkButton = tool("Walks, sums, attributes (7, 8, 9)", ICONS.walk, () => {
      if (store.dock.peek()) closeDock(store);
      else chooseDock(store, "walk");
    });
    const ownButton = tool("Your own image (y)", ICONS.own, () => toggleEasel(context));
    const share = createShare(context);
    const shareButton = tool("Save or copy what is seen", ICONS.share, () => {});
    shareButton.setAttribute("popovertarget", share.node.id);
    // Where there is no room there is seldom a keyboard or a pointer that hovers.
    for (const button of [lensButton, keysButton, themeButton, boxButton, undoButton, redoButton, ...zooms])
      button.classList.add("wide");
    const fitButton = tool("Fit the whole map", ICONS.fit, () => context.fit(300));
    fitButton.classList.add("fit");
    const chooser = mapChooser(context);
    const pulse = createPulse(context);
    place.append(
      brand(context),
      el("h1", { text: scene.title, title: scene.title }),
      el(
        "div",
        { class: "chooser map-bar", role: "group", "aria-label": "Map" },
        chooser.node,
        truthButton,
        besideButton,
      ),
      pulse.node,
      el(
        "div",
        { class: "tools", role: "toolbar", "aria-label": "View" },
        undoButton,
        redoButton,
        lassoButton,
        boxButton,
        ...zooms,
        fitButton,
        walkButton,
        ownButton,
        lensButton,
        themeButton,
        keysButton,
        shareButton,
        commandsButton,
      ),
      share.node,
    );
    return all(
      pulse.undo,
      chooser.undo,
      effect(() => {
        besideButton.hidden = !hasBeside(context);
      }),
      effect(() => truthButton.setAttribute("aria-expanded", String(store.truthOpen.value))),
      effect(() => walkButton.setAttribute("aria-expanded", String(store.dock.value !== null))),
      effect(() => ownButton.setAttribute("aria-expanded", String(store.easelOpen.value))),
      effect(() => besideButton.setAttribute("aria-pressed", String(store.beside.value !== null))),
      effect(() => {
        undoButton.disabled = context.history.back.value === 0;
        redoButton.disabled = context.history.ahead.value === 0;
      }),
      effect(() => lassoButton.setAttribute("aria-pressed", String(store.tool.value === "lasso"))),
      effect(() => boxButton.setAttribute("aria-pressed", String(store.tool.value === "box"))),
      effect(() => lensButton.setAttribute("aria-pressed", String(store.lens.value))),
      effect(() => {
        const theme = store.theme.value;
        const name = `Theme: ${theme === "auto" ? "as the system" : theme}`;
        themeButton.replaceChildren(ICONS[theme]);
        themeButton.setAttribute("aria-label", name);
        themeButton.title = name;
      }),
      () => place.replaceChildren(),
    );
  },
};

/** The name of the house; where there are several runs, the way back to them. */
function brand({ site }: Context): HTMLElement {
  if (site.site.scenes.length === 1) return el("p", { class: "brand", text: "Hinterland" });
  const words = [
    ["full", "Hinterland"],
    ["short", "Runs"],
  ] as const;
  const back = el(
    "a",
    { class: "brand-link", href: "#", title: "All runs", "aria-label": "Hinterland: all runs" },
    icon("M10 3l-5 5l5 5"),
    ...words.map(([name, text]) => el("span", { class: name, text })),
  );
  return el("p", { class: "brand" }, back);
}

/** Hidden where there is but one map; returns also what undoes it. */
function mapChooser(context: Context) {
  const { scene, store } = context;
  const choice = el("select", {
    ...{ class: "select", "aria-label": "Map" },
    onchange: () => chooseMap(context, choice.value),
  });
  const node = el("label", {}, el("span", { class: "full", text: "Map " }), choice);
  const undo = all(
    effect(() => {
      const { maps } = scene;
      choice.replaceChildren(
        ...maps.map((map) => el("option", { value: map.name, text: mapWords(map, maps) })),
      );
      choice.value = store.map.peek().name;
      node.hidden = maps.length < 2;
    }),
    effect(() => {
      choice.value = store.map.value.name;
    }),
  );
  return { node, undo };
}

function tool(name: string, drawing: SVGSVGElement, act: () => void): HTMLButtonElement {
  const attributes = { type: "button", class: "tool", "aria-label": name, title: name, onclick: act };
  return el("button", attributes, drawing.cloneNode(true));
}
