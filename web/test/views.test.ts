// @vitest-environment happy-dom
/** Every view, on a made-up explorer: it fills its place, follows the store, and leaves nothing behind. */
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GROUPS } from "../src/commands";
import { createLinks } from "../src/links";
import { createPaths } from "../src/paths";
import type { Shown } from "../src/recording";
import type { Scene } from "../src/scene";
import { createStore } from "../src/store";
import { views } from "../src/views";
import type { Context } from "../src/views/view";
import { flat } from "../src/ways";
import { aProbe, aScene } from "./fixtures";

const NASTY = '<img src=x onerror="alert(1)">';

function aContext(scene: Scene = aScene()) {
  const store = createStore(scene);
  const drawn = new Set<() => void>();
  const listeners = { drawn };
  const listen = (call: () => void) => {
    drawn.add(call);
    return () => drawn.delete(call);
  };
  const [hover, pinned] = [aProbe(), aProbe()];
  const map = {
    ...{ onDraw: listen, onCamera: listen },
    ...{ toScreen: () => [10, 10], pick: () => -1, toSpot: () => [0, 0] },
  };
  const surface = document.createElement("div");
  const ground = { fares: signal(new Map()), at: () => null, again() {}, dispose() {} };
  const recording = {
    tile: () => Promise.reject(new Error("no pictures here")),
    neighbours: async () => null,
    pixels: async () => new Float32Array(4),
  } as unknown as Context["recording"];
  const decoder = {
    ...{ state: signal("here"), classify: async () => Float32Array.of(0.25, 0.75) },
    decode: async (_: number, latents: Float32Array) => new Float32Array((latents.length / 3) * 4),
  } as unknown as Context["decoder"];
  const survey = () => ({ postMessage() {}, terminate() {} }) as unknown as Worker;
  const paths = createPaths(store, decoder, recording, survey, signal(true));
  const looks = { colouring: store.colouring, visible: store.visible, selected: store.selected };
  const context = {
    scene,
    site: { site: { title: "", scenes: [{}] }, name: "made", pulse: null },
    growth: { progress: signal(null), fresh: signal(0), live() {} },
    store,
    ...{ hover, pinned, surface, map },
    links: { cursor: createLinks(store, store.cursor), pin: createLinks(store, store.pinned) },
    main: {
      ...{ side: "main", surface, map, shown: store.shown, travelling: signal(false), ground, fit() {} },
      ...{ hover, pinned, looks, camera: store.camera },
      ...{ trails: { trails: signal(null), words: signal(null) }, world: { scene } },
    },
    ...{ beside: signal(null), besideSurface: document.createElement("div"), painted: signal(true) },
    ...{ recording, decoder, paths },
    history: { undo() {}, redo() {}, back: signal(0), ahead: signal(0), dispose() {} },
    travelling: signal(false),
    ...{ hovers: [], paintedHover() {}, fit() {}, travelMs: () => 0 },
    sparing: { move: () => 0, reading: () => 0, rest: (ms: number) => ms },
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
  hover.place.value = { latent, spot: Float32Array.of(0.5, 0.5), image: -1, side: "main", trust: null };
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
    made.hover.fault.value = { ...fault, latent: new Float32Array(3), epoch: 5 };
    made.store.frameFault.value = { ...fault, map: made.store.map.value, epoch: 2 };
    made.store.columnsFault.value = fault;
    made.store.latentsFault.value = fault;
    made.store.tilesFault.value = fault;
    made.store.astray.value = true;
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
  expect(document.querySelector("[onerror], [src='x']")).toBeNull();
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

test("a set without channels, whose maps lose nothing, has nothing to colour by", () => {
  const made = aContext({ ...aScene(), channels: [], latentDim: 2 });
  const place = mounted("legend", made);
  expect(place.querySelector<HTMLElement>(".drawer")?.hidden).toBe(true);
  expect(place.querySelector(".layers")).not.toBeNull();
});

test("an epoch that fails is named on the timeline, and Retry tries it again", () => {
  const made = aContext();
  const place = mounted("timeline", made);
  const retry = vi.fn();
  made.store.frameFault.value = {
    map: made.store.map.value,
    epoch: 2,
    message: "no such file",
    hint: "",
    retry,
  };
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
  const bound = GROUPS.flatMap(({ commands }) => commands).filter(({ keys }) => keys.length > 0);
  expect(place.querySelectorAll("tr")).toHaveLength(bound.length);
});

test("every picture of the inspector has a caption, in full and in short", () => {
  const made = aContext();
  const place = mounted("inspector", made);
  const captions = (part: string) =>
    [...place.querySelectorAll(`figcaption .${part}`)].map(({ textContent }) => textContent);
  expect(captions("full")).toEqual(["decoded here", "nearest image", "its reconstruction"]);
  expect(captions("short")).toEqual(["decoded", "nearest", "rebuilt"]);
  made.store.pin.value = { by: "image", index: 1 };
  expect(captions("short")).toEqual(["rebuilt", "nearest", "original"]);
});

describe("a latent of many numbers", () => {
  const latent = Float32Array.from({ length: 16 }, (_, i) => i / 7 - 1);
  function inspected(d: number) {
    const made = aContext({ ...aScene(), latentDim: d });
    const place = mounted("inspector", made);
    const spot = Float32Array.of(0, 0);
    made.hover.place.value = { latent: latent.slice(0, d), spot, image: -1, side: "main", trust: null };
    return place;
  }
  test("all are told, in lines and in the title", () => {
    const numbers = inspected(16).querySelector<HTMLElement>(".numbers");
    expect([...(numbers?.children ?? [])].map(({ textContent }) => textContent)).toHaveLength(16);
    expect(numbers?.firstElementChild?.textContent).toBe("\u22121.00");
    expect(numbers?.title.split(", ")).toHaveLength(16);
    expect(numbers?.title).not.toContain("\u2026");
  });
  test("Copy takes them exactly, as a list", () => {
    const writeText = vi.fn(async (_: string) => {});
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    inspected(16).querySelector<HTMLElement>(".latent .button")?.click();
    expect(Float32Array.from(JSON.parse(writeText.mock.lastCall?.[0] ?? ""))).toEqual(latent);
  });
  test("beyond forty the rest are counted", () => {
    const numbers = inspected(64).querySelector(".numbers");
    expect(numbers?.children).toHaveLength(40);
    expect(numbers?.lastElementChild?.textContent).toBe("+25");
  });
  test("three stand among the facts", () => {
    expect(inspected(3).querySelector<HTMLElement>(".numbers")?.hidden).toBe(true);
  });
});

test("a real image that does not load is told, and Retry asks for it again", async () => {
  const made = aContext();
  const tile = vi.spyOn(made.context.recording, "tile");
  const place = mounted("inspector", made);
  lookAtSomething(made);
  await vi.waitFor(() => expect(place.textContent).toContain("image 1 did not load: no pictures here"));
  expect(made.store.tilesFault.value).not.toBeNull();
  const asked = tile.mock.calls.length;
  [...place.querySelectorAll("button")].find(({ textContent }) => textContent === "Retry")?.click();
  expect(tile.mock.calls.length).toBeGreaterThan(asked);
});

test("points outside the window are told of, and the button fits them", () => {
  const made = aContext();
  const fitted = vi.spyOn(made.context, "fit");
  const place = mounted("map", made);
  const note = place.querySelector<HTMLElement>(".astray");
  expect(note?.hidden).toBe(true);
  made.store.astray.value = true;
  expect(note?.hidden).toBe(false);
  expect(note?.textContent).toContain("points are outside the window \u00b7 press f");
  note?.querySelector("button")?.click();
  expect(fitted).toHaveBeenCalledOnce();
});

test("when another map cannot be read, both are named", () => {
  const made = aContext();
  const place = mounted("timeline", made);
  lookAtSomething(made);
  const [, space] = made.context.scene.maps;
  if (!space) throw new Error("the made-up scene has two maps");
  made.store.frameFault.value = { map: space, epoch: 5, message: "gone", hint: "", retry() {} };
  expect(place.textContent).toContain("map 'space', epoch 5 unreadable: gone");
  expect(place.textContent).toContain("map 'plane' is still shown");
});

describe("the sliders of a latent", () => {
  function moving() {
    const made = aContext();
    const place = mounted("inspector", made);
    lookAtSomething(made);
    made.store.latents.value = { epoch: 5, d: 3, mean: Float32Array.from({ length: 12 }, (_, i) => i / 4) };
    place.querySelector<HTMLElement>('[aria-label="Move the latent\'s numbers"]')?.click();
    const field = (name: string) => place.querySelector<HTMLInputElement>(`[aria-label="${name}"]`);
    const set = (name: string, value: string) => {
      const input = field(name);
      if (!input) throw new Error(`there is no ${name}`);
      input.value = value;
      input.dispatchEvent(new Event("input"));
    };
    return { ...made, place, field, set };
  }
  test("moving one holds cursor and pin at the latent", () => {
    const { store, set } = moving();
    set("Latent 2, as a number", "-1.5");
    const latent = Float32Array.of(0.5, 0.5, -1.5);
    expect(store.pin.value).toEqual({ by: "latent", latent });
    expect(store.cursor.value).toMatchObject({ latent, spot: Float32Array.of(0.5, 0.5) });
  });
  test("off the map's surface they say how far, and lead back to its foot", () => {
    const { store, set, place, pinned } = moving();
    set("Latent 2, as a number", "2.5");
    pinned.place.value = store.pinned.value;
    expect(place.textContent).toContain("2.50 off the map's surface");
    [...place.querySelectorAll("button")]
      .find(({ textContent }) => textContent === "Back to the map")
      ?.click();
    expect(store.pinned.value?.latent).toEqual(Float32Array.of(0.5, 0.5, 0));
    pinned.place.value = store.pinned.value;
    expect(place.querySelector<HTMLElement>(".sliders p")?.hidden).toBe(true);
  });
  test("what is no number moves nothing", () => {
    const { store, set } = moving();
    set("Latent 0, as a number", "");
    expect(store.pin.value).toBeNull();
  });
});

test("the classifier's best three are told, and all of them when asked", async () => {
  const values = ["a", "b", "c", "d"];
  const classifier = { file: "model/classifier.onnx", classes: values, accuracy: 0.97 };
  const made = aContext({ ...aScene(), classifier });
  made.context.decoder.classify = async () => Float32Array.of(0.1, 0.5, 0.05, 0.35);
  const place = mounted("inspector", made);
  lookAtSomething(made);
  const told = () => [...place.querySelectorAll(".bars li")].map(({ textContent }) => textContent);
  await vi.waitFor(() => expect(told()).toEqual(["b50 %", "d35 %", "a10 %"]));
  place.querySelector<HTMLElement>(".verdict .button")?.click();
  expect(told()).toEqual(["a10 %", "b50 %", "c5 %", "d35 %"]);
});

test("one's own image is told as such, and compared with what the model makes of it", () => {
  const made = aContext();
  const place = mounted("inspector", made);
  lookAtSomething(made);
  const { store, pinned } = made;
  const pixels = Float32Array.of(0, 0, 1, 1);
  const latent = Float32Array.of(0, 1, 0);
  store.own.value = [{ id: 3, name: "Drawing 3", pixels }];
  store.pin.value = { by: "own", id: 3 };
  store.encoded.value = new Map([[3, { epoch: 5, pixels, latent }]]);
  pinned.place.value = store.pinned.value;
  pinned.picture.value = { pixels: Float32Array.of(0, 0, 1, 0.5), latent, epoch: 5, asked: 0 };
  expect(place.querySelector("h2")?.textContent).toBe("Drawing 3");
  expect(place.textContent).toContain("your image");
  expect(place.textContent).toContain("MSE 0.063");
});
