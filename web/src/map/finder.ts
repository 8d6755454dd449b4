/** Where things are under a hand: the nearest point, the spot, and the images within an outline. */
import { project, unproject, type View } from "./camera";
import type { Cloud } from "./cloud";
import { nearestSeen, PointGrid } from "./pick";
import { add, scaled, type Vec3 } from "./vector";

/** How near a point must be, in pixels, for a spot of a 3-D map to be as deep as it is. */
const GRASP = 6;

/** Places are in CSS pixels of the canvas. */
export class Finder {
  #grid: { readonly points: Float32Array; readonly grid: PointGrid } | null = null;
  #grasped: Vec3 | null = null;
  /** A place that a sheet goes through, parallel to the screen: then every spot is on it. */
  sheet: Vec3 | null = null;

  /** Another map: what was grasped is not there. */
  letGo(): void {
    this.#grasped = null;
  }

  /** The image nearest to a pixel within the radius, or -1. */
  pick(cloud: Cloud, view: View, x: number, y: number, radius: number): number {
    const { slot } =
      cloud.dims === 3
        ? nearestSeen(cloud, view, x, y, radius)
        : this.#flatNearest(cloud, view, x, y, radius);
    return slot < 0 ? -1 : cloud.image[slot]!;
  }

  /** The spot under a pixel; in 3-D on the sheet, or as deep as the nearest point, or as the last such point. */
  spot(cloud: Cloud, view: View, x: number, y: number, middle: Vec3): Vec3 {
    if (!view.perspective) return unproject(view, x, y, 1);
    if (!this.sheet) {
      const seen = nearestSeen(cloud, view, x, y, GRASP);
      if (seen.slot >= 0) this.#grasped = unproject(view, x, y, seen.depth);
    }
    const depth = project(view, this.sheet ?? this.#grasped ?? middle)[2];
    return unproject(view, x, y, depth > 0 ? depth : project(view, middle)[2]);
  }

  /** Where a sheet goes through that is laid now, moved away from the eye by as much as so many pixels are there. */
  sheetMoved(view: View, middle: Vec3, pixels: number): Vec3 {
    const from = this.sheet ?? this.#grasped ?? middle;
    const depth = project(view, from)[2];
    const by = (pixels * Math.max(depth, 0)) / view.focal;
    return add(from, scaled(view.forward, by));
  }

  #flatNearest(cloud: Cloud, view: View, x: number, y: number, radius: number) {
    if (this.#grid?.points !== cloud.to) this.#grid = { points: cloud.to, grid: new PointGrid(cloud) };
    const spot = unproject(view, x, y, 1);
    const [left, bottom] = cloud.origin;
    return this.#grid.grid.nearest(spot[0] - left, spot[1] - bottom, radius / view.focal, cloud.colours);
  }
}

/** The drawn images whose points lie within an outline of pixels, in rising order; its ends are joined. */
export function imagesWithin(
  { n, dims, to, origin, colours, image }: Cloud,
  view: View,
  outline: readonly (readonly [number, number])[],
): Uint32Array {
  const found: number[] = [];
  for (let slot = 0; slot < n; slot++) {
    if (colours[4 * slot + 3] === 0) continue;
    const p = slot * dims;
    const z = dims === 3 ? to[p + 2]! + origin[2] : 0;
    const [x, y, depth] = project(view, [to[p]! + origin[0], to[p + 1]! + origin[1], z]);
    if (depth > 0 && isWithin(x, y, outline)) found.push(image[slot]!);
  }
  return Uint32Array.from(found).sort();
}

/** By the parity of the edges that a line to the right crosses. */
function isWithin(x: number, y: number, outline: readonly (readonly [number, number])[]): boolean {
  let inside = false;
  let [ax, ay] = outline.at(-1) ?? [0, 0];
  for (const [bx, by] of outline) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    [ax, ay] = [bx, by];
  }
  return inside;
}
