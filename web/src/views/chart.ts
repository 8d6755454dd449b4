/** The losses along the timeline, with a slider over them: which epoch is shown, which is beside, and what lies under the pointer. */
import { effect } from "@preact/signals-core";
import { stepEpoch, togglePlay } from "../actions";
import type { EpochEntry } from "../scene";
import { snap } from "../store";
import { brief } from "../words";
import { all, el, largeness, svg } from "./dom";
import { type Axis, axisOf, heightOf, lineOf, partOf } from "./losses";
import type { Context } from "./view";

/** Pixels below the plot for its numbers, of the usual letters, and above it. */
const FOOT = 18;
const HEAD = 6;
const KINDS = ["validation", "train"] as const;

export function lossesOf({ train, validation }: EpochEntry): (readonly [kind: string, words: string])[] {
  const told = [["train", train] as const, ["validation", validation] as const];
  return told.flatMap(([kind, value]) =>
    value === null ? [] : [[kind, `${kind} ${brief(value)}`] as const],
  );
}

export function createChart(context: Context) {
  const { scene, store } = context;
  const drawing = svg("svg", { class: "chart", "aria-hidden": "true" });
  const slider = createSlider(context);
  const second = el("div", { class: "second-mark", "aria-hidden": "true" });
  const plot = el("div", { class: "plot" }, drawing, second, slider.node);
  const hover = createHover(context, plot, drawing);
  plot.append(hover.tip);
  const node = el("div", { class: "track" }, plot);
  const draw = () => {
    const span = spanOf(context);
    const lines = linesOf(scene.epochs, span, plot);
    drawing.replaceChildren(...lines, ...stopsOf(context, plot), hover.dots);
  };
  const resized = new ResizeObserver(draw);
  resized.observe(plot);
  const undo = all(
    hover.undo,
    slider.undo,
    effect(draw),
    effect(() => {
      const [first, last] = spanOf(context);
      plot.style.setProperty("--part", String(partOf(first, last, store.epoch.value)));
    }),
    effect(() => {
      const [first, last] = spanOf(context);
      const shown = store.besideShown.value;
      second.hidden = !shown || shown.epoch < first || shown.epoch > last;
      second.style.setProperty("--part", String(partOf(first, last, shown?.epoch ?? first)));
      second.dataset.epoch = String(shown?.epoch ?? "");
      second.title = shown ? `Beside: epoch ${shown.epoch}` : "";
    }),
    () => resized.disconnect(),
  );
  return { node, undo };
}

function spanOf({ store }: Context): readonly [number, number] {
  const { epochs } = store.map.value;
  return [epochs[0] ?? 0, epochs.at(-1) ?? 0];
}

function entryOf({ scene }: Context, epoch: number): EpochEntry | undefined {
  return scene.epochs.find((one) => one.epoch === epoch);
}

/** Drag, click, arrow keys; Space plays. It stops at the epochs that the map has. */
function createSlider(context: Context) {
  const { store } = context;
  const node = el("input", { type: "range", class: "epochs", "aria-label": "Epoch", step: 1 });
  node.addEventListener("input", () => {
    store.playing.value = false;
    store.epoch.value = snap(store.map.peek().epochs, Number(node.value), store.epoch.peek());
    node.value = String(store.epoch.peek());
  });
  // By itself it would go by one, and back again where the map lacks the next epoch.
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 },
    ...{ PageDown: -5, PageUp: 5, Home: -1e9, End: 1e9 },
  };
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = steps[event.key];
    if (by === undefined && event.key !== " ") return;
    event.preventDefault();
    if (by === undefined) togglePlay(context);
    else stepEpoch(context, by);
  });
  const undo = effect(() => {
    const [first, last] = spanOf(context);
    [node.min, node.max] = [String(first), String(last)];
    node.value = String(store.epoch.value);
    const entry = entryOf(context, store.epoch.value);
    const words = [`epoch ${store.epoch.value}`, ...(entry ? lossesOf(entry).map(([, told]) => told) : [])];
    node.setAttribute("aria-valuetext", words.join(", "));
  });
  return { node, undo };
}

/** The epoch under the pointer: its losses in words, and where they are on the lines. */
function createHover(context: Context, plot: HTMLElement, drawing: SVGElement) {
  const { scene, store } = context;
  const tip = el("div", { class: "tip", "aria-hidden": "true", hidden: true });
  const dots = svg("g", { class: "under" });
  const listening = new AbortController();
  const show = (event: PointerEvent) => {
    const box = plot.getBoundingClientRect();
    const [first, last] = spanOf(context);
    const part = Math.min(1, Math.max(0, (event.clientX - box.x) / box.width));
    const epoch = snap(store.map.peek().epochs, first + part * (last - first));
    const entry = entryOf(context, epoch);
    const at = partOf(first, last, epoch);
    const axis = axisOf(within(scene.epochs, [first, last]));
    tip.hidden = false;
    const words = entry ? lossesOf(entry).map(([, told]) => told) : [];
    tip.textContent = [`epoch ${epoch}`, ...words].join(" \u00b7 ");
    tip.style.left = `${at * 100}%`;
    tip.style.transform = `translateX(${-at * 100}%)`;
    dots.replaceChildren(...(axis ? dotsOf(entry, axis, at * plot.clientWidth, footOf(plot)) : []));
    if (dots.parentNode !== drawing) drawing.append(dots);
  };
  const hide = () => {
    tip.hidden = true;
    dots.replaceChildren();
  };
  plot.addEventListener("pointermove", show, { signal: listening.signal });
  plot.addEventListener("pointerleave", hide, { signal: listening.signal });
  return { tip, dots, undo: () => listening.abort() };
}

/** Where the numbers below the plot begin. */
function footOf(plot: HTMLElement): number {
  return plot.clientHeight - FOOT * largeness(plot);
}

function dotsOf(entry: EpochEntry | undefined, axis: Axis, x: number, foot: number): SVGElement[] {
  const line = svg("line", { class: "hair", x1: x, x2: x, y1: 0, y2: foot });
  const dots = KINDS.flatMap((kind) => {
    const value = entry?.[kind] ?? null;
    if (value === null || value > axis.high) return [];
    return [svg("circle", { class: `dot ${kind}`, cx: x, cy: yOf(axis, value, foot - HEAD), r: 3 })];
  });
  return [line, ...dots];
}

function yOf(axis: Axis, value: number, height: number): number {
  return HEAD / 2 + (1 - heightOf(axis, value)) * height;
}

function within(entries: readonly EpochEntry[], [first, last]: readonly [number, number]): EpochEntry[] {
  return entries.filter(({ epoch }) => epoch >= first && epoch <= last);
}

/** A dot at each epoch of a map that does not have all of them between its first and last. */
function stopsOf(context: Context, plot: HTMLElement): SVGElement[] {
  const { epochs } = context.store.map.value;
  const [first, last] = spanOf(context);
  if (within(context.scene.epochs, [first, last]).length === epochs.length) return [];
  return epochs.map((epoch) => {
    const x = partOf(first, last, epoch) * plot.clientWidth;
    return svg("circle", { class: "stop", cx: x, cy: footOf(plot) + 0.5, r: 2.5 });
  });
}

/** Both lines, their names at the end, and the scale. */
function linesOf(
  entries: readonly EpochEntry[],
  span: readonly [number, number],
  plot: HTMLElement,
): SVGElement[] {
  const large = largeness(plot);
  const box = [plot.clientWidth, footOf(plot)] as const;
  const below = box[1] + 14 * large;
  const axis = axisOf(within(entries, span));
  const ground = svg("line", { class: "axis", x1: 0, x2: box[0], y1: box[1] + 0.5, y2: box[1] + 0.5 });
  const ends = span.map((epoch, i) =>
    svg(
      "text",
      { class: "tick", x: i * box[0], y: below, "text-anchor": i ? "end" : "start" },
      String(epoch),
    ),
  );
  if (!axis || box[0] < 2) return [ground, ...ends];
  const inside: readonly [number, number] = [box[0], box[1] - HEAD];
  const kinds = KINDS.flatMap((kind) => {
    const d = lineOf(entries, kind, axis, span, inside);
    return d ? [svg("path", { class: `loss ${kind}`, d, transform: "translate(0 3)" })] : [];
  });
  const scale = [axis.high, axis.low].map((value) =>
    svg(
      "text",
      {
        class: "tick",
        x: -8 * large,
        y: yOf(axis, value, inside[1]),
        dy: "0.32em",
        "text-anchor": "end",
      },
      brief(value),
    ),
  );
  const name = axis.log ? "loss (log scale)" : "loss";
  const title = svg(
    "text",
    { class: "tick", x: box[0] / 2, y: below, "text-anchor": "middle" },
    `epoch \u00b7 ${name}`,
  );
  return [ground, ...kinds, ...scale, ...ends, title];
}
