/** A picture of the map for keeping: on a canvas as fine as wanted, or as discs for a drawing. */
import { Backdrop, type Painter } from "./backdrop";
import { project, type View } from "./camera";
import type { Cloud } from "./cloud";
import { growthAt, type Look, MIST, mistAt, rimOf } from "./looks";
import { SplatRenderer } from "./splat";
import type { Vec3 } from "./vector";

/** What the map draws at a moment. */
export interface Moment {
  readonly cloud: Cloud;
  readonly travelled: number;
  readonly view: View;
  readonly look: Look;
  readonly paint: Painter | null;
}

/** A point as it is drawn: CSS pixels of the map's canvas. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Of the rim in the background's colour around it. */
  readonly rim: number;
  readonly colour: readonly [number, number, number];
}

/** The whole canvas with `density` of its pixels to a CSS pixel; with `points` or what lies under them alone. */
export function printed(moment: Moment, density: number, points = true): HTMLCanvasElement {
  const renderer = new SplatRenderer();
  const { view, look, paint } = moment;
  const under = new Backdrop(renderer.name);
  under.paint = paint;
  const backdrop = under.draw(view, look.background, density);
  const cloud = points ? moment.cloud : { ...moment.cloud, n: 0 };
  renderer.draw({ ...moment, cloud, density, backdrop });
  return renderer.canvas;
}

/** The points in sight, in the order in which they are painted: the near ones of a map with depth last. */
export function discsOf({ cloud, travelled, view, look }: Moment): Disc[] {
  const found: (Disc & { depth: number })[] = [];
  for (let slot = 0; slot < cloud.n; slot++) {
    if (cloud.colours[4 * slot + 3] === 0) continue;
    const [x, y, depth] = project(view, placeOf(cloud, slot, travelled));
    const size = look.size * (view.perspective ? growthAt(depth, look) : 1);
    const [radius, rim] = [size / 2, rimOf(size)];
    const reach = radius + rim;
    // Written so that what lies behind the eye, which is no number, is left out too.
    if (!(x > -reach && y > -reach && x < view.width + reach && y < view.height + reach)) continue;
    found.push({
      x,
      y,
      depth,
      radius,
      rim,
      colour: colourOf(cloud, slot, view.perspective ? depth : null, look),
    });
  }
  return view.perspective ? found.sort((a, b) => b.depth - a.depth) : found;
}

function placeOf({ from, to, dims, origin }: Cloud, slot: number, t: number): Vec3 {
  const at = (axis: 0 | 1 | 2) => {
    if (axis >= dims) return 0;
    const p = slot * dims + axis;
    return origin[axis] + from[p]! + (to[p]! - from[p]!) * t;
  };
  return [at(0), at(1), at(2)];
}

function colourOf({ colours }: Cloud, slot: number, depth: number | null, look: Look): Disc["colour"] {
  const mist = depth === null ? 0 : Math.min(MIST, mistAt(depth, look));
  const mixed = (k: 0 | 1 | 2) => Math.round(colours[4 * slot + k]! * (1 - mist) + look.background[k] * mist);
  return [mixed(0), mixed(1), mixed(2)];
}
