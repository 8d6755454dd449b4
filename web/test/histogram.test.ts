// @vitest-environment happy-dom
/** Numbers of a channel: how they are spread, a part of them brushed, and measured ones fetched when looked at. */
import { describe, expect, test } from "vitest";
import { followColumns } from "../src/loading";
import type { Column, Recording } from "../src/recording";
import { parseScene } from "../src/scene";
import { createStore } from "../src/store";
import { BINS, counted, createHistogram } from "../src/views/histogram";
import type { Context } from "../src/views/view";
import { aScene, sceneJson } from "./fixtures";

test("each number falls into its part; what is none, into none", () => {
  const counts = counted(Float32Array.of(0, 1, 0.5, 0.999, Number.NaN, Number.POSITIVE_INFINITY), [0, 1]);
  expect([counts[0], counts[BINS / 2], counts[BINS - 1]]).toEqual([1, 1, 2]);
  expect(counts.reduce((a, b) => a + b)).toBe(4);
  expect(counted(Float32Array.of(3, 3), [3, 3])[0]).toBe(2);
});

describe("the sliders", () => {
  function shown() {
    const store = createStore(aScene());
    store.colour.value = "loss";
    store.columns.value = new Map<string, Column>([
      ["label", Int32Array.of(0, 1, -1, 1)],
      ["loss", Float32Array.of(0, 1, 2, 10)],
    ]);
    const { node, undo } = createHistogram({ store } as unknown as Context, store.colouring.value!);
    const [from, to] = [...node.querySelectorAll("input")] as [HTMLInputElement, HTMLInputElement];
    const move = (slider: HTMLInputElement, value: number) => {
      slider.value = String(value);
      slider.dispatchEvent(new Event("input"));
    };
    return { store, node, undo, from, to, move };
  }

  test("draw a part of the numbers, say how many, and never cross", () => {
    const { store, node, from, to, move, undo } = shown();
    move(to, 100);
    expect(store.brush.value).toEqual([0, 5]);
    expect(node.textContent).toContain("3 of 4 drawn");
    move(from, 20);
    expect([...store.visible.value!]).toEqual([0, 1, 1, 0]);
    move(from, 180);
    expect(store.brush.value).toEqual([9, 9]);
    node.querySelector("button")?.click();
    expect([store.brush.value, from.value, to.value]).toEqual([null, "0", "200"]);
    undo();
  });
});

describe("a measured channel", () => {
  const json = sceneJson();
  const measured = { name: "outlier score", kind: "number", epoch: 5, file: "measures.safetensors" };
  const scene = parseScene({ ...json, channels: [...(json.channels as unknown[]), measured] });

  test("is fetched when it is looked at, and not before", async () => {
    const asked: (string | undefined)[] = [];
    const recording = {
      columns: async (file?: string) => {
        asked.push(file);
        return file
          ? new Map<string, Column>([["outlier score", Float32Array.of(1, 1, 2, 1)]])
          : new Map<string, Column>([["label", Int32Array.of(0, 1, -1, 1)]]);
      },
    } as unknown as Recording;
    const store = createStore(scene);
    const undo = followColumns(scene, store, recording, store.columns, store.columnsFault);
    await Promise.resolve();
    await Promise.resolve();
    expect(store.columns.value?.has("label")).toBe(true);
    expect(asked).not.toContain("measures.safetensors");
    store.colour.value = "outlier score";
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toContain("measures.safetensors");
    expect(store.colouring.value?.range).toEqual([1, 2]);
    expect(store.columns.value?.has("label")).toBe(true);
    undo();
  });

  test("names a file inside the scene", () => {
    expect(() => parseScene({ ...json, channels: [{ ...measured, file: "../other" }] })).toThrow(
      "channels[0].file",
    );
  });
});
