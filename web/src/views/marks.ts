/** The marks above the map. */
import { mountMarks } from "./crosses";
import { all } from "./dom";
import { mountLasso } from "./lasso";
import { mountSheet } from "./sheet";
import { mountTrails } from "./trails";
import type { View } from "./view";

export const marks: View = {
  name: "marks",
  title: "Marks on the map",
  tag: "div",
  mount: (place, context) =>
    all(
      mountMarks(place, context, context.main),
      mountTrails(place, context, context.main),
      mountLasso(place, context, context.main),
      mountSheet(place, context),
    ),
};
