// @vitest-environment happy-dom
/** The ground under the points: Python's arithmetic and tiles that refine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { signal } from "@preact/signals-core";
import { describe, expect, test, vi } from "vitest";
import { createGround, type Plot } from "../src/ground";
import { withSetting } from "../src/layers";
import { densityOver, SPREAD } from "../src/layers/kernel";
import {
  above,
  below,
  boxOfTile,
  keyOf,
  type Lattice,
  levelFor,
  type TileAt,
  tileAt,
  tilesSeen,
} from "../src/layers/lattice";
import { magnification, referenceOf } from "../src/layers/magnify";
import { sureness, winnerOf } from "../src/layers/naming";
import { type Making, Pyramid, type Tile } from "../src/layers/pyramid";
import { Shelf } from "../src/layers/shelf";
import { type Painter, viewOf } from "../src/map";
import type { Shown } from "../src/recording";
import { createStore } from "../src/store";
import { flat } from "../src/ways";
import { aScene } from "./fixtures";

interface Example {
  readonly xs: number[];
  readonly ys: number[];
  readonly pictures: number[][][];
  readonly magnification: (number | null)[][];
  readonly median: number;
  readonly limit: number;
  readonly shares: number[][][];
  readonly winner: number[][];
  readonly sure: number[][];
}
const example: Example = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../tests/fixtures/ground.json"), "utf8"),
);

describe("the example that Python wrote", () => {
  test("how much pictures change, its median and its limit", () => {
    const { xs, ys, pictures } = example;
    const told = magnification(
      Float32Array.from(pictures.flat(2)),
      xs.length,
      ys.length,
      xs[1]! - xs[0]!,
      ys[0]! - ys[1]!,
    );
    const due = example.magnification.flat();
    expect(told.length).toBe(due.length);
    for (const [i, value] of due.entries()) {
      if (value === null) expect(told[i]).toBe(Number.NEGATIVE_INFINITY);
      else expect(told[i]).toBeCloseTo(value, 5);
    }
    const { median, limit } = referenceOf(told);
    expect(median).toBeCloseTo(example.median, 5);
    expect(limit).toBeCloseTo(example.limit, 5);
  });

  test("the likeliest class, and how surely", () => {
    for (const [i, share] of example.shares.flat().entries()) {
      const { winner, likeliest } = winnerOf(share, 0, share.length);
      expect(winner).toBe(example.winner.flat()[i]);
      expect(sureness(likeliest, share.length)).toBeCloseTo(example.sure.flat()[i]!, 5);
    }
  });
});

describe("density", () => {
  const plot = { low: [-1, -2] as const, cell: 0.25, columns: 16, rows: 12 };
  const points = Float32Array.of(0.1, -0.3, 0.5, 0.2, 0.55, 0.15, 9, 9, Number.NaN, 0);

  test("is the sum of a Gaussian for each point that is drawn", () => {
    const visible = Uint8Array.of(1, 1, 0, 1, 1);
    const told = densityOver(points, visible, plot);
    const h = SPREAD * plot.cell;
    const exact = (x: number, y: number) =>
      [0, 1].reduce((sum, i) => {
        const square = (x - points[2 * i]!) ** 2 + (y - points[2 * i + 1]!) ** 2;
        return sum + Math.exp(-square / (2 * h * h)) / (2 * Math.PI * h * h);
      }, 0);
    for (let row = 0; row < plot.rows; row++) {
      for (let column = 0; column < plot.columns; column++) {
        const x = plot.low[0] + (column + 0.5) * plot.cell;
        const y = plot.low[1] + (plot.rows - row - 0.5) * plot.cell;
        expect(Math.abs(told[row * plot.columns + column]! - exact(x, y))).toBeLessThan(0.012);
      }
    }
    expect(Math.max(...told)).toBeGreaterThan(0.3);
  });
});

const plane: Lattice = { origin: [1, -3], size: [2, 1] };

describe("the lattice", () => {
  test("four tiles are one of the level above, and know it", () => {
    const tile: TileAt = { level: 3, column: -5, row: 2 };
    const whole = boxOfTile(plane, tile);
    const quarters = below(tile);
    expect(quarters.map((quarter) => keyOf(above(quarter, 1)))).toEqual(Array(4).fill(keyOf(tile)));
    const boxes = quarters.map((quarter) => boxOfTile(plane, quarter));
    expect(Math.min(...boxes.map(({ low }) => low[0]))).toBeCloseTo(whole.low[0], 12);
    expect(Math.max(...boxes.map(({ high }) => high[1]))).toBeCloseTo(whole.high[1], 12);
    const middle = [(whole.low[0] + whole.high[0]) / 2, (whole.low[1] + whole.high[1]) / 2];
    expect(tileAt(plane, 3, middle)).toEqual(tile);
    expect(above({ level: 3, column: -1, row: -1 }, 9)).toEqual({ level: -6, column: -1, row: -1 });
  });

  test.each([0.01, 1, 7e5])(
    "tiles cover a view of span %d, the middle first, none of them too wide",
    (span) => {
      const view = viewOf({ kind: "2d", x: 1.7, y: 0.4, span }, 900, 500);
      const level = levelFor(plane, view, 200);
      const wide = (plane.size[0] / 2 ** level) * view.focal;
      expect(wide).toBeLessThanOrEqual(200);
      expect(wide).toBeGreaterThan(99);
      const tiles = tilesSeen(plane, level, view);
      expect(tiles[0]).toEqual(tileAt(plane, level, [1.7, 0.4]));
      const boxes = tiles.map((tile) => boxOfTile(plane, tile));
      const half = [450 / view.focal, 250 / view.focal] as const;
      expect(Math.min(...boxes.map(({ low }) => low[0]))).toBeLessThanOrEqual(1.7 - half[0]);
      expect(Math.max(...boxes.map(({ high }) => high[1]))).toBeGreaterThanOrEqual(0.4 + half[1]);
    },
  );
});

describe("a shelf", () => {
  test("lets go of what was not used for longest, and never of the newest", () => {
    const shelf = new Shelf(10);
    shelf.put("a", { weight: 4 });
    shelf.put("b", { weight: 4 });
    shelf.get("a");
    shelf.put("c", { weight: 4 });
    expect(shelf.get("b")).toBeUndefined();
    expect(shelf.get("a")).toBeDefined();
    shelf.put("d", { weight: 40 });
    expect(shelf.get("a")).toBeUndefined();
    expect(shelf.get("d")).toBeDefined();
  });
});

/** Tiles that are made when the test says; brush: what was drawn, where. */
function aPyramid(changes: Partial<Making<Tile>> = {}) {
  const asked: { keys: string[]; signal: AbortSignal; done: () => void }[] = [];
  const changed = vi.fn();
  const pyramid = new Pyramid<Tile>({
    lanes: () => 2,
    ...{
      lattice: plane,
      prefix: "",
      shelf: new Shelf(1e6),
      narrower: 300,
      coarser: [1, 0],
      together: 3,
      changed,
    },
    make: (tiles, signal) =>
      new Promise((done, fail) => {
        signal.addEventListener("abort", () => fail(signal.reason));
        const made = tiles.map(() => ({ weight: 1, picture: document.createElement("canvas") }));
        asked.push({ keys: tiles.map(keyOf), signal, done: () => done(made) });
      }),
    ...changes,
  });
  const drawn: number[][] = [];
  const brush = { drawImage: (...told: unknown[]) => drawn.push(told.slice(1) as number[]) };
  const paint = (view: ReturnType<typeof viewOf>) => {
    drawn.length = 0;
    pyramid.paint(brush as unknown as CanvasRenderingContext2D, view);
    return drawn;
  };
  return { pyramid, asked, paint, changed };
}

const near = viewOf({ kind: "2d", x: 1.9, y: -2.6, span: 1 }, 400, 400);
const far = viewOf({ kind: "2d", x: 90, y: 70, span: 1 }, 400, 400);
const soon = () => new Promise((go) => setTimeout(go, 0));

/** Lets everything be made that is asked for. */
async function finish(asked: readonly { done: () => void }[], from = 0): Promise<void> {
  for (let i = from; i < asked.length; i++) {
    asked[i]!.done();
    await soon();
  }
}

describe("a pyramid", () => {
  test("paints the coarse at once, and the finer in its place when it is there", async () => {
    const { pyramid, asked, paint } = aPyramid();
    pyramid.see(near);
    expect(pyramid.busy).toBe(true);
    expect(pyramid.ready).toBe(false);
    expect(paint(near)).toEqual([]);
    asked[0]!.done();
    await soon();
    pyramid.see(near);
    const levels = new Set(asked[0]!.keys.map((key) => key.split("/")[0]));
    expect(levels.size).toBe(1);
    await finish(asked);
    pyramid.see(near);
    expect(pyramid.busy).toBe(false);
    expect(pyramid.ready).toBe(true);
    const area = paint(near).reduce((sum, [, , , , , , wide, tall]) => sum + wide! * tall!, 0);
    const tiles = tilesSeen(plane, levelFor(plane, near, 300), near);
    expect(paint(near).length).toBe(tiles.length);
    const [low, high] = [boxOfTile(plane, tiles[0]!).low, boxOfTile(plane, tiles[0]!).high];
    const each = (high[0] - low[0]) * (high[1] - low[1]) * near.focal ** 2;
    expect(Math.abs(area - each * tiles.length) / area).toBeLessThan(0.05);
  });

  test("what is looked at no longer is given up, and what was made is kept", async () => {
    const { pyramid, asked } = aPyramid();
    pyramid.see(near);
    const [first] = asked;
    pyramid.see(far);
    expect(first!.signal.aborted).toBe(true);
    await soon();
    pyramid.see(far);
    expect(asked.slice(2).flatMap(({ keys }) => keys)).not.toContain(first!.keys[0]);
    await finish(asked, 2);
    const before = asked.length;
    pyramid.see(far);
    expect(asked.length).toBe(before);
    expect(pyramid.busy).toBe(false);
  });

  test("ends when it is disposed of, and says why it cannot go on", async () => {
    const { pyramid, asked } = aPyramid();
    pyramid.see(near);
    pyramid.dispose();
    const begun = asked.length;
    expect(asked.every(({ signal }) => signal.aborted)).toBe(true);
    await soon();
    expect(asked.length).toBe(begun);
    const make = vi.fn(() => Promise.reject(new Error("no such epoch")));
    const failing = aPyramid({ make });
    failing.pyramid.see(near);
    await soon();
    expect(failing.pyramid.fault).toBe("no such epoch");
    expect(failing.pyramid.busy).toBe(false);
    const tries = make.mock.calls.length;
    failing.pyramid.see(near);
    await soon();
    expect(make).toHaveBeenCalledTimes(tries);
  });
});

describe("the ground of a map", () => {
  function aGround() {
    const scene = aScene();
    const store = createStore(scene);
    const shown = signal<Shown | null>(null);
    const painters: (Painter | null)[] = [];
    const map = {
      setBackdrop: (paint: Painter | null) => painters.push(paint),
      timings: () => ({ msPerFrame: 1 }),
    };
    const asked: AbortSignal[] = [];
    const quietly = (_: number, __: Float32Array, ___: string, signal: AbortSignal) => {
      asked.push(signal);
      return new Promise<Float32Array>((_done, fail) =>
        signal.addEventListener("abort", () => fail(signal.reason)),
      );
    };
    const means = { map, shown, recording: { tile: vi.fn() }, decoder: { quietly, lanes: () => 2 } };
    const ground = createGround(scene, store, means as unknown as Plot);
    const frame = (epoch: number, map = scene.maps[0]): Shown => {
      const way = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
      return { map, epoch, points: Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1), way };
    };
    const paint = () => {
      const brush = { save() {}, restore() {}, drawImage() {} } as unknown as CanvasRenderingContext2D;
      painters.at(-1)?.(brush, near);
    };
    return { scene, store, shown, painters, asked, ground, frame, paint };
  }
  const isPainted = ({ painters }: ReturnType<typeof aGround>) => typeof painters.at(-1) === "function";

  test("is there while a layer is on, on a flat map, and says what is at work", () => {
    const made = aGround();
    const { store, shown, ground, frame, scene, paint } = made;
    shown.value = frame(5);
    expect(isPainted(made)).toBe(false);
    store.layers.value = withSetting(store.layers.value, "decoded", { on: true });
    expect(isPainted(made)).toBe(true);
    paint();
    expect(ground.fares.value.get("decoded")?.busy).toBe(true);
    shown.value = { ...frame(5, scene.maps[1]), points: new Float32Array(12) };
    expect(isPainted(made)).toBe(false);
    expect(ground.fares.value.size).toBe(0);
  });

  test("another epoch begins anew, and what nobody wants ends", () => {
    const made = aGround();
    const { store, shown, asked, frame, paint, ground } = made;
    shown.value = frame(5);
    store.layers.value = withSetting(store.layers.value, "distortion", { on: true });
    paint();
    const first = asked.length;
    expect(first).toBeGreaterThan(0);
    store.layers.value = withSetting(store.layers.value, "distortion", { opacity: 0.3 });
    paint();
    expect(asked.length).toBe(first);
    shown.value = frame(2);
    paint();
    expect(asked.length).toBeGreaterThan(first);
    ground.dispose();
    expect(asked.every(({ aborted }) => aborted)).toBe(true);
    expect(isPainted(made)).toBe(false);
  });

  test("a scene without a classifier has no territory", () => {
    const made = aGround();
    made.shown.value = made.frame(5);
    made.store.layers.value = withSetting(made.store.layers.value, "territory", { on: true });
    expect(isPainted(made)).toBe(false);
  });
});
