// @vitest-environment happy-dom
/** Panels over the map: in a narrow page each has its place, in a wide one the newest has the one that there is. */
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepApart } from "../src/views/drawers";

const [NARROW, WIDE] = [390, 1280];

let width = WIDE;
let height = 800;
let resized = new Set<() => void>();
const truth = signal(false);
const training = signal(false);
let undo = () => {};

function become(across: number, up = 800): void {
  [width, height] = [across, up];
  for (const call of resized) call();
}

const open = () => [truth.value && "truth", training.value && "training"].filter(Boolean);

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(private readonly call: () => void) {}
      observe = () => resized.add(this.call);
      disconnect = () => resized.delete(this.call);
    },
  );
  const page = document.createElement("div");
  page.className = "page";
  Object.defineProperty(page, "clientWidth", { get: () => width });
  Object.defineProperty(page, "clientHeight", { get: () => height });
  [width, height, resized] = [WIDE, 800, new Set()];
  [truth.value, training.value] = [false, false];
  undo = keepApart(page, [truth, training]);
});
afterEach(() => {
  undo();
  vi.unstubAllGlobals();
});

test("in a wide page the one that is opened takes the place of the other", () => {
  truth.value = true;
  training.value = true;
  expect(open()).toEqual(["training"]);
  truth.value = true;
  expect(open()).toEqual(["truth"]);
  truth.value = false;
  expect(open()).toEqual([]);
});

test("in a narrow page, and in a low one, both are open", () => {
  become(NARROW);
  [training.value, truth.value] = [true, true];
  expect(open()).toEqual(["truth", "training"]);
  become(WIDE, 360);
  expect(open()).toEqual(["truth", "training"]);
});

test("a narrow page that is widened keeps the one that was opened last", () => {
  become(NARROW);
  training.value = true;
  truth.value = true;
  become(WIDE);
  expect(open()).toEqual(["truth"]);
  become(NARROW);
  expect(open()).toEqual(["truth"]);
  training.value = true;
  become(WIDE);
  expect(open()).toEqual(["training"]);
});

test("what was closed and opened again is the newest", () => {
  become(NARROW);
  training.value = true;
  truth.value = true;
  training.value = false;
  training.value = true;
  become(WIDE);
  expect(open()).toEqual(["training"]);
});

test("what is undone follows no longer", () => {
  become(NARROW);
  [training.value, truth.value] = [true, true];
  undo();
  become(WIDE);
  expect(open()).toEqual(["truth", "training"]);
  expect(resized.size).toBe(0);
});
