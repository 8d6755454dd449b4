/** Packed files: the same bytes as Python unpacks, and a Trouble for what is damaged. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createUnpacker } from "../src/source/packed";

interface Example {
  readonly packed: Readonly<Record<string, string>>;
  readonly whole: Readonly<Record<string, string>>;
}
const example: Example = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../tests/fixtures/packed.json"), "utf8"),
);

function bytesOf(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, "base64")).buffer;
}

test.each(Object.keys(example.whole))("%s is what Python unpacks", async (path) => {
  const unpacked = createUnpacker(async (packed) => bytesOf(example.packed[packed]!));
  expect(new Uint8Array(await unpacked(path))).toEqual(new Uint8Array(bytesOf(example.whole[path]!)));
});

test("what was asked for before is not fetched again, and is not the same buffer", async () => {
  const asked: string[] = [];
  const unpacked = createUnpacker(async (packed) => {
    asked.push(packed);
    return bytesOf(example.packed[packed]!);
  });
  const first = await unpacked("a/two.safetensors");
  expect(await unpacked("a/two.safetensors")).not.toBe(first);
  await unpacked("a/one.safetensors");
  expect(asked.toSorted()).toEqual(["a/one.packed", "a/two.packed"]);
});

test("a damaged file is told of by its name", async () => {
  const whole = bytesOf(example.packed["a/one.packed"]!);
  for (const broken of [whole.slice(0, whole.byteLength / 2), new ArrayBuffer(40)]) {
    const unpacked = createUnpacker(async () => broken);
    await expect(unpacked("a/one.safetensors")).rejects.toThrow("a/one.packed is damaged");
  }
});
