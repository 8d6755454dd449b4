// @vitest-environment happy-dom
/** A picture's frame looks as far to be believed as what it shows. */

import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Place } from "../src/store";
import { createSupport, dressTrust } from "../src/views/support";

function aPlace(trust: number | null): Place {
  return { latent: new Float32Array(3), spot: new Float32Array(2), image: -1, side: "main", trust };
}

/** What the frame says of itself, and what its picture is faded by. */
function dressed(frame: HTMLElement): [trust: string | undefined, part: string] {
  return [frame.dataset.trust, frame.style.getPropertyValue("--trust")];
}

describe("a frame", () => {
  test("says in a word and in a number how far what it shows is to be believed", () => {
    const frame = document.createElement("div");
    const found = [1, 0.8, 0.5, 0].map((trust) => {
      dressTrust(frame, trust);
      return dressed(frame);
    });
    expect(found).toEqual([
      ["well-supported", "1"],
      ["well-supported", "0.8"],
      ["between-points", "0.5"],
      ["a-guess", "0"],
    ]);
  });

  test("that was a guess is plain again where nothing is guessed", () => {
    const frame = document.createElement("div");
    dressTrust(frame, 0.1);
    dressTrust(frame, null);
    expect(dressed(frame)).toEqual([undefined, "1"]);
  });

  test("is told the same only once, and each other number", () => {
    const frame = document.createElement("div");
    const set = vi.spyOn(frame.style, "setProperty");
    dressTrust(frame, null);
    expect(set).toHaveBeenCalledTimes(1);
    dressTrust(frame, null);
    expect(set).toHaveBeenCalledTimes(1);
    dressTrust(frame, 0.81);
    dressTrust(frame, 0.82); // the same word, and a little more to be seen
    dressTrust(frame, 0.82);
    expect(set).toHaveBeenCalledTimes(3);
    expect(dressed(frame)).toEqual(["well-supported", "0.82"]);
    dressTrust(frame, 1);
    dressTrust(frame, null); // the same number, and another word
    expect(dressed(frame)).toEqual([undefined, "1"]);
  });
});

describe("beside a picture", () => {
  const at = signal<Place | null>(null);
  const frames = [document.createElement("div"), document.createElement("div")];
  let support: ReturnType<typeof createSupport>;

  beforeEach(() => {
    at.value = null;
    support = createSupport(() => at.value, frames);
  });
  afterEach(() => support.undo());

  test("nothing is said where nothing is looked at, and where nothing was guessed", () => {
    expect(support.node.classList.contains("off")).toBe(true);
    at.value = aPlace(0.5);
    expect(support.node.classList.contains("off")).toBe(false);
    at.value = aPlace(null);
    expect(support.node.classList.contains("off")).toBe(true);
    expect(frames.map(dressed)).toEqual([
      [undefined, "1"],
      [undefined, "1"],
    ]);
  });

  test("the word, the number, the bar and every frame tell the same", () => {
    at.value = aPlace(0.06);
    expect(support.node.textContent).toContain("a guess");
    expect(support.node.textContent).toContain("trust 0.06");
    expect(support.node.textContent).toContain("do not trust the picture");
    expect(support.node.dataset.trust).toBe("a-guess");
    expect(support.node.querySelector<HTMLElement>(".gauge")?.style.getPropertyValue("--part")).toBe("0.06");
    expect(frames.map(dressed)).toEqual([
      ["a-guess", "0.06"],
      ["a-guess", "0.06"],
    ]);
  });

  test("what is undone follows no longer", () => {
    at.value = aPlace(0.06);
    support.undo();
    at.value = aPlace(0.9);
    expect(frames.map(dressed)).toEqual([
      ["a-guess", "0.06"],
      ["a-guess", "0.06"],
    ]);
  });
});
