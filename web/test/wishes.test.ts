/** What a program may wish for: the possible becomes an order, the impossible a sentence. */
import { expect, test } from "vitest";
import { numbersOf } from "../src/demands";
import { orderOf } from "../src/wishes";
import { aScene } from "./fixtures";

const scene = aScene();
const now = { map: scene.maps[0], colour: "label" };
const flatCamera = { kind: "2d", x: 0, y: 0, span: 1 };

test.each<[unknown, string]>([
  [null, "a wish must be an object; it is null"],
  [[], "a wish must be an object; it is a list"],
  [{ epoc: 1 }, "a wish has no 'epoc'"],
  [{ drawn: null }, "a wish has no 'drawn'"],
  [{ map: "globe" }, "there is no map 'globe'"],
  [{ epoch: 3 }, "the map 'plane' has no epoch 3"],
  [{ epoch: "1" }, "the map 'plane' has no epoch '1'"],
  [{ epoch: Number.NaN }, "the map 'plane' has no epoch NaN"],
  [{ map: "space", epoch: 0 }, "the map 'space' has no epoch 0"],
  [{ colour: "" }, "there is no channel ''"],
  [{ hidden: [500] }, "a hidden class of 'label' must be a whole number from -1 to 1; it is 500"],
  [{ hidden: [0.5] }, "it is 0.5"],
  [{ hidden: 1 }, "hidden must be a list of classes; it is 1"],
  [{ colour: "loss", hidden: [0] }, "hidden must be empty where the colour is no channel of classes"],
  [{ theme: "pink" }, "theme must be one of 'auto', 'light', 'dark'; it is 'pink'"],
  [{ speed: 3 }, "speed must be one of 0.5, 1, 2, 4; it is 3"],
  [{ layers: ["fog"] }, "layers must be an object; it is a list"],
  [{ layers: { rain: true } }, "layers has no 'rain'"],
  [{ layers: { fog: "thick" } }, "the layer 'fog' must be an object; it is 'thick'"],
  [{ layers: { fog: 1.5 } }, "the layer 'fog': how opaque is a number from 0 to 1; it is 1.5"],
  [{ layers: { fog: { opacity: Number.NaN } } }, "it is NaN"],
  [{ lens: 1 }, "lens must be one of true, false; it is 1"],
  [{ playing: null }, "playing must be one of true, false; it is null"],
  [{ pin: { image: -1 } }, "a pinned image must be a whole number from 0 to 3; it is -1"],
  [{ pin: { image: 4 } }, "it is 4"],
  [{ pin: { image: 1.5 } }, "it is 1.5"],
  [{ pin: { image: "1" } }, "it is '1'"],
  [{ pin: 1 }, "a pin must be an object; it is 1"],
  [{ pin: {} }, "a pin must be {image} or {latent}"],
  [{ pin: { image: 1, latent: [0, 0, 0] } }, "a pin must be {image} or {latent}"],
  [{ pin: { point: 1 } }, "a pin has no 'point'"],
  [{ pin: { own: 1 } }, "there is no own image 1"],
  [{ cursor: { latent: [Number.NaN, 0, 0] } }, "a latent must hold finite numbers; number 0 is NaN"],
  [{ cursor: { latent: [0, 0] } }, "a latent must have 3 numbers; it has 2"],
  [{ cursor: { latent: 1 } }, "a latent must be a list of 3 numbers"],
  [{ cursor: { spot: [0, 0, 0] } }, "a spot must have 2 numbers; it has 3"],
  [{ map: "space", cursor: { spot: [0, 0] } }, "a spot must have 3 numbers; it has 2"],
  [{ cursor: 0 }, "a cursor must be an object; it is 0"],
  [{ camera: { ...flatCamera, kind: "3d" } }, "the map 'plane' needs a camera of kind '2d'"],
  [{ camera: { ...flatCamera, x: Number.NaN } }, "the camera's x must be a finite number; it is NaN"],
  [{ camera: { ...flatCamera, span: 0 } }, "the camera's span must be above 0"],
  [{ camera: { ...flatCamera, yaw: 0 } }, "a camera has no 'yaw'"],
  [{ map: "space", camera: { kind: "3d", yaw: 0, pitch: 0, distance: 1 } }, "the camera's target must be"],
])("%j: %s", (wish, sentence) => {
  expect(() => orderOf(wish, scene, now)).toThrow(sentence);
});

test("all that can be wished for becomes an order", () => {
  const camera = { kind: "3d", target: [0, 0, 1], yaw: 0, pitch: 0, distance: 2 } as const;
  const order = orderOf(
    {
      ...{ map: "space", epoch: 2, camera, colour: "label", hidden: [-1, 1] },
      ...{ theme: "dark", lens: false, playing: false, speed: 0.5 },
      ...{ cursor: { spot: [1, 2, 3] }, pin: { image: 3 } },
    },
    scene,
    now,
  );
  expect(order).toEqual({
    look: {
      ...{ map: "space", epoch: 2, camera, colour: "label", hidden: [-1, 1] },
      pin: { by: "image", index: 3 },
    },
    aim: { by: "spot", spot: Float32Array.of(1, 2, 3) },
    ...{ theme: "dark", lens: false, playing: false, speed: 0.5, paths: {} },
  });
});

test("null takes away, and what is undefined stays", () => {
  const order = orderOf({ camera: null, colour: null, cursor: null, pin: null }, scene, now);
  expect(order.look).toEqual({ camera: null, colour: null, pin: null });
  expect(order.aim).toBeNull();
  const nothing = orderOf({ epoch: undefined, theme: undefined }, scene, now);
  expect([nothing.look, nothing.aim, nothing.theme]).toEqual([{}, undefined, undefined]);
});

test("numbers come from lists and typed arrays, and stay finite as float32", () => {
  expect(numbersOf(Float64Array.of(0.5, 2), 2, "a spot")).toEqual(Float32Array.of(0.5, 2));
  expect(() => numbersOf([1e300, 0], 2, "a spot")).toThrow("number 0 is 1e+300");
  expect(() => numbersOf(["1", 0], 2, "a spot")).toThrow("number 0 is '1'");
  expect(() => numbersOf("12", 2, "a spot")).toThrow("a spot must be a list of 2 numbers");
});

test("a layer is switched, or made so opaque, or both", () => {
  const layers = { fog: 0.3, points: { on: true, opacity: 0.5 } };
  expect(orderOf({ layers }, scene, now).look.layers).toEqual({
    fog: { on: true, opacity: 0.3 },
    points: { on: true, opacity: 0.5 },
  });
  expect(orderOf({ layers: { fog: 0, points: false } }, scene, now).look.layers).toEqual({
    fog: { on: false },
    points: { on: false },
  });
});

test("an own image can be pinned once there is one", () => {
  expect(orderOf({ pin: { own: 2 } }, scene, { ...now, own: [1, 2] }).look.pin).toEqual({ by: "own", id: 2 });
});
