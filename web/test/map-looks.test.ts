/** The map's looks: sizes by how many there are, stamps that paint what they should, the renderer a machine gets. */
import { describe, expect, test } from "vitest";
import { drawsOnCpu } from "../src/map/choose";
import { automaticOpacity, automaticSize, growthAt, mistAt, rimOf } from "../src/map/looks";
import { blend, Stamps } from "../src/map/stamps";

const WHITE = 0xffffff;
const RED = 0xff0000ff;
const LOOK = { size: 4, opacity: 1, background: [255, 255, 255], reach: 10, thickness: 4 } as const;

describe("automatic looks", () => {
  test("the more points, the smaller and the lighter", () => {
    const counts = [0, 1, 50, 1797, 10_000, 100_000, 1_000_000];
    const sizes = counts.map((n) => automaticSize(n, 1, 1000, 700));
    const opacities = counts.map((n) => automaticOpacity(n, 1));
    for (const list of [sizes, opacities]) {
      expect(list.every((value, k) => k === 0 || value <= list[k - 1]!)).toBe(true);
    }
    expect(sizes.every((size) => size >= 1 && size <= 7)).toBe(true);
    expect(opacities.every((opacity) => opacity > 0.4 && opacity < 1)).toBe(true);
  });

  test("points grow when a person comes closer, but not without end", () => {
    expect(automaticSize(10_000, 8, 1000, 700)).toBeGreaterThan(1.5 * automaticSize(10_000, 1, 1000, 700));
    expect(automaticSize(10, 1e9, 1000, 700)).toBeLessThan(20);
    expect(automaticOpacity(10, 1e9)).toBeLessThan(1);
  });

  test("in 3-D the near is large and clear, the far small and misty", () => {
    expect(growthAt(5, LOOK)).toBeGreaterThan(growthAt(15, LOOK));
    expect(mistAt(6, LOOK)).toBe(0);
    expect(mistAt(100, LOOK)).toBeGreaterThan(0.4);
    expect(mistAt(100, LOOK)).toBeLessThan(1);
  });

  test("only points with room for it get a rim", () => {
    expect(rimOf(2)).toBe(0);
    expect(rimOf(6)).toBeGreaterThan(0.4);
  });
});

describe("a stamp", () => {
  test("paints a disc of its diameter in the point's colour", () => {
    const pixels = painted(new Stamps(10, 0, 1, { stride: 40, background: WHITE }), 20, 20);
    expect(pixels[20 * 40 + 20]).toBe(RED);
    const inked = pixels.reduce((sum, pixel) => sum + (255 - ((pixel >> 8) & 255)) / 255, 0);
    expect(inked).toBeGreaterThan(0.95 * Math.PI * 25);
    expect(inked).toBeLessThan(1.05 * Math.PI * 25);
  });

  test("moves by parts of a pixel", () => {
    const stamps = new Stamps(4, 0, 1, { stride: 40, background: WHITE });
    const [a, b] = [20, 20.5].map((x) => centre(painted(stamps, x, 20)));
    expect(b! - a!).toBeCloseTo(0.5, 1);
  });

  test("of a faint point leaves what was there", () => {
    const pixels = painted(new Stamps(10, 0, 0.5, { stride: 40, background: WHITE }), 20, 20);
    expect(pixels[20 * 40 + 20]! & 255).toBe(255);
    expect((pixels[20 * 40 + 20]! >> 8) & 255).toBeCloseTo(128, -1);
  });

  test("parts a point from those below by a rim in the background's colour", () => {
    const stamps = new Stamps(10, 2, 1, { stride: 40, background: WHITE });
    const pixels = painted(stamps, 20.1, 20.1, 0xff000000);
    expect(pixels[20 * 40 + 26]).toBe(0xffffffff);
    expect(pixels[20 * 40 + 30]).toBe(0xff000000);
  });
});

test.each([
  ["ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)", true],
  ["Mesa/X.org, llvmpipe (LLVM 15.0.7, 256 bits)", true],
  ["ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)", true],
  ["Apple Software Renderer", true],
  ["ANGLE (NVIDIA, NVIDIA H200, OpenGL 4.5)", false],
  ["ANGLE (Apple, ANGLE Metal Renderer: Apple M2, Unspecified Version)", false],
  ["Mesa Intel(R) UHD Graphics 620 (KBL GT2)", false],
])("%s draws on the CPU: %s", (hardware, onCpu) => {
  expect(drawsOnCpu(hardware)).toBe(onCpu);
});

function painted(stamps: Stamps, x: number, y: number, paper = 0xffffffff): Uint32Array {
  const pixels = new Uint32Array(1600).fill(paper);
  blend(pixels, 40, stamps, x, y, RED);
  return pixels;
}

function centre(pixels: Uint32Array): number {
  let [sum, weight] = [0, 0];
  for (const [at, pixel] of pixels.entries()) {
    const ink = 255 - ((pixel >> 8) & 255);
    sum += ink * (at % 40);
    weight += ink;
  }
  return sum / weight;
}
