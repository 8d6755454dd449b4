/** One's own image: how it is put before the model, what is measured of it, and that it follows the epochs. */
import { signal } from "@preact/signals-core";
import { describe, expect, test, vi } from "vitest";
import type { Decoder } from "../src/decoder/client";
import { meanSquaredError, paintDifference } from "../src/difference";
import { Trouble } from "../src/faults";
import { createGallery, MOST } from "../src/own/gallery";
import { centred, inkOf, type Raster, reduced } from "../src/own/ink";
import { pictureRead, pictureWritten } from "../src/own/packing";
import { sortOf } from "../src/own/sort";
import { spreadOf } from "../src/quantiles";
import type { Shown } from "../src/recording";
import { createStore } from "../src/store";
import { flat } from "../src/ways";
import { aScene } from "./fixtures";

/** Paper with a filled box of ink. */
function boxed(side: number, left: number, top: number, wide: number, tall: number, paper = 0): Raster {
  const data = new Float32Array(side * side).fill(paper);
  for (let y = top; y < top + tall; y++) {
    for (let x = left; x < left + wide; x++) data[y * side + x] = 1 - paper;
  }
  return { data, h: side, w: side, c: 1 };
}

describe("what the model gets of a sheet", () => {
  test("is the sheet's pixels, where the sheet is a multiple of them", () => {
    const small = Float32Array.from({ length: 4 * 4 * 3 }, (_, i) => i / 48);
    const fine = new Float32Array(12 * 12 * 3);
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 12; x++) {
        const from = (Math.floor(y / 3) * 4 + Math.floor(x / 3)) * 3;
        fine.set(small.subarray(from, from + 3), (y * 12 + x) * 3);
      }
    }
    const { data } = reduced({ data: fine, h: 12, w: 12, c: 3 }, 4, 4);
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(small[i]!, 5);
  });
  test("has as much ink as the sheet has", () => {
    const sheet = boxed(100, 13, 27, 31, 9);
    const { data } = reduced(sheet, 7, 9);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(data)).toBeCloseTo(mean(sheet.data), 5);
  });
});

describe("centred as MNIST is", () => {
  test.each([
    [20, 30, 40, 60],
    [200, 10, 30, 30],
    [5, 230, 200, 20],
  ])("ink at %i, %i, %i wide, %i high comes to the middle at the size of the data", (...told) => {
    const [left, top, wide, tall] = told;
    const { data } = centred(boxed(280, left, top, wide, tall), 28, 28, 20 / 28, [0]);
    const ink = inkOf({ data, h: 28, w: 28, c: 1 }, [0]);
    expect(ink?.x).toBeCloseTo(14, 0.5);
    expect(ink?.y).toBeCloseTo(14, 0.5);
    const longer = Math.max(ink?.width ?? 0, ink?.height ?? 0);
    expect(longer).toBeGreaterThanOrEqual(20);
    expect(longer).toBeLessThanOrEqual(21);
    expect((ink?.width ?? 0) / (ink?.height ?? 1)).toBeCloseTo(wide / tall, 0);
  });
  test("what is moved beyond the sheet's edge has paper behind it", () => {
    const { data } = centred(boxed(280, 0, 0, 20, 20), 28, 28, 0.25, [0]);
    expect(Math.max(...data.subarray(0, 28))).toBe(0);
    expect(data[14 * 28 + 14]).toBeCloseTo(1);
  });
  test("ink that fills the sheet stays on it, though its centre of mass is elsewhere", () => {
    const heavy = boxed(280, 100, 100, 20, 100);
    for (let x = 100; x < 180; x++) for (let y = 100; y < 110; y++) heavy.data[y * 280 + x] = 1;
    const { data } = centred(heavy, 8, 8, 1, [0]);
    expect(inkOf({ data, h: 8, w: 8, c: 1 }, [0])).toMatchObject({ top: 0, height: 8 });
  });
  test("a blank sheet stays blank", () => {
    const { data } = centred(boxed(280, 0, 0, 0, 0), 28, 28, 20 / 28, [0]);
    expect(data.every((value) => value === 0)).toBe(true);
  });
});

describe("what sort the data are", () => {
  const centredOnes = [boxed(28, 4, 6, 20, 16), boxed(28, 8, 4, 12, 20), boxed(28, 6, 4, 16, 20)];
  test("light ink in the middle of dark paper: it can be centred, at their size", () => {
    const sort = sortOf(centredOnes, 1);
    expect(sort).toMatchObject({ paper: [0], pen: [1] });
    expect(sort.box).toBeCloseTo(20 / 28);
  });
  test("ink that lies here and there is left where it is", () => {
    expect(sortOf([boxed(28, 1, 1, 9, 9), boxed(28, 15, 4, 9, 9), boxed(28, 4, 17, 9, 9)], 1).box).toBeNull();
  });
  test("dark ink on light paper: the pen is dark, and nothing is centred", () => {
    const sort = sortOf([boxed(28, 4, 6, 20, 16, 1)], 1);
    expect(sort).toEqual({ paper: [1], pen: [0], box: null });
  });
  test("colours: the paper is that of their borders", () => {
    const data = Float32Array.from({ length: 8 * 8 * 3 }, (_, i) => [0.25, 0.5, 0.75][i % 3]!);
    expect(sortOf([{ data, h: 8, w: 8, c: 3 }], 3).paper).toEqual([0.25, 0.5, 0.75]);
  });
  test("of an empty set: black paper", () => {
    expect(sortOf([], 1)).toEqual({ paper: [0], pen: [1], box: null });
  });
});

describe("own images", () => {
  const PLANE = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
  function aGallery() {
    const scene = aScene();
    const store = createStore(scene);
    const encode = vi.fn(async (epoch: number, images: Float32Array) =>
      Float32Array.from(
        { length: (images.length / 4) * 3 },
        (_, i) => images[Math.floor(i / 3) * 4]! + epoch,
      ),
    );
    const gallery = createGallery(scene, store, { encode, restart() {} } as unknown as Decoder, signal(true));
    const show = (epoch: number) => {
      const points = new Float32Array(8);
      store.shown.value = { map: store.map.value, epoch, points, way: PLANE } satisfies Shown;
    };
    show(5);
    return { store, gallery, encode, show };
  }
  const picture = (value: number) => new Float32Array(4).fill(value);
  const rest = () => new Promise((go) => setTimeout(go, 0));

  test("one that is added is looked at, and lies where the encoder puts it", async () => {
    const { store, gallery } = aGallery();
    const id = gallery.add(picture(0.5), "mine");
    expect(store.pin.value).toEqual({ by: "own", id });
    expect(store.pinned.value).toBeNull();
    await rest();
    expect(store.pinned.value).toMatchObject({ image: -1, spot: Float32Array.of(5.5, 5.5) });
    expect(store.pinned.value?.own?.pixels).toEqual(picture(0.5));
  });
  test("all are encoded again at another epoch, at once", async () => {
    const { store, gallery, encode, show } = aGallery();
    const [first, second] = [gallery.add(picture(0.25), "a"), gallery.add(picture(0.75), "b")];
    await rest();
    encode.mockClear();
    show(2);
    expect(store.pinned.value).toBeNull();
    await rest();
    expect(encode).toHaveBeenCalledTimes(1);
    expect(store.encoded.value.get(first)).toMatchObject({ epoch: 2, latent: picture(2.25).subarray(1) });
    expect(store.encoded.value.get(second)?.latent[0]).toBe(2.75);
  });
  test("while one is drawn the last answer stands until the next", async () => {
    const { store, gallery, encode } = aGallery();
    const id = gallery.add(picture(0.1), "a");
    await rest();
    for (const value of [0.25, 0.375, 0.5]) gallery.change(id, picture(value));
    expect(store.pinned.value?.latent[0]).toBeCloseTo(5.1);
    await rest();
    expect(store.pinned.value?.latent[0]).toBe(5.5);
    expect(encode.mock.calls.length).toBeLessThanOrEqual(3);
  });
  test("so many are kept, and a removed one makes room", async () => {
    const { store, gallery } = aGallery();
    const ids = Array.from({ length: MOST }, (_, i) => gallery.add(picture(i / 10), `${i}`));
    expect(() => gallery.add(picture(1), "more")).toThrow(`${MOST} own images are kept at most`);
    gallery.remove(ids.at(-1) ?? 0);
    expect(store.pin.value).toBeNull();
    gallery.add(picture(1), "more");
    await rest();
    expect(store.own.value.map(({ name }) => name)).toContain("more");
    expect([...store.encoded.value.keys()]).not.toContain(ids.at(-1));
  });
  test("an encoder that fails is told of, and Retry asks again", async () => {
    const { store, gallery, encode } = aGallery();
    encode.mockRejectedValueOnce(new Trouble("no encoder here"));
    gallery.add(picture(0.5), "a");
    await rest();
    expect(store.ownFault.value?.message).toBe("your image is not encoded: no encoder here");
    store.ownFault.value?.retry();
    await rest();
    expect(store.ownFault.value).toBeNull();
    expect(store.pinned.value).not.toBeNull();
  });
});

describe("the difference of a picture and its reconstruction", () => {
  const real = Float32Array.of(0, 1, 0.5, 0.5);
  const remade = Float32Array.of(0, 0.5, 1, 0.5);
  test("its error is the mean of the squares", () => {
    expect(meanSquaredError(real, remade)).toBeCloseTo((0.25 + 0.25) / 4);
    expect(meanSquaredError(real, real)).toBe(0);
  });
  test("signed: what is added is red, what is lost is blue, the rest is neither", () => {
    for (const theme of ["light", "dark"] as const) {
      const bytes = new Uint8ClampedArray(16);
      paintDifference(bytes, real, remade, 1, "signed", theme);
      const [same, lost, added] = [0, 4, 8].map((at) => [...bytes.subarray(at, at + 3)]);
      expect([...bytes.subarray(12, 15)]).toEqual(same);
      expect(lost![2]! - lost![0]!).toBeGreaterThan(60);
      expect(added![0]! - added![2]!).toBeGreaterThan(60);
    }
  });
  test("absolute: as light for lost as for added", () => {
    const bytes = new Uint8ClampedArray(16);
    paintDifference(bytes, real, remade, 1, "absolute", "light");
    expect([...bytes.filter((_, i) => i % 4 === 0)]).toEqual([0, 212, 212, 0]);
  });
});

describe("the numbers of a latent", () => {
  test("range from the 1st to the 99th percentile, and vary as the data do", () => {
    const mean = Float32Array.from({ length: 2 * 101 }, (_, i) => (i % 2 ? 7 : Math.floor(i / 2)));
    const { low, high, variance } = spreadOf({ epoch: 0, d: 2, mean });
    expect([low[0], high[0]]).toEqual([1, 99]);
    expect([low[1], high[1], variance[1]]).toEqual([7, 7, 0]);
    expect(variance[0]).toBeCloseTo((101 ** 2 - 1) / 12);
  });
});

describe("a picture as letters", () => {
  const bytes = (count: number, each: (i: number) => number) =>
    Float32Array.from({ length: count }, (_, i) => each(i) / 255);
  let state = 11;
  const luck = () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
  const stroke = (i: number) => {
    const away = Math.abs(Math.hypot((i % 28) - 14, Math.floor(i / 28) - 14) - 8);
    return Math.round(255 * Math.min(1, Math.max(0, 2.2 - away)));
  };
  const CASES: readonly (readonly [string, Float32Array, readonly [number, number, number], number])[] = [
    ["blank", bytes(784, () => 0), [28, 28, 1], 20],
    ["white", bytes(784, () => 255), [28, 28, 1], 20],
    ["a ring", bytes(784, stroke), [28, 28, 1], 300],
    ["a slope in colours", bytes(300, (i) => (i * 7) % 256), [10, 10, 3], 400],
    ["noise", bytes(768, () => luck() % 256), [16, 16, 3], 1300],
    ["one number", bytes(1, () => 77), [1, 1, 1], 8],
    ["checks", bytes(64, (i) => (i % 2 === 0 ? 255 : 0)), [8, 8, 1], 60],
  ];
  test.each(CASES)("%s comes back exactly", (_, picture, shape, most) => {
    const text = pictureWritten(picture, shape, 9999);
    expect(text).toMatch(/^[\w-]*$/);
    expect(text!.length).toBeLessThanOrEqual(most);
    expect(pictureRead(text!, shape)).toEqual(picture);
    expect(pictureWritten(picture, shape, text!.length - 1)).toBeNull();
  });

  test("other letters are some other picture, or none, and never anything worse", () => {
    for (const text of ["", "A", "zz", "-_-_", "A".repeat(5000), "_".repeat(333)]) {
      const picture = pictureRead(text, [28, 28, 1]);
      expect(picture).toHaveLength(784);
      expect(picture!.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    for (const text of ["a b", "%", "\u00e9", "a=b"]) expect(pictureRead(text, [28, 28, 1])).toBeNull();
    expect(pictureWritten(new Float32Array(5000), [50, 100, 1], 9999)).toBeNull();
  });
});
