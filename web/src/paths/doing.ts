/** What a person does with walks and sums, on what is asked of them. */
import { batch } from "@preact/signals-core";
import type { Pin } from "../pins";
import type { Store } from "../store";
import {
  type Attribute,
  type Dock,
  MOST_ENDS,
  NO_ATTRIBUTE,
  NO_SUM,
  NO_WALK,
  type Term,
  TRAYS,
  type Tray,
  type WalkKind,
} from "./asked";

/** The tool that a panel of the dock works with. */
const TOOL_OF = { walk: "walk", sum: "sum", attribute: "move" } as const;

/** Opens a panel of the dock with its tool in the hand; the same panel again puts the tool away, or takes it. */
export function chooseDock(store: Store, name: Dock): void {
  const again = store.dock.peek() === name;
  batch(() => {
    store.dock.value = name;
    store.tool.value = again && store.tool.peek() === TOOL_OF[name] ? "move" : TOOL_OF[name];
    if (name !== "walk") store.strolling.value = false;
  });
}

export function closeDock(store: Store): void {
  batch(() => {
    store.dock.value = null;
    store.strolling.value = false;
    if (store.tool.peek() === "walk" || store.tool.peek() === "sum") store.tool.value = "move";
  });
}

/** Goes on with the walk to what was clicked. With the second end it can be walked, and is: `plays`. */
export function addEnd(store: Store, end: Pin, plays: boolean): void {
  const { ends, kind } = store.walk.peek();
  if (ends.length >= MOST_ENDS) return;
  batch(() => {
    store.walk.value = { ends: [...ends, end], kind };
    store.at.value = 0;
    store.strolling.value = plays && ends.length > 0;
  });
}

export function dropEnd(store: Store, place: number): void {
  const { ends, kind } = store.walk.peek();
  batch(() => {
    store.walk.value = { ends: ends.filter((_, i) => i !== place), kind };
    store.at.value = 0;
    store.strolling.value = false;
  });
}

export function reverseWalk(store: Store): void {
  const { ends, kind } = store.walk.peek();
  batch(() => {
    store.walk.value = { ends: ends.toReversed(), kind };
    store.at.value = 1 - store.at.peek();
  });
}

export function clearWalk(store: Store): void {
  batch(() => {
    store.walk.value = { ...NO_WALK, kind: store.walk.peek().kind };
    store.at.value = 0;
    store.strolling.value = false;
    store.tool.value = "walk";
  });
}

export function chooseKind(store: Store, kind: WalkKind): void {
  store.walk.value = { ends: store.walk.peek().ends, kind };
}

/** Goes to a part of the walk, and stays there. */
export function goTo(store: Store, at: number): void {
  batch(() => {
    store.strolling.value = false;
    store.at.value = Math.min(1, Math.max(0, at));
  });
}

export function toggleStroll(store: Store): void {
  if (store.walk.peek().ends.length < 2) return;
  store.strolling.value = !store.strolling.peek();
}

/** Puts something into a tray; the next empty one is filled next. */
export function put(store: Store, tray: Tray, term: Term): void {
  const sum = { ...store.sum.peek(), [tray]: term };
  const after = [...TRAYS, ...TRAYS].slice(TRAYS.indexOf(tray) + 1);
  const empty = after.find((one) => sum[one] === null);
  batch(() => {
    store.sum.value = sum;
    if (empty) store.tray.value = empty;
    else if (store.tool.peek() === "sum") store.tool.value = "move"; // a click pins again
  });
}

export function emptyTray(store: Store, tray: Tray): void {
  store.sum.value = { ...store.sum.peek(), [tray]: null };
  arm(store, tray);
}

/** The next click on the map fills that tray. */
export function arm(store: Store, tray: Tray): void {
  batch(() => {
    store.tray.value = tray;
    store.tool.value = "sum";
  });
}

export function clearSum(store: Store): void {
  store.sum.value = NO_SUM;
  arm(store, "a");
}

export function chooseSide(store: Store, side: Partial<Attribute>): void {
  store.attribute.value = { ...store.attribute.peek(), ...side };
}

export function clearAttribute(store: Store): void {
  store.attribute.value = NO_ATTRIBUTE;
}

/** Fills the tray that is next with the pin, else with the mean of what is chosen, else with what is under the cursor. */
export function fill(store: Store, under: Pin | null): void {
  const chosen = [...store.selected.peek()].sort((a, b) => a - b);
  const some = chosen.length > 0 ? ({ by: "images", images: chosen } as const) : null;
  if (store.dock.peek() === "attribute") {
    // A side is a group: of one thing nothing is set apart.
    if (some) chooseSide(store, store.attribute.peek().has ? { lacks: some } : { has: some });
    return;
  }
  const term = store.pin.peek() ?? some ?? under;
  if (term) put(store, store.tray.peek(), term);
}
