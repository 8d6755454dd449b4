import { describe, expect, test } from "vitest";
import { chosen, parseSite, runIn } from "../src/site";

const entry = { title: "digits", model: "vae", latent_dim: 2, n: 4, epochs: 3 };
const site = (...names: unknown[]) =>
  parseSite({ format: 1, title: "all", scenes: names.map((name) => ({ name, ...entry })) });

describe("a site", () => {
  test("of one run opens it whatever the address says", () => {
    for (const run of [null, "a", "other"]) expect(chosen(site("a"), run)?.name).toBe("a");
  });

  test("of several opens the one that the address asks for, else lets the person choose", () => {
    const two = site("a", "b");
    expect(chosen(two, "b")?.name).toBe("b");
    expect([chosen(two, null), chosen(two, "c")]).toEqual([null, null]);
  });

  test("is asked for a run in the address", () => {
    expect(runIn("#run=a%20b&map=plane")).toBe("a b");
    expect(runIn("#map=plane")).toBeNull();
  });

  test("tells what is wrong with it", () => {
    expect(() => site()).toThrow("site.json: scenes must not be empty");
    expect(() => parseSite({ format: 2, title: "", scenes: [] })).toThrow("format 2");
    expect(() => parseSite([])).toThrow("site.json: the whole file must be an object");
  });

  test.each(["..", ".", "a/b", "https://evil", "", 7])("takes no name that is no folder: %s", (name) => {
    expect(() => site(name)).toThrow(/scenes\[0\]\.name must be/);
  });
});
