/** A scene that is another one while it is looked at: epochs, maps and a classifier that come. */
import { effect, signal } from "@preact/signals-core";
import { expect, test, vi } from "vitest";
import type { Decoder } from "../src/decoder/client";
import { growing } from "../src/growing";
import { followGrowth, keepUp } from "../src/growth";
import { inShort, leftOf } from "../src/progress";
import type { Progress, Pulse, Status } from "../src/pulse";
import type { Recording } from "../src/recording";
import { type MapEntry, parseScene, type Scene } from "../src/scene";
import { createStore } from "../src/store";
import { aScene, sceneJson } from "./fixtures";

const [PLANE, SPACE] = sceneJson().maps as [object, object];
const TSNE = { ...PLANE, name: "tsne", projection: "tsne", way: "near" };

function sceneOf(change: object): Scene {
  return parseScene({ ...sceneJson(), ...change });
}

test("a map that comes is told of once, and those that were there are the same objects", () => {
  const { scene, grow } = growing(aScene());
  const before = scene.maps;
  const seen: number[] = [];
  const undo = effect(() => void seen.push(scene.maps.length));
  expect(grow(sceneOf({ maps: [PLANE, SPACE, TSNE] }))).toEqual(["the map 'tsne'"]);
  expect(grow(sceneOf({ maps: [PLANE, SPACE, { ...TSNE, epochs: [5] }] }))).toEqual([]);
  expect(scene.maps.slice(0, 2)).toEqual(before);
  expect(scene.maps[0]).toBe(before[0]);
  expect(scene.maps[2]?.epochs).toEqual([5]);
  expect(seen).toEqual([2, 3]);
  undo();
});

test("a map that is gone stays as it was last; another one of its name takes its place", () => {
  const { scene, grow } = growing(aScene());
  grow(sceneOf({ maps: [SPACE, { ...PLANE, epochs: [0, 1, 2, 5, 6] }] }));
  grow(sceneOf({ maps: [SPACE] }));
  expect(scene.maps.map(({ name, epochs }) => [name, epochs.length])).toEqual([
    ["space", 2],
    ["plane", 5],
  ]);
  const turned = { ...SPACE, name: "plane" };
  expect(grow(sceneOf({ maps: [SPACE, turned] }))).toEqual(["the map 'plane'"]);
  expect(scene.maps.map(({ name, dims }) => [name, dims])).toEqual([
    ["space", 3],
    ["plane", 3],
  ]);
});

test("a classifier that comes names pictures from then on", () => {
  const { scene, grow } = growing(aScene());
  const seen: (readonly string[] | undefined)[] = [];
  const undo = effect(() => void seen.push(scene.classifier?.classes));
  const classifier = { file: "model/classifier.onnx", accuracy: 0.9 };
  expect(grow(sceneOf({ classifier }))).toEqual(["a classifier, for the territory and the classes"]);
  expect(grow(sceneOf({ classifier }))).toEqual([]);
  expect(seen).toEqual([undefined, ["cat", "dog"]]);
  undo();
});

test("whoever looks at a map that was made anew, otherwise, goes on to the new one and keeps what is chosen", async () => {
  const grown = growing(aScene());
  const store = createStore(grown.scene);
  store.selected.value = new Set([1, 3]);
  store.camera.value = { kind: "2d", x: 0.3, y: 0, span: 2 };
  let json: unknown = sceneJson();
  const status = signal<Status | null>(statusOf("a"));
  const growth = followGrowth(
    grown,
    {
      name: "made",
      pulse: { status } as unknown as Pulse,
      source: () => ({ json: async () => json }) as never,
    },
    { store, recording: {} as Recording, decoder: {} as Decoder },
  );
  const map = () => store.map.value as MapEntry;
  json = { ...sceneJson(), maps: [SPACE, { ...SPACE, name: "plane" }, TSNE] };
  status.value = statusOf("b");
  await vi.waitFor(() => expect(map().dims).toBe(3));
  expect(map()).toBe(grown.scene.maps[1]);
  expect(store.epoch.value).toBe(5);
  expect([...store.selected.value]).toEqual([1, 3]);
  expect(store.camera.value).toBeNull(); // it was of a map without depth
  expect(store.notice.value).toContain("the map 'tsne'");
  growth.undo();
});

test("a run beside gets what comes to it, and is asked for no oftener than it changes", async () => {
  const grown = growing(aScene());
  const status = signal<Status | null>(statusOf("a"));
  const asked: string[] = [];
  const undo = keepUp(grown, {
    name: "made",
    pulse: { status } as unknown as Pulse,
    source: () =>
      ({
        json: async (path: string) => {
          asked.push(path);
          return { ...sceneJson(), maps: [PLANE, SPACE, TSNE] };
        },
      }) as never,
  });
  status.value = statusOf("a");
  status.value = statusOf("b");
  status.value = statusOf("b");
  await vi.waitFor(() => expect(grown.scene.maps).toHaveLength(3));
  undo();
  status.value = statusOf("c");
  expect(asked).toEqual(["scene.json"]);
});

test.each([
  [{ state: "training", left: 600, at: 100 }, 100, "about 10 min left"],
  [{ state: "training", left: 30, at: 100 }, 110, "about 20 s left"],
  [{ state: "training", left: 5, at: 100 }, 140, "nearly done"],
  [{ state: "training", left: null, at: 100 }, 100, ""],
  [{ state: "stopped", left: 600, at: 100 }, 100, ""],
] as const)("how long it still takes: %o", (told, now, words) => {
  expect(leftOf(told as unknown as Progress, now)).toBe(words);
});

test("a run whose folder is gone says so in the bar, one that failed says that", () => {
  const told = { ...statusOf("a").scenes.get("made")!, error: "it is gone" };
  expect(inShort(told, null, 0)).toEqual(["bad", "unreadable"]);
  expect(inShort({ ...told, state: "failed" }, null, 0)).toEqual(["bad", "failed"]);
});

function statusOf(version: string): Status {
  const nothing = { epoch: null, epochs: 5, step: null, steps: null, loss: null, speed: null, left: null };
  const told = { ...nothing, committed: null, at: null, error: "", hint: "" };
  return {
    scenes: new Map([["made", { version, state: "finished", newest: 5, ...told }]]),
    training: null,
  };
}
