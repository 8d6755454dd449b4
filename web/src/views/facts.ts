/** What is known of the place that is looked at, and of the image that is nearest to it. */
import type { Fault } from "../faults";
import type { Probe } from "../probe";
import type { Place } from "../store";
import { brief, factsOf, grouped, latentWords } from "../words";
import { el, faultNote, say } from "./dom";
import { FEW } from "./latent";
import type { Context } from "./view";

type Line = readonly [name: string, value: string];

/** Tells them in a list. Where the same is told of something else only what changed is written: it is told often. */
export function tellFacts(facts: HTMLElement, context: Context, probe: Probe): void {
  const lines = factLines(context, probe);
  const faults = probe.reading.value.place ? faultsOf(context) : [];
  const names = [...facts.querySelectorAll("dt")];
  const values = [...facts.querySelectorAll("dd")];
  const alike = names.length === lines.length && lines.every(([name], i) => names[i]?.textContent === name);
  if (!alike || faults.length > 0 || facts.querySelector(".fault")) {
    facts.replaceChildren(
      ...lines.flatMap(([name, value]) => [
        el("dt", { text: name }),
        el("dd", { text: value, title: value }),
      ]),
      ...faults.map(faultNote),
    );
    return;
  }
  for (const [i, [, value]] of lines.entries()) {
    say(values[i]!, value);
    values[i]!.title = value;
  }
}

function faultsOf({ store }: Context): Fault[] {
  return [store.latentsFault.value, store.tilesFault.value].filter((fault) => fault !== null);
}

function factLines(context: Context, probe: Probe): Line[] {
  const { scene, store } = context;
  const { place: at, neighbour: found } = probe.reading.value;
  if (!at) return [];
  const image = at.image >= 0 ? at.image : (found?.index ?? -1);
  const columns = store.columns.value;
  const lines: Line[] = [];
  if (image >= 0) {
    if (at.own) lines.push(["nearest image", grouped(image)]);
    else if (at.image < 0) lines.push(["image", grouped(image)]);
    lines.push(...factsOf(scene, columns, image));
  }
  const lost = image >= 0 && !at.own ? store.shown.value?.distortion?.[image] : undefined;
  if (lost !== undefined) lines.push(["neighbours lost", `${Math.round(lost * 12)} of 12`]);
  if (found) {
    const name = at.image >= 0 ? `to image ${grouped(found.index)}` : "latent distance";
    lines.push([name, brief(found.distance)]);
  }
  if (at.latent.length <= FEW) lines.push(["latent", latentWords(at.latent, FEW)]);
  lines.push(...spotLine(at));
  return lines;
}

/** The spot, where it is not the latent itself. */
function spotLine({ latent, spot }: Place): Line[] {
  return latent.length === spot.length ? [] : [["spot", latentWords(spot, 3)]];
}
