import { expect, test } from "vitest";
import { readTensors } from "../src/tensors";
import { flat, readWay } from "../src/ways";
import { aScene, tensorFile } from "./fixtures";

const turn = Math.SQRT1_2;
const sheet = flat(Float32Array.of(1, 2, 3), Float32Array.of(turn, turn, 0, -turn, turn, 0));

test("a spot's latent lies on the sheet", () => {
  expect([...sheet.toLatent([0, 0])]).toEqual([1, 2, 3]);
  const [x, y, z] = sheet.toLatent([Math.SQRT2, 0]);
  expect(x).toBeCloseTo(2, 6);
  expect(y).toBeCloseTo(3, 6);
  expect(z).toBe(3);
});

test("there and back is the same spot", () => {
  for (const spot of [
    [0, 0],
    [1.5, -2],
    [-7, 0.25],
  ]) {
    const back = sheet.toSpot(sheet.toLatent(spot));
    back.forEach((value, k) => {
      expect(value).toBeCloseTo(spot[k]!, 5);
    });
  }
});

test("a latent beside the sheet falls straight onto it", () => {
  const on = sheet.toLatent([1, 1]);
  const off = Float32Array.of(on[0]!, on[1]!, on[2]! + 9);
  sheet.toSpot(off).forEach((value) => {
    expect(value).toBeCloseTo(1, 5);
  });
});

test("an unknown way back is named", () => {
  const [map] = aScene().maps;
  const file = readTensors(tensorFile({}));
  expect(() => readWay({ ...map, way: "far" }, file, 3)).toThrow("does not know: 'far'");
  expect(() => readWay(map, file, 3)).toThrow("has no tensor 'centre'");
});
