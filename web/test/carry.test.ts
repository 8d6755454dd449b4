/** Carrying what a map leaves out: the same numbers as Python's, and the same in the store and the address. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { apply, lookOf, read, write } from "../src/address";
import type { Shown } from "../src/recording";
import { createStore, leftOut } from "../src/store";
import { carried, flat, near, type Way } from "../src/ways";
import { orderOf } from "../src/wishes";
import { aScene } from "./fixtures";

interface Example {
  readonly points: number[][];
  readonly centre: number[];
  readonly axes: number[][];
  readonly latents: number[][];
  readonly calibration: [number, number, number, number];
  readonly home: number[];
  readonly latent: number[];
  readonly spots: number[][];
  readonly carried: Readonly<Record<string, number[][]>>;
}
const examples: Readonly<Record<"flat" | "near", Example>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../tests/fixtures/carry.json"), "utf8"),
);
const f32 = (rows: number[][]) => Float32Array.from(rows.flat());

function wayOf(kind: "flat" | "near"): Way {
  const { centre, axes, points, latents, calibration } = examples[kind];
  if (kind === "flat") return flat(Float32Array.from(centre), f32(axes));
  const [spacing, reach, band, spread] = calibration;
  const known = { epoch: 0, d: 5, mean: f32(latents) };
  return near(f32(points), 2, known, { spacing, reach, band, spread });
}

describe.each(["flat", "near"] as const)("the example that Python wrote, %s", (kind) => {
  const { spots, home, latent, carried: told } = examples[kind];
  const way = wayOf(kind);
  const own = Float32Array.from(latent);
  test.each(Object.keys(told))("part %s", (part) => {
    for (const [i, spot] of spots.entries()) {
      carried(way, spot, own, home, Number(part)).forEach((value, k) => {
        expect(value).toBeCloseTo(told[part]![i]![k]!, 4);
      });
    }
  });
  test("all of it at home is the latent; none of it is the plain way back", () => {
    carried(way, home, own, home, 1).forEach((value, k) => {
      expect(Math.abs(value - own[k]!)).toBeLessThanOrEqual(1e-6);
    });
    for (const spot of spots) {
      expect([...carried(way, spot, own, home, 0)]).toEqual([...way.toLatent(spot)]);
    }
  });
});

function looking() {
  const store = createStore(aScene());
  const way = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
  const points = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1);
  store.shown.value = { map: store.map.value, epoch: 5, points, way } satisfies Shown;
  store.latents.value = { epoch: 5, d: 3, mean: Float32Array.of(0, 0, 4, 1, 0, 9, 0, 1, 9, 1, 1, 9) };
  store.aim.value = { by: "spot", spot: Float32Array.of(2, 3) };
  return store;
}

test("a hand over the map decodes the spot and a part of what the map leaves out of the pin", () => {
  const store = looking();
  store.pin.value = { by: "image", index: 0 };
  expect([...store.cursor.value!.latent]).toEqual([2, 3, 0]);
  expect(leftOut(store.pinned.value!, store.shown.value!)).toBe(4);
  store.carry.value = 0.5;
  expect([...store.cursor.value!.latent]).toEqual([2, 3, 2]);
  store.pin.value = null;
  expect([...store.cursor.value!.latent]).toEqual([2, 3, 0]);
});

test("a latent that a program holds is decoded as it is", () => {
  const store = looking();
  store.pin.value = { by: "image", index: 0 };
  store.carry.value = 1;
  store.aim.value = { by: "latent", latent: Float32Array.of(7, 7, 7) };
  expect([...store.cursor.value!.latent]).toEqual([7, 7, 7]);
});

test("the address holds the part, and a program may wish for it", () => {
  const store = looking();
  store.carry.value = 0.35;
  const written = write(lookOf(store));
  expect(written).toContain("carry=0.35");
  store.carry.value = 0;
  expect(write(lookOf(store))).not.toContain("carry");
  apply(read(written), aScene(), store);
  expect(store.carry.value).toBe(0.35);
  expect(read("carry=1.5").carry).toBeUndefined();
  const now = { map: store.map.value, colour: null };
  expect(orderOf({ carry: 1 }, aScene(), now).look.carry).toBe(1);
  expect(() => orderOf({ carry: 2 }, aScene(), now)).toThrow("carry must be a number from 0 to 1");
});
