/** The timeline: a slider over the epochs of the map, with the losses drawn along it, and play. */
import { effect } from "@preact/signals-core";
import { nextSpeed, stepEpoch, togglePlay } from "../actions";
import type { Shown } from "../recording";
import type { EpochEntry } from "../scene";
import { type Fault, type FrameFault, snap } from "../store";
import { brief } from "../words";
import { all, el, faultNote, icon, svg } from "./dom";
import { axisOf, heightOf, lineOf, partOf } from "./losses";
import type { Context, View } from "./view";

const PLAY = icon("M5 3l8 5l-8 5z");
const PAUSE = icon("M5.5 3v10", "M10.5 3v10");

export const timeline: View = {
  name: "timeline",
  title: "Timeline",
  tag: "section",
  mount(place, context) {
    const { store } = context;
    const play = el("button", { type: "button", class: "tool play", onclick: () => togglePlay(context) });
    const speed = el("button", { type: "button", class: "tool speed", onclick: () => nextSpeed(context) });
    const reading = el("p", { class: "reading" });
    const alone = el("p", { class: "quiet alone" });
    const fault = el("div", { class: "timeline-fault" });
    const chart = createChart(context);
    place.append(
      el(
        "div",
        { class: "transport" },
        step("Previous epoch", "M10 3l-5 5l5 5", () => stepEpoch(context, -1)),
        play,
        step("Next epoch", "M6 3l5 5l-5 5", () => stepEpoch(context, 1)),
        speed,
      ),
      reading,
      chart.node,
      alone,
      fault,
    );
    return all(
      chart.undo,
      effect(() => {
        const playing = store.playing.value;
        play.replaceChildren(playing ? PAUSE : PLAY);
        play.setAttribute("aria-label", playing ? "Pause" : "Play");
        play.title = playing ? "Pause (space)" : "Play (space)";
      }),
      effect(() => {
        const name = `${store.speed.value}\u00d7`;
        speed.textContent = name;
        speed.setAttribute("aria-label", `Speed ${name}`);
        speed.title = "Speed";
      }),
      effect(() => {
        const { epochs } = store.map.value;
        place.classList.toggle("single", epochs.length < 2);
        const others = context.scene.epochs.length;
        alone.hidden = epochs.length > 1 || others < 2;
        alone.textContent = `This map was made of epoch ${epochs[0]} alone; the run has ${others}.`;
      }),
      effect(() => reading.replaceChildren(...readingOf(context))),
      effect(() => {
        const wrong = store.frameFault.value;
        fault.replaceChildren(...(wrong ? [faultNote(unreadable(wrong, store.shown.value))] : []));
      }),
      () => place.replaceChildren(),
    );
  },
};

/** Which epoch cannot be read, of which map where it is another one, and what stands in its place. */
function unreadable(wrong: FrameFault, shown: Shown | null): Fault {
  const other = shown && shown.map !== wrong.map;
  const asked = other ? `map '${wrong.map.name}', epoch ${wrong.epoch}` : `epoch ${wrong.epoch}`;
  const stays = shown ? `${other ? `map '${shown.map.name}'` : `epoch ${shown.epoch}`} is still shown` : "";
  return {
    message: `${asked} unreadable: ${wrong.message}`,
    hint: [stays, wrong.hint].filter(Boolean).join("; "),
    retry: wrong.retry,
  };
}

function step(name: string, drawing: string, act: () => void): HTMLButtonElement {
  const attributes = { type: "button", class: "tool", "aria-label": name, title: name, onclick: act };
  return el("button", attributes, icon(drawing));
}

/** The epoch asked for, and its losses. */
function readingOf({ scene, store }: Context): Node[] {
  const epoch = store.epoch.value;
  const entry = scene.epochs.find((one) => one.epoch === epoch);
  const waits = store.shown.value?.epoch !== epoch && !store.frameFault.value;
  return [
    el("span", { class: waits ? "epoch waits" : "epoch" }, "epoch ", el("b", { text: String(epoch) })),
    ...(entry ? lossesOf(entry) : []).map(([kind, words]) =>
      el("span", { class: "quiet" }, el("span", { class: `key ${kind}` }), words),
    ),
  ];
}

function lossesOf({ train, validation }: EpochEntry): (readonly [kind: string, words: string])[] {
  const told = [["train", train] as const, ["validation", validation] as const];
  return told.flatMap(([kind, value]) =>
    value === null ? [] : [[kind, `${kind} ${brief(value)}`] as const],
  );
}

function lossWords(entry: EpochEntry): string[] {
  return lossesOf(entry).map(([, words]) => words);
}

function createChart(context: Context) {
  const { scene, store } = context;
  const drawing = svg("svg", { class: "chart", "aria-hidden": "true" });
  const slider = el("input", { type: "range", class: "epochs", "aria-label": "Epoch", step: 1 });
  const tip = el("div", { class: "tip", "aria-hidden": "true", hidden: true });
  const plot = el("div", { class: "plot" }, drawing, slider, tip);
  const node = el("div", { class: "track" }, plot);
  const span = () => [store.map.value.epochs[0] ?? 0, store.map.value.epochs.at(-1) ?? 0] as const;

  slider.addEventListener("input", () => {
    store.playing.value = false;
    store.epoch.value = snap(store.map.peek().epochs, Number(slider.value), store.epoch.peek());
    slider.value = String(store.epoch.peek());
  });
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    const [first, last] = span();
    const asked = first + ((event.clientX - box.x) / box.width) * (last - first);
    const epoch = snap(store.map.peek().epochs, asked);
    const entry = scene.epochs.find((one) => one.epoch === epoch);
    tip.hidden = !entry;
    tip.textContent = [`epoch ${epoch}`, ...(entry ? lossWords(entry) : [])].join(" \u00b7 ");
    const part = partOf(first, last, epoch);
    tip.style.left = `${part * 100}%`;
    tip.style.transform = `translateX(${-part * 100}%)`;
  });
  plot.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
  const draw = () =>
    drawing.replaceChildren(...linesOf(scene.epochs, span(), plot), ...stopsOf(context, plot));
  const resized = new ResizeObserver(draw);
  resized.observe(plot);
  const undo = all(
    effect(draw),
    effect(() => {
      const [first, last] = span();
      [slider.min, slider.max] = [String(first), String(last)];
      slider.value = String(store.epoch.value);
      plot.style.setProperty("--part", String(partOf(first, last, store.epoch.value)));
      const entry = scene.epochs.find((one) => one.epoch === store.epoch.value);
      const words = [`epoch ${store.epoch.value}`, ...(entry ? lossWords(entry) : [])];
      slider.setAttribute("aria-valuetext", words.join(", "));
    }),
    () => resized.disconnect(),
  );
  return { node, undo };
}

/** A dot at each epoch of a map that does not have all of them between its first and last. */
function stopsOf({ scene, store }: Context, plot: HTMLElement): SVGElement[] {
  const { epochs } = store.map.value;
  const [first, last] = [epochs[0] ?? 0, epochs.at(-1) ?? 0];
  if (scene.epochs.filter(({ epoch }) => epoch >= first && epoch <= last).length === epochs.length) return [];
  return epochs.map((epoch) => {
    const x = partOf(first, last, epoch) * plot.clientWidth;
    return svg("circle", { class: "stop", cx: x, cy: plot.clientHeight - 17.5, r: 2.5 });
  });
}

/** Both lines, their names at the end, and the scale. */
function linesOf(
  entries: readonly EpochEntry[],
  span: readonly [number, number],
  plot: HTMLElement,
): SVGElement[] {
  const box = [plot.clientWidth, plot.clientHeight - 18] as const;
  const axis = axisOf(entries.filter(({ epoch }) => epoch >= span[0] && epoch <= span[1]));
  const ground = svg("line", { class: "axis", x1: 0, x2: box[0], y1: box[1] + 0.5, y2: box[1] + 0.5 });
  const ends = span.map((epoch, i) =>
    svg(
      "text",
      { class: "tick", x: i * box[0], y: box[1] + 14, "text-anchor": i ? "end" : "start" },
      String(epoch),
    ),
  );
  if (!axis || box[0] < 2) return [ground, ...ends];
  const inside: readonly [number, number] = [box[0], box[1] - 6];
  const kinds = (["validation", "train"] as const).flatMap((kind) => {
    const d = lineOf(entries, kind, axis, span, inside);
    return d ? [svg("path", { class: `loss ${kind}`, d, transform: "translate(0 3)" })] : [];
  });
  const scale = [axis.high, axis.low].map((value) =>
    svg(
      "text",
      {
        class: "tick",
        x: -8,
        y: 3 + (1 - heightOf(axis, value)) * inside[1],
        dy: "0.32em",
        "text-anchor": "end",
      },
      brief(value),
    ),
  );
  const name = axis.log ? "loss (log scale)" : "loss";
  const title = svg(
    "text",
    { class: "tick", x: box[0] / 2, y: box[1] + 14, "text-anchor": "middle" },
    `epoch \u00b7 ${name}`,
  );
  return [ground, ...kinds, ...scale, ...ends, title];
}
