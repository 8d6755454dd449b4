/** The layers of the map, each by the number of its place. */
import { toggleLayer } from "../actions";
import { LAYERS } from "../layers";
import type { Command, Group } from "./command";

/** Keys that a layer has beside its number. */
const MORE: Readonly<Record<string, readonly string[]>> = { fog: ["g"] };

export const ground: Group = {
  title: "Layers",
  commands: LAYERS.map(
    ({ name, title, meaning, missing }, i): Command => ({
      title: `${title}: ${meaning}`,
      keys: [String(i + 1), ...(MORE[name] ?? [])],
      words: `layer ${name} ground`,
      can: ({ scene, store }) => missing(scene, store.map.peek()) === null || store.beside.peek() !== null,
      act: (explorer) => toggleLayer(explorer, name),
    }),
  ),
};
