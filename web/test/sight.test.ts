// @vitest-environment happy-dom
/** What the camera does when an epoch's points are not where it looks. */
import { describe, expect, test } from "vitest";
import { partSeen } from "../src/framing";
import type { Camera, PlanarMap } from "../src/map";
import type { Shown } from "../src/recording";
import { createSight } from "../src/sight";
import { createStore } from "../src/store";
import { flat } from "../src/ways";
import { aScene } from "./fixtures";

const INSETS = { top: 50, right: 300, bottom: 150, left: 200 };
const WINDOW = { x: 0, y: 0, width: 1000, height: 800 } as DOMRect;
const [PLANE] = aScene().maps;

/** A hundred points on a square of side 1, its corner at (x, x). */
function squareAt(epoch: number, x: number): Shown {
  const points = Float32Array.from({ length: 200 }, (_, i) => {
    const at = i >> 1;
    return x + (i % 2 ? Math.floor(at / 10) : at % 10) / 9;
  });
  return { map: PLANE, epoch, points, way: flat(new Float32Array(2), Float32Array.of(1, 0, 0, 1)) };
}

function aSight() {
  const store = createStore(aScene());
  let camera: Camera = { kind: "2d", x: 0, y: 0, span: 1 };
  let told: (camera: Camera) => void = () => {};
  const travels: number[] = [];
  const map = {
    camera: () => camera,
    setCamera(next: Camera, travelMs = 0) {
      camera = next;
      travels.push(travelMs);
    },
    onCamera(call: typeof told) {
      told = call;
      return () => {};
    },
  } as unknown as PlanarMap;
  const surface = document.createElement("div");
  surface.getBoundingClientRect = () => WINDOW;
  const sight = createSight(store, map, surface, () => INSETS);
  const show = (shown: Shown) => {
    const first = store.shown.peek() === null;
    store.shown.value = shown;
    if (first) sight.begin(shown);
    else sight.follow(shown, 700);
  };
  const steer = (next: Camera) => {
    camera = next;
    told(next);
  };
  const seen = (shown: Shown) => partSeen(shown, camera, WINDOW, INSETS);
  return { store, sight, show, steer, seen, travels, camera: () => camera };
}

describe("which part of the points is seen", () => {
  const camera: Camera = { kind: "2d", x: 0.5, y: 0.5, span: 8 };
  test("all, where they lie between the panels", () => {
    expect(partSeen(squareAt(0, 0), camera, WINDOW, INSETS)).toBe(1);
  });
  test("none, where a panel covers them", () => {
    expect(partSeen(squareAt(0, 0), { ...camera, x: -3.5 }, WINDOW, INSETS)).toBe(0);
  });
  test("a part, where the edge goes through", () => {
    const part = partSeen(squareAt(0, 0), { ...camera, x: 0.5 + 3 }, WINDOW, INSETS);
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThan(1);
  });
  test("of no points, all", () => {
    const none = { ...squareAt(0, 0), points: Float32Array.of(Number.NaN, 0) };
    expect(partSeen(none, camera, WINDOW, INSETS)).toBe(1);
  });
});

describe("while no hand has moved the camera", () => {
  test("an epoch elsewhere is fitted with travel, and the first view comes back with its epochs", () => {
    const { store, show, seen, travels, camera } = aSight();
    show(squareAt(5, 0));
    const home = camera();
    const early = squareAt(0, 30);
    show(early);
    expect(seen(early)).toBe(1);
    expect(travels.at(-1)).toBe(700);
    expect(store.camera.value).toBeNull();
    show(squareAt(1, 30.2));
    expect(seen(early)).toBe(1);
    show(squareAt(5, 0));
    expect(camera()).toEqual(home);
    expect(store.astray.value).toBe(false);
  });
  test("an epoch that is in sight leaves the camera alone", () => {
    const { show, travels } = aSight();
    show(squareAt(5, 0));
    const before = travels.length;
    show(squareAt(2, 0.4));
    expect(travels).toHaveLength(before);
  });
});

describe("where a hand has set the camera", () => {
  const close: Camera = { kind: "2d", x: 0.5, y: 0.5, span: 1 };
  test("it stays, and a note says that the points are elsewhere until they are seen again", () => {
    const { store, show, steer, camera, sight } = aSight();
    show(squareAt(5, 0));
    steer(close);
    show(squareAt(0, 30));
    expect(camera()).toBe(close);
    expect(store.astray.value).toBe(true);
    steer({ ...close, x: 0.6 });
    expect(store.astray.value).toBe(true);
    show(squareAt(5, 0));
    expect(store.astray.value).toBe(false);
    show(squareAt(0, 30));
    sight.showWhole(300);
    expect([store.astray.value, store.camera.value]).toEqual([false, null]);
  });
  test("a camera that is close on purpose, and so sees few points, is not told off", () => {
    const { store, show, steer, seen } = aSight();
    const last = squareAt(5, 0);
    show(last);
    steer({ kind: "2d", x: 0.45, y: 0.45, span: 0.6 });
    expect(seen(last)).toBeLessThan(0.15);
    expect(seen(last)).toBeGreaterThan(0);
    show(squareAt(2, 0.01));
    expect(store.astray.value).toBe(false);
  });
  test("a camera that looks between the points on purpose is not told off either", () => {
    const { store, show, steer } = aSight();
    show(squareAt(5, 0));
    steer({ kind: "2d", x: 5, y: 5, span: 1 });
    show(squareAt(2, 0.1));
    expect(store.astray.value).toBe(false);
  });
});
