/** The entry of the page: takes the token, reads the site and a scene, mounts every view, opens the door. */
import { effect } from "@preact/signals-core";
import { apply, lookOf, read, write } from "./address";
import { createDoor, type Door } from "./door";
import { mountFailure, mountStart, mountTokenForm } from "./entry";
import type { Explorer, OpenSite } from "./explorer";
import { asTrouble } from "./faults";
import { keepOf } from "./keep";
import { runPart } from "./link";
import { mountPage } from "./page";
import { loadPreferences, savePreferences } from "./preferences";
import { createPulse, type Pulse } from "./pulse";
import { parseScene, type Scene } from "./scene";
import { firstEpoch, mountBanner } from "./served";
import { chosen, parseSite, runIn, type SceneEntry, type Site } from "./site";
import { type SiteSource, webSite } from "./source";
import { createToken, type Token } from "./source/token";

declare global {
  interface Window {
    hinterland: Door;
  }
}

const ADDRESS_MS = 250;

start(document.body);

function start(place: HTMLElement): void {
  const token = createToken(keepOf("sessionStorage"));
  takeToken(token);
  const source = webSite(token);
  mountTokenForm(place, token);
  window.hinterland = whenOpen(openSite(place, source, token));
}

/** Reads the site and the scene that the address asks for until they can be read, then shows the scene. */
async function openSite(place: HTMLElement, source: SiteSource, token: Token): Promise<Door> {
  let pulse: Pulse | null = null;
  for (;;) {
    try {
      const site = parseSite(await source.json());
      if (site.status !== null && !pulse) {
        source.wait();
        mountBanner(place, source.connection);
        pulse = createPulse(source, site.status);
      }
      const entry = chosen(site, runIn(location.hash)) ?? (await choice(place, site, pulse));
      const { name } = entry;
      if (pulse && entry.epochs === 0) await firstEpoch(place, pulse, name, entry.title);
      const sceneOf = (wanted: string) => source.scene(wanted, site);
      const scene = parseScene(await sceneOf(name).json("scene.json"));
      return show(place, scene, { site, name, source: sceneOf, pulse }, token);
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

/** Shows the runs until the address asks for one. */
async function choice(place: HTMLElement, site: Site, pulse: Pulse | null): Promise<SceneEntry> {
  document.title = `${site.title} \u00b7 Hinterland`;
  const undo = mountStart(place, site, pulse);
  const scene = await new Promise<SceneEntry>((asked) => {
    addEventListener("hashchange", function follow({ newURL }) {
      const found = chosen(site, runIn(new URL(newURL).hash));
      if (!found) return;
      removeEventListener("hashchange", follow);
      asked(found);
    });
  });
  undo();
  return scene;
}

/** Each has a wasm memory of its own. */
const MOST_HELPERS = 3;

function show(place: HTMLElement, scene: Scene, site: OpenSite, token: Token): Door {
  const { explorer } = mountPage(place, scene, site, {
    startWorker: () =>
      // "packed" is PACKED: the build wants every option of a worker spelt out.
      site.site.static
        ? new Worker(new URL("./decoder/worker.ts", import.meta.url), { type: "module", name: "packed" })
        : new Worker(new URL("./decoder/worker.ts", import.meta.url), { type: "module" }),
    helpers: Math.min(MOST_HELPERS, Math.floor(navigator.hardwareConcurrency / 2)),
    startSurvey: () => new Worker(new URL("./paths/worker.ts", import.meta.url), { type: "module" }),
    keys: document,
    prepare(store, scene) {
      loadPreferences(store, keepOf("localStorage"));
      apply(read(location.hash), scene, store);
      effect(() => {
        document.documentElement.dataset.theme = store.themeNow.value;
      });
    },
  });
  savePreferences(explorer.store, keepOf("localStorage"));
  keepAddress(explorer, token);
  effect(() => {
    const { progress } = explorer.growth;
    const { state, epoch, epochs } = progress.value ?? {};
    const under =
      state === "training" && epoch != null ? `${epoch}${epochs ? `/${epochs}` : ""} \u00b7 ` : "";
    document.title = `${under}${scene.title} \u00b7 Hinterland`;
  });
  return createDoor(explorer);
}

/** The address follows what is looked at, and what is looked at follows a pasted address. */
function keepAddress({ scene, site, store }: Explorer, token: Token): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const written = write(lookOf(store));
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, "", `#${runPart(site)}${written}`), ADDRESS_MS);
  });
  addEventListener("hashchange", ({ newURL }) => {
    // As it was pasted: by now what was looked at before may have been written over it.
    const hash = takeToken(token, new URL(newURL).hash);
    const asked = runIn(hash);
    // Another scene is another page: nothing of this one is kept.
    if (runPart(site) && asked !== site.name) {
      showAs(hash);
      location.reload();
    } else apply(read(hash), scene, store);
  });
}

/** Takes a token out of the address before anyone sees it there; what is left of its fragment. */
function takeToken(token: Token, hash = location.hash): string {
  const found = new URLSearchParams(hash.slice(1)).get("token");
  if (found === null) return hash;
  const rest = hash
    .slice(1)
    .split("&")
    .filter((part) => !part.startsWith("token="));
  const left = rest.length > 0 ? `#${rest.join("&")}` : "";
  showAs(left);
  token.give(found);
  return left;
}

/** Puts a fragment, or none, into the address. */
function showAs(hash: string): void {
  history.replaceState(null, "", hash || location.pathname + location.search);
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
    shownPixels: (side) => now().shownPixels(side),
    toScreen: (spot, side) => now().toScreen(spot, side),
    toLatent: (x, y) => now().toLatent(x, y),
    trust: (x, y) => now().trust(x, y),
    ground: (layer, x, y) => now().ground(layer, x, y),
    nearest: async (latent, k) => (await soon).nearest(latent, k),
    timings: () => now().timings(),
  };
}
