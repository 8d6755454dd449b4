/** Where a box of the map lies on the canvas, on whole pixels so that neighbours meet without a seam. */
import { project, type View } from "../map";

type Corner = readonly [number, number];

/** [x, y, width, height] in CSS pixels of a box from its lowest to its highest corner. */
export function placeOf(view: View, low: Corner, high: Corner): readonly [number, number, number, number] {
  const [left, bottom] = project(view, [low[0], low[1], 0]);
  const [right, top] = project(view, [high[0], high[1], 0]);
  const density = Math.min(3, globalThis.devicePixelRatio || 1);
  const whole = (at: number) => Math.round(at * density) / density;
  return [whole(left), whole(top), whole(right) - whole(left), whole(bottom) - whole(top)];
}

/** The box of the map that a view shows. */
export function boxSeen(view: View): { readonly low: Corner; readonly high: Corner } {
  const [wide, tall] = [view.width / view.focal / 2, view.height / view.focal / 2];
  const [x, y] = view.eye;
  return { low: [x - wide, y - tall], high: [x + wide, y + tall] };
}
