/** The timeline: a slider over the epochs of the map, with the losses drawn along it, and play. */
import { effect } from "@preact/signals-core";
import { nextSpeed, stepEpoch, togglePlay, toggleTrails } from "../actions";
import type { Fault } from "../faults";
import type { Shown } from "../recording";
import type { FrameFault } from "../store";
import { MOST_TRAILS, type TrailWords } from "../trails";
import { grouped } from "../words";
import { createChart, lossesOf } from "./chart";
import { all, el, faultNote, icon } from "./dom";
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
    const trails = el(
      "button",
      {
        ...{ type: "button", class: "tool", "aria-label": "Trails of the chosen images" },
        ...{ title: "Trails of the chosen images (r)", onclick: () => toggleTrails(context) },
      },
      icon("M2 13c2-1 1-5 4-5s2 2 4 1s1-4 2-5", "M10.6 3.4a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 0"),
    );
    const reading = el("p", { class: "reading" });
    const key = el("p", { class: "trail-key quiet", role: "status" });
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
        trails,
      ),
      reading,
      key,
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
        const recorded = context.scene.epochs;
        const [first, last] = [recorded[0]?.epoch, recorded.at(-1)?.epoch];
        alone.hidden = epochs.length > 1 || first === last;
        alone.textContent = `This map was made of epoch ${epochs[0]} alone; the run has those from ${first} to ${last}.`;
      }),
      effect(() => {
        const on = store.trails.value;
        trails.setAttribute("aria-pressed", String(on));
        place.classList.toggle("trailing", on);
        const told = context.main.trails.words.value;
        key.hidden = !told;
        if (told)
          key.replaceChildren(...(told.drawn > 0 ? [el("span", { class: "fade" })] : []), wordsOf(told));
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

/** What the trails show, and what is missing of them. */
function wordsOf({ drawn, of, every, waiting, failed }: TrailWords): string {
  if (drawn === 0) return "Choose images, or pin one, to see the way it has come.";
  const count = drawn < of ? `${grouped(drawn)} of ${grouped(of)} (at most ${MOST_TRAILS})` : grouped(drawn);
  const parts = [`${count} ${of === 1 ? "trail" : "trails"}, older fainter`];
  if (every > 1) parts.push(`every ${every} epochs`);
  if (waiting > 0) parts.push(`loading ${waiting}\u2026`);
  if (failed > 0) parts.push(`${failed} unreadable`);
  return parts.join(" \u00b7 ");
}

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
