/** Drawing around images with the keys: Enter sets a corner where the cursor is. */
import { nudge, paneInUse, screenOf } from "./actions";
import type { Explorer } from "./explorer";
import { type How, select } from "./select";
import { tell } from "./store";
import { grouped } from "./words";

type Place = readonly [x: number, y: number];

/** Corners nearer to one another, in pixels, are the same: the outline is closed. */
const SAME = 6;

/** Sets a corner; the second one of a box, or one of the lasso that is there already, chooses what lies inside. */
export function addCorner(explorer: Explorer, how: How): void {
  const { store } = explorer;
  const cursor = store.cursor.peek();
  const at = screenOf(explorer, cursor);
  if (!cursor || !at) {
    nudge(explorer, 0, 0);
    return;
  }
  const isBox = store.tool.peek() === "box";
  const places = outlineNow(explorer);
  const closes = places.some((place) => Math.hypot(place[0] - at[0], place[1] - at[1]) < SAME);
  if (isBox ? places.length === 1 && !closes : places.length > 2 && closes) {
    const [from = at] = places;
    const outline = isBox ? boxOf(from, at) : places;
    store.corners.value = [];
    select(explorer, paneInUse(explorer).map.within(outline), how);
    tell(store, `${grouped(store.selected.peek().size)} images are chosen.`);
    return;
  }
  if (closes) return;
  store.corners.value = [...store.corners.peek(), cursor.spot];
  const next = isBox ? "Enter at the opposite corner" : "Enter at a corner that is there already";
  tell(store, `Corner ${places.length + 1}. ${next} chooses what lies inside.`);
}

/** Where the corners are in the window now. */
export function outlineNow(explorer: Explorer): Place[] {
  const { map } = paneInUse(explorer);
  return explorer.store.corners.peek().map((spot) => map.toScreen(spot));
}

export function boxOf(from: Place, to: Place): Place[] {
  return [from, [to[0], from[1]], to, [from[0], to[1]]];
}
