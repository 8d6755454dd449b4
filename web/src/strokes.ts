/** Trails as strokes on a canvas: each image's way over the epochs up to the one that is shown, the older the fainter. */
import type { Pane } from "./beside";
import { hueOf } from "./colouring";
import { project, type View } from "./map";
import type { Theme } from "./palette";
import type { Trails } from "./trails";

interface Stroke {
  readonly width: number;
  /** How opaque the last step is, and the first. */
  readonly newest: number;
  readonly oldest: number;
  /** Of the dot at each stop; 0: none. */
  readonly dot: number;
}
const MANY: Stroke = { width: 1.6, newest: 0.95, oldest: 0.1, dot: 0 };
/** So few are bold, and one sees how far each epoch took them. */
const FEW = 24;
const BOLD: Stroke = { width: 2.6, newest: 1, oldest: 0.4, dot: 3 };
/** Where each is now. */
const HEAD = 5;
/** Of the casing in the colour of the ground, which parts a bold trail from the points below. */
const CASING = 3;
/** Steps of the ramp: each colour of each step is a stroke of its own. */
const SHADES = 24;

/** The rows of trails by their colour. */
export type Hues = readonly (readonly [colour: string, rows: readonly number[]])[];

export function huesOf({ images }: Trails, { looks }: Pane, theme: Theme): Hues {
  const hue = hueOf(looks.colouring.value, theme, SHADES);
  const rows = new Map<string, number[]>();
  for (const [row, image] of images.entries()) {
    const colour = hue(image);
    const known = rows.get(colour);
    if (known) known.push(row);
    else rows.set(colour, [row]);
  }
  return [...rows];
}

/** What is drawn: trails of a pane's map in their colours, on a canvas so fine before such a ground. */
export interface Drawing {
  readonly trails: Trails;
  readonly hues: Hues;
  readonly map: Pane["map"];
  /** From where the map is seen: one for all that is drawn at a time. */
  readonly view: View;
  /** Pixels of the canvas to one of the page. */
  readonly density: number;
  /** The colour behind the map. */
  readonly ground: string;
}

/** Over all of a canvas of the map. */
export function strokeTrails(brush: CanvasRenderingContext2D, drawing: Drawing): void {
  strokePast(brush, drawing);
  strokeHeads(brush, drawing);
}

/** From stop to stop: while the camera stands still, this is the same until the next epoch. */
export function strokePast(brush: CanvasRenderingContext2D, drawing: Drawing): void {
  const { trails, hues, view, density, ground } = drawing;
  brush.setTransform(density, 0, 0, density, 0, 0);
  brush.clearRect(0, 0, view.width, view.height);
  const lines = linesOf(
    drawing,
    trails.stops.map(({ points }) => points),
  );
  stroke(brush, lines, hues, [0, lines.length], ground);
}

/** From the last stop to where each image is drawn now. */
export function strokeHeads(brush: CanvasRenderingContext2D, drawing: Drawing): void {
  const { trails, hues, map, density, ground } = drawing;
  const { stops, images } = trails;
  const last = stops.slice(-1).map(({ points }) => points);
  const lines = linesOf(drawing, [...last, map.drawn(images)]);
  brush.setTransform(density, 0, 0, density, 0, 0);
  stroke(brush, lines, hues, [stops.length - 1, stops.length], ground);
  if (images.length > FEW) return;
  const [heads, all] = [lines.at(-1)!, hues.flatMap(([, rows]) => rows)];
  dots(brush, heads, all, ground, HEAD + CASING / 2);
  for (const [colour, rows] of hues) dots(brush, heads, rows, colour, HEAD);
}

/** Steps of a trail: those after so many, of so many in all. */
type Part = readonly [first: number, steps: number];

/** A part of the trails; few are cased. */
function stroke(
  brush: CanvasRenderingContext2D,
  lines: readonly Float32Array[],
  hues: Hues,
  part: Part,
  ground: string,
): void {
  const all = hues.flatMap(([, rows]) => rows);
  if (all.length > FEW) {
    paint(brush, lines, hues, MANY, part);
    return;
  }
  const { width, dot } = BOLD;
  paint(brush, lines, [[ground, all]], { ...BOLD, width: width + CASING, dot: dot + CASING / 2 }, part);
  paint(brush, lines, hues, BOLD, part);
}

/** (places, images, 2): the pixels of where images were, each (images, dims). NaN: not in sight. */
function linesOf({ trails, view }: Drawing, places: readonly ArrayLike<number>[]): readonly Float32Array[] {
  const { images } = trails;
  const { dims } = trails.map;
  return places.map((points) => {
    const pixels = new Float32Array(2 * images.length);
    for (let row = 0; row < images.length; row++) {
      const at = row * dims;
      const [x, y] = project(view, [points[at]!, points[at + 1]!, dims === 3 ? points[at + 2]! : 0]);
      pixels[2 * row] = x;
      pixels[2 * row + 1] = y;
    }
    return pixels;
  });
}

function paint(
  brush: CanvasRenderingContext2D,
  lines: readonly Float32Array[],
  groups: Hues,
  { width, newest, oldest, dot }: Stroke,
  [first, steps]: Part,
): void {
  brush.lineWidth = width;
  brush.lineCap = "round";
  for (let line = 1; line < lines.length; line++) {
    const [from, to] = [lines[line - 1]!, lines[line]!];
    brush.globalAlpha = oldest + (newest - oldest) * ((first + line) / steps) ** (dot > 0 ? 1 : 1.5);
    for (const [colour, rows] of groups) {
      brush.strokeStyle = colour;
      brush.beginPath();
      for (const row of rows) {
        const [x, y] = [from[2 * row]!, from[2 * row + 1]!];
        const [right, below] = [to[2 * row]!, to[2 * row + 1]!];
        if (Number.isNaN(x + y + right + below)) continue;
        brush.moveTo(x, y);
        brush.lineTo(right, below);
      }
      brush.stroke();
      if (dot > 0) dots(brush, from, rows, colour, dot);
    }
  }
  brush.globalAlpha = 1;
}

function dots(
  brush: CanvasRenderingContext2D,
  at: Float32Array,
  rows: readonly number[],
  colour: string,
  radius: number,
): void {
  brush.fillStyle = colour;
  for (const row of rows) {
    const [x, y] = [at[2 * row]!, at[2 * row + 1]!];
    if (Number.isNaN(x + y)) continue;
    brush.beginPath();
    brush.arc(x, y, radius, 0, 2 * Math.PI);
    brush.fill();
  }
}
