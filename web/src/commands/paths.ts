/** Walks, sums and attributes. */
import { underCursor } from "../actions";
import type { Explorer } from "../explorer";
import { KINDS } from "../paths/asked";
import {
  chooseDock,
  chooseKind,
  clearWalk,
  closeDock,
  fill,
  reverseWalk,
  toggleStroll,
} from "../paths/doing";
import { FEWEST } from "../paths/lines";
import { KIND_WORDS } from "../words";
import type { Group } from "./command";

export const paths: Group = {
  title: "Walks and sums",
  commands: [
    {
      title: "Walk: click two or more points or spots of the map",
      keys: ["7"],
      words: "interpolate path between slerp geodesic",
      act: ({ store }) => chooseDock(store, "walk"),
    },
    {
      title: "Play the walk, or stop",
      keys: ["z"],
      words: "animate interpolation",
      can: ({ store }) => store.dock.peek() === "walk" && store.walk.peek().ends.length > 1,
      act: ({ store }) => toggleStroll(store),
    },
    {
      title: "Walk it the other way",
      keys: [],
      words: "reverse",
      can: walks,
      act: ({ store }) => reverseWalk(store),
    },
    { title: "Another walk", keys: [], words: "clear new", can: walks, act: ({ store }) => clearWalk(store) },
    {
      title: "Sum: A \u2212 B + C",
      keys: ["8"],
      words: "arithmetic analogy add subtract",
      act: ({ store }) => chooseDock(store, "sum"),
    },
    {
      title: "Attribute: what sets two groups of images apart",
      keys: ["9"],
      words: "vector direction with without smile",
      act: ({ store }) => chooseDock(store, "attribute"),
    },
    {
      title:
        "Add the pin, else the selection, else what is under the cursor: to the sum, or to a side of the attribute",
      keys: [";"],
      words: "tray put fill",
      can: ({ store }) => store.dock.peek() === "sum" || store.dock.peek() === "attribute",
      act: (explorer) => fill(explorer.store, underCursor(explorer)),
    },
    {
      title: "Close the walk, the sum or the attribute",
      keys: [],
      can: ({ store }) => store.dock.peek() !== null,
      act: ({ store }) => closeDock(store),
    },
  ],
  choices: ({ scene, store }) =>
    KINDS.filter((kind) => kind !== "spherical" || scene.latentDim >= FEWEST).map((kind) => ({
      title: `Walk ${KIND_WORDS[kind]}`,
      words: "path interpolate",
      now: store.walk.peek().kind === kind,
      act: ({ store }: Explorer) => {
        chooseKind(store, kind);
        if (store.dock.peek() !== "walk") chooseDock(store, "walk");
      },
    })),
};

function walks({ store }: Explorer): boolean {
  return store.walk.peek().ends.length > 0;
}
