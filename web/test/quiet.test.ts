/** Work in the background lets what is urgent go first. */
import { describe, expect, test } from "vitest";
import { Quiet } from "../src/decoder/quiet";

const soon = () => new Promise((go) => setTimeout(go, 0));

describe("quiet work", () => {
  test("waits while something urgent is under way, and takes turns", async () => {
    const quiet = new Quiet(() => 2);
    const order: string[] = [];
    let finished = () => {};
    const urgent = quiet.urgent(() => new Promise<void>((done) => (finished = done)));
    const never = new AbortController().signal;
    const pieces = (name: string) =>
      quiet.pieces("images", 9, never, async (from, to, took) => {
        order.push(`${name} ${from}-${to}`);
        await soon();
        took(1);
      });
    const both = Promise.all([pieces("a"), pieces("b")]);
    await soon();
    expect(order).toEqual([]);
    finished();
    await urgent;
    await both;
    expect(order).toEqual(["a 0-4", "b 0-4", "a 4-9", "b 4-9"]);
  });

  test("stops between pieces once nobody wants it", async () => {
    const quiet = new Quiet(() => 2);
    const stop = new AbortController();
    let done = 0;
    const work = quiet.pieces("images", 5000, stop.signal, async (from, to) => {
      done += to - from;
      stop.abort(new Error("enough"));
    });
    await expect(work).rejects.toThrow("enough");
    expect(done).toBe(4);
  });
});
