/** Choosing images. */
import { clearSelection, selectShown, toggleNearest, toggleTool } from "../select";
import type { Group } from "./command";

export const choosing: Group = {
  title: "Selection",
  commands: [
    {
      title: "Lasso: draw around images; Shift adds, Alt takes away",
      keys: ["o"],
      words: "select",
      act: (explorer) => toggleTool(explorer, "lasso"),
    },
    {
      title: "Box: the same with a box",
      keys: ["x"],
      words: "select rectangle",
      act: (explorer) => toggleTool(explorer, "box"),
    },
    {
      title: "Choose the image nearest to the cursor, or no longer",
      keys: ["a"],
      words: "select",
      act: (explorer) => toggleNearest(explorer),
    },
    {
      title: "Choose all images that are drawn",
      keys: ["ctrl+a"],
      words: "select",
      act: (explorer) => selectShown(explorer),
    },
    {
      title: "Clear the selection",
      keys: ["delete"],
      also: ["backspace"],
      words: "deselect none",
      act: (explorer) => clearSelection(explorer),
    },
  ],
};
