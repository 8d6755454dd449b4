/** What the colours mean, in columns: beside the maps as high as they are, or below them as wide. */
import { css } from "../palette";
import { svg } from "../views/dom";
import { INKS } from "./inks";
import type { Section, Subject } from "./subject";
import { widthOf, wrapped } from "./words";

const LINE = 18;
const COLUMN = 168;
const GAP = 14;
const RAMP = 132;
const STOPS = 16;

/** A piece of the legend that is never torn: its height, and how it is drawn at a place. */
interface Piece {
  readonly height: number;
  draw(x: number, y: number): SVGElement[];
}

/** The legend as a group, within a height or within a width; both are 0 where there is nothing to tell. */
export function createLegend(
  { legend, theme }: Subject,
  room: { readonly height: number } | { readonly width: number },
) {
  const inks = INKS[theme];
  const pieces = legend.flatMap((section, i) => piecesOf(section, `ramp-${i}`, inks));
  const all = pieces.reduce((sum, { height }) => sum + height, 0);
  const columns = "width" in room ? Math.max(1, Math.floor((room.width + GAP) / (COLUMN + GAP))) : 1;
  const most = "height" in room ? room.height : all / columns + 3 * LINE;
  const node = svg("g", { class: "legend" });
  let [x, y, lowest] = [0, 0, 0];
  for (const piece of pieces) {
    if (y > 0 && y + piece.height > most) {
      x += COLUMN + GAP;
      y = 0;
    }
    node.append(...piece.draw(x, y));
    y += piece.height;
    lowest = Math.max(lowest, y);
  }
  return { node, width: pieces.length > 0 ? x + COLUMN : 0, height: lowest };
}

function piecesOf(section: Section, id: string, { quiet, ink, hair }: (typeof INKS)["light"]): Piece[] {
  const { title, names, ramp, ticks, words } = section;
  const head: Piece = {
    height: LINE + 2,
    draw: (x, y) => [svg("text", { x, y: y + 13, "font-weight": 600, fill: ink, text: title })],
  };
  const lines = names.map(({ name, colour, count }): Piece => {
    const [text = ""] = wrapped(name, COLUMN - 24 - widthOf(count), false);
    return {
      height: LINE,
      draw: (x, y) => [
        svg("circle", { cx: x + 6, cy: y + 9, r: 5, fill: css(colour) }),
        svg("text", { x: x + 18, y: y + 13.5, fill: ink, text }),
        svg("text", { x: x + COLUMN, y: y + 13.5, fill: quiet, "text-anchor": "end", text: count }),
      ],
    };
  });
  const scale: Piece[] = ramp ? [rampPiece(ramp, ticks, id, quiet, hair)] : [];
  const told = words === "" ? [] : wrapped(words, COLUMN, false);
  const note: Piece = {
    height: told.length * 16 + 8,
    draw: (x, y) =>
      told.map((text, i) => svg("text", { x, y: y + 13 + 16 * i, fill: quiet, "font-size": 12, text })),
  };
  return [head, ...lines, ...scale, note];
}

function rampPiece(
  ramp: NonNullable<Section["ramp"]>,
  ticks: readonly string[],
  id: string,
  quiet: string,
  hair: string,
): Piece {
  const stops = Array.from({ length: STOPS + 1 }, (_, i) =>
    svg("stop", { offset: i / STOPS, "stop-color": css(ramp(i / STOPS)) }),
  );
  return {
    height: 34,
    draw: (x, y) => [
      svg("linearGradient", { id }, ...stops),
      svg("rect", { x, y: y + 3, width: RAMP, height: 10, fill: `url(#${id})`, stroke: hair }),
      ...ticks.map((text, i) => {
        const part = ticks.length > 1 ? i / (ticks.length - 1) : 0;
        const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
        const place = { x: x + RAMP * part, y: y + 27, "text-anchor": anchor };
        return svg("text", { ...place, "font-size": 12, fill: quiet, text });
      }),
    ],
  };
}
