// @vitest-environment happy-dom
/** How often the server is asked, and how often what is told of time is told anew. */
import { effect } from "@preact/signals-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPulse } from "../src/pulse";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function told(state: string) {
  const none = { epoch: 1, epochs: 9, step: 1, steps: 9, loss: 1, images_per_second: 1, seconds_left: 1 };
  const progress = { version: "a", state, ...none, newest: 1, committed: 1, at: 1, error: "", hint: "" };
  return { format: 1, scenes: { made: progress }, training: null };
}

/** Asked and told anew, within five seconds of the first answer; `fails`: the server is gone by then. */
async function within5s(state: string, fails = false) {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  let gone = false;
  const status = vi.fn(async () => {
    if (gone) throw new Error("gone");
    return { told: told(state), date: null };
  });
  const pulse = createPulse({ status, act: vi.fn() } as never, "status.json");
  await vi.advanceTimersByTimeAsync(0);
  gone = fails;
  status.mockClear();
  let anew = -1;
  const undo = effect(() => {
    void [pulse.clock.value, pulse.status.value];
    anew++;
  });
  await vi.advanceTimersByTimeAsync(5050);
  undo();
  pulse.dispose();
  const asked = status.mock.calls.length;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(status).toHaveBeenCalledTimes(asked);
  return { asked, anew };
}

test("while something trains, an answer a second is all that a page is told", async () => {
  expect(await within5s("training")).toEqual({ asked: 5, anew: 5 });
});

test("time goes on where the server is gone", async () => {
  expect(await within5s("training", true)).toEqual({ asked: 5, anew: 5 });
});

test("time goes on where the server is asked seldom", async () => {
  const { asked, anew } = await within5s("finished");
  expect(asked).toBe(1);
  expect(anew).toBeGreaterThanOrEqual(5);
});
