/** The one table of keys: it binds them, and the help lists it. */
import {
  moveSheet,
  nextColour,
  nextSpeed,
  nextTheme,
  nudge,
  paneInUse,
  pinCursor,
  pinNearest,
  stepEpoch,
  stepMap,
  toggleBeside,
  toggleDistortion,
  toggleEasel,
  toggleLayer,
  toggleNthLayer,
  togglePictures,
  togglePlay,
  toggleSheet,
} from "./actions";
import type { Explorer } from "./explorer";
import { LAYERS } from "./layers";
import { clearSelection, selectShown, stepOut, toggleNearest, toggleTool } from "./select";

export interface Key {
  /** As the help shows them. */
  readonly shown: readonly string[];
  /** KeyboardEvent.key, letters in lower case. */
  readonly keys: readonly string[];
  readonly does: string;
  readonly act: (explorer: Explorer, event: KeyboardEvent) => void;
}

const STEP = 10;
const ZOOM = 1.25;
const PAN = 60;
const TURN = 0.12;
const SHEET_STEP = 24;

export const KEYS: readonly Key[] = [
  {
    shown: ["\u2190", "\u2191", "\u2192", "\u2193"],
    keys: ["arrowleft", "arrowup", "arrowright", "arrowdown"],
    does: "move the cursor; with Shift, pixel by pixel",
    act: (explorer, event) => moveCursor(explorer, event),
  },
  {
    shown: ["Enter"],
    keys: ["enter"],
    does: "pin what is under the cursor: an image, or the bare latent",
    act: (explorer) => pinCursor(explorer),
  },
  { shown: ["n"], keys: ["n"], does: "pin the nearest image", act: (explorer) => pinNearest(explorer) },
  {
    shown: ["Esc"],
    keys: ["escape"],
    does: "put the lasso away, else unpin, else clear the selection",
    act: (explorer) => stepOut(explorer),
  },
  {
    shown: ["o"],
    keys: ["o"],
    does: "lasso: draw around images; Shift adds, Alt takes away",
    act: (explorer) => toggleTool(explorer, "lasso"),
  },
  {
    shown: ["x"],
    keys: ["x"],
    does: "the same with a box",
    act: (explorer) => toggleTool(explorer, "box"),
  },
  {
    shown: ["a", "Ctrl+A"],
    keys: ["a", "ctrl+a"],
    does: "choose the image nearest to the cursor, or no longer; all that are drawn",
    act: (explorer, { key, ctrlKey, metaKey }) => {
      if (key.toLowerCase() === "a" && (ctrlKey || metaKey)) selectShown(explorer);
      else toggleNearest(explorer);
    },
  },
  {
    shown: ["Delete"],
    keys: ["delete", "backspace"],
    does: "clear the selection",
    act: (explorer) => clearSelection(explorer),
  },
  {
    shown: ["Ctrl+Z"],
    keys: ["ctrl+z"],
    does: "undo: pin, selection, filter, colour, camera, map",
    act: ({ history }) => history.undo(),
  },
  {
    shown: ["Ctrl+Shift+Z", "Ctrl+Y"],
    keys: ["ctrl+shift+z", "ctrl+y"],
    does: "do it again",
    act: ({ history }) => history.redo(),
  },
  {
    shown: ["[", "]", ",", "."],
    keys: ["[", "]", ",", "."],
    does: "previous, next epoch",
    act: (explorer, { key }) => stepEpoch(explorer, key === "[" || key === "," ? -1 : 1),
  },
  {
    shown: ["Home", "End"],
    keys: ["home", "end"],
    does: "first, last epoch",
    act: (explorer, { key }) => stepEpoch(explorer, key === "Home" ? -1e9 : 1e9),
  },
  {
    shown: ["Space"],
    keys: [" "],
    does: "play the epochs, or stop",
    act: (explorer) => togglePlay(explorer),
  },
  { shown: ["s"], keys: ["s"], does: "next speed", act: (explorer) => nextSpeed(explorer) },
  {
    shown: ["+", "\u2212"],
    keys: ["+", "=", "-", "_"],
    does: "closer, farther",
    act: (explorer, { key }) => paneInUse(explorer).map.zoom(key === "+" || key === "=" ? ZOOM : 1 / ZOOM),
  },
  {
    shown: ["h", "j", "k", "i"],
    keys: ["h", "j", "k", "i"],
    does: "move the map left, down, right, up; in three dimensions, turn it",
    act: (explorer, event) => moveMap(explorer, event),
  },
  {
    shown: ["w"],
    keys: ["w"],
    does: "on maps with depth, a sheet on which every spot can be looked at",
    act: (explorer) => toggleSheet(explorer),
  },
  {
    shown: ["PageUp", "PageDown"],
    keys: ["pageup", "pagedown"],
    does: "move the sheet nearer, farther; with Shift, a little",
    act: (explorer, { key, shiftKey }) =>
      moveSheet(explorer, (key === "PageUp" ? -1 : 1) * (shiftKey ? SHEET_STEP / 8 : SHEET_STEP)),
  },
  {
    shown: ["p"],
    keys: ["p"],
    does: "the images themselves at their points, or points alone",
    act: (explorer) => togglePictures(explorer),
  },
  {
    shown: ["y"],
    keys: ["y"],
    does: "your own image: draw, paste, drop or open one",
    act: (explorer) => toggleEasel(explorer),
  },
  { shown: ["f"], keys: ["f"], does: "fit the whole map", act: (explorer) => explorer.fit(300) },
  {
    shown: ["m", "Shift m"],
    keys: ["m"],
    does: "next, previous map",
    act: (explorer, { shiftKey }) => stepMap(explorer, shiftKey ? -1 : 1),
  },
  {
    shown: ["b"],
    keys: ["b"],
    does: "two maps side by side, or one",
    act: (explorer) => toggleBeside(explorer),
  },
  {
    shown: ["q"],
    keys: ["q"],
    does: "how true the map is",
    act: ({ store }) => {
      store.truthOpen.value = !store.truthOpen.value;
    },
  },
  {
    shown: ["d"],
    keys: ["d"],
    does: "colour by distortion, or not",
    act: (explorer) => toggleDistortion(explorer),
  },
  {
    shown: ["g"],
    keys: ["g"],
    does: "fog where the way back is a guess",
    act: (explorer) => toggleLayer(explorer, "fog"),
  },
  {
    shown: LAYERS.map((_, i) => String(i + 1)),
    keys: LAYERS.map((_, i) => String(i + 1)),
    does: `layers: ${LAYERS.map(({ title }) => title.toLowerCase()).join(", ")}`,
    act: (explorer, { key }) => toggleNthLayer(explorer, Number(key)),
  },
  { shown: ["c"], keys: ["c"], does: "colour by the next channel", act: (explorer) => nextColour(explorer) },
  {
    shown: ["l"],
    keys: ["l"],
    does: "lens on, off",
    act: ({ store }) => {
      store.lens.value = !store.lens.value;
    },
  },
  {
    shown: ["t"],
    keys: ["t"],
    does: "theme: as the system, light, dark",
    act: (explorer) => nextTheme(explorer),
  },
  {
    shown: ["?"],
    keys: ["?"],
    does: "this list",
    act: ({ store }) => {
      store.keysOpen.value = true;
    },
  },
];

function nameOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  return ctrlKey || metaKey ? `ctrl+${shiftKey ? "shift+" : ""}${key}` : key;
}

/** Which line of the table a key belongs to. */
export function keyFor(key: string): Key | undefined {
  return KEYS.find(({ keys }) => keys.includes(key.toLowerCase()));
}

/** Listens to the whole page; what a field or a button needs itself is left to it. */
export function bindKeys(explorer: Explorer): () => void {
  const listening = new AbortController();
  document.addEventListener(
    "keydown",
    (event) => {
      const key = keyFor(nameOf(event));
      if (!key || event.altKey || event.defaultPrevented) return;
      if (!isFree(event, explorer)) return;
      event.preventDefault();
      key.act(explorer, event);
    },
    { signal: listening.signal },
  );
  return () => listening.abort();
}

function isFree({ target, key }: KeyboardEvent, { store, surface, beside }: Explorer): boolean {
  if (store.keysOpen.peek()) return false;
  if (!(target instanceof HTMLElement) || target === surface || target === beside.peek()?.surface) {
    return true;
  }
  if (target.closest("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]")) return false;
  if (target.closest("button, summary, a, input") && (key === "Enter" || key === " ")) return false;
  return store.lettersAnywhere.peek();
}

function moveCursor(explorer: Explorer, { key, shiftKey }: KeyboardEvent): void {
  const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [
    0, 0,
  ];
  const by = shiftKey ? 1 : STEP;
  explorer.store.pointing.value = true;
  nudge(explorer, (x ?? 0) * by, (y ?? 0) * by);
}

function moveMap(explorer: Explorer, { key }: KeyboardEvent): void {
  const { map, shown } = paneInUse(explorer);
  const [x, y] = { h: [-1, 0], k: [1, 0], i: [0, -1], j: [0, 1] }[key.toLowerCase()] ?? [0, 0];
  if (shown.peek()?.map.dims === 3) map.orbit((x ?? 0) * TURN, (y ?? 0) * -TURN);
  else map.pan((x ?? 0) * -PAN, (y ?? 0) * -PAN);
}
