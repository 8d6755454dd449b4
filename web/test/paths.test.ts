/** Walks and sums of latents: the same numbers as Python's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { between, type Graph, graphOf, type Known } from "../src/paths/graph";
import { along, type Leg, sampled, spherical, straight } from "../src/paths/lines";
import { analogy, attribute, meanOf, moved, separation } from "../src/paths/sums";
import { apart, evenly, spacingOf } from "../src/paths/support";

interface Way {
  readonly name: string;
  readonly from: number[];
  readonly to: number[];
  readonly straight: number[][];
  readonly spherical: number[][];
  readonly through: number[];
  readonly along: number[][];
}
const told: {
  readonly codes: number[][];
  readonly ways: Way[];
  readonly support: { spacing: number; at: number[][]; far: number[] };
  readonly sum: number[];
  readonly attribute: { has: number[]; lacks: number[]; vector: number[]; separation: number };
} = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/fixtures/paths.json"), "utf8"));

const D = 5;
const codes = Float32Array.from(told.codes.flat());
const f32 = (latent: number[]) => Float32Array.from(latent);
const latents = { epoch: 0, d: D, mean: codes };

function made(known: Known | null = null, of = codes, d = D): Graph {
  const work = graphOf(of, d, known);
  let [step, last] = [work.next(), 0];
  for (; !step.done; step = work.next()) {
    expect(step.value).toBeGreaterThanOrEqual(last);
    last = step.value;
  }
  return step.value;
}
function expectWay(leg: Leg, expected: number[][]): void {
  for (const [i, latent] of sampled(leg, expected.length).entries()) {
    latent.forEach((value, j) => {
      expect(value).toBeCloseTo(expected[i]![j]!, 4);
    });
  }
}

describe.each(told.ways)("the ways that Python went: $name", (way) => {
  test("straight, and about the origin", () => {
    expectWay(straight(way.from, way.to), way.straight);
    expectWay(spherical(way.from, way.to), way.spherical);
  });
  test("along the data", () => {
    const rows = between(made(), f32(way.from), f32(way.to));
    expect([...rows]).toEqual(way.through);
    const chain = [...rows].map((row) => told.codes[row]!);
    expectWay(along([way.from, ...chain, way.to]), way.along);
  });
});

test("neighbours that somebody found already make the same graph", () => {
  const found = Uint32Array.from(
    told.codes.flatMap((own, i) =>
      told.codes
        .map((other, j) => [j, Math.hypot(...own.map((value, k) => value - other[k]!))] as const)
        .filter(([j]) => j !== i)
        .sort((a, b) => a[1] - b[1])
        .slice(0, 12)
        .map(([j]) => j),
    ),
  );
  const graph = made({ k: 12, images: found });
  for (const way of told.ways) expect([...between(graph, f32(way.from), f32(way.to))]).toEqual(way.through);
});

test("few images, twins, and latents that are no numbers end in a way too", () => {
  const one = made(null, Float32Array.of(1, 2), 2);
  expect([...between(one, [0, 0], [3, 3])]).toEqual([0]);
  const twins = made(null, Float32Array.of(1, 2, 1, 2, 5, 5), 2);
  expect([...between(twins, [1, 2], [5, 5])].at(-1)).toBe(2);
  const broken = made(null, Float32Array.of(Number.NaN, 0, 1, 1, 2, 2), 2);
  expect(between(broken, [1, 1], [2, 2]).length).toBeLessThanOrEqual(3);
});

test("a way has its ends, backwards it is itself reversed, and one that goes nowhere stays", () => {
  const { from, to } = told.ways[0]!;
  for (const make of [straight, spherical, (a: number[], b: number[]) => along([a, [0, 0, 0, 0, 0], b])]) {
    const [there, back] = [make(from, to), make(to, from)];
    for (const part of [0, 0.25, 0.5, 1]) {
      there(part).forEach((value, j) => {
        expect(value).toBeCloseTo(back(1 - part)[j]!, 5);
      });
    }
    there(0).forEach((value, j) => {
      expect(value).toBeCloseTo(from[j]!, 5);
    });
  }
  expect([...along([[1, 2]])(0.3)]).toEqual([1, 2]);
  expect([
    ...along([
      [1, 2],
      [1, 2],
    ])(1),
  ]).toEqual([1, 2]);
});

test("how far from the data, in usual distances", () => {
  const { spacing, at, far } = told.support;
  expect(spacingOf(codes, D)).toBeCloseTo(spacing, 5);
  const found = apart(codes, D, spacing, Float32Array.from(at.flat()));
  far.forEach((value, i) => {
    expect(found.far[i]).toBeCloseTo(value, 4);
  });
  expect(found.images[0]).toBe(4);
  expect([...evenly(5, 3)]).toEqual([0, 2, 4]);
  expect([...evenly(1, 2)]).toEqual([0]);
});

test("sums, means, what sets two groups apart, and how surely", () => {
  const [a, b, c] = told.codes as [number[], number[], number[]];
  analogy(a, b, c).forEach((value, j) => {
    expect(value).toBeCloseTo(told.sum[j]!, 5);
  });
  const { has, lacks, vector, separation: sure } = told.attribute;
  const found = attribute(latents, has, lacks)!;
  found.forEach((value, j) => {
    expect(value).toBeCloseTo(vector[j]!, 5);
  });
  expect(separation(latents, has, lacks, found)).toBeCloseTo(sure, 6);
  expect(separation(latents, has, has, found)).toBe(0.5);
  expect(attribute(latents, has, [])).toBeNull();
  expect(meanOf(latents, [])).toBeNull();
  expect([...moved([1, 2], [1, -1], 2)]).toEqual([3, 0]);
});
