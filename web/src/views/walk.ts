/** The panel of walks: where it goes, its pictures in a strip and one large, and beside them a mere fading of the ends. */
import { effect } from "@preact/signals-core";
import { KINDS, MOST_ENDS, type WalkKind } from "../paths/asked";
import { blendAt } from "../paths/course";
import { addEnd, chooseKind, clearWalk, dropEnd, goTo, reverseWalk, toggleStroll } from "../paths/doing";
import { FEWEST } from "../paths/lines";
import { grouped, hundredths, KIND_WORDS } from "../words";
import { all, el, faultNote, icon } from "./dom";
import { createFar, farWords } from "./far";
import { takes } from "./handing";
import { createSlot } from "./pictures";
import { createReel } from "./reel";
import { createThing, termWords } from "./thing";
import type { Context } from "./view";

const PLAY = "M5 3l8 5l-8 5z";
const CROSS = "M4 4l8 8M12 4l-8 8";
const LOOP = [
  "M3.5 7a4.6 4.6 0 0 1 8.2-1.8l1.3 1.6",
  "M13 3.5v3.3h-3.3",
  "M12.5 9a4.6 4.6 0 0 1-8.2 1.8l-1.3-1.6",
  "M3 12.5v-3.3h3.3",
];

export function createWalk(context: Context) {
  const bar = createBar(context);
  const stage = createStage(context);
  const film = createFilm(context, bar.words);
  const empty = el("p", { class: "dock-empty" });
  const fault = el("div", {});
  const body = el("div", { class: "walk-body" }, stage.node, film.node);
  const node = el("div", { class: "walk" }, bar.node, fault, empty, body);
  const { store, paths } = context;
  for (const part of [bar.node, empty, body]) {
    takes(part, (term) => {
      if (term.by !== "images") addEnd(store, term, context.travelMs() > 0);
    });
  }
  const undo = all(
    bar.undo,
    stage.undo,
    film.undo,
    effect(() => {
      const wrong = paths.walking.fault.value;
      fault.replaceChildren(...(wrong ? [faultNote(wrong)] : []));
    }),
    effect(() => {
      const { ends, kind } = store.walk.value;
      const built = paths.surveyor.building.value;
      const course = paths.walking.course.value;
      body.hidden = ends.length < 2 || (course === null && paths.walking.strip.value === null);
      empty.hidden = ends.length >= 2 && !body.hidden;
      if (ends.length === 0)
        empty.textContent =
          "Click two or more points, or bare spots, of the map: pictures change into one another on the way between them.";
      else if (ends.length === 1) empty.textContent = "And where to? Click another point or spot.";
      else if (kind === "along")
        empty.textContent =
          built === null ? "Looking for a way along the data\u2026" : buildingWords(context, built);
      else empty.textContent = "Loading\u2026";
    }),
  );
  return { node, undo };
}

function buildingWords({ scene }: Context, built: number): string {
  return `Joining ${grouped(Math.min(scene.n, 10_000))} images to their neighbours\u2026 ${Math.round(100 * built)} %`;
}

/** Which way, between what, and how far from the data. */
function createBar(context: Context) {
  const { scene, store, paths } = context;
  const spherical = scene.latentDim >= FEWEST;
  const why = `Needs ${FEWEST} latents or more: with fewer, the data fill the middle`;
  const kind = el(
    "select",
    {
      ...{ class: "select", "aria-label": "Kind of walk" },
      onchange: () => chooseKind(store, kind.value as WalkKind),
    },
    ...KINDS.map((one) => {
      const off = one === "spherical" && !spherical;
      return el("option", {
        value: one,
        disabled: off,
        ...(off ? { title: why } : {}),
        text: KIND_WORDS[one],
      });
    }),
  );
  const ends = el("ul", { class: "ends", "aria-label": "Ends of the walk" });
  const words = el("p", { class: "quiet far-words", role: "status" });
  const reverse = button("Reverse", "Walk it the other way", () => reverseWalk(store));
  const fresh = button("New", "Another walk", () => clearWalk(store));
  const node = el(
    "div",
    { class: "dock-bar" },
    el("label", {}, kind),
    ends,
    el("span", { class: "dock-rest" }),
    reverse,
    fresh,
  );
  const undo = all(
    effect(() => {
      kind.value = store.walk.value.kind;
      const count = store.walk.value.ends.length;
      reverse.hidden = count < 2;
      fresh.hidden = count === 0;
    }),
    effect(() => {
      const epoch = store.shown.value?.epoch;
      ends.replaceChildren(
        ...store.walk.value.ends.map((end, place) => {
          const name = termWords(context, end);
          const thing = createThing(context, name);
          thing.show(end, end.by === "latent" ? end.latent : null, epoch);
          const title = `Take ${name} out of the walk`;
          const attributes = { type: "button", class: "end", title, "aria-label": title };
          return el(
            "li",
            {},
            el("button", { ...attributes, onclick: () => dropEnd(store, place) }, thing.node, icon(CROSS)),
          );
        }),
      );
    }),
    effect(() => {
      const measured = paths.walking.measured.value;
      const course = paths.walking.course.value;
      const ends = course?.ends.map(({ image }) => image) ?? [];
      const passed = new Set(course?.through.flat().filter((image) => !ends.includes(image))).size;
      const full = store.walk.value.ends.length >= MOST_ENDS ? [`${MOST_ENDS} ends are the most`] : [];
      const way =
        course?.walk.kind === "along" ? [`past ${grouped(passed)} ${passed === 1 ? "image" : "images"}`] : [];
      const far = measured && course ? [`at most ${farWords(Math.max(...measured.far))}`] : [];
      words.textContent = [...far, ...way, ...full].join(" \u00b7 ");
      words.title = far.length > 0 ? FAR_MEANING : "";
    }),
  );
  return { node, words, undo };
}

const FAR_MEANING =
  "How far the nearest image is in latent space; a spacing is the usual distance between neighbouring images. Beyond two, the decoder was taught nothing there.";

/** The large pictures: the walk's, and the fading's. */
function createStage({ scene, paths }: Context) {
  const [walk, fade] = [
    createSlot(scene.shape, "Decoded on the walk"),
    createSlot(scene.shape, "The ends, faded"),
  ];
  const node = el(
    "div",
    { class: "walk-stage" },
    el("figure", {}, walk.node, el("figcaption", { text: "decoded" })),
    el(
      "figure",
      {},
      fade.node,
      el("figcaption", { text: "faded", title: "The pictures of the ends, pixel by pixel" }),
    ),
  );
  const undo = all(
    effect(() => {
      const picture = paths.walking.probe.picture.value;
      if (picture) walk.paint(picture.pixels);
      else if (!paths.walking.course.value) walk.clear();
    }),
    effect(() => {
      const blend = paths.walking.blend.value;
      if (blend) fade.paint(blend);
      else fade.clear();
    }),
  );
  return { node, undo };
}

/** Play, the slider, and the strips below it. */
function createFilm(context: Context, words: HTMLElement) {
  const { store, paths } = context;
  const transport = createTransport(context);
  const strips = createStrips(context);
  const slider = el("input", {
    ...{ type: "range", min: "0", max: "1", step: "0.005", "aria-label": "Where on the walk" },
    oninput: () => goTo(store, slider.valueAsNumber),
  });
  const output = el("output", { class: "quiet" });
  const node = el("div", { class: "film" }, transport.node, slider, output, strips.node, words);
  const undo = all(
    transport.undo,
    strips.undo,
    effect(() => {
      const legs = paths.walking.strip.value?.stops.length;
      if (legs) node.style.setProperty("--cells", String(legs));
    }),
    effect(() => {
      const at = store.at.value;
      slider.value = String(at);
      output.textContent = hundredths(at);
      node.style.setProperty("--part", String(at));
      const measured = paths.walking.measured.value;
      const here = measured?.far[Math.round(at * (measured.far.length - 1))];
      const words = [`${Math.round(100 * at)} %`, ...(here === undefined ? [] : [farWords(here)])];
      slider.setAttribute("aria-valuetext", words.join(", "));
    }),
  );
  return { node, undo };
}

function createTransport({ store }: Context) {
  const play = el("button", { type: "button", class: "tool play", onclick: () => toggleStroll(store) });
  const loop = el(
    "button",
    {
      ...{ type: "button", class: "tool", "aria-label": "Back and forth" },
      title: "Back and forth, again and again",
      onclick: () => {
        store.loop.value = !store.loop.peek();
      },
    },
    icon(...LOOP),
  );
  const node = el("div", { class: "film-bar" }, play, loop);
  const undo = effect(() => {
    const on = store.strolling.value;
    const name = on ? "Stop the walk" : "Play the walk";
    play.replaceChildren(on ? icon("M5.5 3v10", "M10.5 3v10") : icon(PLAY));
    play.setAttribute("aria-label", name);
    play.title = `${name} (z)`;
    loop.setAttribute("aria-pressed", String(store.loop.value));
  });
  return { node, undo };
}

/** What is decoded on the way, the ends faded, and how far from the data; a click goes there. */
function createStrips({ scene, store, paths }: Context) {
  const decoded = createReel(scene.shape, "Decoded on the walk");
  const faded = createReel(scene.shape, "The ends, faded");
  const far = createFar();
  const rows = [row("decoded", decoded.node), row("faded", faded.node), far.node];
  const node = el("div", { class: "strips" }, ...rows);
  node.addEventListener("click", ({ clientX }) => {
    const box = node.getBoundingClientRect();
    const count = decoded.node.childElementCount;
    if (count < 2) return;
    goTo(store, (((clientX - box.x) / box.width) * count - 0.5) / (count - 1));
  });
  const undo = all(
    effect(() => {
      const strip = paths.walking.strip.value;
      if (!strip) return;
      const { stops, pictures, ends } = strip;
      const at = stops.map((stop) => `at ${hundredths(stop)}`);
      const named = (what: string) => at.map((words) => `${what} ${words}`);
      decoded.show(pictures, named("decoded"));
      faded.show(
        stops.map((stop) => blendAt(ends, stop)),
        named("faded"),
      );
    }),
    effect(() => far.show(paths.walking.measured.value?.far ?? null)),
  );
  return { node, undo };
}

/** A strip with its name before it. */
function row(name: string, strip: HTMLElement): HTMLElement {
  return el(
    "div",
    { class: "reel-row" },
    strip,
    el("span", { class: "row-name", "aria-hidden": "true", text: name }),
  );
}

function button(text: string, title: string, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", class: "button", text, title, onclick: act });
}
