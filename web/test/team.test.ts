/** Long work is shared among workers; what a helper cannot do is done by the first. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDecoder } from "../src/decoder/client";
import type { Answer, Asked } from "../src/decoder/protocol";
import type { Source } from "../src/source";
import { aScene } from "./fixtures";

const PIECE_MS = 10;
const ROWS = 400;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Workers that decode a latent to what it is, one piece after the other; those named fail as one without wasm does. */
function workers(fails: (worker: number) => boolean = () => false) {
  const done: number[] = [];
  let ended = 0;
  const start = () => {
    const own = done.push(0) - 1;
    let free = 0;
    const worker = {
      onmessage: null as ((event: { data: Answer }) => void) | null,
      postMessage(asked: Asked) {
        const now = Date.now();
        free = Math.max(free, now) + (asked.kind === "run" ? PIECE_MS : 1);
        setTimeout(() => {
          if (fails(own) && asked.kind === "run") {
            worker.onmessage?.({ data: { id: asked.id, error: "no available backend found" } });
            return;
          }
          const first = asked.kind === "run" ? asked.data.filter((_, i) => i % 3 === 0) : null;
          done[own]! += first?.length ?? 0;
          const data = first && Float32Array.from({ length: 4 * first.length }, (_, i) => first[i >> 2]!);
          worker.onmessage?.({ data: { id: asked.id, data, ms: PIECE_MS } });
        }, free - now);
      },
      terminate: () => void ended++,
    };
    return worker as unknown as Worker;
  };
  return { start, done, ended: () => ended };
}

const source = { bytes: async () => new ArrayBuffer(8) } as unknown as Source;
const latents = Float32Array.from({ length: 3 * ROWS }, (_, i) => Math.floor(i / 3));
const right = Float32Array.from({ length: 4 * ROWS }, (_, i) => i >> 2);

/** Milliseconds that two long works take together, and what came of them. */
async function worked(decoder: ReturnType<typeof createDecoder>) {
  const never = new AbortController().signal;
  const began = Date.now();
  const both = Promise.all([0, 1].map(() => decoder.quietly(5, latents, "images", never)));
  let ended = 0;
  void both.then(() => {
    ended = Date.now();
  });
  await vi.advanceTimersByTimeAsync(60_000);
  return { ms: ended - began, told: await both };
}

test("a helper halves how long two works take, and both are right", async () => {
  const [alone, two] = [workers(), workers()];
  const first = createDecoder(aScene(), source, alone.start);
  const second = createDecoder(aScene(), source, two.start, () => 1);
  for (const one of [first, second]) one.prepare(5);
  await vi.advanceTimersByTimeAsync(5000);
  const [slow, quick] = [await worked(first), await worked(second)];
  for (const { told } of [slow, quick]) for (const pixels of told) expect(pixels).toEqual(right);
  expect(alone.done).toEqual([2 * ROWS]);
  expect(two.done).toHaveLength(2);
  for (const rows of two.done) expect(rows).toBeGreaterThan(ROWS / 2);
  expect(quick.ms).toBeLessThan(0.65 * slow.ms);
  second.dispose();
  expect(two.ended()).toBe(2);
});

test("a hand's decode is asked of the first alone; while there may be no helpers, all is", async () => {
  let most = 1;
  const team = workers();
  const decoder = createDecoder(aScene(), source, team.start, () => most);
  decoder.prepare(5);
  await vi.advanceTimersByTimeAsync(5000);
  for (let i = 0; i < 5; i++) {
    void decoder.decode(5, Float32Array.of(i, i, i));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(team.done).toEqual([5, 0]);
  most = 0;
  await worked(decoder);
  expect(team.done).toEqual([5 + 2 * ROWS, 0]);
  expect(decoder.lanes()).toBe(2);
  decoder.dispose();
});

test("a helper that fails in the middle is done without", async () => {
  let fails = false;
  const team = workers((worker) => worker === 1 && fails);
  const decoder = createDecoder(aScene(), source, team.start, () => 1);
  decoder.prepare(5);
  await vi.advanceTimersByTimeAsync(5000);
  expect(decoder.lanes()).toBe(3);
  fails = true;
  const { told } = await worked(decoder);
  for (const pixels of told) expect(pixels).toEqual(right);
  expect(decoder.lanes()).toBe(2);
  expect(decoder.state.value).toBe("here");
  decoder.dispose();
});
