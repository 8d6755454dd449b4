/** Lays a subject out as a drawing: the maps, the legend beside or below them, the caption at the foot. */
import type { Disc } from "../map";
import { css, type Rgb, type Theme } from "../palette";
import { svg } from "../views/dom";
import { FAMILY } from "./font";
import { INKS } from "./inks";
import { createLegend } from "./legend";
import type { Mark, Plot, Subject } from "./subject";
import { wrapped } from "./words";

const MARGIN = 16;
/** Above each of several maps, for its name; the caption has that of one. */
const HEAD = 22;
const GAP = 14;
const LINE = 17;
/** Narrower pictures have their legend below the maps. */
const BESIDE = 520;

/** A drawing that stands by itself, in CSS pixels. */
export function drawn(subject: Subject): SVGSVGElement {
  const { plots, theme, background } = subject;
  const inks = INKS[theme];
  const head = plots.length > 1 ? HEAD : 0;
  const across = plots.reduce((sum, { width }) => sum + width, 0) + GAP * (plots.length - 1);
  const tallest = Math.max(...plots.map(({ height }) => height));
  const beside = across >= BESIDE;
  const legend = createLegend(subject, beside ? { height: tallest } : { width: across });
  const width = 2 * MARGIN + across + (beside && legend.width > 0 ? GAP + legend.width : 0);
  const lines = subject.caption.flatMap((line, i) =>
    wrapped(line, width - 2 * MARGIN, i === 0).map((text) => ({ text, strong: i === 0 })),
  );
  const below = MARGIN + head + tallest + GAP;
  const foot = below + (beside || legend.height === 0 ? 0 : legend.height + GAP);
  const height = foot + lines.length * LINE + MARGIN;
  const drawing = svg("svg", {
    ...{ xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
    ...{ "font-family": FAMILY, "font-size": 13, fill: inks.ink },
  });
  drawing.append(
    svg("title", { text: subject.caption[0] ?? "" }),
    svg("desc", { text: [...subject.caption.slice(1), subject.source].join("\n") }),
    svg("rect", { width, height, fill: css(background) }),
  );
  let left = MARGIN;
  for (const [i, plot] of plots.entries()) {
    drawing.append(plotDrawn(plot, subject, `plot-${i}`, left, MARGIN + head));
    left += plot.width + GAP;
  }
  legend.node.setAttribute(
    "transform",
    beside ? `translate(${left} ${MARGIN + head})` : `translate(${MARGIN} ${below})`,
  );
  drawing.append(legend.node);
  for (const [i, { text, strong }] of lines.entries()) {
    const y = foot + (i + 0.75) * LINE;
    const weight = strong ? { "font-weight": 600 } : { fill: inks.quiet };
    drawing.append(svg("text", { x: MARGIN, y, ...weight, text }));
  }
  return drawing;
}

function plotDrawn(
  plot: Plot,
  { theme, background, plots }: Subject,
  id: string,
  x: number,
  y: number,
): SVGElement {
  const inks = INKS[theme];
  const { left, top, width, height } = plot;
  const box = svg("rect", { x: left, y: top, width, height });
  const inside = svg("g", { "clip-path": `url(#${id})` });
  if (plot.bitmap) inside.append(bitmap(plot.bitmap, plot));
  if (plot.discs) inside.append(discsDrawn(plot.discs, plot, background));
  inside.append(...plot.over.map((canvas) => bitmap(canvas, plot)));
  inside.append(...plot.marks.map((mark) => markDrawn(mark, theme)));
  const [title = ""] = plots.length > 1 ? wrapped(plot.title, width, false) : [];
  return svg(
    "g",
    { transform: `translate(${x - left} ${y - top})` },
    svg("text", { x: left, y: top - 10, fill: inks.quiet, "font-size": 12, text: title }),
    svg("clipPath", { id }, box.cloneNode()),
    inside,
    svg("rect", { x: left, y: top, width, height, fill: "none", stroke: inks.hair }),
  );
}

/** The part of a canvas that the plot shows, in as many pixels as that has. */
function bitmap(canvas: HTMLCanvasElement, { left, top, width, height, full }: Plot): SVGImageElement {
  const density = canvas.width / full;
  const part = document.createElement("canvas");
  Object.assign(part, { width: Math.round(width * density), height: Math.round(height * density) });
  part.getContext("2d")?.drawImage(canvas, -left * density, -top * density);
  return svg("image", { x: left, y: top, width, height, href: part.toDataURL("image/png") });
}

function discsDrawn(discs: readonly Disc[], plot: Plot, background: Rgb): SVGGElement {
  const { left, top, width, height, opacity } = plot;
  const seen = discs.filter(({ x, y, radius, rim }) => {
    const reach = radius + rim;
    return x > left - reach && y > top - reach && x < left + width + reach && y < top + height + reach;
  });
  const shapes = seen.map(({ x, y, radius, rim, colour }) => {
    const place = { cx: short(x), cy: short(y), r: short(radius), fill: hex(colour) };
    return svg(
      "circle",
      rim > 0.05 ? { ...place, "stroke-width": short(2 * rim) } : { ...place, stroke: "none" },
    );
  });
  // The rim lies around the disc, under its own colour.
  const rims = { stroke: css(background), "paint-order": "stroke" };
  return svg(
    "g",
    { class: "points", "fill-opacity": short(opacity), "stroke-opacity": short(opacity), ...rims },
    ...shapes,
  );
}

function markDrawn(mark: Mark, theme: Theme): SVGElement {
  const { ink, accent, paper } = INKS[theme];
  if (mark.kind === "way") {
    const d = mark.places.map(([x, y], i) => `${i > 0 ? "L" : "M"}${short(x)} ${short(y)}`).join("");
    const dashes = mark.dashed ? { "stroke-dasharray": "5 3" } : {};
    const line = { d, fill: "none", "stroke-linejoin": "round" };
    return svg(
      "g",
      { class: "way" },
      svg("path", { ...line, stroke: paper, "stroke-width": 5, opacity: 0.75 }),
      svg("path", { ...line, stroke: accent, "stroke-width": 2, ...dashes }),
    );
  }
  const { x, y } = mark;
  if (mark.kind === "stop") {
    return svg(
      "g",
      { transform: `translate(${x} ${y})`, class: "stop" },
      svg("circle", { r: 9, fill: paper, stroke: accent, "stroke-width": 1.5 }),
      svg("text", { "text-anchor": "middle", dy: "0.36em", "font-size": 11, text: mark.name }),
    );
  }
  if (mark.kind === "link") {
    const ends = { x1: x, y1: y, x2: mark.to[0], y2: mark.to[1] };
    return svg("line", { ...ends, stroke: accent, "stroke-dasharray": "2 3", opacity: 0.6 });
  }
  if (mark.kind === "ring") {
    return svg("circle", { cx: x, cy: y, r: 8, fill: "none", stroke: accent, "stroke-width": 1.8 });
  }
  if (mark.kind === "pin") {
    return svg(
      "g",
      { transform: `translate(${x} ${y})`, class: "pin" },
      svg("circle", { r: 7, fill: "none", stroke: accent, "stroke-width": 2 }),
      svg("circle", { r: 2.2, fill: accent }),
    );
  }
  return svg(
    "g",
    { transform: `translate(${x} ${y})`, class: "own" },
    svg("path", { d: "M0 -11L11 0L0 11L-11 0Z", fill: paper, stroke: ink, "stroke-width": 1.5 }),
    svg("text", { "text-anchor": "middle", dy: "0.36em", "font-size": 11, text: mark.name }),
  );
}

function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}
