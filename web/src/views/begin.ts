/** The form that begins a training: images, model, size, epochs, and every option that there is. */
import { effect, signal } from "@preact/signals-core";
import { faultOf, inOneLine } from "../faults";
import type { Training } from "../pulse";
import {
  type Choices,
  type Model,
  NAME,
  newName,
  type Option,
  parseChoices,
  shownValue,
  typedValue,
} from "../trainings";
import { all, bringIntoSight, el, faultNote } from "./dom";
import type { Context } from "./view";

/** Settings that have a field of their own. */
const FIRST = ["epochs"];

export function createBegin({ site }: Context) {
  const { pulse } = site;
  const body = el("div", { class: "begin-body" });
  const node = el("details", { class: "begin" }, el("summary", { text: "A new run" }), body);
  let asking = false;
  const load = async () => {
    if (asking || !pulse) return;
    asking = true;
    body.replaceChildren(el("p", { class: "quiet", text: "Asking what there is to choose from\u2026" }));
    try {
      const choices = parseChoices(await pulse.act("choices"));
      const taken = new Set([...(pulse.status.peek()?.scenes.keys() ?? [])]);
      body.replaceChildren(createForm(choices, taken, begin, said));
    } catch (thrown) {
      asking = false;
      body.replaceChildren(faultNote(faultOf(thrown, load)));
    }
  };
  /** The run that was begun here, until the page goes there. */
  const begun = signal<string | null>(null);
  const said = el("div", { class: "begin-said", role: "status" });
  const say = (words: readonly Node[]) => {
    const before = said.textContent;
    said.replaceChildren(...words);
    // Below a long form nobody would see that it came.
    if (said.textContent !== before) bringIntoSight(said);
  };
  const begin = async (told: Readonly<Record<string, unknown>>) => {
    said.replaceChildren();
    await pulse?.act("start", told);
    begun.value = String(told.name);
  };
  return {
    node,
    /** To be called when the panel opens. */
    open() {
      if (pulse?.status.peek()?.training == null) body.replaceChildren(...notAllowed());
      else if (node.open) void load();
    },
    undo: all(
      effect(() => {
        const name = begun.value;
        const training = pulse?.status.value?.training;
        if (!name || training?.scene !== name) return;
        if (training.shown) goToRun(name);
        else say(starting(training));
      }),
      listen(node, () => {
        if (node.open && pulse?.status.peek()?.training != null) void load();
      }),
    ),
  };
}

function listen(node: HTMLDetailsElement, call: () => void): () => void {
  node.addEventListener("toggle", call);
  return () => node.removeEventListener("toggle", call);
}

/** Another scene is another page. */
export function goToRun(name: string): void {
  location.hash = `run=${encodeURIComponent(name)}`;
  location.reload();
}

function notAllowed(): Node[] {
  return [
    el("p", { text: "Trainings are started, stopped and resumed from here where the server was told so:" }),
    el("pre", { tabindex: 0, text: "hinterland open RUN --allow-write" }),
    el("p", {
      class: "quiet",
      text: "This page alone may then begin runs beside that one, and nothing else is written. A training in a terminal is followed here either way.",
    }),
  ];
}

function starting({ state, said, error, hint }: Training): Node[] {
  if (state === "failed") {
    return [
      el("p", { class: "training-wrong", text: `It did not begin: ${error}` }),
      el("p", { class: "quiet", text: hint }),
    ];
  }
  const words = state === "stopped" ? "It was stopped before it began." : "Starting\u2026 ";
  return [el("p", { text: words }), el("p", { class: "quiet", text: said })];
}

function createForm(
  choices: Choices,
  taken: ReadonlySet<string>,
  begin: (told: Readonly<Record<string, unknown>>) => Promise<void>,
  said: HTMLElement,
): HTMLFormElement {
  const images = chooser("Train on", "begin-images", choices.images);
  const model = chooser("Model", "begin-model", choices.models);
  model.input.value = choices.models.some(({ name }) => name === "vae") ? "vae" : model.input.value;
  const number = { type: "number", class: "field", required: true, step: 1, min: 1 };
  const size = el("input", { ...number, id: "begin-size", max: choices.maxLatentDim });
  const epochs = el("input", { ...number, id: "begin-epochs", max: 100_000, value: 20 });
  const name = el("input", {
    ...{ type: "text", class: "field", id: "begin-name", required: true, pattern: NAME, maxlength: 60 },
    ...{ autocomplete: "off", spellcheck: "false", title: "small letters, digits, - and _" },
  });
  const options = el("div", { class: "options" });
  const start = el("button", { type: "submit", class: "button strong", text: "Start training" });
  const note = el("p", { class: "training-wrong", role: "alert", hidden: true });
  const more = choices.training.filter((option) => !FIRST.includes(option.name));
  let fields: readonly (readonly [Option, HTMLInputElement | HTMLSelectElement])[] = [];
  let named = "";
  const chosen = () => choices.models.find((one) => one.name === model.input.value) as Model;
  const refill = (event?: Event) => {
    images.tell();
    model.tell();
    if (event?.target !== images.input) {
      size.value = String(chosen().latentDim);
      fields = [...chosen().options, ...more].map((option) => [option, fieldOf(option)]);
      options.replaceChildren(
        ...group(`Of ${chosen().name}`, fields.slice(0, chosen().options.length)),
        ...group("Of the training", fields.slice(chosen().options.length)),
      );
    }
    if (name.value === named) name.value = named = newName(images.input.value, model.input.value, taken);
  };
  for (const { input } of [images, model]) input.addEventListener("change", refill);
  refill();
  const folded = el("details", { class: "more" }, el("summary", { text: "More options" }), options);
  // What is folded away cannot be pointed at, and the button would do nothing.
  options.addEventListener("invalid", () => (folded.open = true), true);
  const form = el(
    "form",
    { class: "begin-form" },
    ...[...images.nodes, ...model.nodes],
    ...labelled("Latent size", size),
    ...labelled("Epochs", epochs),
    ...labelled("Name", name, `a new folder in ${choices.folder}`),
    folded,
    note,
    start,
    said,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    note.hidden = true;
    start.disabled = true;
    try {
      const set = Object.fromEntries(
        fields.map(([option, field]) => [option.name, typedValue(option, field.value)] as const),
      );
      await begin({
        ...{ name: name.value, images: images.input.value, model: model.input.value },
        latent_dim: Number(size.value),
        options: { ...withoutUnset(set), epochs: Number(epochs.value) },
      });
    } catch (thrown) {
      note.textContent = inOneLine(thrown);
      note.hidden = false;
      bringIntoSight(note);
    }
    start.disabled = false;
  });
  return form;
}

function withoutUnset(set: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
}

function chooser(
  title: string,
  id: string,
  all: readonly { readonly name: string; readonly summary: string }[],
) {
  const options = all.map(({ name }) => el("option", { value: name, text: name }));
  const input = el("select", { class: "select", id }, ...options);
  const summary = el("p", { class: "quiet summary" });
  const tell = () => {
    summary.textContent = all.find(({ name }) => name === input.value)?.summary ?? "";
  };
  return { input, tell, nodes: [el("label", { for: id, text: title }), input, summary] };
}

function labelled(title: string, input: HTMLElement, summary = ""): Node[] {
  const told = summary ? [el("p", { class: "quiet summary", text: summary })] : [];
  return [el("label", { for: input.id, text: title }), input, ...told];
}

function group(title: string, fields: readonly (readonly [Option, HTMLElement])[]): Node[] {
  if (fields.length === 0) return [];
  const rows = fields.flatMap(([{ name, summary }, field]) => labelled(name, field, summary));
  return [el("h3", { text: title }), el("div", { class: "option-rows" }, ...rows)];
}

function fieldOf({ name, kind, initial, least, words }: Option): HTMLInputElement | HTMLSelectElement {
  const id = `option-${name}`;
  const told = kind === "yes or no" ? ["false", "true"] : words;
  if (told) {
    const field = el("select", { class: "select", id }, ...told.map((word) => el("option", { text: word })));
    field.value = shownValue(initial);
    return field;
  }
  const isNumber = kind === "number" || kind === "whole number";
  const limits = { ...(least === null ? {} : { min: least }), step: kind === "number" ? "any" : 1 };
  const value = shownValue(initial);
  if (isNumber) return el("input", { class: "field", id, type: "number", required: true, value, ...limits });
  return el("input", { class: "field", id, type: "text", value, spellcheck: "false" });
}
