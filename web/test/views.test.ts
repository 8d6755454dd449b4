// @vitest-environment happy-dom
/** Every view, on a made-up explorer: it fills its place, follows the store, and leaves nothing behind. */
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KEYS } from "../src/keys";
import type { Neighbour } from "../src/nearest";
import type { Picture, Probe } from "../src/probe";
import type { Shown } from "../src/recording";
import type { Scene } from "../src/scene";
import { createStore, type Fault, type Place } from "../src/store";
import { views } from "../src/views";
import type { Context } from "../src/views/view";
import { flat } from "../src/ways";
import { aScene } from "./fixtures";

const NASTY = '<img src=x onerror="alert(1)">';

function aProbe() {
  return {
    place: signal<Place | null>(null),
    picture: signal<Picture | null>(null),
    neighbour: signal<(Neighbour & { epoch: number }) | null>(null),
    neighbourPicture: signal<Picture | null>(null),
    fault: signal<Fault | null>(null),
    dispose() {},
  } satisfies Probe;
}

function aContext(scene: Scene = aScene()) {
  const store = createStore(scene);
  const drawn = new Set<() => void>();
  const listeners = { drawn };
  const listen = (call: () => void) => {
    drawn.add(call);
    return () => drawn.delete(call);
  };
  const hover = aProbe();
  const pinned = aProbe();
  const context = {
    scene,
    store,
    hover,
    pinned,
    keys: KEYS,
    surface: document.createElement("div"),
    map: { onDraw: listen, onCamera: listen, toScreen: () => [10, 10], pick: () => -1, toSpot: () => [0, 0] },
    recording: { tile: () => Promise.reject(new Error("no pictures here")) },
    decoder: { state: signal("here") },
    painted: signal(true),
    travelling: signal(false),
    hovers: [],
    paintedHover() {},
    fit() {},
    travelMs: () => 0,
  } as unknown as Context;
  return { context, store, hover, pinned, listeners };
}

function lookAtSomething({ store, hover }: ReturnType<typeof aContext>): void {
  const way = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
  const points = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1);
  store.shown.value = { map: store.map.value, epoch: 5, points, way } satisfies Shown;
  store.columns.value = new Map<string, Int32Array | Float32Array>([
    ["label", Int32Array.of(0, 1, -1, 1)],
    ["loss", Float32Array.of(0.5, 1, 2, Number.NaN)],
  ]);
  store.aim.value = { by: "spot", spot: Float32Array.of(0.5, 0.5) };
  const latent = Float32Array.of(0.5, 0.5, 0);
  hover.place.value = { latent, spot: Float32Array.of(0.5, 0.5), image: -1 };
  hover.neighbour.value = { index: 1, distance: 0.25, epoch: 5 };
  hover.picture.value = { pixels: new Float32Array(4), latent, epoch: 5, asked: 0 };
}

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {} }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

describe.each(views.map((view) => [view.name, view] as const))("%s", (_, view) => {
  test("stands with nothing chosen, with something, with faults, and leaves nothing behind", () => {
    const made = aContext();
    const place = document.createElement(view.tag);
    document.body.append(place);
    const undo = view.mount(place, made.context);
    expect(place.childElementCount).toBeGreaterThan(0);
    lookAtSomething(made);
    const fault = { message: "it broke", hint: "mend it", retry() {} };
    made.hover.fault.value = fault;
    made.store.frameFault.value = { ...fault, epoch: 2 };
    made.store.columnsFault.value = fault;
    made.store.latentsFault.value = fault;
    for (const call of made.listeners.drawn) call();
    undo();
    expect(place.childElementCount).toBe(0);
    expect(made.listeners.drawn.size).toBe(0);
  });
});

test("names from strangers are text, never markup", () => {
  const scene = aScene();
  const channels = [{ name: "label", kind: "class", values: [NASTY, NASTY] }] as const;
  const made = aContext({ ...scene, title: NASTY, channels });
  for (const view of views) {
    const place = document.createElement(view.tag);
    document.body.append(place);
    view.mount(place, made.context);
  }
  lookAtSomething(made);
  expect(document.body.textContent).toContain(NASTY);
  expect(document.querySelector("img")).toBeNull();
});

function mounted(name: string, made: ReturnType<typeof aContext>): HTMLElement {
  const view = views.find((one) => one.name === name);
  const place = document.createElement("section");
  document.body.append(place);
  view?.mount(place, made.context);
  return place;
}

test("the legend counts each class, and a click hides it", () => {
  const made = aContext();
  const place = mounted("legend", made);
  lookAtSomething(made);
  const lines = [...place.querySelectorAll<HTMLElement>(".class")];
  expect(lines.map((line) => line.textContent)).toEqual(["cat1", "dog2", "none1"]);
  lines[1]?.click();
  expect([...made.store.hidden.value]).toEqual([1]);
  expect(place.querySelectorAll(".class")[1]?.getAttribute("aria-pressed")).toBe("false");
});

test("a set without channels has no legend", () => {
  const made = aContext({ ...aScene(), channels: [] });
  const place = mounted("legend", made);
  expect(place.hidden).toBe(true);
});

test("an epoch that fails is named on the timeline, and Retry tries it again", () => {
  const made = aContext();
  const place = mounted("timeline", made);
  const retry = vi.fn();
  made.store.frameFault.value = { epoch: 2, message: "no such file", hint: "", retry };
  expect(place.textContent).toContain("epoch 2 unreadable: no such file");
  [...place.querySelectorAll("button")].find(({ textContent }) => textContent === "Retry")?.click();
  expect(retry).toHaveBeenCalledOnce();
});

test("the inspector tells the nearest image with its label, its distance and the latent", () => {
  const made = aContext();
  const place = mounted("inspector", made);
  lookAtSomething(made);
  const facts = [...place.querySelectorAll("dt")].map((dt) => [
    dt.textContent,
    dt.nextElementSibling?.textContent,
  ]);
  expect(facts).toContainEqual(["label", "dog"]);
  expect(facts).toContainEqual(["latent distance", "0.25"]);
  expect(facts).toContainEqual(["latent", "(0.50, 0.50, 0.00)"]);
});

test("the help lists every key of the table", () => {
  const made = aContext();
  const place = mounted("keys", made);
  expect(place.querySelectorAll("tr")).toHaveLength(KEYS.length);
});
