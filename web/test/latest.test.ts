import { expect, test } from "vitest";
import { Cache } from "../src/cache";
import { latest } from "../src/latest";

const turn = () => new Promise((go) => setTimeout(go));

test("only the newest of many waits, and results come in order", async () => {
  const worked: number[] = [];
  const done: number[] = [];
  const ask = latest<number, number>(
    async (n) => {
      worked.push(n);
      await turn();
      return n * 10;
    },
    (result) => done.push(result),
    () => {},
  );
  for (let n = 1; n <= 9; n++) ask(n);
  while (done.length < 2) await turn();
  expect(worked).toEqual([1, 9]);
  expect(done).toEqual([10, 90]);
});

test("a failure is told, and the next one is answered", async () => {
  const told: unknown[] = [];
  const done: number[] = [];
  const ask = latest<number, number>(
    async (n) => {
      if (n === 1) throw new Error("no");
      return n;
    },
    (result) => done.push(result),
    (thrown, asked) => told.push([String(thrown), asked]),
  );
  ask(1);
  await turn();
  ask(2);
  await turn();
  expect(told).toEqual([["Error: no", 1]]);
  expect(done).toEqual([2]);
});

test("null silences what runs", async () => {
  const done: number[] = [];
  const ask = latest<number, number>(
    async (n) => {
      await turn();
      return n;
    },
    (result) => done.push(result),
    () => {},
  );
  ask(1);
  ask(null);
  await turn();
  await turn();
  expect(done).toEqual([]);
});

test("a cache lets go of what was not used for longest, and forgets failures", async () => {
  const made: string[] = [];
  const dropped: string[] = [];
  const cache = new Cache<string>(
    2,
    async (key) => {
      made.push(key);
      if (key === "bad") throw new Error("bad");
      return key;
    },
    (key) => dropped.push(key),
  );
  await cache.get("a");
  await cache.get("b");
  await cache.get("a");
  await cache.get("c");
  await turn();
  expect(dropped).toEqual(["b"]);
  expect(made).toEqual(["a", "b", "c"]);
  await expect(cache.get("bad")).rejects.toThrow("bad");
  await expect(cache.get("bad")).rejects.toThrow("bad");
  expect(made.filter((key) => key === "bad")).toHaveLength(2);
});
