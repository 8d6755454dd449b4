import { describe, expect, test } from "vitest";
import { classColour, colourClasses, colourNumbers, type Rgb, rampColour, rangeOf } from "../src/palette";

const PAPER: Rgb = [245, 243, 238];
const NIGHT: Rgb = [16, 20, 24];

function lab([r, g, b]: Rgb): [number, number, number] {
  const [x, y, z] = [r, g, b].map((v) =>
    v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4,
  );
  const l = Math.cbrt(0.4122214708 * x! + 0.5363325363 * y! + 0.0514459929 * z!);
  const m = Math.cbrt(0.2119034982 * x! + 0.6806995451 * y! + 0.1073969566 * z!);
  const s = Math.cbrt(0.0883024619 * x! + 0.2817188376 * y! + 0.6299787005 * z!);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function apart(a: Rgb, b: Rgb): number {
  const [p, q] = [lab(a), lab(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

describe.each([
  ["light", PAPER],
  ["dark", NIGHT],
] as const)("in the %s theme", (theme, background) => {
  test.each([2, 8, 10, 32])("%i classes are told apart from one another and from the background", (count) => {
    const colours = Array.from({ length: count }, (_, i) => classColour(i, count, theme));
    colours.forEach((one, i) => {
      expect(apart(one, background)).toBeGreaterThan(0.1);
      for (const other of colours.slice(i + 1)) expect(apart(one, other)).toBeGreaterThan(0.045);
    });
  });

  test("the ramp gets lighter all the way", () => {
    const lights = Array.from({ length: 40 }, (_, i) => lab(rampColour(i / 39, theme))[0]);
    for (let i = 1; i < lights.length; i++) expect(lights[i]).toBeGreaterThan(lights[i - 1]!);
  });
});

test("after thirty-two the colours repeat, and none is missing", () => {
  expect(classColour(32, 100, "light")).toEqual(classColour(0, 100, "light"));
});

test("an image without a class or a number has the colour of none", () => {
  const none = [...classColour(-1, 3, "light")];
  expect([...colourClasses(Int32Array.of(-1, 0), 3, "light").slice(0, 3)]).toEqual(none);
  expect([...colourClasses(Int32Array.of(99), 3, "light")]).toEqual(none);
  expect([...colourNumbers(Float32Array.of(Number.NaN), [0, 1], "light")]).toEqual(none);
});

test("numbers that are all the same have a colour", () => {
  const column = Float32Array.of(5, 5);
  expect(colourNumbers(column, rangeOf(column), "dark")).toHaveLength(6);
});

test("the range leaves out what is not a number", () => {
  expect(rangeOf(Float32Array.of(Number.NaN, 2, Number.POSITIVE_INFINITY, -1))).toEqual([-1, 2]);
  expect(rangeOf(new Float32Array())).toEqual([0, 0]);
});
