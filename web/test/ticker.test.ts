/** A map draws when something changed: once a frame, and no oftener than it is told to on the way. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Ticker } from "../src/map/ticker";

const FRAME = 16;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (call: () => void) => setTimeout(call, FRAME));
  vi.stubGlobal("cancelAnimationFrame", (id: number) => clearTimeout(id));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function drawing() {
  let drawn = 0;
  const ticker = new Ticker(() => {
    ticker.stop();
    drawn++;
  });
  return { ticker, drawn: () => drawn };
}

test("what is asked for often is drawn once, in the next frame", () => {
  const { ticker, drawn } = drawing();
  for (let i = 0; i < 5; i++) ticker.ask();
  expect(drawn()).toBe(0);
  vi.advanceTimersByTime(FRAME);
  expect(drawn()).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(drawn()).toBe(1);
});

test("what may wait is drawn in the first frame after, and at once where it may not", () => {
  const { ticker, drawn } = drawing();
  ticker.askLater(50);
  vi.advanceTimersByTime(50);
  expect(drawn()).toBe(0);
  vi.advanceTimersByTime(FRAME);
  expect(drawn()).toBe(1);
  ticker.askLater(0);
  vi.advanceTimersByTime(FRAME);
  expect(drawn()).toBe(2);
});

test("a picture that is drawn meanwhile is the one that was waited for", () => {
  const { ticker, drawn } = drawing();
  ticker.askLater(50);
  ticker.ask();
  vi.advanceTimersByTime(1000);
  expect(drawn()).toBe(1);
});

test("what is stopped is not drawn", () => {
  const { ticker, drawn } = drawing();
  ticker.ask();
  ticker.askLater(50);
  ticker.stop();
  vi.advanceTimersByTime(1000);
  expect(drawn()).toBe(0);
});
