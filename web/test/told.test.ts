// @vitest-environment happy-dom
/** What panels say of a run and of a map is so. */
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mountStart } from "../src/entry";
import type { Progress } from "../src/pulse";
import { parseScene } from "../src/scene";
import { parseSite } from "../src/site";
import { createStore } from "../src/store";
import { createPulse } from "../src/views/pulse";
import { timeline } from "../src/views/timeline";
import { truth } from "../src/views/truth";
import type { Context } from "../src/views/view";
import { sceneJson } from "./fixtures";

const [PLANE] = sceneJson().maps as Record<string, unknown>[];
const TSNE = { ...PLANE, name: "tsne", projection: "tsne", way: "near", epochs: [5] };

/** A scene of four epochs, 0 to 5, with a flat map of all and a map that bends of the last one. */
function looking() {
  const scene = parseScene({ ...sceneJson(), maps: [PLANE, TSNE] });
  const store = createStore(scene);
  const main = { trails: { trails: signal(null), words: signal(null) } };
  const context = { scene, store, main, fit() {}, surface: document.body } as unknown as Context;
  return { scene, store, context };
}

let place: HTMLElement;
let undo = () => {};

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
});
afterEach(() => {
  undo();
  place.remove();
});

test("fog is offered where something is guessed, and nowhere else", () => {
  const { scene, store, context } = looking();
  undo = truth.mount(place, context);
  store.truthOpen.value = true;
  const fog = place.querySelector<HTMLElement>("label.option") ?? expect.fail("no choice of fog");
  expect(fog.textContent).toContain("Fog");
  expect(fog.hidden).toBe(true);
  store.map.value = scene.maps[1] ?? expect.fail("no map that bends");
  expect(fog.hidden).toBe(false);
});

test("a map of one epoch says of which, and which ones the run has", () => {
  const { scene, store, context } = looking();
  undo = timeline.mount(place, context);
  store.map.value = scene.maps[1] ?? expect.fail("no map of one epoch");
  const told = [...place.querySelectorAll<HTMLElement>("p")].filter(({ hidden }) => !hidden);
  expect(told.map(({ textContent }) => textContent)).toContain(
    "This map was made of epoch 5 alone; the run has those from 0 to 5.",
  );
});

test.each([
  ["finished", "8 epochs"],
  ["stopped", "stopped"],
])("a run that has %s long ago does not look as if it trained", (state, words) => {
  const day = 86_400;
  const progress = { state, newest: 8, epochs: 8, error: "", at: day, committed: day } as unknown as Progress;
  const site = { name: "made", pulse: { status: signal(null), clock: signal(0), now: () => 9 * day } };
  const growth = { progress: signal(progress), fresh: signal(0), live() {} };
  const { store } = looking();
  const pulse = createPulse({ store, growth, site } as unknown as Context);
  undo = pulse.undo;
  expect(pulse.node.querySelector(".pulse")?.textContent).toBe(words);
  expect(pulse.node.querySelector<HTMLElement>(".pulse")?.title).toContain("Shift+T");
});

test("a list of runs counts the epochs that are recorded, of which one may be the untrained model's", () => {
  const entry = { title: "digits \u00b7 vae", model: "vae", latent_dim: 2, n: 1797, epochs: 9 };
  const scenes = [
    { name: "a", ...entry },
    { name: "b", ...entry, epochs: 1 },
  ];
  undo = mountStart(place, parseSite({ format: 1, title: "all", scenes }), null);
  expect(place.textContent).toContain("9 recorded epochs");
  expect(place.textContent).toContain("1 recorded epoch");
});
