import { expect, test } from "vitest";
import { boxOf, boxOfFrame, framed } from "../src/framing";

const place = { width: 1000, height: 800 };
const insets = { top: 50, right: 300, bottom: 150, left: 200 };

test("the box lies in the free part of the window, whole and in its middle", () => {
  const camera = framed({ centre: [3, -2], size: [4, 1] }, place, insets);
  const pixels = Math.min(place.width, place.height) / camera.span;
  const x = (at: number) => place.width / 2 + (at - camera.x) * pixels;
  const y = (at: number) => place.height / 2 - (at - camera.y) * pixels;
  expect(x(3)).toBeCloseTo((insets.left + place.width - insets.right) / 2);
  expect(y(-2)).toBeCloseTo((insets.top + place.height - insets.bottom) / 2);
  expect(x(1)).toBeGreaterThan(insets.left);
  expect(x(5)).toBeLessThan(place.width - insets.right);
});

test("one stray point in a thousand does not shrink the others", () => {
  const points = Float32Array.from({ length: 4000 }, (_, i) => (i % 2 ? 0 : (i / 4000) * 10));
  points[0] = -1e6;
  const box = boxOf(points, 2);
  expect(box?.size[0]).toBeLessThan(10);
  expect(box?.size[0]).toBeGreaterThan(9);
});

test.each([[[]], [[Number.NaN, 0]]])("without points there is no box: %j", (points) => {
  expect(boxOf(Float32Array.from(points), 2)).toBeNull();
});

test("a single point is seen, no further away than the map lets one go", () => {
  const extent = [
    [-0.04, 0.01],
    [-0.03, 0.07],
  ] as const;
  const map = { dims: 2, extent } as unknown as Parameters<typeof boxOfFrame>[0]["map"];
  const { centre, size } = boxOfFrame({ points: Float32Array.of(-0.03, 0.07), map });
  expect(centre).toEqual([Math.fround(-0.03), Math.fround(0.07)]);
  expect(framed({ centre, size }, place, insets).span).toBeLessThan(3 * 0.06);
  const camera = framed({ centre, size: [0, 0] }, place, insets);
  expect(camera.span).toBeGreaterThan(0);
});
