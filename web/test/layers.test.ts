/** Imports point one way: nouns <- parts <- store <- explorer <- views <- the list of views <- the doors. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../src");
const ORDER: readonly (readonly string[])[] = [
  ["faults", "cache", "latest", "nearest", "kdtree", "own/ink"],
  ["tensors", "scene"],
  ["ways", "palette", "map/", "quantiles", "own/sort"],
  ["thin", "difference", "own/easel", "own/files"],
  ["source/token"],
  ["source/"],
  ["decoder/", "recording"],
  ["framing", "sprites"],
  ["layers/raster", "layers/shelf", "layers/slices"],
  ["layers/layer", "layers/lattice", "layers/kernel", "layers/magnify", "layers/naming"],
  ["layers/pyramid", "layers/spots"],
  ["layers/field"],
  ["layers/"],
  ["layers/index"],
  ["colouring"],
  ["store"],
  ["words"],
  ["probe", "loading", "kin", "ground", "history", "own/sample", "own/gallery"],
  ["compare", "classes", "own/studio"],
  ["sight"],
  ["stage"],
  ["beside"],
  ["explorer"],
  ["actions", "address"],
  ["wishes", "select"],
  ["owned"],
  ["keys", "surroundings", "preferences"],
  ["views/view", "views/dom"],
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
  ],
  [
    "views/kin",
    "views/layers",
    "views/carry",
    "views/latent",
    "views/classes",
    "views/difference",
    "views/canvas",
    "views/crosses",
  ],
  ["views/desk"],
  ["views/"],
  ["views/index", "door", "entry"],
  ["main"],
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
  return [...text.matchAll(/(?:from|import)\s+"(\.[^"]+)"/g)].map(([, told = ""]) => {
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
