/** The map's drawing engine: points in two or three dimensions, on a graphics processor or without one. */
export type { Painter } from "./backdrop";
export { project, type View, viewOf } from "./camera";
export { spreadOrder } from "./cloud";
export { createMap } from "./planar";
export { type Disc, discsOf, type Moment, printed } from "./print";
export type {
  Appearance,
  Camera,
  Camera2,
  Camera3,
  Corners,
  Frame,
  MapOptions,
  PlanarMap,
  RendererName,
  Timings,
} from "./types";
