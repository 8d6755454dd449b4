/** The marks above the map. */
import { mountMarks } from "./crosses";
import type { View } from "./view";

export const marks: View = {
  name: "marks",
  title: "Marks on the map",
  tag: "div",
  mount: (place, context) => mountMarks(place, context, context.main),
};
