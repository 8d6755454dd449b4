import { describe, expect, test } from "vitest";
import { toggleClass } from "../src/actions";
import { visibleOf } from "../src/colouring";
import type { Explorer } from "../src/explorer";
import type { Shown } from "../src/recording";
import { createStore, snap, stepped } from "../src/store";
import { flat } from "../src/ways";
import { aScene } from "./fixtures";

function shownAt(epoch: number, scale: number): Shown {
  const [map] = aScene().maps;
  const way = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
  return { map, epoch, points: Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1).map((x) => x * scale), way };
}
const latentsAt = (epoch: number, scale: number) => ({
  epoch,
  d: 3,
  mean: Float32Array.of(0, 0, 9, 1, 0, 9, 0, 1, 9, 1, 1, 9).map((x) => x * scale),
});

test("it begins with the last epoch of the first map, coloured by label", () => {
  const store = createStore(aScene());
  expect([store.map.value.name, store.epoch.value, store.colour.value]).toEqual(["plane", 5, "label"]);
});

test("without labels it colours by nothing, and that is no fault", () => {
  const store = createStore({ ...aScene(), channels: [] });
  expect(store.colour.value).toBeNull();
  expect(store.colouring.value).toBeNull();
  expect(visibleOf(store.colouring.value, new Set([1]))).toBeNull();
});

describe("epochs", () => {
  const epochs = [0, 1, 2, 5];
  test("the nearest one that is recorded", () => {
    expect([3, 4, 9, -2].map((asked) => snap(epochs, asked))).toEqual([2, 5, 5, 0]);
  });
  test("halfway, the one in the direction of travel", () => {
    expect(snap([0, 4], 2, 0)).toBe(4);
    expect(snap([0, 4], 2, 4)).toBe(0);
  });
  test("a step goes to the next recorded one and stays at the ends", () => {
    expect([
      stepped(epochs, 2, 1),
      stepped(epochs, 5, 1),
      stepped(epochs, 0, -1),
      stepped(epochs, 5, -99),
    ]).toEqual([5, 5, 0, 0]);
  });
});

describe("the cursor", () => {
  test("a spot's latent comes by the way back of the epoch that is drawn", () => {
    const store = createStore(aScene());
    store.aim.value = { by: "spot", spot: Float32Array.of(2, 3) };
    expect(store.cursor.value).toBeNull();
    store.shown.value = shownAt(5, 1);
    expect([...(store.cursor.value?.latent ?? [])]).toEqual([2, 3, 0]);
  });
  test("a spot of a map with other dimensions, or no number, is nowhere", () => {
    const store = createStore(aScene());
    store.shown.value = shownAt(5, 1);
    store.aim.value = { by: "spot", spot: Float32Array.of(2, 3, 4) };
    expect(store.cursor.value).toBeNull();
    store.aim.value = { by: "spot", spot: Float32Array.of(Number.NaN, 3) };
    expect(store.cursor.value).toBeNull();
  });
});

describe("the pin", () => {
  test("an image keeps to its own latent and point at every epoch", () => {
    const store = createStore(aScene());
    store.pin.value = { by: "image", index: 3 };
    store.shown.value = shownAt(1, 1);
    expect(store.pinned.value).toBeNull();
    store.latents.value = latentsAt(1, 1);
    expect([...(store.pinned.value?.latent ?? [])]).toEqual([1, 1, 9]);
    expect([...(store.pinned.value?.spot ?? [])]).toEqual([1, 1]);
    store.shown.value = shownAt(2, 2);
    expect(store.pinned.value).toBeNull();
    store.latents.value = latentsAt(2, 2);
    expect([...(store.pinned.value?.latent ?? [])]).toEqual([2, 2, 18]);
    expect(store.pinned.value?.image).toBe(3);
  });
  test("a latent stays, and its spot follows the map", () => {
    const store = createStore(aScene());
    store.pin.value = { by: "latent", latent: Float32Array.of(4, 5, 6) };
    store.shown.value = shownAt(1, 1);
    expect([...(store.pinned.value?.spot ?? [])]).toEqual([4, 5]);
    expect(store.pinned.value?.image).toBe(-1);
  });
});

describe("classes", () => {
  test("hiding leaves out exactly the images of that class", () => {
    const store = createStore(aScene());
    store.columns.value = new Map([["label", Int32Array.of(0, 1, -1, 1)]]);
    store.hidden.value = new Set([1]);
    expect([...(visibleOf(store.colouring.value, store.hidden.value) ?? [])]).toEqual([1, 0, 1, 0]);
    store.hidden.value = new Set();
    expect(visibleOf(store.colouring.value, store.hidden.value)).toBeNull();
  });
  test("a click toggles; 'only this' shows one, and again shows all", () => {
    const store = createStore(aScene());
    const explorer = { store } as Explorer;
    toggleClass(explorer, 1, [0, 1, 2], false);
    expect([...store.hidden.value]).toEqual([1]);
    toggleClass(explorer, 1, [0, 1, 2], false);
    expect([...store.hidden.value]).toEqual([]);
    toggleClass(explorer, 1, [0, 1, 2], true);
    expect([...store.hidden.value]).toEqual([0, 2]);
    toggleClass(explorer, 1, [0, 1, 2], true);
    expect([...store.hidden.value]).toEqual([]);
  });
});
