/** Two epochs, two runs, and the ways that images have come: what is linked with what, and what is fetched. */
import { signal } from "@preact/signals-core";
import { describe, expect, test, vi } from "vitest";
import { createLinks, isApart } from "../src/links";
import { coloured, departed, drawnAt, NO_POINTS, placed } from "../src/map/cloud";
import { extentOf } from "../src/map/extent";
import { besideRead, besideWritten, epochBeside, linkOf, mapBeside, SAME_EPOCH } from "../src/pairing";
import { parseScene, type Scene } from "../src/scene";
import { createStore } from "../src/store";
import { followTrails, stopsOf, trailed } from "../src/trails";
import { flat } from "../src/ways";
import { orderOf } from "../src/wishes";
import { aScene, sceneJson } from "./fixtures";

const WAY = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
const POINTS = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1);
const MEAN = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0);

/** The made-up scene with a fingerprint of its images, and fewer latents where told. */
function printed(fingerprint: string | undefined, d = 3): Scene {
  const json = sceneJson();
  const images = { ...(json.images as object), ...(fingerprint ? { fingerprint } : {}) };
  return parseScene({ ...json, images, model: { name: "ae", options: {}, latent_dim: d } });
}

describe("what is beside, in the address", () => {
  test.each([
    ["tsne", { run: null, map: "tsne", pace: SAME_EPOCH }],
    ["tsne@7", { run: null, map: "tsne", pace: { by: "held", epoch: 7 } }],
    ["tsne@0", { run: null, map: "tsne", pace: { by: "held", epoch: 0 } }],
    ["tsne@-2", { run: null, map: "tsne", pace: { by: "follow", offset: -2 } }],
    ["other/pca@+3", { run: "other", map: "pca", pace: { by: "follow", offset: 3 } }],
    ["other/", { run: "other", map: null, pace: SAME_EPOCH }],
    ["a%2Fb%40c@1", { run: null, map: "a/b@c", pace: { by: "held", epoch: 1 } }],
  ] as const)("%s", (text, beside) => {
    expect(besideRead(text)).toEqual(beside);
    expect(besideWritten(beside)).toBe(text);
  });
  test.each(["", "/", "@3", "a@b", "a/b/c", "a@3@4", "a%E0", "a@9999999"])(
    "nonsense is nothing: %s",
    (text) => {
      expect(besideRead(text)).toBeNull();
    },
  );
});

describe("a wish for what is beside", () => {
  const scene = aScene();
  const now = { map: scene.maps[0], colour: null, runs: ["other"] };
  const wished = (beside: unknown) => orderOf({ beside }, scene, now).look.beside;
  test("a map's name, as it always was; an epoch of the same map; another run", () => {
    expect(wished("space")).toEqual({ run: null, map: "space", pace: SAME_EPOCH });
    expect(wished({ epoch: 1 })).toEqual({ run: null, map: "plane", pace: { by: "held", epoch: 1 } });
    expect(wished({ run: "other", offset: -1 })).toEqual({
      ...{ run: "other", map: null, pace: { by: "follow", offset: -1 } },
    });
    expect(wished(null)).toBeNull();
  });
  test.each([
    [{ epoch: 4 }, "the map 'plane' has no epoch 4"],
    [{ map: "nowhere" }, "there is no map 'nowhere'"],
    [{ run: "elsewhere" }, "there is no other run 'elsewhere'"],
    [{ epoch: 1, offset: 1 }, "an epoch or an offset, not both"],
    [{ offset: 0.5 }, "offset must be a whole number"],
  ])("%j is refused", (wish, why) => {
    expect(() => wished(wish)).toThrow(why);
  });
});

test("runs are linked by a fingerprint that both have, and by nothing else", () => {
  const [one, two, none] = [printed("sha256:a"), printed("sha256:a"), printed(undefined)];
  expect(linkOf(one, one)).toBe("run");
  expect(linkOf(none, none)).toBe("run");
  expect(linkOf(one, two)).toBe("images");
  expect(linkOf(one, printed("sha256:b"))).toBe("none");
  expect(linkOf(none, printed(undefined))).toBe("none");
});

test("of another run the map that is asked for, or else the most alike", () => {
  const scene = aScene();
  const [plane, space] = scene.maps;
  expect(mapBeside("space", scene, plane)).toBe(space);
  expect(mapBeside(null, scene, space!)).toBe(space);
  expect(mapBeside("gone", scene, plane)).toBe(plane);
});

test("an epoch beside is held, or moves along", () => {
  expect([epochBeside({ by: "held", epoch: 2 }, 9), epochBeside({ by: "follow", offset: -3 }, 9)]).toEqual([
    2, 6,
  ]);
});

/** A store with something beside: of the same run at epoch 2, or of another run of two latents. */
function besides(fingerprints: readonly [string, string] | null) {
  const scene = printed(fingerprints?.[0]);
  const store = createStore(scene);
  const [map] = scene.maps;
  store.shown.value = { map, epoch: 5, points: POINTS, way: WAY };
  store.latents.value = { epoch: 5, d: 3, mean: MEAN };
  const other = fingerprints && printed(fingerprints[1], 2);
  store.otherScene.value = other;
  store.beside.value = { run: other ? "other" : null, map: "plane", pace: { by: "held", epoch: 2 } };
  const d = other ? 2 : 3;
  const way = other ? flat(new Float32Array(2), Float32Array.of(1, 0, 0, 1)) : WAY;
  const moved = Float32Array.of(9, 9, 8, 9, 9, 8, 8, 8);
  store.besideShown.value = { map: (other ?? scene).maps[0], epoch: 2, points: moved, way };
  const mean = other ? moved : MEAN.map((value) => value + 3);
  store.besideLatents.value = { epoch: 2, d, mean };
  const links = createLinks(store, store.cursor);
  return { store, links, mean };
}

describe("a cursor on two maps", () => {
  test("of two epochs is the same latent, and its nearest image is the same on both", () => {
    const { store, links } = besides(null);
    store.aim.value = { by: "spot", spot: Float32Array.of(0.9, 0.1) };
    expect(isApart(store)).toBe(true);
    const [main, beside] = [links.main.place.value, links.beside.place.value];
    expect(beside?.latent).toBe(main?.latent);
    expect(beside?.side).toBe("beside");
    expect([links.main.neighbour.value?.index, links.beside.neighbour.value?.index]).toEqual([1, 1]);
    // By the latents of its own epoch, not of the other's.
    expect(links.beside.neighbour.value?.distance).toBeCloseTo(Math.hypot(3.1, 2.9, 3), 5);
    store.aim.value = { by: "spot", spot: Float32Array.of(3, 3.9), side: "beside" };
    expect(links.main.place.value?.latent).toBe(store.cursor.value?.latent);
    expect(links.beside.neighbour.value?.index).toBe(2);
    expect(links.main.neighbour.value?.index).toBe(2);
  });
  test("of two runs is the image nearest to it", () => {
    const { store, links, mean } = besides(["sha256:a", "sha256:a"]);
    store.aim.value = { by: "spot", spot: Float32Array.of(0.9, 0.1) };
    expect([...(links.beside.place.value?.latent ?? [])]).toEqual([...mean.subarray(2, 4)]);
    expect([...(links.beside.place.value?.spot ?? [])]).toEqual([8, 9]);
    store.pin.value = { by: "image", index: 3 };
    expect([...(store.pinnedBeside.value?.latent ?? [])]).toEqual([8, 8]);
  });
  test("of runs with other images is on its own map alone", () => {
    const { store, links } = besides(["sha256:a", "sha256:b"]);
    store.aim.value = { by: "spot", spot: Float32Array.of(8, 9), side: "beside" };
    expect([links.main.place.value, links.main.neighbour.value]).toEqual([null, null]);
    expect(links.beside.neighbour.value?.index).toBe(1);
    store.pin.value = { by: "image", index: 3 };
    expect(store.pinnedBeside.value).toBeNull();
  });
});

describe("trails", () => {
  test("are of the chosen images that are drawn, or else of the pinned one; of many evenly", () => {
    expect([...trailed([3, 1, 2], -1, null).images]).toEqual([1, 2, 3]);
    expect([...trailed([3, 1, 2], -1, Uint8Array.of(1, 1, 0, 1)).images]).toEqual([1, 3]);
    expect([...trailed([], 2, null).images]).toEqual([2]);
    const many = trailed(
      Array.from({ length: 2000 }, (_, i) => i),
      1999,
      null,
    );
    expect([many.images.length, many.of, many.images.includes(1999)]).toEqual([500, 2000, true]);
  });
  test("stop at every epoch, of a long training at every second or third", () => {
    expect(stopsOf([0, 1, 4])).toEqual({ stops: [0, 1, 4], every: 1 });
    const long = stopsOf(Array.from({ length: 100 }, (_, i) => i));
    expect([long.every, long.stops.length, long.stops[1]]).toEqual([3, 34, 3]);
  });
  test("are fetched one after the other, newest first, once each; what fails is left out", async () => {
    const scene = aScene();
    const store = createStore(scene);
    const [map] = scene.maps;
    const points = vi.fn(async (_map: unknown, epoch: number) => {
      if (epoch === 1) throw new Error("gone");
      return POINTS.map((value) => value + epoch);
    });
    const { colouring, visible, selected } = store;
    const shown = signal({ map, epoch: 5 });
    const work = followTrails(store, shown, { n: 4, colouring, visible, selected }, { points }, true);
    const asked = () => points.mock.calls.map(([, epoch]) => epoch);
    store.selected.value = new Set([3, 1]);
    expect([work.words.value, asked()]).toEqual([null, []]);
    store.trails.value = true;
    await vi.waitFor(() => expect(work.words.value).toMatchObject({ drawn: 2, waiting: 0, failed: 1 }));
    expect(asked()).toEqual([2, 1, 0]);
    expect(work.trails.value?.stops.map(({ epoch }) => epoch)).toEqual([0, 2]);
    expect([...(work.trails.value?.stops[1]?.points ?? [])]).toEqual([3, 2, 3, 3]);
    shown.value = { map, epoch: 1 };
    expect(work.trails.value?.stops.map(({ epoch }) => epoch)).toEqual([0]);
    expect(asked()).toHaveLength(3);
    work.dispose();
  });
});

test("where images are drawn is on their way while they travel", () => {
  const look = { colours: new Uint8Array(12), visible: null, size: 0, opacity: 0, strength: 1 };
  const frame = (points: Float32Array) => ({ points, dims: 2 as const });
  const extent = (points: Float32Array) =>
    extentOf(
      [
        [0, 0],
        [1, 1],
      ],
      frame(points),
    );
  const before = placed(frame(POINTS), extent(POINTS), NO_POINTS);
  const next = POINTS.map((value) => value + 10);
  const cloud = departed(frame(next), extent(next), before, 1);
  const painted = coloured(cloud, frame(next), { ...look, background: [0, 0, 0] });
  expect([...drawnAt(painted, [3, 1], 0)].map(Math.round)).toEqual([1, 1, 1, 0]);
  expect([...drawnAt(painted, [3, 1], 0.5)].map(Math.round)).toEqual([6, 6, 6, 5]);
  expect([...drawnAt(painted, [3, 1], 1)].map(Math.round)).toEqual([11, 11, 11, 10]);
  expect(drawnAt(painted, [9], 1).every(Number.isNaN)).toBe(true);
});
