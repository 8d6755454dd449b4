// @vitest-environment happy-dom
/** The lasso under a hand: what it chooses, what it draws, and that it lays nothing out while it draws nothing. */
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Pane } from "../src/beside";
import type { Shown } from "../src/recording";
import { createStore, type Place, type Store } from "../src/store";
import { mountLasso } from "../src/views/lasso";
import type { Context } from "../src/views/view";
import { aScene } from "./fixtures";

type Spot = readonly [x: number, y: number];
type Spots = readonly [Spot, ...Spot[]];

/** Where the drawing begins in the window. */
const [LEFT, TOP] = [100, 20];

function aLasso() {
  const cursor = signal<Place | null>(null);
  const store = { ...createStore(aScene()), cursor };
  const surface = document.createElement("div");
  const drawn = new Set<() => void>();
  const within = vi.fn((_outline: Spots): number[] => [1, 3]);
  const map = {
    ...{ within, pick: (x: number) => (x > 500 ? 2 : -1), toScreen: ([x, y]: number[]) => [x, y] },
    onDraw(call: () => void) {
      drawn.add(call);
      return () => drawn.delete(call);
    },
  };
  const shown = signal<Shown | null>({ map: { dims: 2 } } as Shown);
  const pane = { side: "main", surface, map, shown } as unknown as Pane;
  surface.setPointerCapture = () => {};
  const context = { store, main: pane, beside: signal(null) } as unknown as Context;
  const place = document.createElement("div");
  const undo = mountLasso(place, context, pane);
  const hand = (type: string, x: number, y: number, more: PointerEventInit = {}) => {
    const told = { clientX: x, clientY: y, button: 0, isPrimary: true, bubbles: true, ...more };
    const event = new PointerEvent(type, { ...told, cancelable: true });
    surface.dispatchEvent(event);
  };
  const drag = (spots: Spots, more: PointerEventInit = {}) => {
    const last = spots.at(-1) ?? spots[0];
    hand("pointerdown", ...spots[0], more);
    for (const spot of spots.slice(1)) hand("pointermove", ...spot, more);
    hand("pointerup", ...last, more);
  };
  const outline = () => place.querySelector("path.lasso")?.getAttribute("d") ?? null;
  const frame = () => {
    for (const call of drawn) call();
  };
  return { store, surface, within, pane, place, undo, hand, drag, outline, frame, listeners: drawn, shown };
}

const chosen = (store: Store) => [...store.selected.value].sort();

let laidOut: ReturnType<typeof vi.spyOn>;
let lasso: ReturnType<typeof aLasso>;

beforeEach(() => {
  laidOut = vi
    .spyOn(Element.prototype, "getBoundingClientRect")
    .mockImplementation(() => new DOMRect(LEFT, TOP, 800, 600));
  lasso = aLasso();
});
afterEach(() => {
  lasso.undo();
  vi.restoreAllMocks();
});

describe("while nothing is drawn", () => {
  test("the cursor moves, and the window is not laid out for it", () => {
    for (let i = 0; i < 50; i++) {
      lasso.store.cursor.value = aCursor(i, i);
      lasso.hand("pointermove", i, i);
      lasso.frame();
    }
    expect(laidOut).not.toHaveBeenCalled();
    expect(lasso.outline()).toBeNull();
  });

  test("a lasso that is taken and only held over the map lays nothing out either", () => {
    lasso.store.tool.value = "lasso";
    lasso.hand("pointerdown", 200, 200);
    lasso.hand("pointermove", 201, 201); // a hand that is still
    expect(laidOut).not.toHaveBeenCalled();
    lasso.hand("pointermove", 220, 201);
    expect(laidOut).toHaveBeenCalledTimes(1);
    expect(lasso.outline()).toBe("M100 180L120 181Z");
  });

  test("what was drawn is gone when it is let go, and lays nothing out from then on", () => {
    lasso.store.tool.value = "lasso";
    lasso.drag([
      [200, 200],
      [260, 200],
      [260, 260],
    ]);
    expect(lasso.outline()).toBeNull();
    laidOut.mockClear();
    lasso.store.cursor.value = aCursor(9, 9);
    lasso.frame();
    expect(laidOut).not.toHaveBeenCalled();
  });
});

describe("a hand with the lasso", () => {
  const ROUND: Spots = [
    [200, 200],
    [260, 200],
    [260, 260],
  ];

  beforeEach(() => {
    lasso.store.tool.value = "lasso";
  });

  test("chooses what lies within what it drew, anew, with more, or without", () => {
    lasso.store.selected.value = new Set([0]);
    lasso.drag(ROUND);
    expect(lasso.within).toHaveBeenLastCalledWith(ROUND);
    expect(chosen(lasso.store)).toEqual([1, 3]);
    lasso.store.selected.value = new Set([0, 1]);
    lasso.drag(ROUND, { shiftKey: true });
    expect(chosen(lasso.store)).toEqual([0, 1, 3]);
    lasso.drag(ROUND, { altKey: true });
    expect(chosen(lasso.store)).toEqual([0]);
  });

  test("adds no corner where it is still", () => {
    lasso.drag([
      [200, 200],
      [201, 201],
      [202, 201],
      [230, 200],
      [230, 230],
    ]);
    expect(lasso.within).toHaveBeenLastCalledWith([
      [200, 200],
      [230, 200],
      [230, 230],
    ]);
  });

  test("a box has the corners of its diagonal", () => {
    lasso.store.tool.value = "box";
    lasso.drag([
      [200, 200],
      [300, 210],
      [260, 270],
    ]);
    expect(lasso.within).toHaveBeenLastCalledWith([
      [200, 200],
      [260, 200],
      [260, 270],
      [200, 270],
    ]);
  });

  test("a click chooses the image under it, and on bare ground none", () => {
    lasso.drag([[600, 100]]);
    expect(lasso.within).not.toHaveBeenCalled();
    expect(chosen(lasso.store)).toEqual([2]);
    lasso.drag([[400, 100]]);
    expect(chosen(lasso.store)).toEqual([]);
  });

  test("puts it back in the middle of a line: nothing is drawn or chosen", () => {
    lasso.hand("pointerdown", 200, 200);
    lasso.hand("pointermove", 260, 200);
    expect(lasso.outline()).not.toBeNull();
    lasso.store.tool.value = "move";
    expect(lasso.outline()).toBeNull();
    lasso.hand("pointerup", 260, 260);
    expect(chosen(lasso.store)).toEqual([]);
  });

  test("the map below is not moved, and the click that ends a line is none", () => {
    const below = vi.fn();
    for (const type of ["pointerdown", "pointermove", "pointerup", "click"])
      lasso.surface.addEventListener(type, below);
    lasso.drag(ROUND);
    lasso.hand("click", 260, 260);
    expect(below).not.toHaveBeenCalled();
    lasso.store.tool.value = "move";
    lasso.drag(ROUND);
    lasso.hand("click", 260, 260);
    expect(below).toHaveBeenCalledTimes(2 + ROUND.length);
  });
});

describe("without a tool", () => {
  test("Shift draws on a flat map, and not on one with depth", () => {
    const spots: Spots = [
      [200, 200],
      [260, 200],
      [260, 260],
    ];
    lasso.shown.value = { map: { dims: 3 } } as Shown;
    lasso.drag(spots, { shiftKey: true });
    expect(lasso.within).not.toHaveBeenCalled();
    lasso.shown.value = { map: { dims: 2 } } as Shown;
    lasso.drag(spots, { shiftKey: true });
    expect(lasso.within).toHaveBeenCalledTimes(1);
  });

  test("nothing is left behind", () => {
    lasso.undo();
    expect(lasso.place.childElementCount).toBe(0);
    expect(lasso.listeners.size).toBe(0);
    lasso.drag(
      [
        [200, 200],
        [260, 200],
      ],
      { shiftKey: true },
    );
    expect(lasso.within).not.toHaveBeenCalled();
  });
});

function aCursor(x: number, y: number): Place {
  const spot = Float32Array.of(x, y);
  return { latent: new Float32Array(3), spot, image: -1, side: "main", trust: null };
}
