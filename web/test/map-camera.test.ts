/** The map's camera: what is under the pointer stays there, and odd maps still get a sensible camera. */
import { describe, expect, test } from "vitest";
import * as optics from "../src/map/camera";
import { extentOf } from "../src/map/extent";
import type { Camera, Corners, Frame } from "../src/map/types";
import type { Vec3 } from "../src/map/vector";

const SIZES = [
  [800, 600],
  [320, 900],
  [1, 1],
] as const;
const FLAT: Camera = { kind: "2d", x: 3.5, y: -2, span: 7 };
const DEEP: Camera = { kind: "3d", target: [1, 2, 3], yaw: 0.7, pitch: -0.4, distance: 12 };
const EXTENT = extentOf(
  [
    [-10, -10, -10],
    [12, 11, 10],
  ],
  { points: new Float32Array(0), dims: 3 },
);

describe("a spot and its pixel", () => {
  test.each([FLAT, DEEP])("are each other's way back ($kind)", (camera) => {
    for (const [width, height] of SIZES) {
      const view = optics.viewOf(camera, width, height);
      for (const spot of spots(camera)) {
        const [x, y, depth] = optics.project(view, spot);
        expectNear(optics.unproject(view, x, y, depth), spot, 1e-9);
      }
    }
  });

  test.each([FLAT, DEEP])("are the same for the graphics processor ($kind)", (camera) => {
    const view = optics.viewOf(camera, 800, 600);
    const clip = optics.clipMatrix(view);
    for (const spot of spots(camera)) {
      const from = [0, 1, 2].map((axis) => spot[axis as 0] - view.eye[axis as 0]);
      const row = (r: number) =>
        clip[r]! * from[0]! + clip[4 + r]! * from[1]! + clip[8 + r]! * from[2]! + clip[12 + r]!;
      const [x, y] = optics.project(view, spot);
      expect((row(0) / row(3) + 1) * 400).toBeCloseTo(x, 3);
      expect((1 - row(1) / row(3)) * 300).toBeCloseTo(y, 3);
    }
  });

  test("up is up and right is right, in 3-D seen from the front as in 2-D", () => {
    const front = optics.viewOf({ kind: "3d", target: [0, 0, 0], yaw: 0, pitch: 0, distance: 5 }, 800, 600);
    for (const view of [front, optics.viewOf({ kind: "2d", x: 0, y: 0, span: 4 }, 800, 600)]) {
      const [x, y] = optics.project(view, [1, 1, 0]);
      expect(x).toBeGreaterThan(400);
      expect(y).toBeLessThan(300);
    }
  });
});

describe("moving the camera", () => {
  test.each([FLAT, DEEP])("zooming keeps the spot under the pointer ($kind)", (camera) => {
    for (const factor of [0.7, 1.3, 10, 500]) {
      const before = optics.viewOf(camera, 800, 600);
      const spot = optics.unproject(before, 620, 140, camera.kind === "3d" ? 9 : 1);
      const zoomed = optics.zoomedAbout(camera, spot, factor, EXTENT);
      const [x, y] = optics.project(optics.viewOf(zoomed, 800, 600), spot);
      expect([x, y].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([620, 140]);
    }
  });

  test.each([FLAT, DEEP])("zooming has an end at both ends ($kind)", (camera) => {
    const near = optics.zoomedAbout(camera, [1, 1, 1], 1e30, EXTENT);
    const far = optics.zoomedAbout(camera, [1, 1, 1], 1e-30, EXTENT);
    expect(optics.usable(near) && optics.usable(far)).toBe(true);
    const whole = optics.fitted(EXTENT, camera.kind === "3d" ? 3 : 2, 800, 600);
    expect(optics.zoomOf(near, whole)).toBeGreaterThan(1e4);
    expect(optics.zoomOf(far, whole)).toBeGreaterThan(0.05);
  });

  test.each([FLAT, DEEP])("a drag takes the spot along ($kind)", (camera) => {
    const view = optics.viewOf(camera, 800, 600);
    const depth = camera.kind === "3d" ? camera.distance : 1;
    const spot = optics.unproject(view, 300, 200, depth);
    const moved = optics.viewOf(optics.panned(camera, view, 40, -25, depth, EXTENT), 800, 600);
    expectNear(optics.project(moved, spot).slice(0, 2), [340, 175], 1e-6);
  });

  test("an orbit keeps its target in the middle, and never turns over", () => {
    const turned = optics.orbited(DEEP, 2, 99, EXTENT);
    expectNear(optics.project(optics.viewOf(turned, 800, 600), DEEP.target).slice(0, 2), [400, 300], 1e-6);
    expect(turned.kind === "3d" && turned.pitch).toBeLessThan(Math.PI / 2);
  });

  test("a journey begins and ends where it should, and takes the short way round", () => {
    const goal: Camera = {
      kind: "3d",
      target: [0, 0, 0],
      yaw: 0.7 + 2 * Math.PI - 0.1,
      pitch: 0.2,
      distance: 3,
    };
    const start = optics.between(DEEP, goal, 0);
    expect(start).toEqual(DEEP);
    expect(optics.between(DEEP, goal, 1)).toBe(goal);
    const half = optics.between(DEEP, goal, 0.5);
    expect(half.kind === "3d" && half.yaw).toBeCloseTo(0.65, 6);
  });

  test("a zooming journey keeps one spot still", () => {
    const view = optics.viewOf(FLAT, 800, 600);
    const spot = optics.unproject(view, 700, 100, 1);
    const goal = optics.zoomedAbout(FLAT, spot, 4, EXTENT);
    for (const t of [0.2, 0.5, 0.9]) {
      const on = optics.viewOf(optics.between(FLAT, goal, t), 800, 600);
      expectNear(optics.project(on, spot).slice(0, 2), [700, 100], 1e-6);
    }
  });
});

describe("fitting", () => {
  test.each([2, 3] as const)("shows the whole extent, with a margin, on any canvas (%i-D)", (dims) => {
    for (const [width, height] of SIZES) {
      const extent = extentOf([[-1, 4, 0].slice(0, dims), [9, 6, 2].slice(0, dims)], frame([], dims));
      const view = optics.viewOf(optics.fitted(extent, dims, width, height), width, height);
      const [x, y] = optics.project(view, extent.centre);
      expectNear([x, y], [width / 2, height / 2], 1e-6);
      for (const face of [-0.4, 0.4]) {
        const spot = extent.centre.map((value, axis) => value + face * extent.size[axis]!) as unknown as Vec3;
        const seen = optics.project(view, spot);
        expect(seen[0] > 0 && seen[0] < width && seen[1] > 0 && seen[1] < height).toBe(true);
      }
    }
  });

  const odd: [string, Frame, Corners][] = [
    ["no points", frame([], 2), [[], []]],
    [
      "one point",
      frame([3, 4], 2),
      [
        [3, 4],
        [3, 4],
      ],
    ],
    [
      "all equal, far away",
      frame([1e9, 1e9, 1e9, 1e9], 2),
      [
        [1e9, 1e9],
        [1e9, 1e9],
      ],
    ],
    [
      "on a line",
      frame([0, 5, 1, 5], 2),
      [
        [0, 5],
        [1, 5],
      ],
    ],
    [
      "no numbers",
      frame([Number.NaN, Number.NaN], 2),
      [
        [Number.NaN, 0],
        [1, Number.POSITIVE_INFINITY],
      ],
    ],
    [
      "an infinite point",
      frame([0, 0, Number.POSITIVE_INFINITY, 1, 2, 2], 2),
      [
        [0, 0],
        [Number.POSITIVE_INFINITY, 2],
      ],
    ],
    [
      "the wrong way round",
      frame([0, 0, 1, 1], 2),
      [
        [1, 1],
        [0, 0],
      ],
    ],
    [
      "tiny",
      frame([0, 0, 1e-20, 1e-20], 2),
      [
        [0, 0],
        [1e-20, 1e-20],
      ],
    ],
    [
      "3-D, one point",
      frame([1, 2, 3], 3),
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
  ];
  test.each(odd)("finds a camera for a map with %s", (_, told, corners) => {
    const extent = extentOf(corners, told);
    const camera = optics.fitted(extent, told.dims, 800, 600);
    expect(optics.usable(camera)).toBe(true);
    expect(optics.clamped(camera, extent)).toEqual(camera);
  });
});

test("a camera from elsewhere is checked", () => {
  expect(optics.usable({ ...FLAT, span: 0 })).toBe(false);
  expect(optics.usable({ ...FLAT, x: Number.NaN })).toBe(false);
  expect(optics.usable({ ...DEEP, target: [0, 0, Number.POSITIVE_INFINITY] })).toBe(false);
  expect(optics.usable(FLAT) && optics.usable(DEEP)).toBe(true);
});

function spots(camera: Camera): Vec3[] {
  if (camera.kind === "2d")
    return [
      [3.5, -2, 0],
      [0, 0, 0],
      [9.25, 5, 0],
    ];
  return [
    [1, 2, 3],
    [0, 0, 0],
    [3, -1, 4.5],
  ];
}

function frame(points: number[], dims: 2 | 3): Frame {
  return { points: Float32Array.from(points), dims };
}

function expectNear(actual: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  for (const [i, value] of actual.entries()) expect(Math.abs(value - wanted[i]!)).toBeLessThan(tolerance);
}
