/** How the numbers of a channel are spread, in the colours of its ramp; a part of them brushed is what is drawn. */
import { effect } from "@preact/signals-core";
import type { Colouring } from "../colouring";
import { css, rampColour } from "../palette";
import { brief, grouped } from "../words";
import { el } from "./dom";
import type { Context } from "./view";

export const BINS = 40;
const HEIGHT = 46;
/** Steps of the two sliders. */
const STEPS = 200;
/** Of its width, in a drag that is a click. */
const CLICK = 0.02;

/** How many numbers fall into each of the equal parts of a range; NaN and infinity into none. */
export function counted(column: ArrayLike<number>, [low, high]: readonly [number, number]): Uint32Array {
  const counts = new Uint32Array(BINS);
  const span = high - low || 1;
  for (let i = 0; i < column.length; i++) {
    const part = (column[i]! - low) / span;
    if (part >= 0 && part <= 1) counts[Math.min(BINS - 1, Math.floor(part * BINS))]!++;
  }
  return counts;
}

export function createHistogram({ store }: Context, { channel, column, range }: Colouring) {
  const [low, high] = range;
  const counts = counted(column, range);
  const bars = el("canvas", {
    class: "spread",
    role: "img",
    "aria-label": `How ${channel.name} is spread, from ${brief(low)} to ${brief(high)}; drag to show a part`,
  });
  bars.width = BINS;
  bars.height = HEIGHT;
  const ends = [el("span", {}), el("span", {})] as const;
  const told = el("p", { class: "quiet meaning", role: "status" });
  const from = slider(`${channel.name} from`, () =>
    set(numberOf(from), Math.max(numberOf(from), numberOf(to))),
  );
  const to = slider(`${channel.name} to`, () => set(Math.min(numberOf(from), numberOf(to)), numberOf(to)));
  const all = el("button", { type: "button", class: "button", text: "Show all", onclick: () => clear() });
  const numberOf = (input: HTMLInputElement) => low + (Number(input.value) / STEPS) * (high - low);
  const set = (a: number, b: number) => {
    store.brush.value = a <= low && b >= high ? null : [a, b];
  };
  const clear = () => {
    store.brush.value = null;
  };
  followDrag(bars, clear, (a, b) => set(low + a * (high - low), low + b * (high - low)));
  const node = el(
    "div",
    { class: "histogram" },
    bars,
    el("p", { class: "ticks" }, ...ends),
    el("div", { class: "sliders" }, from, to),
    told,
    all,
  );
  const undo = effect(() => {
    const brush = store.brush.value;
    const [a, b] = brush ?? range;
    draw(bars, counts, [partOf(a, range), partOf(b, range)], store.themeNow.value);
    from.value = String(Math.round(partOf(a, range) * STEPS));
    to.value = String(Math.round(partOf(b, range) * STEPS));
    ends[0].textContent = brief(a);
    ends[1].textContent = brief(b);
    all.hidden = brush === null;
    told.hidden = brush === null;
    const visible = store.visible.value;
    const count = visible ? visible.reduce((sum, one) => sum + one, 0) : column.length;
    told.textContent = `${grouped(count)} of ${grouped(column.length)} drawn`;
  });
  return { node, undo };
}

function partOf(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
}

function slider(name: string, oninput: () => void): HTMLInputElement {
  const input = el("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": name });
  input.addEventListener("input", oninput);
  return input;
}

/** Tells the part of the width that is dragged over; a click tells none. */
function followDrag(bars: HTMLElement, click: () => void, over: (from: number, to: number) => void): void {
  let start: number | null = null;
  const at = (event: PointerEvent) => {
    const { x, width } = bars.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - x) / (width || 1)));
  };
  bars.addEventListener("pointerdown", (event) => {
    start = at(event);
    bars.setPointerCapture(event.pointerId);
  });
  bars.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const now = at(event);
    if (Math.abs(now - start) >= CLICK) over(Math.min(start, now), Math.max(start, now));
  });
  bars.addEventListener("pointerup", (event) => {
    if (start !== null && Math.abs(at(event) - start) < CLICK) click();
    start = null;
  });
  bars.addEventListener("pointercancel", () => {
    start = null;
  });
}

function draw(
  bars: HTMLCanvasElement,
  counts: Uint32Array,
  [from, to]: readonly [number, number],
  theme: "light" | "dark",
): void {
  const brush = bars.getContext("2d");
  if (!brush) return;
  const most = Math.max(1, ...counts);
  brush.clearRect(0, 0, BINS, HEIGHT);
  for (const [bin, count] of counts.entries()) {
    const middle = (bin + 0.5) / BINS;
    const tall = count > 0 ? Math.max(1, Math.round((count / most) * (HEIGHT - 3))) : 0;
    brush.globalAlpha = middle >= from && middle <= to ? 1 : 0.22;
    brush.fillStyle = css(rampColour(middle, theme));
    brush.fillRect(bin, HEIGHT - 3 - tall, 1, tall);
    brush.fillRect(bin, HEIGHT - 2, 1, 2); // the ramp itself, where there is no number too
  }
  brush.globalAlpha = 1;
}
