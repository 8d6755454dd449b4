/** Imports point one way: nouns <- parts <- store <- explorer <- views <- the list of views <- the doors. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../src");
const ORDER: readonly (readonly string[])[] = [
  [
    "faults",
    "formats",
    "boxes",
    "paced",
    "stillness",
    "fuzzy",
    "rice",
    "cache",
    "layers/shelf",
    "epochs",
    "latest",
    "nearest",
    "presenter",
    "keep",
    "kdtree",
    "own/ink",
  ],
  ["checks", "demands", "paths/support", "paths/lines", "paths/sums"],
  ["tensors", "scene", "site", "trainings", "paths/graph"],
  ["pins", "runs"],
  ["paths/asked", "paths/protocol"],
  ["ways", "palette", "map/", "quantiles", "own/sort"],
  ["thin", "difference", "own/easel", "own/files", "own/packing"],
  ["source/token", "source/connection", "source/packed", "growing"],
  ["source/"],
  ["pulse"],
  ["progress", "sparing"],
  ["decoder/", "recording"],
  ["framing", "sprites"],
  ["layers/raster", "layers/slices"],
  ["layers/layer", "layers/lattice", "layers/kernel", "layers/magnify", "layers/naming"],
  ["layers/pyramid", "layers/spots"],
  ["layers/tiled"],
  ["layers/field"],
  ["layers/"],
  ["layers/index"],
  ["colouring", "pairing"],
  ["store"],
  ["links"],
  ["words", "paths/doing", "paths/told", "paths/wished"],
  ["paths/look"],
  ["probe", "loading", "kin", "ground", "history", "growth", "own/sample", "own/gallery"],
  ["own/told"],
  ["compare", "classes", "own/studio", "paths/course", "paths/batch"],
  ["paths/worker", "paths/surveyor"],
  ["paths/walking"],
  ["paths/adding"],
  ["paths/altering"],
  ["paths/index"],
  ["sight"],
  ["stage"],
  ["trails"],
  ["beside"],
  ["explorer"],
  ["strokes", "waymarks"],
  ["actions", "address", "paths/state"],
  ["wishes", "select"],
  ["owned", "outline"],
  ["link", "views/dom", "figure/font", "figure/inks", "figure/subject"],
  ["figure/words"],
  ["figure/legend"],
  ["figure/paper", "figure/seen"],
  ["figure/save"],
  ["commands/command"],
  ["commands/"],
  ["commands/index"],
  ["keys", "surroundings", "preferences"],
  ["views/view"],
  [
    "views/pictures",
    "views/losses",
    "views/sliders",
    "views/landings",
    "views/support",
    "views/pointer",
    "views/lasso",
    "views/thumbs",
    "views/sheet",
    "views/histogram",
    "views/share",
    "views/far",
    "views/handing",
    "views/walkline",
    "views/trails",
    "views/pace",
    "views/opening",
  ],
  [
    "views/kin",
    "views/reel",
    "views/thing",
    "views/layers",
    "views/carry",
    "views/latent",
    "views/classes",
    "views/difference",
    "views/altered",
    "views/canvas",
    "views/crosses",
    "views/chart",
    "views/twin",
  ],
  ["views/facts", "views/desk", "views/walk", "views/sum", "views/attribute", "views/pulse", "views/begin"],
  ["views/"],
  ["views/index", "door", "entry", "served"],
  ["page"],
  ["notebook/model", "notebook/hosts", "notebook/scoped", "notebook/bench", "notebook/contexts"],
  ["notebook/"],
  ["main", "widget", "vite-env.d"],
];

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

test.each(files)("%s imports only from below", (file) => {
  for (const target of importsOf(file)) {
    const sideways = folderOf(file) === folderOf(target) && ["map", "decoder"].includes(folderOf(file));
    if (sideways) continue;
    expect(rankOf(target), `${file} imports ${target}`).toBeLessThan(rankOf(file));
  }
});

test.each(files)("%s is short, begins with what it is, and builds no markup from text", (file) => {
  const text = readFileSync(join(root, file), "utf8");
  expect(text.split("\n").length).toBeLessThanOrEqual(350);
  expect(text.startsWith("/** ")).toBe(true);
  expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/);
});

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s+"(\.[^"?]+)(?<!\.json)"/g)].map(([, told = ""]) => {
    const target = relative(root, join(root, dirname(file), told));
    return files.includes(`${target}.ts`) ? `${target}.ts` : `${target}/index.ts`;
  });
}

function folderOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] ?? "") : "";
}

/** The most exact name wins: `views/dom` before `views/`. */
function rankOf(file: string): number {
  const name = file.replace(/\.ts$/, "");
  const exact = ORDER.findIndex((names) => names.includes(name));
  const rank = exact >= 0 ? exact : ORDER.findIndex((names) => names.includes(`${folderOf(file)}/`));
  expect(rank, `${file} has no place in the order`).toBeGreaterThanOrEqual(0);
  return rank;
}
