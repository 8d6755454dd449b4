/** The entry of the notebook's widget: the page's map and views in a box of their own, with the kernel behind them. */
import { effect, signal } from "@preact/signals-core";
import { createDoor, type Door } from "./door";
import { mountFailure } from "./entry";
import { asTrouble } from "./faults";
import { Workshop } from "./notebook/bench";
import { Contexts, type Tenant } from "./notebook/contexts";
import { startEngine, startSurvey } from "./notebook/engine";
import { followTheme } from "./notebook/hosts";
import { createKernel, type Kernel, kernelSite } from "./notebook/kernel";
import { bytesOf, type Model } from "./notebook/model";
import { scoped } from "./notebook/scoped";
import { follow, takeAll } from "./notebook/traits";
import { mountPage } from "./page";
import { parseScene } from "./scene";
import { parseSite } from "./site";
import { inflate } from "./source/packed";
import style from "./style.css?inline";
import { all, el } from "./views/dom";

/** What all widgets of a page share. Each brings a copy of this code: the first one's serves all. */
interface Shared {
  readonly workshop: Workshop;
  readonly contexts: Contexts;
}
const SHARED = Symbol.for("hinterland.widgets.1");
const RENDERERS = ["webgl2", "canvas2d"] as const;

function shared(): Shared {
  const place = globalThis as { [SHARED]?: Shared };
  place[SHARED] ??= { workshop: new Workshop(), contexts: new Contexts() };
  return place[SHARED];
}

/** The element that holds a widget; its door is docs/scripting.md's. */
type Host = HTMLElement & { hinterland?: Door };

export default {
  render({ model, el: place }: { model: Model; el: HTMLElement }): () => void {
    const host: Host = el("div", { class: "hinterland-widget", "data-lm-suppress-shortcuts": "true" });
    const height = () => {
      host.style.height = `${model.get("height")}px`;
    };
    height();
    model.on("change:height", height);
    const box = el("div", { class: "box" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(scoped(style, lettersOf(place)));
    const shadow = host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(box);
    place.append(host);
    const manners = keepToItself(host);
    let shown = () => {};
    const show = () => {
      shown();
      shown = showWhenSeen(model, host, box);
    };
    model.on("change:_edition", show);
    show();
    return () => {
      model.off("change:_edition", show);
      model.off("change:height", height);
      manners();
      shown();
      host.remove();
    };
  },
};

/** Pixels of the letters that the person chose in the browser, whatever the notebook makes of them. */
function lettersOf(place: HTMLElement): number {
  const letter = el("span", {});
  letter.style.fontSize = "medium";
  place.append(letter);
  const pixels = Number.parseFloat(getComputedStyle(letter).fontSize);
  letter.remove();
  return pixels || 16;
}

/** What is typed in the widget is no command to the notebook, and scrolling past it does not zoom. */
function keepToItself(host: HTMLElement): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const key = (event: KeyboardEvent) => {
    const command = event.ctrlKey || event.metaKey || event.altKey;
    if (event.defaultPrevented || !command) event.stopPropagation();
  };
  for (const name of ["keydown", "keyup", "keypress"] as const) {
    host.addEventListener(name, key, { signal });
  }
  host.addEventListener(
    "wheel",
    (event) => {
      if (!host.matches(":focus-within") && !event.ctrlKey) event.stopPropagation();
    },
    { signal, capture: true, passive: true },
  );
  return () => listening.abort();
}

/** Nothing is fetched and nothing drawn before the widget is scrolled to. */
function showWhenSeen(model: Model, host: Host, box: HTMLElement): () => void {
  const { contexts } = shared();
  const kernel = createKernel(model);
  const note = el("p", { class: "kernel panel", role: "status", hidden: true });
  const [still, forgotten] = stillOf(model);
  box.append(still, note);
  const asking = signal(false);
  let inView = false;
  let tenant: Tenant | null = null;
  let opened = () => {};
  let begun = false;
  let gone = false;
  const open = async () => {
    asking.value = true;
    try {
      opened = await openScene(model, host, box, kernel, (maps, renderer) => {
        tenant = { maps, renderer };
        contexts.look(tenant, inView);
      });
      if (gone) opened();
      else still.remove();
    } catch (thrown) {
      if (gone) return;
      console.error(thrown);
      opened = mountFailure(box, asTrouble(thrown), () => {
        opened();
        void open();
      });
    }
    asking.value = false;
  };
  const watching = new IntersectionObserver(
    (entries) => {
      inView = entries.at(-1)?.isIntersecting ?? false;
      if (inView && !begun) void open();
      begun ||= inView;
      if (tenant) contexts.look(tenant, inView);
    },
    { rootMargin: "200px" },
  );
  watching.observe(host);
  const undo = effect(() => {
    note.textContent = kernel.silent.value ? SILENT : asking.value ? "Asking the kernel\u2026" : "";
    note.hidden = note.textContent === "";
  });
  return () => {
    gone = true;
    all(
      undo,
      forgotten,
      () => watching.disconnect(),
      opened,
      kernel.close,
      () => box.replaceChildren(),
    )();
    if (tenant) contexts.leave(tenant);
    delete host.hinterland;
  };
}

const SILENT = "The kernel does not answer: it is busy, or gone. Where it is gone, run the cell again.";

/** The map as it was when the cell ran: what is seen until the kernel answers, or for want of one. */
function stillOf(model: Model): readonly [HTMLElement, () => void] {
  const bytes = bytesOf(model.get("_still"));
  const address = bytes?.length ? URL.createObjectURL(new Blob([bytes.slice()], { type: "image/png" })) : "";
  const alt = "The map as it was when the cell ran";
  const picture = el("img", { class: "still", alt, src: address, hidden: !address });
  return [picture, () => URL.revokeObjectURL(address)];
}

/** Reads the scene from the kernel and mounts the page's views. Throws a Trouble. */
async function openScene(
  model: Model,
  host: Host,
  box: HTMLElement,
  kernel: Kernel,
  drawn: (maps: Tenant["maps"], renderer: Tenant["renderer"]) => void,
): Promise<() => void> {
  const source = kernelSite(kernel);
  const site = parseSite(await source.json());
  const [{ name }] = site.scenes;
  const scene = parseScene(await source.scene(name).json("scene.json"));
  const renderer = RENDERERS.find((one) => one === model.get("renderer")) ?? "auto";
  let themed = () => {};
  const { explorer, undo } = mountPage(
    box,
    scene,
    { site, name, source: source.scene, linkTo: (view) => `w.view = ${JSON.stringify(view)}` },
    {
      startWorker: () => shared().workshop.bench(() => startEngine(() => runtimeOf(kernel))),
      startSurvey,
      keys: box,
      renderer,
      prepare(store, grown) {
        takeAll(model, grown, store);
        const system = followTheme(document, (theme) => {
          store.systemTheme.value = theme;
        });
        const own = effect(() => {
          host.dataset.theme = store.themeNow.value;
        });
        themed = all(system, own);
      },
    },
  );
  host.hinterland = createDoor(explorer);
  const maps = () => [explorer.map, ...(explorer.beside.peek() ? [explorer.beside.peek()!.map] : [])];
  const counted = effect(() => {
    void explorer.beside.value;
    drawn(maps, renderer);
  });
  return all(follow(model, explorer), counted, themed, undo);
}

/** The runtime's wasm, which comes packed. */
async function runtimeOf(kernel: Kernel): Promise<ArrayBuffer> {
  return inflate(await kernel.ask({ runtime: true }), "the runtime");
}
