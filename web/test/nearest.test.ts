import { expect, test } from "vitest";
import { type Latents, nearest, nearestOf } from "../src/nearest";

/** The same numbers each time. */
function cloud(n: number, d: number): Latents {
  let seed = 7;
  const mean = Float32Array.from({ length: n * d }, () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 1073741823 - 1;
  });
  return { epoch: 0, d, mean };
}

function byHand({ mean, d }: Latents, to: readonly number[]) {
  const all = Array.from({ length: mean.length / d }, (_, index) => {
    const distance = Math.hypot(...to.map((value, j) => mean[index * d + j]! - value));
    return { index, distance };
  });
  return all.sort((a, b) => a.distance - b.distance);
}

test.each([2, 3, 8, 20])("of 500 latents with %i numbers, finds the ones that a sort finds", (d) => {
  const latents = cloud(500, d);
  for (let q = 0; q < 20; q++) {
    const to = Array.from({ length: d }, (_, j) => Math.sin(q * 3 + j));
    const sorted = byHand(latents, to);
    const found = nearest(latents, to);
    expect(found?.index).toBe(sorted[0]?.index);
    expect(found?.distance).toBeCloseTo(sorted[0]?.distance ?? -1, 5);
    expect(nearestOf(latents, to, 7).map(({ index }) => index)).toEqual(
      sorted.slice(0, 7).map(({ index }) => index),
    );
  }
});

test("a guess changes nothing", () => {
  const latents = cloud(200, 3);
  const to = [0.1, 0.2, 0.3];
  const plain = nearest(latents, to);
  for (let guess = -1; guess < 210; guess += 7) expect(nearest(latents, to, -1, guess)).toEqual(plain);
});

test("an image may be left out", () => {
  const latents = cloud(50, 2);
  const own = latents.mean.subarray(20, 22);
  expect(nearest(latents, own)).toEqual({ index: 10, distance: 0 });
  expect(nearest(latents, own, 10, 10)?.index).toBe(byHand(latents, [...own])[1]?.index);
});

test("of equals, the lower index", () => {
  const latents: Latents = { epoch: 0, d: 1, mean: Float32Array.of(1, 1, 1) };
  expect(nearest(latents, [1], -1, 2)?.index).toBe(0);
  expect(nearestOf(latents, [1], 2).map(({ index }) => index)).toEqual([0, 1]);
});

test("nothing is near in an empty set, and what is not a number is never near", () => {
  expect(nearest({ epoch: 0, d: 2, mean: new Float32Array() }, [0, 0])).toBeNull();
  const latents: Latents = { epoch: 0, d: 1, mean: Float32Array.of(Number.NaN, 3) };
  expect(nearest(latents, [0], -1, 0)).toEqual({ index: 1, distance: 3 });
  expect(nearestOf(latents, [0], 5)).toEqual([{ index: 1, distance: 3 }]);
});
