/** The map's points: which one lies under the pointer, in which order they are painted, how they travel. */
import { describe, expect, test } from "vitest";
import { project, viewOf } from "../src/map/camera";
import { type Cloud, coloured, departed, NO_POINTS, placed } from "../src/map/cloud";
import { DepthSteps } from "../src/map/depth";
import { extentOf } from "../src/map/extent";
import { nearestSeen, PointGrid } from "../src/map/pick";
import { easeInOut, easeOut, progress } from "../src/map/travel";
import type { Appearance, Frame } from "../src/map/types";
import type { Vec3 } from "../src/map/vector";

const DEEP = { kind: "3d", target: [0, 0, 0], yaw: 0.4, pitch: 0.3, distance: 20 } as const;

describe("the point under the pointer", () => {
  test.each([0, 1, 2, 37, 5000])("is the one that a search through all would find, of %i", (n) => {
    const frame = scattered(n, 2);
    const cloud = drawn(frame, { visible: everyThird(n) });
    const grid = new PointGrid(cloud);
    const dice = random(5);
    for (let k = 0; k < 200; k++) {
      const [x, y] = [24 * (dice() - 0.5), 24 * (dice() - 0.5)];
      const radius = k % 10 === 0 ? 50 : 3 * dice();
      const wanted = nearestOfAll(frame, everyThird(n), (at) => Math.hypot(at[0] - x, at[1] - y), radius);
      const [ox, oy] = cloud.origin;
      expect(grid.nearest(x - ox, y - oy, radius, cloud.colours).distance).toBeCloseTo(wanted, 4);
    }
  });

  test.each([0, 1, 800])("is found in 3-D as it is seen, of %i", (n) => {
    const frame = scattered(n, 3);
    const cloud = drawn(frame, { visible: everyThird(n) });
    const view = viewOf(DEEP, 800, 600);
    const dice = random(6);
    for (let k = 0; k < 100; k++) {
      const [x, y] = [800 * dice(), 600 * dice()];
      const seen = (at: Vec3) => {
        const [sx, sy, depth] = project(view, at);
        return depth > 0 ? Math.hypot(sx - x, sy - y) : Number.POSITIVE_INFINITY;
      };
      const wanted = nearestOfAll(frame, everyThird(n), seen, 30);
      expect(nearestSeen(cloud, view, x, y, 30).distance).toBeCloseTo(wanted, 2);
    }
  });

  test("is the image's own index, whatever order points are painted in", () => {
    const frame = scattered(100, 2);
    const cloud = drawn(frame);
    const grid = new PointGrid(cloud);
    for (let i = 0; i < 100; i++) {
      const [x, y] = [frame.points[2 * i]! - cloud.origin[0], frame.points[2 * i + 1]! - cloud.origin[1]];
      expect(cloud.image[grid.nearest(x, y, 0.001, cloud.colours).slot]).toBe(i);
    }
  });

  test("is none where points are hidden or have no place", () => {
    const frame: Frame = {
      points: Float32Array.of(Number.NaN, 0, Number.POSITIVE_INFINITY, 1, 2, 2),
      dims: 2,
    };
    const cloud = drawn(frame, { visible: Uint8Array.of(1, 1, 0) });
    expect(new PointGrid(cloud).nearest(0, 0, 1e6, cloud.colours).slot).toBe(-1);
  });

  test("is the one painted last where all lie in one place", () => {
    const cloud = drawn({ points: new Float32Array(40).fill(7), dims: 2 });
    expect(new PointGrid(cloud).nearest(0, 0, 1, cloud.colours).slot).toBe(19);
  });
});

describe("painting", () => {
  test.each([1, 2, 10, 1797, 4096])("takes every one of %i images once", (n) => {
    const { image } = drawn(scattered(n, 2));
    expect([...image].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  });

  test("mixes classes that come one after the other", () => {
    const { image } = drawn(scattered(1000, 2));
    const last = [...image.slice(-100)].map((i) => Math.floor(i / 100));
    expect(new Set(last).size).toBe(10);
  });

  test("goes from far to near, and leaves out what is hidden or behind the eye", () => {
    const frame = scattered(2000, 3);
    const cloud = drawn(frame, { visible: everyThird(2000) });
    const view = viewOf({ ...DEEP, distance: 4 }, 800, 600);
    const eye = view.eye.map((value, axis) => value - cloud.origin[axis]!) as unknown as Vec3;
    const steps = new DepthSteps();
    steps.measure(cloud, 1, eye, view.forward, 18);
    const order = [...steps.order()];
    const depths = order.map((slot) => project(view, at(frame, cloud.image[slot]!))[2]);
    expect(depths.every((depth, k) => depth > 0 && (k === 0 || depth < depths[k - 1]! * 1.02))).toBe(true);
    const seen = everyThird(2000).filter((kept, i) => kept && project(view, at(frame, i))[2] > 0.001);
    expect(order.length).toBe(seen.length);
  });

  test("gives grey to points without a colour", () => {
    const cloud = drawn(scattered(3, 2), { colours: Uint8Array.of(1, 2, 3) });
    const colourOf = (i: number) => {
      const slot = cloud.image.indexOf(i);
      return [...cloud.colours.slice(4 * slot, 4 * slot + 4)];
    };
    expect(colourOf(0)).toEqual([1, 2, 3, 255]);
    expect(colourOf(2)).toEqual([128, 128, 128, 255]);
  });

  test("keeps points apart that lie close together far from zero", () => {
    const cloud = drawn({ points: Float32Array.of(1000, 1000, 1000.0001, 1000), dims: 2 });
    expect(Math.abs(cloud.to[0]! - cloud.to[2]!)).toBeCloseTo(Math.fround(1000.0001) - 1000, 9);
  });
});

describe("travelling", () => {
  test("starts where points are drawn, even in the middle of a journey and in another extent", () => {
    const [a, b, c] = [square(0), square(10), square(100)];
    const first = placed(
      a,
      extentOf(
        [
          [0, 0],
          [1, 1],
        ],
        a,
      ),
      NO_POINTS,
    );
    const second = departed(
      b,
      extentOf(
        [
          [0, 0],
          [11, 11],
        ],
        b,
      ),
      first,
      1,
    );
    const third = departed(
      c,
      extentOf(
        [
          [0, 0],
          [101, 101],
        ],
        c,
      ),
      second,
      0.25,
    );
    for (let k = 0; k < 8; k++) {
      const drawnAt = third.from[k]! + third.origin[(k % 2) as 0]!;
      const i = third.image[Math.floor(k / 2)]! * 2 + (k % 2);
      expect(drawnAt).toBeCloseTo(a.points[i]! + 0.25 * (b.points[i]! - a.points[i]!), 4);
    }
  });

  test("from rest in the same extent nothing is copied", () => {
    const extent = extentOf(
      [
        [0, 0],
        [11, 11],
      ],
      square(0),
    );
    const first = placed(square(0), extent, NO_POINTS);
    expect(departed(square(10), extent, first, 1).from).toBe(first.to);
  });

  test.each([easeInOut, easeOut])("goes from 0 to 1 without turning back (%o)", (ease) => {
    const steps = Array.from({ length: 101 }, (_, k) => ease(k / 100));
    expect([steps[0], steps[100]]).toEqual([0, 1]);
    expect(steps.every((value, k) => k === 0 || value >= steps[k - 1]!)).toBe(true);
  });

  test("is over at its time, and at once where there is none", () => {
    const travel = { start: 100, ms: 50, fromRest: true };
    expect([90, 100, 125, 150, 1e9].map((now) => progress(travel, now))).toEqual([0, 0, 0.5, 1, 1]);
    expect(progress(null, 5)).toBe(1);
    expect(progress({ ...travel, ms: 0 }, 100)).toBe(1);
  });
});

function drawn(frame: Frame, look: Partial<Appearance> = {}): Cloud {
  const plain = { colours: new Uint8Array(0), visible: null, size: 0, opacity: 0, strength: 1 } as const;
  const cloud = placed(frame, extentOf([[], []], frame), NO_POINTS);
  return coloured(cloud, frame, { ...plain, background: [0, 0, 0], ...look });
}

function scattered(n: number, dims: 2 | 3): Frame {
  const dice = random(n + dims);
  return { points: Float32Array.from({ length: n * dims }, () => 20 * (dice() - 0.5)), dims };
}

function square(corner: number): Frame {
  const points = [0, 0, 1, 0, 0, 1, 1, 1].map((value) => value + corner);
  return { points: Float32Array.from(points), dims: 2 };
}

function everyThird(n: number): Uint8Array {
  return Uint8Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : 0));
}

function at({ points, dims }: Frame, i: number): Vec3 {
  return [points[i * dims]!, points[i * dims + 1]!, dims === 3 ? points[i * dims + 2]! : 0];
}

function nearestOfAll(
  frame: Frame,
  visible: Uint8Array,
  distance: (at: Vec3) => number,
  radius: number,
): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < visible.length; i++) {
    const here = visible[i] ? distance(at(frame, i)) : best;
    if (here <= radius && here < best) best = here;
  }
  return best;
}

function random(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 4294967296;
  };
}
