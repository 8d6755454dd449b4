import { describe, expect, test } from "vitest";
import { floats, readTensors } from "../src/tensors";
import { rawFile, tensorFile } from "./fixtures";

const points = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
const labels = { shape: [3], data: Int32Array.of(0, -1, 5) };

describe("a sound file", () => {
  test("gives back what was written", () => {
    const tensors = readTensors(tensorFile({ points, labels }));
    expect(tensors.get("points")).toEqual(points);
    expect(tensors.get("labels")).toEqual(labels);
  });

  test("is read though its numbers are not aligned", () => {
    const header = JSON.stringify({ x: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
    const text = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + text.length + 4);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    view.setFloat32(8 + text.length, 2.5, true);
    expect(text.length % 4).not.toBe(0);
    expect(readTensors(bytes.buffer).get("x")?.data[0]).toBe(2.5);
  });

  test("may hold a tensor named like a part of every object", () => {
    expect(readTensors(tensorFile({ constructor: points })).get("constructor")).toEqual(points);
    expect(readTensors(tensorFile({})).get("constructor")).toBeUndefined();
  });

  test("may hold nothing", () => {
    expect(
      readTensors(tensorFile({ none: { shape: [0, 2], data: new Float32Array() } })).get("none")?.shape,
    ).toEqual([0, 2]);
  });

  test("says which tensor is missing or of another shape", () => {
    const tensors = readTensors(tensorFile({ points }));
    expect(() => floats(tensors, "axes", [2])).toThrow("has no tensor 'axes'");
    expect(() => floats(tensors, "points", [null, 3])).toThrow("(any, 3); it has (2, 2)");
  });
});

describe("a damaged file is refused, wherever it is cut", () => {
  const whole = tensorFile({ points, labels });
  test.each(Array.from({ length: whole.byteLength }, (_, i) => i))("after %i bytes", (length) => {
    expect(() => readTensors(whole.slice(0, length))).toThrow(/the file/);
  });
});

describe("a hostile header is refused", () => {
  const entry = (told: object) =>
    JSON.stringify({ x: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...told } });
  test.each([
    ["no JSON", "{", "not JSON"],
    ["a list", "[]", "not an object"],
    ["null", "null", "not an object"],
    ["another kind of number", entry({ dtype: "BOOL" }), "neither F32 nor I32"],
    ["a negative side", entry({ shape: [-1] }), "no sound shape"],
    ["a side of text", entry({ shape: ["1"] }), "no sound shape"],
    ["a huge shape", entry({ shape: [2 ** 40, 2 ** 40] }), "where its shape needs"],
    ["offsets beyond the end", entry({ data_offsets: [0, 4e9] }), "ends beyond the file"],
    ["offsets backwards", entry({ data_offsets: [4, 0] }), "ends beyond the file"],
    ["half offsets", entry({ data_offsets: [0.5, 4.5] }), "no sound offsets"],
    ["a shape that does not fit", entry({ shape: [2] }), "where its shape needs 8"],
    [
      "tensors over one another",
      JSON.stringify({
        a: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
        b: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
      }),
      "overlap",
    ],
  ])("%s", (_, header, message) => {
    expect(() => readTensors(rawFile(header, new Uint8Array(4)))).toThrow(message);
  });

  test("a header longer than any computer", () => {
    const bytes = new Uint8Array(16).fill(255).buffer;
    expect(() => readTensors(bytes)).toThrow("too long");
  });
});
