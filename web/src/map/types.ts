/** The map's nouns: what is drawn, from where, and what a drawn map can be asked. */
import type { Painter } from "./backdrop";
import type { View } from "./camera";
import type { Moment } from "./print";

/** Where every image lies at one epoch: points (n, dims), row by row. */
export interface Frame {
  readonly points: Float32Array;
  readonly dims: 2 | 3;
}

/** Looks straight down: centre, and map units across the smaller side of the canvas. */
export interface Camera2 {
  readonly kind: "2d";
  readonly x: number;
  readonly y: number;
  readonly span: number;
}

/** Orbits a target; angles in radians, y is up, and yaw 0 with pitch 0 is the view of a 2-D map. */
export interface Camera3 {
  readonly kind: "3d";
  readonly target: readonly [number, number, number];
  readonly yaw: number;
  readonly pitch: number;
  readonly distance: number;
}

export type Camera = Camera2 | Camera3;

/** The lowest and the highest corner of a map, `dims` numbers each. */
export type Corners = readonly [readonly number[], readonly number[]];

export interface Appearance {
  /** Red, green, blue of each point: n * 3. */
  readonly colours: Uint8Array;
  /** One entry per point; 0 hides it. null shows all. */
  readonly visible: Uint8Array | null;
  /** Diameter in CSS pixels; 0 chooses by n and zoom. */
  readonly size: number;
  /** In (0, 1]; 0 chooses by n and zoom. */
  readonly opacity: number;
  /** In [0, 1]: that opacity is multiplied by it. */
  readonly strength: number;
  readonly background: readonly [number, number, number];
}

export interface Timings {
  /** Pictures drawn so far. */
  readonly frames: number;
  /** Script time of a picture, the mean of the last ones. */
  readonly msPerFrame: number;
  /** Pictures a second while something moved; 0 before anything did. */
  readonly fps: number;
  /** performance.now() of the first picture that held points. */
  readonly firstPaint: number | null;
}

export type RendererName = "webgl2" | "canvas2d";

/** A map of points on a page: it draws them, moves the camera for the person, and answers where things are. */
export interface PlanarMap {
  readonly renderer: RendererName;
  /**
   * Shows another epoch, or another map. With travelMs > 0 and as many points as before, they travel there from
   * where they are drawn now. The camera stays, unless the person never moved it (it then fits the new extent),
   * the extent is out of sight, or `dims` changed. Points of `another` map lie in other coordinates: they travel
   * across the screen, from where they are seen now to where the camera that is set before the next picture sees them.
   */
  setFrame(frame: Frame, extent: Corners, travelMs: number, another?: boolean): void;
  setAppearance(look: Appearance): void;
  /** What is painted under the points of a 2-D map, before each picture; null: nothing. Draws anew. */
  setBackdrop(paint: Painter | null): void;
  /** Where the camera is, or is travelling to. */
  camera(): Camera;
  /** A camera of the other kind, or with a number that is not finite, fits the whole extent instead. */
  setCamera(camera: Camera, travelMs?: number): void;
  /** Shows the whole extent with a margin. */
  fit(travelMs?: number): void;
  /** Moves the picture by CSS pixels, as a drag would. */
  pan(dx: number, dy: number): void;
  /** A factor above 1 comes closer, about the middle of the canvas. */
  zoom(factor: number): void;
  /** Radians; does nothing on a 2-D map. */
  orbit(yaw: number, pitch: number): void;
  /** Client coordinates (CSS pixels); NaN for a point behind the camera. */
  toScreen(point: ArrayLike<number>): readonly [number, number];
  /**
   * The spot of the map under the pointer, `dims` numbers. In 3-D it is as deep as the nearest point within a few
   * pixels; where there is none, as deep as the last such point (at first: the camera's target).
   */
  toSpot(clientX: number, clientY: number): Float32Array;
  /** The index of the nearest visible point within the radius, or -1. */
  pick(clientX: number, clientY: number, radiusPx: number): number;
  /** The drawn images whose points lie within an outline (client coordinates, its ends joined), in rising order. */
  within(outline: readonly (readonly [number, number])[]): Uint32Array;
  /** What is drawn now, for a picture to keep. */
  moment(): Moment;
  /** Where images are drawn now, which may be on their way from the frame before: (images, dims). NaN: nowhere. */
  drawn(images: ArrayLike<number>): Float64Array;
  /** What the picture is seen from: it projects places of the map to pixels of the canvas. */
  view(): View;
  /** In 3-D, spots lie on a sheet through that place, parallel to the screen, instead of at points; null: no sheet. */
  setSheet(through: readonly [number, number, number] | null): void;
  /** Where the sheet goes through, or one laid now would, moved away from the eye by so many pixels' worth. */
  sheetMoved(pixels: number): readonly [number, number, number];
  /** Calls after each picture, so that what lies above the map can follow. Returns what undoes it. */
  onDraw(call: () => void): () => void;
  /** Calls after the person moved the camera (pan, zoom and orbit included). Returns what undoes it. */
  onCamera(call: (camera: Camera) => void): () => void;
  timings(): Timings;
  /** Another renderer from now on; the picture stays. A graphics processor's context is given back at once. */
  drawWith(renderer: "auto" | RendererName): void;
  /** Takes the size of its place again; it also watches it by itself. */
  resize(): void;
  dispose(): void;
}

export interface MapOptions {
  /** "auto" takes WebGL 2 where a graphics processor runs it. Default: "auto". */
  readonly renderer?: "auto" | RendererName | undefined;
  /** Nothing travels. Default: what the person asked of the system. */
  readonly reducedMotion?: boolean;
  /** The graphics processor went away and did not come back: the map is drawn without it from now on. */
  readonly fellBack?: () => void;
  /** Milliseconds to leave between two pictures while points alone travel. Default: 0, each frame. */
  readonly pace?: () => number;
}
