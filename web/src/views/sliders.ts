/** The numbers of a latent as sliders and fields: moving one leaves the map's surface, and says how far. */
import { effect, signal } from "@preact/signals-core";
import { backToMap, holdLatent } from "../actions";
import { type Spread, spreadOf } from "../quantiles";
import { leftOut, type Place } from "../store";
import { brief, OFF_SURFACE } from "../words";
import { all, el } from "./dom";
import type { Context } from "./view";

type Order = "as they are" | "by variance";
const ORDERS: readonly Order[] = ["as they are", "by variance"];

interface Row {
  readonly node: HTMLElement;
  readonly slider: HTMLInputElement;
  readonly field: HTMLInputElement;
}

/** Hidden until `open`; the rows are made then. `of` gives the place whose latent is moved. */
export function createSliders(context: Context, of: () => Place | null) {
  const { scene, store } = context;
  const d = scene.latentDim;
  const open = signal(false);
  const order = signal<Order>("as they are");
  const list = el("ul", { class: "dims", "aria-label": "Latent numbers" });
  const note = el("p", { class: "quiet meaning", role: "status" });
  const back = el("button", {
    ...{ type: "button", class: "button", text: "Back to the map" },
    onclick: () => backToMap(context),
  });
  const chooser = el(
    "select",
    {
      ...{ class: "select", "aria-label": "Order of the latent numbers" },
      onchange: () => {
        order.value = chooser.value as Order;
      },
    },
    ...ORDERS.map((name) => el("option", { value: name, text: name })),
  );
  chooser.hidden = d < 3;
  const node = el("div", { class: "sliders", hidden: true }, chooser, list, note, back);
  let rows: readonly Row[] = [];
  let latent: Float32Array | null = null;
  const move = (i: number, value: number) => {
    if (!latent || !Number.isFinite(Math.fround(value))) return;
    const moved = latent.slice();
    moved[i] = value;
    holdLatent(context, moved);
  };
  const undo = all(
    effect(() => {
      node.hidden = !open.value;
      if (open.value && rows.length === 0) rows = Array.from({ length: d }, (_, i) => createRow(i, move));
    }),
    effect(() => {
      const latents = store.latents.value;
      if (!open.value || !latents) return;
      const spread = spreadOf(latents);
      for (const [i, { slider }] of rows.entries()) limit(slider, spread, i);
      list.replaceChildren(...inOrder(order.value, spread.variance).map((i) => rows[i]?.node ?? ""));
    }),
    effect(() => {
      latent = of()?.latent ?? null;
      void store.latents.value; // with its range a slider's place changes
      if (!open.value) return;
      for (const [i, row] of rows.entries()) show(row, latent?.[i] ?? null);
    }),
    effect(() => {
      const at = of();
      const shown = store.shown.value;
      const held = store.pin.value?.by === "latent" && at !== null && shown !== null;
      const away = held ? leftOut(at, shown) : 0;
      const isOff = away > OFF_SURFACE;
      note.hidden = !isOff;
      back.hidden = !isOff;
      if (!isOff) return;
      const foot = shown?.way.trust ? "at its nearest image" : "at its foot";
      note.textContent = `${brief(away)} off the map's surface; the mark on the map is ${foot}.`;
    }),
  );
  return { node, open, undo };
}

function createRow(i: number, move: (i: number, value: number) => void): Row {
  const name = `Latent ${i}`;
  const slider = el("input", {
    ...{ type: "range", min: "-1", max: "1", step: "any", "aria-label": name },
    oninput: () => move(i, slider.valueAsNumber),
  });
  const field = el("input", {
    ...{ type: "number", step: "any", class: "field", "aria-label": `${name}, as a number` },
    oninput: () => move(i, field.valueAsNumber),
  });
  return {
    node: el("li", {}, el("span", { class: "quiet", text: String(i) }), slider, field),
    slider,
    field,
  };
}

function limit(slider: HTMLInputElement, { low, high }: Spread, i: number): void {
  const [least, most] = [low[i]!, high[i]!];
  // Of one value there is no range.
  const room = most > least ? 0 : 1;
  slider.min = String(least - room);
  slider.max = String(most + room);
}

function show({ slider, field }: Row, value: number | null): void {
  slider.disabled = value === null;
  field.disabled = value === null;
  slider.value = String(value ?? 0);
  // What is being typed is not written over.
  if (!field.matches(":focus")) field.value = value === null ? "" : String(Number(value.toFixed(3)));
}

function inOrder(order: Order, variance: Float32Array): number[] {
  const all = Array.from(variance.keys());
  return order === "by variance" ? all.sort((a, b) => variance[b]! - variance[a]!) : all;
}
