/** One scene in a place of a document: every view around its map. The page and the notebook's widget both show it. */
import type { Bench } from "./decoder/channel";
import { createExplorer, type Explorer, type OpenSite } from "./explorer";
import { bindKeys } from "./keys";
import type { MapOptions } from "./map";
import type { SurveyBench } from "./paths/protocol";
import type { Scene } from "./scene";
import type { Store } from "./store";
import { backgroundNow, insetsNow } from "./surroundings";
import { views } from "./views";
import { all, el } from "./views/dom";
import { keepApart } from "./views/drawers";

export interface Around {
  readonly startWorker: () => Bench;
  readonly helpers?: number;
  readonly startSurvey: () => SurveyBench;
  /** Settings, before anything is fetched. */
  readonly prepare: (store: Store, scene: Scene) => void;
  /** Where keys are listened to. */
  readonly keys: EventTarget;
  readonly renderer?: MapOptions["renderer"];
}

/** `place` has the background that the map is drawn on. */
export function mountPage(
  place: HTMLElement,
  scene: Scene,
  site: OpenSite,
  around: Around,
): { readonly explorer: Explorer; readonly undo: () => void } {
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
  const explorer = createExplorer(scene, site, {
    ...{ surface, besideSurface, renderer: around.renderer },
    helpers: around.helpers,
    ...{ startWorker: around.startWorker, startSurvey: around.startSurvey, prepare: around.prepare },
    background: () => backgroundNow(place),
    insets: (of) => insetsNow(page, of),
  });
  const undo = views.flatMap((view, i) => {
    const at = places[i];
    return at ? [view.mount(at, explorer)] : [];
  });
  const { truthOpen, trainingOpen } = explorer.store;
  const apart = keepApart(page, [truthOpen, trainingOpen]);
  return {
    explorer,
    undo: all(apart, bindKeys(explorer, around.keys), ...undo, explorer.dispose, () => page.remove()),
  };
}

/** An element for a map to be drawn in; what it shows is described elsewhere. */
function createSurface(description: string): HTMLElement {
  const attributes = { "aria-roledescription": "map", "aria-describedby": description };
  return el("div", { class: "surface", tabindex: 0, role: "application", ...attributes });
}
