/** Where on the map one looks, and how it is drawn. */
import { moveSheet, paneInUse, togglePictures, toggleSheet } from "../actions";
import type { Explorer } from "../explorer";
import type { Group } from "./command";

const ZOOM = 1.25;
const PAN = 60;
const TURN = 0.12;
const SHEET_STEP = 24;
const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  h: [-1, 0],
  j: [0, 1],
  k: [1, 0],
  i: [0, -1],
};

export const view: Group = {
  title: "View",
  commands: [
    { title: "Closer", keys: ["+"], also: ["="], words: "zoom in", act: (explorer) => zoom(explorer, ZOOM) },
    {
      title: "Farther",
      keys: ["-"],
      also: ["_"],
      words: "zoom out",
      act: (explorer) => zoom(explorer, 1 / ZOOM),
    },
    {
      title: "Move the map left, down, right, up; in three dimensions, turn it",
      keys: Object.keys(WAYS),
      words: "pan rotate orbit",
      act: moveMap,
    },
    { title: "Fit the whole map", keys: ["f"], words: "reset camera", act: (explorer) => explorer.fit(300) },
    {
      title: "The images themselves at their points, or points alone",
      keys: ["p"],
      words: "pictures thumbnails",
      act: (explorer) => togglePictures(explorer),
    },
    {
      title: "On maps with depth, a sheet on which every spot can be looked at",
      keys: ["w"],
      can: hasDepth,
      act: (explorer) => toggleSheet(explorer),
    },
    {
      title: "Move the sheet nearer; with Shift, a little",
      keys: ["pageup"],
      can: hasDepth,
      act: (explorer, key) => moveSheet(explorer, -step(key)),
    },
    {
      title: "Move the sheet farther; with Shift, a little",
      keys: ["pagedown"],
      can: hasDepth,
      act: (explorer, key) => moveSheet(explorer, step(key)),
    },
  ],
};

function step(key: string): number {
  return key.startsWith("shift+") ? SHEET_STEP / 8 : SHEET_STEP;
}

function hasDepth({ store }: Explorer): boolean {
  return store.shown.peek()?.map.dims === 3;
}

function zoom(explorer: Explorer, by: number): void {
  paneInUse(explorer).map.zoom(by);
}

function moveMap(explorer: Explorer, key: string): void {
  const { map, shown, surface } = paneInUse(explorer);
  const [x, y] = WAYS[key.replace("shift+", "")] ?? [0, 0];
  if (key === "") surface.focus();
  if (shown.peek()?.map.dims === 3) map.orbit(x * TURN, y * -TURN);
  else map.pan(x * -PAN, y * -PAN);
}
