/** The cursor, and what is pinned. */
import { nudge, paneInUse, pinCursor, pinNearest, toggleEasel } from "../actions";
import type { Explorer } from "../explorer";
import { addCorner } from "../outline";
import { draws, stepOut } from "../select";
import type { Choice, Group } from "./command";

const STEP = 10;
const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  arrowleft: [-1, 0],
  arrowup: [0, -1],
  arrowright: [1, 0],
  arrowdown: [0, 1],
};

export const cursor: Group = {
  title: "Cursor and pins",
  commands: [
    {
      title: "Move the cursor; with Shift, pixel by pixel",
      keys: Object.keys(WAYS),
      words: "hover decode keyboard arrows",
      act: moveCursor,
    },
    {
      title: "Pin what is under the cursor: an image, or the bare latent; with lasso or box, set a corner",
      keys: ["enter"],
      act: (explorer, key) => {
        if (draws(explorer.store.tool.peek())) addCorner(explorer, key.startsWith("shift+") ? "add" : "only");
        else pinCursor(explorer);
      },
    },
    { title: "Pin the nearest image", keys: ["n"], act: (explorer) => pinNearest(explorer) },
    {
      title: "Put the lasso away, else unpin, else clear the selection",
      keys: ["escape"],
      words: "unpin",
      act: (explorer) => stepOut(explorer),
    },
    {
      title: "Lens on, off",
      keys: ["l"],
      act: ({ store }) => {
        store.lens.value = !store.lens.peek();
      },
    },
    {
      title: "Your own image: draw, paste, drop or open one",
      keys: ["y"],
      words: "sketch upload",
      act: (explorer) => toggleEasel(explorer),
    },
  ],
  choices: imagesBy,
};

function moveCursor(explorer: Explorer, key: string): void {
  const [x, y] = WAYS[key.replace("shift+", "")] ?? [0, 0];
  const by = key.startsWith("shift+") ? 1 : STEP;
  if (key === "") paneInUse(explorer).surface.focus();
  explorer.store.pointing.value = true;
  nudge(explorer, x * by, y * by);
}

/** Images by their number. */
function imagesBy({ scene }: Explorer, told: string): Choice[] {
  const [, number] = /^(?:image |pin )?#?(\d+)$/i.exec(told.trim()) ?? [];
  const index = Number(number);
  if (number === undefined || index >= scene.n) return [];
  return [
    {
      title: `Pin image ${index}`,
      words: told,
      act: ({ store }) => {
        store.pin.value = { by: "image", index };
      },
    },
  ];
}
