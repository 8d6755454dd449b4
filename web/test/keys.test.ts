import { expect, test } from "vitest";
import { KEYS, keyFor } from "../src/keys";

test("no key does two things", () => {
  const all = KEYS.flatMap(({ keys }) => keys);
  expect(new Set(all).size).toBe(all.length);
});

test("every line is shown, told and bound", () => {
  for (const { shown, keys, does } of KEYS) {
    expect(shown.length).toBeGreaterThan(0);
    expect(keys.length).toBeGreaterThan(0);
    expect(does).toMatch(/^[a-z]/);
    for (const key of keys) expect(key).toBe(key.toLowerCase());
  }
});

test("what the help shows is what is bound", () => {
  const drawn: Record<string, string> = {
    "\u2190": "ArrowLeft",
    "\u2191": "ArrowUp",
    "\u2192": "ArrowRight",
    "\u2193": "ArrowDown",
    "\u2212": "-",
    Esc: "Escape",
    Space: " ",
  };
  for (const line of KEYS) {
    for (const shown of line.shown) {
      const key = shown.replace(/^Shift /, "");
      expect(keyFor(drawn[key] ?? key)).toBe(line);
    }
  }
});
