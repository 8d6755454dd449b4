/** What is seen now, as the subject of a picture. */
import { untracked } from "@preact/signals-core";
import { version } from "../../package.json";
import { lookOf, write } from "../address";
import type { Pane } from "../beside";
import type { Explorer } from "../explorer";
import type { Insets } from "../framing";
import { LAYERS } from "../layers";
import { discsOf, printed } from "../map";
import { classColour, css, type Rgb, rampColour } from "../palette";
import { TRAYS } from "../paths/asked";
import type { Probe } from "../probe";
import { ownPlace, pointOf } from "../store";
import { huesOf, strokeTrails } from "../strokes";
import { dotSpot, leadSpots, leaps, lineSpots, namedSpots } from "../waymarks";
import { brief, grouped, KIND_WORDS, mapTitle } from "../words";
import type { Mark, Place, Plot, Section, Subject } from "./subject";

/** Points up to so many are drawn one by one, where that is wanted; more make a file that no program opens gladly. */
const MOST_DISCS = 20_000;
/** Names that a legend holds. */
const MOST_NAMES = 60;

export interface Wanted {
  /** Pixels of a bitmap to a CSS pixel. */
  readonly density: number;
  /** Points as shapes, where they are not too many. */
  readonly shapes: boolean;
}

/** Throws nothing: what is not there yet is left out. */
export function subjectOf(explorer: Explorer, wanted: Wanted, today = new Date()): Subject {
  const { scene, store, main, beside } = explorer;
  const panes = [main, beside.peek()].filter((pane) => pane !== null);
  const plots = panes.map((pane) => plotOf(explorer, pane, wanted));
  return {
    theme: store.themeNow.peek(),
    background: main.map.moment().look.background as Rgb,
    plots,
    legend: [...colours(explorer), ...layers(explorer)],
    caption: captionOf(explorer, plots, wanted, today),
    // A picture of the map is no place to hide a picture that the person brought.
    source: `${scene.title} #${write({ ...lookOf(store), own: [] })}`,
  };
}

function plotOf(explorer: Explorer, pane: Pane, { density, shapes }: Wanted): Plot {
  const moment = pane.map.moment();
  const discs = shapes ? discsOf(moment) : null;
  const few = discs !== null && discs.length <= MOST_DISCS;
  const bitmap = few && !moment.paint ? null : printed(moment, density, !few);
  const images = pane.surface.querySelector<HTMLCanvasElement>("canvas.thumbs:not([hidden])");
  const trails = trailsOf(explorer, pane, density);
  return {
    title: titleOf(explorer, pane),
    ...inside(explorer.insets(pane.side), moment.view.width, moment.view.height),
    full: moment.view.width,
    ...{
      bitmap,
      over: [...trails, ...(images ? [images] : [])],
      discs: few ? discs : null,
      opacity: moment.look.opacity,
    },
    marks: marksOf(explorer, pane),
  };
}

/** Map and epoch, after the run where another one is beside. */
function titleOf({ store, site }: Explorer, { side, shown, world }: Pane): string {
  const now = shown.peek();
  const other = store.beside.peek()?.run ?? null;
  const run = other === null ? [] : [side === "main" ? site.name : other];
  return now ? [...run, mapTitle(now.map, world.scene.maps), `epoch ${now.epoch}`].join(" \u00b7 ") : "";
}

function trailsOf({ store }: Explorer, pane: Pane, density: number): HTMLCanvasElement[] {
  const trails = pane.trails.trails.peek();
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d");
  if (!trails || !brush) return [];
  const { view, look } = pane.map.moment();
  Object.assign(canvas, {
    width: Math.round(view.width * density),
    height: Math.round(view.height * density),
  });
  const hues = untracked(() => huesOf(trails, pane, store.themeNow.value));
  const ground = css(look.background as Rgb);
  strokeTrails(brush, { trails, hues, map: pane.map, view, density, ground });
  return [canvas];
}

/** Smaller than this, all of the canvas is meant: the panels cover it. */
const LEAST = 120;

function inside({ left, top, right, bottom }: Insets, width: number, height: number) {
  const [w, h] = [width - left - right, height - top - bottom];
  if (w < LEAST || h < LEAST) return { left: 0, top: 0, width, height };
  return { left, top, width: w, height: h };
}

function marksOf(explorer: Explorer, pane: Pane): Mark[] {
  const { store, pinned } = explorer;
  const { left, top } = pane.surface.getBoundingClientRect();
  const shown = pane.shown.peek();
  const at = (spot: ArrayLike<number> | null | undefined): readonly [number, number] | null => {
    const [x, y] = spot ? pane.map.toScreen(spot) : [Number.NaN, Number.NaN];
    return Number.isFinite(x) && Number.isFinite(y) ? [x - left, y - top] : null;
  };
  const own = store.own.peek().flatMap(({ id }): Mark[] => {
    const place = at(ownPlace(store.encoded.peek().get(id), shown)?.spot);
    return place ? [{ kind: "own", x: place[0], y: place[1], name: String(id) }] : [];
  });
  return [...own, ...pinMarks(pinned, pane, at), ...wayMarks(explorer, pane, at)];
}

/** Of walks, sums and attributes. */
function wayMarks(
  explorer: Explorer,
  pane: Pane,
  at: (spot: ArrayLike<number> | null) => Place | null,
): Mark[] {
  return untracked(() => {
    const [line, leads] = [lineSpots(explorer, pane), leadSpots(explorer, pane)].map((spots) =>
      spots.map(at).filter((place) => place !== null),
    );
    const ways = [
      { places: line ?? [], dashed: leaps(pane) },
      { places: leads ?? [], dashed: true },
    ].filter(({ places }) => places.length > 1);
    const here = at(dotSpot(explorer, pane));
    const stops = namedSpots(explorer, pane).flatMap(([name, spot]): Mark[] => {
      const place = at(spot);
      return place ? [{ kind: "stop", x: place[0], y: place[1], name }] : [];
    });
    return [
      ...ways.map((way): Mark => ({ kind: "way", ...way })),
      ...stops,
      ...(here ? [{ kind: "stop", x: here[0], y: here[1], name: "" } as const] : []),
    ];
  });
}

function pinMarks(
  pinned: Probe,
  pane: Pane,
  at: (spot: ArrayLike<number> | null) => readonly [number, number] | null,
): Mark[] {
  const shown = pane.shown.peek();
  const place = pinned.place.peek();
  const found = pinned.neighbour.peek();
  if (!place || !shown) return [];
  const spot = place.side === pane.side ? place.spot : place.image >= 0 ? pointOf(shown, place.image) : null;
  const [pin, ring] = [at(spot), at(found && pointOf(shown, found.index))];
  const marks: Mark[] = [];
  if (pin && ring) marks.push({ kind: "link", x: pin[0], y: pin[1], to: ring });
  if (ring) marks.push({ kind: "ring", x: ring[0], y: ring[1] });
  if (pin) marks.push({ kind: "pin", x: pin[0], y: pin[1] });
  return marks;
}

/** What the points are coloured by. */
function colours({ store }: Explorer): Section[] {
  const colouring = store.colouring.peek();
  if (!colouring || store.layers.peek().get("points")?.on === false) return [];
  const { channel, column, range } = colouring;
  const theme = store.themeNow.peek();
  const plain = { title: channel.name, names: [], ramp: null, ticks: [], words: "" };
  if (column instanceof Float32Array) {
    const brush = store.brush.peek();
    const words = brush ? `drawn: ${brief(brush[0])} to ${brief(brush[1])}` : "";
    return [{ ...plain, ramp: (part) => rampColour(part, theme), ticks: range.map(brief), words }];
  }
  const counts = new Map<number, number>();
  for (const value of column) counts.set(value, (counts.get(value) ?? 0) + 1);
  const hidden = store.hidden.peek();
  const drawn = [...counts.keys()]
    .filter((value) => !hidden.has(value))
    .sort((a, b) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
  const names = drawn.slice(0, MOST_NAMES).map((value) => ({
    name: channel.values[value] ?? "none",
    colour: classColour(value, channel.values.length, theme),
    count: grouped(counts.get(value) ?? 0),
  }));
  const more = drawn.length - names.length;
  const left = counts.size - drawn.length;
  const words = [
    more > 0 ? `and ${grouped(more)} more` : "",
    left > 0 ? `${grouped(left)} of ${grouped(counts.size)} not drawn` : "",
  ];
  return [{ ...plain, names, words: words.filter(Boolean).join("; ") }];
}

/** The layers under the points, with their scales. */
function layers({ store, main, beside }: Explorer): Section[] {
  const fares = main.ground.fares.peek();
  const others = beside.peek()?.ground.fares.peek();
  return LAYERS.flatMap(({ name, title }): Section[] => {
    const fare = fares.get(name) ?? others?.get(name);
    if (!fare) return [];
    const { scale } = fare;
    const opacity = Math.round(100 * (store.layers.peek().get(name)?.opacity ?? 1));
    const told = { ramp: scale?.ramp ?? null, ticks: scale?.ticks ?? [], words: scale?.words ?? "" };
    return [{ title: opacity < 100 ? `${title}, ${opacity} %` : title, names: [], ...told }];
  });
}

const PINNED = { latent: "a latent", own: "an own image" } as const;

/** What the lines on the map are. */
function waysWords({ store, main }: Explorer): string[] {
  const [dock, walk, trails] = [store.dock.peek(), store.walk.peek(), main.trails.trails.peek()];
  const { has, lacks } = store.attribute.peek();
  return [
    ...(trails ? [`trails of ${grouped(trails.images.length)} over the epochs`] : []),
    ...(dock === "walk" && walk.ends.length > 1 ? [`a walk, ${KIND_WORDS[walk.kind]}`] : []),
    ...(dock === "sum" && TRAYS.some((tray) => store.sum.peek()[tray]) ? ["the sum A \u2212 B + C"] : []),
    ...(dock === "attribute" && (has || lacks) ? ["the way that an attribute leads"] : []),
  ];
}

function captionOf(explorer: Explorer, plots: readonly Plot[], { shapes }: Wanted, today: Date): string[] {
  const { scene, store } = explorer;
  const drawn = store.visible.peek()?.reduce((sum, one) => sum + one, 0) ?? scene.n;
  const pin = store.pin.peek();
  const chosen = store.selected.peek().size;
  const facts = [
    `Coloured by ${store.colouring.peek()?.channel.name ?? "nothing"}`,
    drawn === scene.n
      ? `${grouped(scene.n)} images`
      : `${grouped(drawn)} of ${grouped(scene.n)} images drawn`,
    ...(chosen > 0 ? [`${grouped(chosen)} chosen`] : []),
    ...(pin ? [pin.by === "image" ? `image ${pin.index} pinned` : `${PINNED[pin.by]} pinned`] : []),
    ...waysWords(explorer),
    ...(shapes && plots.some(({ discs }) => !discs) ? ["points as a bitmap, being many"] : []),
  ];
  const maps = plots.map(({ title }) => title).join(" and ");
  return [
    `${scene.title} \u00b7 ${maps}`,
    `${facts.join(" \u00b7 ")}.`,
    `Hinterland ${version}, ${dayOf(today)}`,
  ];
}

/** As where the person is, year first. */
function dayOf(today: Date): string {
  return [today.getFullYear(), today.getMonth() + 1, today.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}
