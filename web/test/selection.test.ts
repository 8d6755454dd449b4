/** Choosing images, and undoing what was done. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { apply, lookOf, read, write } from "../src/address";
import { visibleOf } from "../src/colouring";
import type { Explorer } from "../src/explorer";
import { createHistory } from "../src/history";
import { viewOf } from "../src/map";
import type { Cloud } from "../src/map/cloud";
import { Finder, imagesWithin } from "../src/map/finder";
import { select, selectShown, stepOut, toggleSelected } from "../src/select";
import { createStore } from "../src/store";
import { orderOf } from "../src/wishes";
import { classesOf } from "../src/words";
import { aScene } from "./fixtures";

function looking() {
  const scene = aScene();
  const store = createStore(scene);
  store.columns.value = new Map<string, Int32Array | Float32Array>([
    ["label", Int32Array.of(0, 1, -1, 1)],
    ["loss", Float32Array.of(0.5, 1, 2, Number.NaN)],
  ]);
  return { scene, store, explorer: { scene, store } as unknown as Explorer };
}

describe("choosing", () => {
  test("anew, with more, with fewer, one by one, and all that the filters leave", () => {
    const { store, explorer } = looking();
    const chosen = () => [...store.selected.value].sort();
    select(explorer, [1, 2]);
    select(explorer, [3], "add");
    expect(chosen()).toEqual([1, 2, 3]);
    select(explorer, [2, 0], "remove");
    toggleSelected(explorer, 3);
    toggleSelected(explorer, 0);
    expect(chosen()).toEqual([0, 1]);
    store.hidden.value = new Set([1]);
    selectShown(explorer);
    expect(chosen()).toEqual([0, 2]);
  });

  test("Escape steps out of the lasso, then of the pin, then of the selection", () => {
    const { store, explorer } = looking();
    select(explorer, [1]);
    store.pin.value = { by: "image", index: 1 };
    store.tool.value = "lasso";
    stepOut(explorer);
    expect([store.tool.value, store.pin.value !== null, store.selected.value.size]).toEqual([
      "move",
      true,
      1,
    ]);
    stepOut(explorer);
    expect([store.pin.value, store.selected.value.size]).toEqual([null, 1]);
    stepOut(explorer);
    expect(store.selected.value.size).toBe(0);
  });

  test("it is told by classes, the most first", () => {
    const { scene, store } = looking();
    expect(classesOf(scene, store.columns.value, [0, 1, 3])).toBe("2 \u00d7 dog, 1 \u00d7 cat");
  });

  test("numbers out of the brush are not drawn, nor what has none", () => {
    const { store } = looking();
    store.colour.value = "loss";
    expect([...(visibleOf(store.colouring.value, new Set(), [0.6, 2]) ?? [])]).toEqual([0, 1, 1, 0]);
  });

  test("the address holds it in runs, and a program may wish for it", () => {
    const { scene, store } = looking();
    store.selected.value = new Set([3, 0, 1]);
    const written = write(lookOf(store));
    expect(written).toContain("select=0-1,3");
    store.selected.value = new Set();
    apply(read(written), scene, store);
    expect([...store.selected.value]).toEqual([0, 1, 3]);
    expect(read("select=9-1,x,2-3").selection).toEqual([2, 3]);
    const now = { map: store.map.value, colour: null };
    expect(orderOf({ selection: [2] }, scene, now).look.selection).toEqual([2]);
    expect(() => orderOf({ selection: [4] }, scene, now)).toThrow("a chosen image");
    expect(() => orderOf({ sheet: [0, 0, 0] }, scene, now)).toThrow("no depth");
  });
});

describe("an outline", () => {
  const cloud: Cloud = {
    ...{ n: 4, dims: 2, origin: [10, 10, 0] },
    from: new Float32Array(8),
    to: Float32Array.of(0, 0, 1, 0, 0, 1, -1, -1),
    colours: Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 255),
    image: Uint32Array.of(2, 0, 1, 3),
    spread: [1, 1],
  };
  const view = viewOf({ kind: "2d", x: 10, y: 10, span: 4 }, 400, 400);

  test("holds the drawn images inside it, whatever its shape", () => {
    const square = [
      [150, 50],
      [350, 50],
      [350, 250],
      [150, 250],
    ] as const;
    expect([...imagesWithin(cloud, view, square)]).toEqual([0, 2]);
    // A notch from the right takes out what lies right of the middle.
    const notched = [
      [50, 50],
      [350, 50],
      [250, 200],
      [350, 350],
      [50, 350],
    ] as const;
    expect([...imagesWithin(cloud, view, notched)]).toEqual([2, 3]);
    expect([...imagesWithin(cloud, view, [])]).toEqual([]);
  });

  test("on a sheet every spot is as deep as the sheet, and the sheet moves away from the eye", () => {
    const deep = viewOf({ kind: "3d", target: [0, 0, 0], yaw: 0, pitch: 0, distance: 10 }, 400, 400);
    const finder = new Finder();
    const points: Cloud = { ...cloud, dims: 3, n: 1, origin: [0, 0, 0], to: Float32Array.of(0, 0, 3) };
    expect(finder.spot(points, deep, 200, 200, [0, 0, 0])[2]).toBeCloseTo(3, 5);
    finder.sheet = [5, 5, -1];
    expect(finder.spot(points, deep, 200, 200, [0, 0, 0])[2]).toBeCloseTo(-1, 5);
    expect(finder.spot(points, deep, 90, 310, [0, 0, 0])[2]).toBeCloseTo(-1, 5);
    const moved = finder.sheetMoved(deep, [0, 0, 0], 100);
    expect(moved[2]).toBeCloseTo(-1 - (100 * 11) / deep.focal, 5);
    expect(moved[0]).toBeCloseTo(5, 5);
  });
});

describe("undo", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test("goes back step by step through pin, selection, colour and map, and again forwards", () => {
    const { scene, store } = looking();
    const history = createHistory(store, 100);
    const told = () => [store.pin.value, store.selected.value.size, store.colour.value, store.map.value.name];
    store.pin.value = { by: "image", index: 1 };
    vi.advanceTimersByTime(150);
    store.selected.value = new Set([1, 2]);
    store.colour.value = "loss"; // at once, but of another kind
    vi.advanceTimersByTime(150);
    store.map.value = scene.maps[1]!;
    const last = told();
    expect(last).toEqual([{ by: "image", index: 1 }, 2, "loss", "space"]);
    history.undo();
    expect(told()).toEqual([{ by: "image", index: 1 }, 2, "loss", "plane"]);
    history.undo();
    history.undo();
    expect(told()).toEqual([{ by: "image", index: 1 }, 0, "label", "plane"]);
    history.undo();
    history.undo();
    expect([told(), history.back.value, history.ahead.value]).toEqual([[null, 0, "label", "plane"], 0, 4]);
    for (let i = 0; i < 6; i++) history.redo();
    expect(told()).toEqual(last);
    history.dispose();
  });

  test("a drag is one step, and a new deed forgets what was undone", () => {
    const { store } = looking();
    const history = createHistory(store, 100);
    for (let x = 1; x <= 30; x++) {
      store.camera.value = { kind: "2d", x, y: 0, span: 1 };
      vi.advanceTimersByTime(16);
    }
    history.undo();
    expect(store.camera.value).toBeNull();
    history.redo();
    expect(store.camera.value).toMatchObject({ x: 30 });
    history.undo();
    store.selected.value = new Set([3]);
    vi.advanceTimersByTime(150);
    history.redo();
    expect(store.camera.value).toBeNull();
    expect(history.ahead.value).toBe(0);
    history.dispose();
  });

  test("what no one did is no step", () => {
    const { store } = looking();
    const history = createHistory(store, 100);
    store.epoch.value = 2;
    store.hidden.value = new Set();
    vi.advanceTimersByTime(150);
    expect(history.back.value).toBe(0);
    history.dispose();
  });
});
