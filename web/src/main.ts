/** The entry of the page: takes the token, reads the scene, mounts every view, opens the door. */
import { effect } from "@preact/signals-core";
import { apply, lookOf, read, write } from "./address";
import { createDoor, type Door } from "./door";
import { mountFailure, mountTokenForm } from "./entry";
import { createExplorer, type Explorer } from "./explorer";
import { asTrouble } from "./faults";
import { bindKeys, KEYS } from "./keys";
import { loadPreferences, savePreferences } from "./preferences";
import { parseScene, type Scene } from "./scene";
import { type Source, webSource } from "./source";
import { createToken, type Token } from "./source/token";
import { backgroundNow, insetsNow } from "./surroundings";
import { views } from "./views";
import { el } from "./views/dom";

declare global {
  interface Window {
    hinterland: Door;
  }
}

const ADDRESS_MS = 250;

start(document.body);

function start(place: HTMLElement): void {
  const token = createToken(sessionStorage);
  takeToken(token);
  const source = webSource(token);
  mountTokenForm(place, token);
  window.hinterland = whenOpen(openScene(place, source, token));
}

/** Reads the scene until it can be read, then shows it. */
async function openScene(place: HTMLElement, source: Source, token: Token): Promise<Door> {
  for (;;) {
    try {
      return show(place, parseScene(await source.json("scene.json")), source, token);
    } catch (thrown) {
      console.error(thrown);
      await new Promise<void>((again) => {
        const undo = mountFailure(place, asTrouble(thrown), () => {
          undo();
          again();
        });
      });
    }
  }
}

function show(place: HTMLElement, scene: Scene, source: Source, token: Token): Door {
  document.title = `${scene.title} \u00b7 Hinterland`;
  const surface = createSurface("map-summary");
  const besideSurface = createSurface("beside-summary");
  const page = el("div", { class: "page" });
  const places = views.map(({ name, title, tag }) => {
    const named: Record<string, string> = tag === "div" || tag === "header" ? {} : { "aria-label": title };
    return el(tag, { class: `view-${name}`, ...named });
  });
  for (const [name, node] of [["map", surface] as const, ["beside", besideSurface] as const]) {
    places[views.findIndex((view) => view.name === name)]?.append(node);
  }
  page.append(...places);
  place.append(page);
  const explorer = createExplorer(scene, source, {
    ...{ surface, besideSurface },
    startWorker: () => new Worker(new URL("./decoder/worker.ts", import.meta.url), { type: "module" }),
    background: () => backgroundNow(),
    insets: (of) => insetsNow(page, of),
    prepare(store) {
      loadPreferences(store, localStorage);
      apply(read(location.hash), scene, store);
      effect(() => {
        document.documentElement.dataset.theme = store.themeNow.value;
      });
    },
  });
  const context = { ...explorer, keys: KEYS };
  for (const [i, view] of views.entries()) {
    const at = places[i];
    if (at) view.mount(at, context);
  }
  bindKeys(explorer);
  savePreferences(explorer.store, localStorage);
  keepAddress(explorer, token);
  return createDoor(explorer);
}

/** An element for a map to be drawn in; what it shows is described elsewhere. */
function createSurface(description: string): HTMLElement {
  const attributes = { "aria-roledescription": "map", "aria-describedby": description };
  return el("div", { class: "surface", tabindex: 0, role: "application", ...attributes });
}

/** The address follows what is looked at, and what is looked at follows a pasted address. */
function keepAddress({ scene, store }: Explorer, token: Token): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const written = write(lookOf(store));
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, "", `#${written}`), ADDRESS_MS);
  });
  addEventListener("hashchange", () => {
    takeToken(token);
    apply(read(location.hash), scene, store);
  });
}

/** Takes a token out of the address before anyone sees it there. */
function takeToken(token: Token): void {
  const told = new URLSearchParams(location.hash.slice(1));
  const found = told.get("token");
  if (found === null) return;
  const rest = location.hash
    .slice(1)
    .split("&")
    .filter((part) => !part.startsWith("token="));
  history.replaceState(
    null,
    "",
    rest.length > 0 ? `#${rest.join("&")}` : location.pathname + location.search,
  );
  token.give(found);
}

/** The door stands at once; what it is asked before there is a scene waits, and a state is not there yet. */
function whenOpen(opening: Promise<Door>): Door {
  let open: Door | null = null;
  const soon = opening.then((door) => {
    open = door;
    return door;
  });
  const now = () => {
    if (open) return open;
    throw new Error("the scene is not open yet: await hinterland.ready");
  };
  return {
    ready: soon.then((door) => door.ready),
    state: () => now().state(),
    set: async (wish) => (await soon).set(wish),
    decode: async (latent, epoch) => (await soon).decode(latent, epoch),
    encode: async (pixels, epoch) => (await soon).encode(pixels, epoch),
    classify: async (pixels) => (await soon).classify(pixels),
    own: async () => (await soon).own(),
    addOwn: async (pixels, name) => (await soon).addOwn(pixels, name),
    removeOwn: (id) => now().removeOwn(id),
    shownPixels: () => now().shownPixels(),
    toScreen: (spot, side) => now().toScreen(spot, side),
    toLatent: (x, y) => now().toLatent(x, y),
    trust: (x, y) => now().trust(x, y),
    ground: (layer, x, y) => now().ground(layer, x, y),
    nearest: async (latent, k) => (await soon).nearest(latent, k),
    timings: () => now().timings(),
  };
}
