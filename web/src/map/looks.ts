/** How big, how dense and how misty points are: the same rules for both renderers. */

import type { Appearance } from "./types";

/** Everything that decides a picture besides the cloud and the view. */
export interface Look {
  /** Diameter in CSS pixels, at the depth `reach` in 3-D. */
  readonly size: number;
  readonly opacity: number;
  readonly background: readonly [number, number, number];
  /** Depth of the middle of the scene and its half thickness: what mist and size go by in 3-D. */
  readonly reach: number;
  readonly thickness: number;
}

/** Before anybody says how points look. */
export const PLAIN: Appearance = {
  colours: new Uint8Array(0),
  visible: null,
  size: 0,
  opacity: 0,
  strength: 1,
  background: [255, 255, 255],
};

/** An appearance with its size and opacity chosen, where they are 0, for so many points on a canvas of that size. */
export function lookOf(
  { size, opacity, strength, background }: Omit<Appearance, "colours" | "visible">,
  seen: { readonly n: number; readonly zoom: number; readonly width: number; readonly height: number },
  reach: number,
  thickness: number,
): Look {
  const { n, zoom, width, height } = seen;
  return {
    size: size > 0 ? size : automaticSize(n, zoom, width, height),
    opacity: strength * (opacity > 0 ? Math.min(1, opacity) : automaticOpacity(n, zoom)),
    ...{ background, reach, thickness },
  };
}

/** Small where there are many, larger where few are left in sight: CSS pixels. */
export function automaticSize(n: number, zoom: number, width: number, height: number): number {
  const room = Math.sqrt((width * height) / Math.max(1, n));
  const whole = Math.min(6.5, Math.max(1.3, 0.42 * room));
  return Math.min(13, whole * Math.max(1, zoom) ** 0.36);
}

/** Lighter where many lie on one another, so that density shows; solid where few are left in sight. */
export function automaticOpacity(n: number, zoom: number): number {
  const whole = Math.min(0.92, Math.max(0.45, 1.13 - 0.08 * Math.log10(Math.max(10, n))));
  return Math.min(0.94, whole + 0.12 * Math.log10(Math.max(1, zoom)));
}

/** How strongly the mist takes the background's colour at the far end. */
export const MIST = 0.6;

/** The rim in the background's colour that parts overlapping points: CSS pixels around a point of that diameter. */
export function rimOf(diameter: number): number {
  return Math.min(0.9, Math.max(0, (diameter - 3.6) * 0.3));
}

/** 0 at the near end of the scene, MIST at the far end. */
export function mistAt(depth: number, look: Look): number {
  const t = (depth - look.reach + look.thickness) / (2 * look.thickness);
  return MIST * Math.min(1, Math.max(0, t)) ** 2;
}

/** How much larger a point is drawn at that depth. */
export function growthAt(depth: number, look: Look): number {
  return Math.min(2.5, Math.max(0.55, look.reach / depth));
}
