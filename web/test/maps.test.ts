/** Going among maps: names, epochs that a map lacks, morphs, fog, distortion, and true neighbours. */
import { describe, expect, test } from "vitest";
import { chooseBeside, chooseMap, stepMap, toggleBeside, toggleDistortion } from "../src/actions";
import { apply, lookOf, read, write } from "../src/address";
import type { Explorer } from "../src/explorer";
import { kinOf } from "../src/kin";
import { type Fog, fogOf } from "../src/layers/fog";
import { inSlices } from "../src/layers/slices";
import { viewOf } from "../src/map/camera";
import { carried, departed, placed } from "../src/map/cloud";
import { extentOf } from "../src/map/extent";
import { automaticSize } from "../src/map/looks";
import type { Camera } from "../src/map/types";
import type { Shown } from "../src/recording";
import { coloursOf, type MapEntry, parseScene } from "../src/scene";
import { createStore, pinnedPlace, placeOf } from "../src/store";
import { flat, near } from "../src/ways";
import { detourWords, epochsWords, mapTitle, mapWords, trustLevel } from "../src/words";
import { aScene, sceneJson } from "./fixtures";

/** The made-up scene with a t-SNE map of the latents at two epochs, and one of the pixels. */
function manyMaps() {
  const json = sceneJson();
  const [plane, space] = json.maps as Record<string, unknown>[];
  const metrics = { trustworthiness: 0.984, trustworthiness_error: 0.001, shepard: null };
  const tsne = { ...plane, name: "tsne", projection: "tsne", way: "near", epochs: [0, 5], metrics };
  const pixels = { ...tsne, name: "tsne-pixels", of: "pixels" };
  return parseScene({ ...json, maps: [plane, space, tsne, pixels], neighbours: { epoch: 5, k: 3 } });
}

function anExplorer(scene = manyMaps()) {
  const store = createStore(scene);
  const site = { site: { title: "", scenes: [{ name: "one" }] }, name: "one" };
  return { explorer: { scene, store, site } as unknown as Explorer, store, scene };
}

const LATENTS = { epoch: 5, d: 3, mean: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 5, 5, 5) };
const POINTS = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1);
function nearShown(map: MapEntry, epoch = 5): Shown {
  const calibration = { spacing: 0.2, reach: 1.5, band: 1, spread: 4 };
  return { map, epoch, points: POINTS, way: near(POINTS, 2, LATENTS, calibration) };
}

describe("names", () => {
  const { maps } = manyMaps();
  test("a map is told by what made it, of what, and how true it is", () => {
    const told = maps.map((map) => mapWords(map, maps));
    expect(told[2]).toBe("t-SNE \u00b7 latents \u00b7 trust 0.98");
    expect(told[3]).toBe("t-SNE \u00b7 pixels \u00b7 trust 0.98");
    expect(told[1]).toBe("Plane \u00b7 latents \u00b7 3-D");
  });
  test("of two alike each has its own name too", () => {
    const twins = [maps[2]!, { ...maps[2]!, name: "tsne-2" }];
    expect(twins.map((map) => mapTitle(map, twins))).toEqual(
      ["tsne", "tsne-2"].map((name) => `${name} \u00b7 t-SNE \u00b7 latents`),
    );
  });
  test("epochs", () => {
    expect([[7], [0, 1, 2, 3], [0, 4, 9, 19]].map(epochsWords)).toEqual([
      "only epoch 7",
      "epochs 0 to 3",
      "epochs 0, 4, 9, 19",
    ]);
  });
  test("trust", () => {
    expect([1, 0.8, 0.6, 0.2, 0].map(trustLevel)).toEqual([
      "well supported",
      "well supported",
      "between points",
      "a guess",
      "a guess",
    ]);
  });
});

describe("an epoch that the next map lacks", () => {
  test("the nearest is shown and told, and a map that has it shows it again", () => {
    const { explorer, store } = anExplorer();
    store.epoch.value = 1;
    chooseMap(explorer, "tsne");
    expect(store.epoch.value).toBe(0);
    expect(store.detour.value && detourWords(store.detour.value)).toBe(
      "This map has epochs 0, 5: 0 is shown for 1.",
    );
    chooseMap(explorer, "plane");
    expect([store.epoch.value, store.detour.value]).toEqual([1, null]);
  });
  test("nothing is told once another epoch is chosen", () => {
    const { explorer, store } = anExplorer();
    store.epoch.value = 1;
    chooseMap(explorer, "tsne");
    store.epoch.value = 5;
    expect(store.detour.value).toBeNull();
  });
});

test("the keys go around all maps, both ways", () => {
  const { explorer, store } = anExplorer();
  stepMap(explorer, -1);
  expect(store.map.value.name).toBe("tsne-pixels");
  stepMap(explorer, 1);
  expect(store.map.value.name).toBe("plane");
});

test("side by side begins with the pixels for latents, and the address keeps it", () => {
  const { explorer, store, scene } = anExplorer();
  toggleBeside(explorer);
  expect(store.besideMap.value?.name).toBe("tsne-pixels");
  const written = write(lookOf(store));
  expect(written).toContain("beside=tsne-pixels");
  const other = createStore(scene);
  apply(read(written), scene, other);
  expect(other.besideMap.value?.name).toBe("tsne-pixels");
  chooseBeside(explorer, null);
  expect([store.beside.value, write(lookOf(store)).includes("beside")]).toEqual([null, false]);
});

describe("a place", () => {
  const [plane, , tsne] = manyMaps().maps;
  const way = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
  const main: Shown = { map: plane, epoch: 5, points: POINTS, way };
  const beside = nearShown(tsne!);
  test("on the map beside leads back by that map's way, with its trust", () => {
    const place = placeOf({ by: "spot", spot: Float32Array.of(1, 1), side: "beside" }, main, beside);
    expect([place?.side, place?.trust, [...(place?.latent ?? [])]]).toEqual(["beside", 1, [5, 5, 5]]);
  });
  test("on a flat map nothing is guessed", () => {
    expect(placeOf({ by: "spot", spot: Float32Array.of(1, 1) }, main)?.trust).toBeNull();
  });
  test("that was pinned stays where it was taken from, and only there", () => {
    const spot = Float32Array.of(0.4, 0.6);
    const latent = beside.way.toLatent(spot);
    const pin = { by: "latent", latent, from: { map: tsne!, epoch: 5, spot, trust: 0.7 } } as const;
    expect(pinnedPlace(pin, beside, LATENTS)).toMatchObject({ spot, trust: 0.7 });
    const later = pinnedPlace(pin, { ...beside, epoch: 0 }, LATENTS);
    expect(later?.trust).toBeNull();
    expect([...(later?.spot ?? [])]).not.toEqual([...spot]);
  });
});

describe("distortion", () => {
  test("is a colour where a map cannot keep everything, in a scale from 0 to 1", () => {
    const { explorer, store, scene } = anExplorer();
    expect(coloursOf(scene).map(({ name }) => name)).toEqual(["label", "loss", "distortion"]);
    toggleDistortion(explorer);
    expect(store.colouring.value).toBeNull();
    store.shown.value = { ...nearShown(scene.maps[2]!), distortion: Float32Array.of(0, 0.5, 0.25, 0) };
    expect(store.colouring.value?.range).toEqual([0, 1]);
    toggleDistortion(explorer);
    expect(store.colour.value).toBe("label");
  });
  test("is not offered where nothing can be lost", () => {
    const scene = { ...aScene(), latentDim: 2 };
    expect(coloursOf(scene).map(({ name }) => name)).toEqual(["label", "loss"]);
  });
});

/** All steps at once. */
function made(shown: Shown, side: number): Fog | null {
  const steps = fogOf(shown, side);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

describe("fog", () => {
  const { maps } = manyMaps();
  test("is thin at the points and thick where nothing is, from the top of the map down", () => {
    const shown = nearShown(maps[2]!);
    const fog = made(shown, 48);
    if (!fog) throw new Error("a map that bends has fog");
    const at = (x: number, y: number) => {
      const part = (value: number, axis: 0 | 1) => (value - fog.low[axis]) / (fog.high[axis] - fog.low[axis]);
      const row = Math.floor((1 - part(y, 1)) * fog.side);
      return fog.thickness[row * fog.side + Math.floor(part(x, 0) * fog.side)]!;
    };
    expect(at(0, 1)).toBeLessThan(0.2);
    expect(at(1.25, -0.25)).toBeGreaterThan(at(0, 0));
    expect(fog.thickness[0]).toBeGreaterThan(0.9);
  });
  test("lies on no map whose way back is exact", () => {
    const way = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
    expect(made({ map: maps[0], epoch: 5, points: POINTS, way }, 8)).toBeNull();
  });
  test("is made in slices that can be stopped", () => {
    const waiting: (() => void)[] = [];
    const done: unknown[] = [];
    const steps = () => fogOf(nearShown(maps[2]!), 16);
    inSlices(
      steps(),
      -1,
      (fog) => done.push(fog),
      (call) => waiting.push(call),
    );
    let slices = 0;
    while (waiting.length > 0) {
      waiting.shift()?.();
      slices++;
    }
    expect([slices, done.length]).toEqual([17, 1]);
    const stop = inSlices(
      steps(),
      -1,
      (fog) => done.push(fog),
      (call) => waiting.push(call),
    );
    stop();
    waiting.shift()?.();
    expect([waiting.length, done.length]).toEqual([0, 1]);
  });
});

test("from one map to another no point jumps on the screen", () => {
  const small = { points: Float32Array.of(0, 0, 1, 2, -1, 1), dims: 2 } as const;
  const large = { points: Float32Array.of(70, 40, -10, 90, 20, 20), dims: 2 } as const;
  const seen = (camera: Camera & { kind: "2d" }) => ({ view: viewOf(camera, 800, 600), reach: camera.span });
  const before = seen({ kind: "2d", x: 0.5, y: 1, span: 4 });
  const now = seen({ kind: "2d", x: 30, y: 50, span: 150 });
  const [from, to] = [
    extentOf(
      [
        [-1, 0],
        [1, 2],
      ],
      small,
    ),
    extentOf(
      [
        [-10, 20],
        [70, 90],
      ],
      large,
    ),
  ];
  const cloud = placed(small, from, { ...placed(small, from, placed(small, from, emptyCloud())), n: 0 });
  const moved = carried(departed(large, to, cloud, 1), before, now);
  for (let slot = 0; slot < 3; slot++) {
    for (const axis of [0, 1] as const) {
      const was =
        (cloud.to[2 * slot + axis]! + cloud.origin[axis] - before.view.eye[axis]) * before.view.focal;
      const is = (moved.from[2 * slot + axis]! + moved.origin[axis] - now.view.eye[axis]) * now.view.focal;
      expect(is).toBeCloseTo(was, 1);
    }
  }
});

test("a cloud knows how much of its map it takes up, and on the way to another frame both", () => {
  const extent = extentOf([[-5, -5] as const, [5, 5] as const], { points: new Float32Array(0), dims: 2 });
  const wide = { points: Float32Array.of(-5, -5, 5, 5, 0, 0), dims: 2 } as const;
  const tight = { points: Float32Array.of(-0.5, -0.5, 0.5, 0.5, 0, 0), dims: 2 } as const;
  const first = placed(tight, extent, emptyCloud());
  expect(first.spread[0]).toBeCloseTo(0.1);
  const half = departed(wide, extent, departed(wide, extent, first, 1), 0.5);
  expect(half.spread[0]).toBeCloseTo(0.55);
  expect(half.spread[1]).toBe(1);
  // However near the camera is, as many points in sight are as large.
  expect(automaticSize(10_000, 10 * first.spread[1], 800, 600)).toBe(automaticSize(10_000, 1, 800, 600));
});

function emptyCloud() {
  const none = new Float32Array(0);
  return {
    n: 0,
    dims: 2,
    origin: [0, 0, 0],
    from: none,
    to: none,
    colours: new Uint8Array(0),
    image: new Uint32Array(0),
    spread: [1, 1] as const,
  } as const;
}

describe("true neighbours", () => {
  const at = (image: number, latent: Float32Array) =>
    ({ image, latent, spot: new Float32Array(2), side: "main", trust: null }) as const;
  const file = { epoch: 5, k: 3, images: Uint32Array.of(1, 2, 3, 0, 2, 3, 0, 1, 3, 1, 2, 0) };
  test("an image's are those of the file, with their distances", () => {
    const kin = kinOf(at(0, LATENTS.mean.subarray(0, 3)), LATENTS, file, 3);
    expect(kin.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(kin[2]?.distance).toBeCloseTo(Math.sqrt(75), 5);
  });
  test("of another epoch, and of a bare spot, they are found, and an image is not its own", () => {
    const image = kinOf(at(0, LATENTS.mean.subarray(0, 3)), LATENTS, { ...file, epoch: 1 }, 2);
    expect(image.map(({ index }) => index)).toEqual([1, 2]);
    const spot = kinOf(at(-1, Float32Array.of(4, 4, 4)), LATENTS, file, 2);
    expect(spot[0]?.index).toBe(3);
  });
});
