/** The points themselves: the map draws them; here they are switched and faded like what lies under them. */
import type { Layer } from "./layer";

export const points: Layer = {
  name: "points",
  title: "Points",
  meaning: "the images, each where the map puts it",
  on: true,
  opacity: 1,
  missing: () => null,
  lay: null,
};
