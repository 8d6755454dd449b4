import { afterEach, expect, test, vi } from "vitest";
import { keepOf } from "../src/keep";

afterEach(() => {
  vi.unstubAllGlobals();
});

function refusing(): Window {
  return {
    get sessionStorage(): Storage {
      throw new DOMException("The operation is insecure.", "SecurityError");
    },
  } as Window;
}

test("where the browser keeps things, it is the browser that keeps them", () => {
  vi.stubGlobal("window", { localStorage: "the browser's" });
  expect(keepOf("localStorage")).toBe("the browser's");
});

test("where it refuses, the page keeps them as long as it is open", () => {
  vi.stubGlobal("window", refusing());
  const keep = keepOf("sessionStorage");
  expect(keep.getItem("key")).toBeNull();
  keep.setItem("key", "a");
  expect(keep.getItem("key")).toBe("a");
  expect(keepOf("sessionStorage").getItem("key")).toBeNull();
});
