import { expect, test } from "vitest";
import { lossesOf } from "../src/views/chart";
import { axisOf, heightOf, lineOf } from "../src/views/losses";

const entry = (epoch: number, train: number | null, validation: number | null) => ({
  epoch,
  train,
  validation,
});

test("the scale holds all losses", () => {
  const axis = axisOf([entry(1, 4, 5), entry(2, 3, 6)]);
  expect(axis).toEqual({ log: false, low: 3, high: 6 });
  expect(axis && [heightOf(axis, 3), heightOf(axis, 6)]).toEqual([0, 1]);
});

test("the untrained model does not press the others to the floor", () => {
  expect(axisOf([entry(0, null, 544), entry(1, 150, 160), entry(2, 140, 150)])?.high).toBe(160);
  expect(axisOf([entry(0, null, 544)])?.high).toBe(544);
});

test("losses over orders of magnitude have a logarithmic scale, unless one is not above 0", () => {
  expect(axisOf([entry(1, 100, 1)])?.log).toBe(true);
  expect(axisOf([entry(1, 100, -1)])?.log).toBe(false);
});

test("without losses there is no scale, and equal losses lie in the middle", () => {
  expect(axisOf([entry(0, null, null)])).toBeNull();
  expect(heightOf({ log: false, low: 2, high: 2 }, 2)).toBe(0.5);
});

test("a line breaks where a loss is missing", () => {
  const entries = [entry(0, 1, null), entry(1, null, null), entry(2, 3, null), entry(3, 2, null)];
  const d = lineOf(entries, "train", { log: false, low: 1, high: 3 }, [0, 3], [300, 100]);
  expect(d).toBe("M0.0 100.0M200.0 0.0L300.0 50.0");
});

test("of what nobody measured nothing is told", () => {
  const told = lossesOf(entry(3, 36.5, null));
  expect(told).toEqual([["train", "train 36.5"]]);
});
