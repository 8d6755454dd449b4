/** Frames a map in the part of the window that no panel covers. */
import type { Camera2, PlanarMap } from "./map";
import type { MapEntry } from "./scene";

/** Pixels from each side of the window. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}
interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 0.05;

/** Shows the whole extent between the insets. */
export function fitBetween(map: PlanarMap, entry: MapEntry, size: Size, insets: Insets, travelMs: number): void {
  if (size.width < 2 || size.height < 2) return;
  if (entry.dims === 2) {
    map.setCamera(framed(entry.extent, size, insets), travelMs);
    return;
  }
  map.fit(0);
  const camera = map.camera();
  if (camera.kind !== "3d") return;
  const free = freeOf(size, insets);
  const factor = Math.min(free.width / size.width, free.height / size.height) ** 0.8;
  map.setCamera({ ...camera, distance: camera.distance / factor });
}

/** The 2-D camera that shows the extent between the insets, with a margin. y points up on the map. */
export function framed(extent: MapEntry["extent"], size: Size, insets: Insets): Camera2 {
  const free = freeOf(size, insets);
  const [[x0 = 0, y0 = 0], [x1 = 0, y1 = 0]] = extent;
  const needed = Math.max((x1 - x0) / free.width, (y1 - y0) / free.height) / (1 - 2 * MARGIN);
  const unitsPerPixel = needed > 0 ? needed : 2 / Math.min(free.width, free.height);
  const aside = insets.left + free.width / 2 - size.width / 2;
  const below = insets.top + free.height / 2 - size.height / 2;
  return {
    kind: "2d",
    x: (x0 + x1) / 2 - aside * unitsPerPixel,
    y: (y0 + y1) / 2 + below * unitsPerPixel,
    span: unitsPerPixel * Math.min(size.width, size.height),
  };
}

/** What is left between the insets; at least a fifth of the window, lest panels leave nothing. */
function freeOf(size: Size, insets: Insets): Size {
  return {
    width: Math.max(size.width / 5, size.width - insets.left - insets.right),
    height: Math.max(size.height / 5, size.height - insets.top - insets.bottom),
  };
}
