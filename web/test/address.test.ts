import { expect, test } from "vitest";
import { apply, type Look, lookOf, read, write } from "../src/address";
import { defaultSettings, withSetting } from "../src/layers";
import { createStore } from "../src/store";
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
    beside: "plane",
    epoch: 2,
    colour: "loss",
    hidden: [1],
    camera: { kind: "3d", target: [0, 0, 0], yaw: 1, pitch: 0, distance: 4 },
    pin: { by: "image", index: 3 },
    carry: 0.5,
    selection: [0, 2],
    brush: [0.5, 2],
    pictures: 32,
    sheet: [0, 0, 0.5],
    layers: { ...Object.fromEntries(defaultSettings()), fog: { on: false, opacity: 0.25 } },
  };
  apply(look, scene, store);
  expect(lookOf(store)).toEqual(look);
});

test("an address names the layers that are on, and how opaque where that was chosen", () => {
  const store = createStore(aScene());
  store.layers.value = withSetting(defaultSettings(), "fog", { opacity: 0.2 });
  const { layers } = lookOf(store);
  expect(write({ layers })).toBe("layers=fog%3A20,points");
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
