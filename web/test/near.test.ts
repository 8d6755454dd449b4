/** The way back from a map that bends: the same answers as Python's, and a tree that finds what a sort finds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PointTree } from "../src/kdtree";
import { type Calibration, near } from "../src/ways";

interface Example {
  readonly points: number[][];
  readonly latents: number[][];
  readonly calibration: [number, number, number, number];
  readonly spots: number[][];
  readonly to_latent: number[][];
  readonly trust: number[];
}
const example: Example = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../tests/fixtures/near.json"), "utf8"),
);

function exampleWay() {
  const [spacing, reach, band, spread] = example.calibration;
  const latents = { epoch: 0, d: 3, mean: Float32Array.from(example.latents.flat()) };
  return near(Float32Array.from(example.points.flat()), 2, latents, { spacing, reach, band, spread });
}

/** The same numbers each time, in [0, 1). */
function luck(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

describe("the example that Python wrote", () => {
  const way = exampleWay();
  test.each(example.spots.map((spot, i) => [spot, i] as const))("spot %j", (spot, i) => {
    way.toLatent(spot).forEach((value, k) => {
      expect(value).toBeCloseTo(example.to_latent[i]![k]!, 4);
    });
    expect(way.trust?.(spot)).toBeCloseTo(example.trust[i]!, 5);
  });

  test("at every point its own latent, and full trust", () => {
    for (const [i, point] of example.points.entries()) {
      expect([...way.toLatent(point)]).toEqual([...Float32Array.from(example.latents[i]!)]);
      expect(way.trust?.(point)).toBe(1);
    }
  });

  test("an image's latent lies at the image's point", () => {
    expect([...way.toSpot(example.latents[7]!)]).toEqual([...Float32Array.from(example.points[7]!)]);
  });
});

test("trust falls as the cursor leaves the points, and is nothing far away", () => {
  const way = exampleWay();
  const along = [1, 4, 16, 64].map((x) => way.trust?.([4.2 * x, 0]) ?? -1);
  expect(along).toEqual(along.toSorted((a, b) => b - a));
  expect(along.at(-1)).toBeLessThan(0.001);
});

const PLAIN: Calibration = { spacing: 1, reach: 1, band: 1, spread: 1 };

test("fewer points than ten are all taken; none at all is no trust", () => {
  const two = near(Float32Array.of(0, 0, 2, 0), 2, { epoch: 0, d: 1, mean: Float32Array.of(1, 3) }, PLAIN);
  expect([...two.toLatent([1, 0])]).toEqual([2]);
  const none = near(new Float32Array(), 2, { epoch: 0, d: 1, mean: new Float32Array() }, PLAIN);
  expect([[...none.toLatent([1, 0])], none.trust?.([1, 0])]).toEqual([[0], 0]);
});

describe.each([2, 3])("the nearest points in %i dimensions", (dims) => {
  test.each([1, 5, 13, 400, 3000])("of %i, many of them in one place", (n) => {
    const next = luck(n + dims);
    // On a coarse lattice many distances are equal: then the lower image comes first.
    const points = Float32Array.from({ length: n * dims }, () => Math.floor(next() * 12));
    if (n > 5) points[2 * dims] = Number.NaN;
    const tree = new PointTree(points, dims);
    const [images, squares] = [new Uint32Array(10), new Float32Array(10)];
    for (let q = 0; q < 40; q++) {
      const spot = Array.from({ length: dims }, () => Math.fround(next() * 20 - 4));
      const found = tree.nearest(spot, images, squares);
      const sorted = Array.from({ length: n }, (_, i) => {
        const square = spot.reduce((sum, x, k) => sum + (x - points[i * dims + k]!) ** 2, 0);
        return { i, square: Math.fround(square) };
      })
        .filter(({ square }) => !Number.isNaN(square))
        .sort((a, b) => a.square - b.square || a.i - b.i);
      expect(found).toBe(Math.min(10, sorted.length));
      const told = Array.from(squares.subarray(0, found));
      told.forEach((square, k) => {
        expect(square).toBeCloseTo(sorted[k]!.square, 3);
      });
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect(new Set(images.subarray(0, found)).size).toBe(found);
    }
  });
});
