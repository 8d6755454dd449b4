import { expect, test } from "vitest";
import { fuzzy } from "../src/fuzzy";

const best = (typed: string, names: readonly string[]) =>
  names
    .map((name) => ({ name, score: fuzzy(typed, name)?.score ?? Number.NEGATIVE_INFINITY }))
    .sort((a, b) => b.score - a.score)[0]?.name;

test("the letters in their order are enough, first letters of words best of all", () => {
  expect(fuzzy("nxep", "Next epoch")).not.toBeNull();
  expect(fuzzy("xn", "Next epoch")).toBeNull();
  expect(best("ne", ["Pin the nearest image", "Next epoch", "One"])).toBe("Next epoch");
  expect(best("fwm", ["Fit the whole map", "Two maps side by side, or one"])).toBe("Fit the whole map");
});

test("words stand in any order, and each has to be somewhere", () => {
  expect(fuzzy("map next", "Next map")).not.toBeNull();
  expect(fuzzy("next cat", "Next map")).toBeNull();
  expect(fuzzy("zoom", "Closer", "zoom in")).not.toBeNull();
  expect(fuzzy("zoom closer", "Closer", "zoom in")).not.toBeNull();
});

test("case and accents are no difference", () => {
  expect(fuzzy("ECO", "\u00c9cole")?.at).toEqual([0, 2 - 1, 2]);
});

test("of two that fit as well the shorter comes first; a number is found whole", () => {
  expect(best("epoch 1", ["Epoch 10", "Epoch 1", "Epoch 11"])).toBe("Epoch 1");
  expect(best("12", ["Epoch 112", "Epoch 12", "Epoch 120"])).toBe("Epoch 12");
});

test("letters far apart are chance, and name nothing", () => {
  expect(fuzzy("tsne", "Put the lasso away, else unpin, else clear the selection")).toBeNull();
});

test("what is found is in the name, at the places told", () => {
  const name = "Colour by distortion, or not";
  const found = fuzzy("colordist", name);
  expect(found?.at.map((place) => name[place]?.toLowerCase()).join("")).toBe("colordist");
});

test("nothing typed fits everything", () => {
  expect(fuzzy("", "anything")).toMatchObject({ at: [] });
});
