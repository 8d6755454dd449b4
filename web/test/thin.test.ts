/** Pictures at their points: never one over another, the same however the map is moved, none that is filtered out. */
import { describe, expect, test } from "vitest";
import { type Camera2, viewOf } from "../src/map";
import { type Crowd, type Placed, Thinner } from "../src/thin";

function luck(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}
const next = luck(7);
const points = Float32Array.from({ length: 4000 }, () => (next() + next()) * 5);
const crowd: Crowd = { points, dims: 2, visible: null, first: new Set() };
const look = (camera: Partial<Camera2> = {}) =>
  viewOf({ kind: "2d", x: 5, y: 5, span: 10, ...camera }, 800, 600);
const SIZE = 32;

function closest(seen: readonly Placed[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [i, a] of seen.entries()) {
    for (const b of seen.slice(0, i))
      least = Math.min(least, Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)));
  }
  return least;
}
const indices = (seen: readonly Placed[]) => seen.map(({ index }) => index).sort((a, b) => a - b);

describe("a flat map", () => {
  test.each([1, 3, 10, 40])(
    "zoomed %i times: no picture covers another, and there is one wherever one fits",
    (zoom) => {
      const view = look({ span: 10 / zoom });
      const seen = new Thinner().see(crowd, view, SIZE);
      expect(seen.length).toBeGreaterThan(zoom > 10 ? 3 : 30);
      expect(closest(seen)).toBeGreaterThan(SIZE);
      // The steps of zoom leave gaps of less than half a picture more.
      const reach = (SIZE + 2) * Math.SQRT2 + 1e-3;
      const scale = view.focal;
      for (let i = 0; i < points.length / 2; i++) {
        const [x, y] = [400 + (points[2 * i]! - 5) * scale, 300 - (points[2 * i + 1]! - 5) * scale];
        if (x < reach || y < reach || x > 800 - reach || y > 600 - reach) continue;
        expect(seen.some((at) => Math.abs(at.x - x) < reach && Math.abs(at.y - y) < reach)).toBe(true);
      }
    },
  );

  test("each stands at its own point", () => {
    const view = look();
    for (const { index, x, y } of new Thinner().see(crowd, view, SIZE)) {
      expect(x).toBeCloseTo(400 + (points[2 * index]! - 5) * view.focal, 3);
      expect(y).toBeCloseTo(300 - (points[2 * index + 1]! - 5) * view.focal, 3);
    }
  });

  test("a pan changes none of those that stay in sight, nor does a little zoom", () => {
    const thinner = new Thinner();
    const before = indices(thinner.see(crowd, look({ span: 4.1 }), SIZE));
    const after = new Set(indices(thinner.see(crowd, look({ span: 4.1, x: 5.4 }), SIZE)));
    const stay = before.filter((i) => {
      const x = (points[2 * i]! - 5.4) * (600 / 4.1);
      return Math.abs(x) < 399 && Math.abs(points[2 * i + 1]! - 5) * (600 / 4.1) < 299;
    });
    expect(stay.length).toBeGreaterThan(20);
    expect(stay.every((i) => after.has(i))).toBe(true);
    expect(indices(thinner.see(crowd, look({ span: 4.05, x: 5.4 }), SIZE)).every((i) => after.has(i))).toBe(
      true,
    );
  });

  test("what is filtered out has no picture, and what is chosen has one before others", () => {
    const visible = Uint8Array.from({ length: 2000 }, (_, i) => i % 2);
    const seen = indices(new Thinner().see({ ...crowd, visible }, look(), SIZE));
    expect(seen.every((i) => i % 2 === 1)).toBe(true);
    const plain = new Set(indices(new Thinner().see(crowd, look(), SIZE)));
    const other = Array.from({ length: 2000 }, (_, i) => i).find(
      (i) => !plain.has(i) && Math.abs(points[2 * i]! - 5) < 3 && Math.abs(points[2 * i + 1]! - 5) < 3,
    )!;
    expect(indices(new Thinner().see({ ...crowd, first: new Set([other]) }, look(), SIZE))).toContain(other);
  });
});

test("in three dimensions no picture covers another, from any side", () => {
  const deep = Float32Array.from({ length: 1500 }, () => next() * 4 - 2);
  const thinner = new Thinner();
  const space: Crowd = { ...crowd, points: deep, dims: 3 };
  for (const yaw of [0, 0.7, 2]) {
    const view = viewOf({ kind: "3d", target: [0, 0, 0], yaw, pitch: 0.3, distance: 9 }, 800, 600);
    const seen = thinner.see(space, view, SIZE);
    expect(seen.length).toBeGreaterThan(30);
    expect(closest(seen)).toBeGreaterThanOrEqual(SIZE + 2);
  }
});

test("points without a place have no picture", () => {
  const lost = { ...crowd, points: Float32Array.of(Number.NaN, 5, 5, 5) };
  expect(indices(new Thinner().see(lost, look(), SIZE))).toEqual([1]);
});
