import { describe, expect, test } from "vitest";
import { apply, type Look, leftOut, lookOf, read, write } from "../src/address";
import { defaultSettings, withSetting } from "../src/layers";
import { savePreferences } from "../src/preferences";
import type { Scene } from "../src/scene";
import { createStore, type Store } from "../src/store";
import { aScene } from "./fixtures";

const full: Look = {
  map: "pca & friends, 50%",
  epoch: 12,
  colour: "a label = b",
  hidden: [-1, 0, 7],
  camera: { kind: "2d", x: -0.12345678901, y: 1e-7, span: 3.3 },
  pin: { by: "latent", latent: Float32Array.of(0.1, -2.5e-8, 12345.678) },
};

test.each<[string, Look]>([
  ["everything", full],
  ["nothing", {}],
  ["no colour", { colour: null }],
  ["an image", { pin: { by: "image", index: 42 } }],
  ["three dimensions", { camera: { kind: "3d", target: [1, -2, 3.5], yaw: 0.1, pitch: -0.2, distance: 9 } }],
])("%s is read back as it was written", (_, look) => {
  const back = read(`#${write(look)}`);
  expect({ ...back, pin: back.pin }).toEqual({ ...look, pin: look.pin });
});

test("it stays below two kilobytes, and what does not fit is left out whole", () => {
  const latent = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i));
  const written = write({ ...full, pin: { by: "latent", latent } });
  expect(written.length).toBeLessThan(2000);
  expect(read(written).pin).toBeUndefined();
  expect(read(written).epoch).toBe(12);
});

test.each([
  "",
  "#",
  "epoch=&at=1,2&image=x&latent=a,b",
  "epoch=NaN&at=1,2,-3&hide=x",
  "%E0%A4%A",
  "token=secret",
])("nonsense is left out: %s", (fragment) => {
  expect(read(fragment)).toEqual({});
});

test("a store takes what its scene has, and gives it back", () => {
  const scene = aScene();
  const store = createStore(scene);
  const look: Look = {
    map: "space",
    beside: { run: null, map: "plane", pace: { by: "held", epoch: 1 } },
    trails: true,
    besideCamera: { kind: "2d", x: 1, y: 2, span: 3 },
    epoch: 2,
    colour: "loss",
    hidden: [1],
    camera: { kind: "3d", target: [0, 0, 0], yaw: 1, pitch: 0, distance: 4 },
    pin: { by: "image", index: 3 },
    carry: 0.5,
    selection: [0, 2],
    dock: "walk",
    walk: {
      kind: "along",
      ends: [
        { by: "image", index: 1 },
        { by: "image", index: 2 },
      ],
    },
    step: 0.25,
    sum: { a: { by: "image", index: 3 }, b: null, c: { by: "images", images: [0, 1] } },
    attribute: { has: { by: "class", channel: "label", value: 1 }, lacks: null },
    strength: -2,
    brush: [0.5, 2],
    pictures: 32,
    sheet: [0, 0, 0.5],
    spot: null,
    own: [],
    open: ["truth"],
    theme: "dark",
    layers: { ...Object.fromEntries(defaultSettings()), fog: { on: false, opacity: 0.25 } },
  };
  apply(look, scene, store);
  expect(lookOf(store)).toEqual(look);
});

test("an address names the layers that are on, and how opaque where that was chosen", () => {
  const store = createStore(aScene());
  store.layers.value = withSetting(defaultSettings(), "fog", { opacity: 0.2 });
  const { layers } = lookOf(store);
  expect(write({ layers })).toBe("layers=fog:20,points");
  expect(read(write({ layers })).layers).toMatchObject({
    fog: { on: true, opacity: 0.2 },
    points: { on: true },
  });
  const none = read("layers=weather,points:400").layers;
  expect(none?.fog).toEqual({ on: false });
  expect(none?.points).toEqual({ on: true, opacity: 1 });
  expect(none).not.toHaveProperty("weather");
});

test("a store refuses what its scene has not", () => {
  const scene = aScene();
  const store = createStore(scene);
  const before = lookOf(store);
  apply(
    {
      map: "nowhere",
      colour: "shoe size",
      camera: { kind: "3d", target: [0, 0, 0], yaw: 1, pitch: 0, distance: 4 },
      pin: { by: "image", index: 4 },
    },
    scene,
    store,
  );
  expect(lookOf(store)).toEqual(before);
  apply({ pin: { by: "latent", latent: Float32Array.of(1) } }, scene, store);
  expect(store.pin.value).toBeNull();
  apply({ epoch: 4 }, scene, store);
  expect(store.epoch.value).toBe(5);
});

describe("own pictures", () => {
  const scene = { ...aScene(), graphs: { encoder: "model/encoder.onnx" } } as Scene;
  const [h, w, c] = scene.shape;
  const picture = (seed: number) =>
    Float32Array.from({ length: h * w * c }, (_, i) => ((i * seed) % 256) / 255);
  const withOwn = (pictures: readonly Float32Array[]) => {
    const store = createStore(scene);
    store.own.value = pictures.map((pixels, i) => ({ id: 2 * i + 1, name: `Drawing & ~${i}`, pixels }));
    return store;
  };

  test("come along exactly, with what is pinned, walked to and added of them", () => {
    const store = withOwn([picture(0), picture(3), picture(40)]);
    store.pin.value = { by: "own", id: 3 };
    store.walk.value = {
      kind: "straight",
      ends: [
        { by: "own", id: 5 },
        { by: "image", index: 1 },
      ],
    };
    store.sum.value = { a: { by: "own", id: 1 }, b: null, c: null };
    const again = createStore(scene);
    apply(read(write(lookOf(store))), scene, again);
    expect(again.own.value).toEqual(store.own.value);
    expect([again.pin.value, again.walk.value, again.sum.value]).toEqual([
      ...[store.pin.value, store.walk.value, store.sum.value],
    ]);
    // The same link once more changes nothing: what was drawn on stays in hand.
    const before = again.own.value;
    apply(read(write(lookOf(store))), scene, again);
    expect(again.own.value.every((one, i) => one === before[i])).toBe(true);
  });

  test("stay away where they are too large, and their latents stand for them", () => {
    const store = withOwn([]);
    let state = 1;
    const noise = Float32Array.from({ length: 4096 }, () => {
      state = (state * 48271) % 2147483647;
      return (state % 256) / 255;
    });
    const large = { ...store, shape: [64, 64, 1] } as unknown as Store;
    large.own.value = [{ id: 1, name: "noise", pixels: noise }];
    large.pin.value = { by: "own", id: 1 };
    const latent = Float32Array.of(0.5, -1, 2).subarray(0, scene.latentDim);
    large.encoded.value = new Map([[1, { epoch: 5, pixels: noise, latent }]]);
    expect(lookOf(large)).toMatchObject({ own: [], pin: { by: "latent", latent } });
  });

  test("are not taken where nothing encodes them, and nonsense is none", () => {
    const text = write(lookOf(withOwn([picture(3)])));
    const mute = { ...scene, graphs: {}, live: [] } as unknown as Scene;
    const store = createStore(mute);
    apply(read(text), mute, store);
    expect(store.own.value).toEqual([]);
    for (const told of [
      "own=",
      "own=1",
      "own=1~%25~x",
      "own=0~A~x",
      "own=1~A~x&own=1~B~y",
      "mine=7",
      "mine=x",
    ]) {
      const other = createStore(scene);
      apply(read(told), scene, other);
      expect(other.own.value.length, told).toBeLessThanOrEqual(1);
      expect(other.pin.value).toBeNull();
      for (const { pixels } of other.own.value) expect(pixels.every((v) => v >= 0 && v <= 1)).toBe(true);
    }
  });
});

test("of a theme an address tells only what the system does not", () => {
  const store = createStore(aScene());
  expect(write(lookOf(store))).not.toContain("theme");
  store.theme.value = "dark";
  expect(write(lookOf(store))).toContain("theme=dark");
  store.systemTheme.value = "dark";
  expect(write(lookOf(store))).not.toContain("theme");
});

test("what a link told is not kept as what the person likes, until they change it", () => {
  const kept = new Map<string, string>();
  const keep = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
  } as unknown as Storage;
  const store = createStore(aScene());
  apply(read("theme=dark&layers=points"), aScene(), store);
  savePreferences(store, keep);
  expect(kept.size).toBe(0);
  store.lens.value = false;
  expect([...kept.values()].map((told) => JSON.parse(told))).toEqual([{ lens: false }]);
  store.theme.value = "light";
  expect([...kept.values()].map((told) => JSON.parse(told))).toEqual([{ lens: false, theme: "light" }]);
});

describe("long selections", () => {
  const some = (n: number, share: number, seed = 7) => {
    let state = seed;
    const next = () => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return state / 2 ** 31;
    };
    return Array.from({ length: n }, (_, image) => image).filter(() => next() < share);
  };

  test("come back exactly, packed where that is shorter", () => {
    for (const selection of [[0], [5, 6, 7, 99], some(300, 0.5), some(10_000, 0.1), some(10_000, 0.01)]) {
      expect(read(write({ selection })).selection).toEqual(selection);
    }
    const text = write({ selection: some(10_000, 0.1) });
    expect(text).toContain("select=~");
    expect(text.length).toBeLessThan(1000);
    expect(write({ selection: [1, 2, 3, 7] })).toBe("select=1-3,7");
  });

  test("those that are too long are left out, and told", () => {
    const look = { map: "plane", selection: some(70_000, 0.3) };
    expect(write(look)).toBe("map=plane");
    expect(leftOut(look)).toEqual(["select"]);
    expect(leftOut({ map: "plane", selection: [1] })).toEqual([]);
  });
});

describe("addresses from elsewhere", () => {
  const scene = aScene();
  const WORDS = [
    ...[
      "map",
      "epoch",
      "colour",
      "at",
      "image",
      "latent",
      "select",
      "hide",
      "layers",
      "carry",
      "brush",
      "sheet",
    ],
    ...[
      "pictures",
      "beside",
      "run",
      "token",
      "",
      "%",
      "%zz",
      "~",
      "~A",
      "~zzzz",
      "~K\u00e9",
      "-1",
      "1e99",
      "NaN",
    ],
    ...[
      "Infinity",
      "1,2,3",
      "1,2,3,4,5,6",
      "0-99999999999",
      "9-1",
      "plane",
      "space",
      "territory:900",
      "\u0000",
      "&&",
    ],
  ];

  test("never break the page, whatever they say", () => {
    let state = 1;
    const pick = () => {
      state = (state * 48271) % 2147483647;
      return WORDS[state % WORDS.length] ?? "";
    };
    for (let i = 0; i < 2000; i++) {
      const fragment = Array.from({ length: 1 + (i % 7) }, () => `${pick()}=${pick()}${pick()}`).join("&");
      const store = createStore(scene);
      apply(read(`#${fragment}`), scene, store);
      expect(scene.maps).toContain(store.map.value);
      expect(store.map.value.epochs).toContain(store.epoch.value);
      const camera = store.camera.value;
      expect(camera === null || camera.kind === `${store.map.value.dims}d`, fragment).toBe(true);
      expect(store.selected.value.size).toBeLessThanOrEqual(scene.n);
      // What is kept can be written again, and then is the same.
      const again = createStore(scene);
      apply(read(write(lookOf(store))), scene, again);
      expect({ ...lookOf(again), hidden: [] }).toEqual({ ...lookOf(store), hidden: [] });
    }
  });
});
