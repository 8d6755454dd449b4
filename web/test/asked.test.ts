/** Walks, sums and attributes as they are asked for: in the store, its history, the address and the door. */
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { apply, lookOf, read, write } from "../src/address";
import type { Decoder } from "../src/decoder/client";
import { createHistory } from "../src/history";
import { createPaths } from "../src/paths";
import { sidesOf } from "../src/paths/altering";
import { MOST_ENDS } from "../src/paths/asked";
import { blendAt, latentAt, legAt, samplesOf, stopsOf } from "../src/paths/course";
import * as doing from "../src/paths/doing";
import { between, graphOf } from "../src/paths/graph";
import type { Question, Reply, SurveyBench } from "../src/paths/protocol";
import { apart } from "../src/paths/support";
import { attributeRead, attributeTold, sumRead, sumTold, walkRead, walkTold } from "../src/paths/told";
import type { Pin } from "../src/pins";
import type { Recording, Shown } from "../src/recording";
import { createStore } from "../src/store";
import { flat } from "../src/ways";
import { orderOf } from "../src/wishes";
import { aScene } from "./fixtures";

const image = (index: number): Pin => ({ by: "image", index });
const MEAN = Float32Array.of(0, 0, 4, 1, 0, 9, 0, 1, 9, 1, 1, 9);

/** A worker that answers as the real one does, at once. */
function aWorker(): SurveyBench {
  let codes = new Float32Array();
  const bench: SurveyBench = {
    onmessage: null,
    onerror: null,
    terminate() {},
    postMessage(asked: Question) {
      if (asked.kind === "codes") {
        codes = asked.codes as Float32Array<ArrayBuffer>;
        return;
      }
      const { id } = asked;
      const reply: Reply =
        asked.kind === "apart"
          ? { id, apart: apart(codes, 3, 1, asked.latents) }
          : { id, rows: rowsOf(codes, asked.ends) };
      queueMicrotask(() => bench.onmessage?.({ data: reply } as MessageEvent<Reply>));
    },
  };
  return bench;
}

function rowsOf(codes: Float32Array, ends: Float32Array): Uint32Array[] {
  const work = graphOf(codes, 3, null);
  let step = work.next();
  while (!step.done) step = work.next();
  return [between(step.value, ends.subarray(0, 3), ends.subarray(3, 6))];
}

function looking() {
  const scene = aScene();
  const store = createStore(scene);
  const way = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
  const points = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1);
  store.shown.value = { map: store.map.value, epoch: 5, points, way } satisfies Shown;
  store.latents.value = { epoch: 5, d: 3, mean: MEAN };
  store.columns.value = new Map([["label", Int32Array.of(0, 1, -1, 1)]]);
  // A picture of four pixels that tells its latent.
  const decode = async (_: number, latents: Float32Array) =>
    Float32Array.from({ length: (latents.length / 3) * 4 }, (_, i) =>
      i % 4 < 3 ? latents[Math.floor(i / 4) * 3 + (i % 4)]! : 0,
    );
  const decoder = { decode, restart() {} } as unknown as Decoder;
  const recording = {
    neighbours: async () => null,
    pixels: async (index: number) => new Float32Array(4).fill(index),
  } as unknown as Recording;
  const paths = createPaths(store, decoder, recording, aWorker, signal(true));
  return { scene, store, paths, ...paths };
}

const settle = () => vi.advanceTimersByTimeAsync(200);
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a walk", () => {
  test("goes on with every click, is decoded on its way, and faded from end to end", async () => {
    const { store, walking } = looking();
    doing.chooseDock(store, "walk");
    doing.addEnd(store, image(0), false);
    expect(walking.course.value).toBeNull();
    doing.addEnd(store, image(3), false);
    await settle();
    const course = walking.course.value!;
    expect([...latentAt(course, 0.5)]).toEqual([0.5, 0.5, 6.5]);
    const strip = walking.strip.value!;
    expect([strip.pictures.length, strip.stops[6]]).toEqual([13, 0.5]);
    expect([...strip.pictures[6]!]).toEqual([0.5, 0.5, 6.5, 0]);
    doing.goTo(store, 0.5);
    await settle();
    expect([...walking.blend.value!]).toEqual([1.5, 1.5, 1.5, 1.5]);
    expect([...walking.probe.picture.value!.pixels]).toEqual([0.5, 0.5, 6.5, 0]);
    expect([...walking.probe.place.value!.spot]).toEqual([0.5, 0.5]);
    expect(walking.measured.value?.far.length).toBe(33);
  });

  test("along the data it passes the images between", async () => {
    const { store, walking } = looking();
    doing.chooseDock(store, "walk");
    store.walk.value = { ends: [image(0), image(3)], kind: "along" };
    await settle();
    expect(walking.course.value?.through[0]?.[0]).toBe(0);
    expect(walking.course.value?.through[0]?.at(-1)).toBe(3);
    expect(samplesOf(walking.course.value!)).toHaveLength(33);
  });

  test("plays to its end and stops, or back and forth; a hand on the slider stops it", async () => {
    const { store } = looking();
    vi.stubGlobal("requestAnimationFrame", (go: (now: number) => void) =>
      setTimeout(() => go(performance.now()), 16),
    );
    vi.stubGlobal("cancelAnimationFrame", clearTimeout);
    doing.chooseDock(store, "walk");
    store.walk.value = { ends: [image(0), image(3)], kind: "straight" };
    store.loop.value = false;
    doing.toggleStroll(store);
    await vi.advanceTimersByTimeAsync(1600);
    expect(store.at.value).toBeGreaterThan(0.3);
    await vi.advanceTimersByTimeAsync(4000);
    expect([store.at.value, store.strolling.value]).toEqual([1, false]);
    store.loop.value = true;
    doing.toggleStroll(store);
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.at.value).toBeLessThan(1);
    doing.goTo(store, 0.2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.at.value).toBe(0.2);
    vi.unstubAllGlobals();
  });

  test("goes from picture to picture where the person wants less motion", async () => {
    const { store, walking } = looking();
    vi.stubGlobal("requestAnimationFrame", (go: (now: number) => void) =>
      setTimeout(() => go(performance.now()), 16),
    );
    vi.stubGlobal("cancelAnimationFrame", clearTimeout);
    vi.stubGlobal("matchMedia", () => ({ matches: true }));
    doing.chooseDock(store, "walk");
    store.walk.value = { ends: [image(0), image(3)], kind: "straight" };
    store.loop.value = false;
    await settle();
    const seen = new Set<number>();
    const undo = store.at.subscribe((at) => seen.add(at));
    doing.toggleStroll(store);
    await vi.advanceTimersByTimeAsync(4000);
    undo();
    expect([...seen]).toEqual(walking.strip.value?.stops);
    expect(store.strolling.value).toBe(false);
    vi.unstubAllGlobals();
  });

  test("has at most so many ends, and loses the one that is taken out", () => {
    const { store } = looking();
    for (let i = 0; i < MOST_ENDS + 3; i++) doing.addEnd(store, image(i % 4), false);
    expect(store.walk.value.ends).toHaveLength(MOST_ENDS);
    doing.dropEnd(store, 0);
    expect(store.walk.value.ends[0]).toEqual(image(1));
    doing.reverseWalk(store);
    expect(store.walk.value.ends.at(-1)).toEqual(image(1));
    doing.clearWalk(store);
    expect([store.walk.value.ends, store.tool.value]).toEqual([[], "walk"]);
  });

  test("its legs have equal parts, and its strip every end", () => {
    expect(legAt(2, 0.5)).toEqual([1, 0]);
    expect(legAt(2, 1)).toEqual([1, 1]);
    expect(stopsOf(5)).toContain(0.4);
    expect([...blendAt([Float32Array.of(0), Float32Array.of(1), Float32Array.of(3)], 0.75)]).toEqual([2]);
  });
});

describe("a sum", () => {
  test("of an image, a mean and a spot, and the next empty tray is filled next", async () => {
    const { store, adding } = looking();
    doing.chooseDock(store, "sum");
    expect(store.tool.value).toBe("sum");
    doing.put(store, "a", image(1));
    expect(store.tray.value).toBe("b");
    doing.put(store, "b", { by: "images", images: [0, 2] });
    doing.put(store, "c", { by: "latent", latent: Float32Array.of(5, 5, 5) });
    expect(store.tool.value).toBe("move");
    await settle();
    expect([...adding.probe.place.value!.latent]).toEqual([6, 4.5, 7.5]);
    expect([...adding.probe.picture.value!.pixels]).toEqual([6, 4.5, 7.5, 0]);
    expect(adding.far.value).toBeCloseTo(Math.hypot(5, 3.5, 1.5), 5);
    doing.emptyTray(store, "b");
    expect([adding.probe.place.value, store.tray.value, store.tool.value]).toEqual([null, "b", "sum"]);
  });

  test("follows the epoch", async () => {
    const { store, adding } = looking();
    store.dock.value = "sum";
    store.sum.value = { a: image(1), b: image(1), c: image(2) };
    store.latents.value = { epoch: 5, d: 3, mean: MEAN.map((value) => value + 1) };
    await settle();
    expect([...adding.probe.place.value!.latent]).toEqual([1, 2, 10]);
  });

  test("one key fills it: the pin, else the selection, else the cursor", () => {
    const { store } = looking();
    doing.chooseDock(store, "sum");
    store.selected.value = new Set([2, 1]);
    doing.fill(store, image(0));
    store.pin.value = image(3);
    doing.fill(store, image(0));
    store.pin.value = null;
    store.selected.value = new Set();
    doing.fill(store, image(0));
    expect(store.sum.value).toEqual({ a: { by: "images", images: [1, 2] }, b: image(3), c: image(0) });
  });
});

describe("an attribute", () => {
  test("is what sets two groups apart, added to the pin", async () => {
    const { store, altering } = looking();
    doing.chooseDock(store, "attribute");
    store.attribute.value = { has: { by: "class", channel: "label", value: 1 }, lacks: null };
    store.strength.value = -2;
    store.pin.value = image(0);
    await settle();
    expect(altering.sides.value).toEqual({ has: [1, 3], lacks: [0, 2] });
    expect([...altering.vector.value!]).toEqual([1, 0, 2.5]);
    expect(altering.separation.value).toBeGreaterThan(0.5);
    expect([...altering.probe.place.value!.latent]).toEqual([-2, 0, -1]);
    expect(altering.strip.value?.map((picture) => picture[0])).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  });

  test("needs an image on both sides", () => {
    const some = { by: "images", images: [1] } as const;
    expect(sidesOf(null, some, null, 4)).toBeNull();
    expect(sidesOf({ by: "images", images: [0, 1] }, null, null, 2)).toBeNull();
    expect(sidesOf({ by: "class", channel: "label", value: 0 }, some, null, 4)).toBeNull();
  });
});

test("what is asked is undone and done again", async () => {
  const { store } = looking();
  const history = createHistory(store);
  doing.addEnd(store, image(1), false);
  await vi.advanceTimersByTimeAsync(500);
  doing.put(store, "a", image(2));
  await vi.advanceTimersByTimeAsync(500);
  history.undo();
  expect([store.sum.value.a, store.walk.value.ends.length]).toEqual([null, 1]);
  history.undo();
  expect(store.walk.value.ends.length).toBe(0);
  history.redo();
  history.redo();
  expect(store.sum.value.a).toEqual(image(2));
});

describe("the address", () => {
  test("brings back a walk, a sum and an attribute exactly", () => {
    const { scene, store } = looking();
    const latent = Float32Array.of(0.1, -1.23456789, 1e-7);
    store.walk.value = { kind: "along", ends: [image(3), { by: "latent", latent }] };
    store.at.value = 0.37;
    store.sum.value = { a: image(1), b: null, c: { by: "images", images: [0, 1, 3] } };
    store.attribute.value = {
      has: { by: "class", channel: "label", value: 1 },
      lacks: { by: "images", images: [0] },
    };
    store.strength.value = -1.5;
    store.dock.value = "sum";
    const written = write(lookOf(store));
    expect(written).toContain("walk=along:i3:l0.1");
    const again = createStore(scene);
    apply(read(written), scene, again);
    for (const part of ["walk", "at", "sum", "attribute", "strength", "dock"] as const) {
      expect(again[part].value).toEqual(store[part].value);
    }
  });

  test("long latents are told in bytes, own images as their latents", () => {
    const latent = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i));
    const told = walkTold({ kind: "straight", ends: [{ by: "latent", latent }, image(0)] });
    expect(told.length).toBeLessThan(260);
    expect(walkRead(told)?.ends[0]).toEqual({ by: "latent", latent });
    const { store } = looking();
    const own = { epoch: 5, pixels: new Float32Array(4), latent: Float32Array.of(1, 2, 3) };
    store.encoded.value = new Map([[1, own]]);
    store.walk.value = { kind: "straight", ends: [{ by: "own", id: 1 }, image(0)] };
    expect(write(lookOf(store))).toContain("walk=straight:l1,2,3:i0");
  });

  test.each(["", "round:i1", "straight:x", "straight:s1-2:i3", "straight:lNaN", "straight:b!!"])(
    "nonsense is no walk: %s",
    (told) => {
      expect(walkRead(told)).toBeNull();
    },
  );

  test("sums and attributes are read as they are told, and what a scene lacks is left out", () => {
    const sum = { a: image(9), b: { by: "images", images: [1, 2, 8] }, c: null } as const;
    expect(sumRead(sumTold(sum))).toEqual(sum);
    expect(sumRead("i1:i2:i3:i4")).toBeNull();
    const sides = { has: { by: "class", channel: "a~b: c", value: 2 }, lacks: null } as const;
    expect(attributeRead(attributeTold(sides))).toEqual(sides);
    const { scene, store } = looking();
    apply({ sum, attribute: sides, walk: { kind: "straight", ends: [image(9), image(1)] } }, scene, store);
    expect(store.sum.value).toEqual({ a: null, b: { by: "images", images: [1, 2] }, c: null });
    expect(store.attribute.value.has).toBeNull();
    expect(store.walk.value.ends).toEqual([image(1)]);
  });
});

test("a program may wish for them, and is told what is wrong", () => {
  const scene = aScene();
  const now = { map: scene.maps[0], colour: null };
  const order = orderOf(
    {
      walk: { ends: [{ image: 1 }, { latent: [1, 2, 3] }], kind: "along", at: 0.5 },
      sum: { a: { images: [3, 1, 3] } },
      attribute: { has: { class: "dog" }, lacks: { images: [0] }, strength: 2 },
    },
    scene,
    now,
  );
  expect(order.paths).toEqual({
    walk: { kind: "along", ends: [image(1), { by: "latent", latent: Float32Array.of(1, 2, 3) }] },
    ...{ at: 0.5, strength: 2, sum: { a: { by: "images", images: [1, 3] }, b: null, c: null } },
    attribute: { has: { by: "class", channel: "label", value: 1 }, lacks: { by: "images", images: [0] } },
  });
  const wrong = (wish: unknown) => () => orderOf(wish, scene, now);
  expect(wrong({ walk: { kind: "spherical" } })).toThrow("needs at least 4 latents; there are 3");
  expect(wrong({ walk: { ends: [{ image: 4 }] } })).toThrow("from 0 to 3; it is 4");
  expect(wrong({ walk: { ends: Array(13).fill({ image: 0 }) } })).toThrow("at most 12 ends");
  expect(wrong({ walk: { at: 2 } })).toThrow("at must be a number from 0 to 1");
  expect(wrong({ sum: { d: null } })).toThrow("a sum has no 'd'");
  expect(wrong({ sum: { a: { images: [] } } })).toThrow("the tray a: images must be a list");
  expect(wrong({ attribute: { has: { class: "cow" } } })).toThrow("'label' has no class 'cow'");
  expect(wrong({ attribute: { strength: 4 } })).toThrow("from -3 to 3; it is 4");
  expect(wrong({ dock: "floor" })).toThrow("dock must be one of 'walk', 'sum', 'attribute'");
});
