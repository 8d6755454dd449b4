import { describe, expect, test } from "vitest";
import { epochName, parseScene } from "../src/scene";
import { sceneJson } from "./fixtures";

test("a sound scene is read, its maps' epochs in order", () => {
  const scene = parseScene(sceneJson());
  expect(scene.shape).toEqual([2, 2, 1]);
  expect(scene.maps[1]?.epochs).toEqual([2, 5]);
  expect(scene.epochs[0]).toEqual({ epoch: 0, train: null, validation: 9 });
});

test("channels, graphs and live questions may be missing", () => {
  const { channels: _c, graphs: _g, live: _l, ...bare } = sceneJson();
  const scene = parseScene(bare);
  expect([scene.channels, scene.graphs, scene.live]).toEqual([[], {}, []]);
});

test("a scene of a newer format says which page reads it", () => {
  expect(() => parseScene({ ...sceneJson(), format: 2 })).toThrow("format 2; this page reads format 1");
});

describe("what is wrong is named", () => {
  const maps = sceneJson().maps as Record<string, unknown>[];
  const images = sceneJson().images as Record<string, unknown>;
  const atlas = images.atlas as Record<string, unknown>;
  const map = (told: object) => ({ maps: [{ ...maps[0], ...told }] });
  const files = (name: unknown) => ({ images: { ...images, atlas: { ...atlas, files: [name] } } });
  test.each<[string, object, string]>([
    ["no maps", { maps: [] }, "maps must not be empty"],
    ["a map without epochs", map({ epochs: [] }), "maps[0].epochs must not be empty"],
    ["four dimensions", map({ dims: 4 }), "maps[0].dims must be 2 or 3"],
    ["an extent of one corner", map({ extent: [[0, 0]] }), "maps[0].extent must be two lists of 2 numbers"],
    [
      "an extent of text",
      map({
        extent: [
          ["a", 0],
          [1, 1],
        ],
      }),
      "maps[0].extent[0] must be a finite number",
    ],
    ["an epoch below 0", map({ epochs: [-1] }), "maps[0].epochs[0] must be a whole number"],
    ["no latents", { model: { name: "vae", latent_dim: 0 } }, "model.latent_dim must be a whole number"],
    ["two colours", { images: { ...images, shape: [2, 2, 2] } }, "images.shape must be"],
    ["a channel of no kind", { channels: [{ name: "x" }] }, "channels[0].kind"],
    ["a title of another kind", { title: 7 }, "title must be text"],
    ["a loss of text", { epochs: [{ epoch: 0, losses: { train: "low" } }] }, "epochs[0].losses.train"],
    ["an atlas elsewhere", files("https://elsewhere/a.webp"), "must be a path inside the scene"],
    ["an atlas above", files("../secret"), "must be a path inside the scene"],
    ["an atlas at the root", files("/etc/passwd"), "must be a path inside the scene"],
    ["a graph above", { graphs: { decoder: "model/../../x" } }, "graphs.decoder must be a path"],
    ["no format", { format: undefined }, "format must be 1"],
  ])("%s", (_, told, message) => {
    expect(() => parseScene({ ...sceneJson(), ...told })).toThrow(message);
  });

  test.each([[null], ["text"], [[]], [7]])("%j is no scene", (json) => {
    expect(() => parseScene(json)).toThrow("the whole file must be an object");
  });
});

test("epochs are named with four digits at least", () => {
  expect([epochName(7), epochName(12345)]).toEqual(["0007", "12345"]);
});
