/** Says aloud what was chosen, for those who do not see it. Not every move: only what stays for a moment. */
import { effect } from "@preact/signals-core";
import type { Probe } from "../probe";
import { brief, factsOf, latentWords, trustLevel } from "../words";
import { all, el, say } from "./dom";
import type { Context, View } from "./view";

const STILL_MS = 600;

export const announce: View = {
  name: "announce",
  title: "What is chosen",
  tag: "div",
  mount(place, context) {
    const words = el("p", { class: "unseen", "aria-live": "polite" });
    place.append(words);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const undo = effect(() => {
      const { store, hover, pinned } = context;
      const held = store.pin.value;
      // A hand on the map moves all the time; the keyboard's cursor and the pin are chosen.
      const byHand = !held && store.pointing.value;
      const said = byHand ? "" : describe(context, held ? pinned : hover);
      clearTimeout(timer);
      timer = setTimeout(() => {
        say(words, said);
      }, STILL_MS);
    });
    return all(
      undo,
      () => clearTimeout(timer),
      () => place.replaceChildren(),
    );
  },
};

function describe({ scene, store }: Context, probe: Probe): string {
  const at = probe.place.value;
  const found = probe.neighbour.value;
  if (!at) return "";
  const epoch = `epoch ${store.shown.value?.epoch}`;
  const index = at.image >= 0 ? at.image : (found?.index ?? -1);
  const facts = factsOf(scene, store.columns.value, index).map(([name, value]) => `${name} ${value}`);
  if (at.image >= 0) return [`Pinned image ${at.image}`, ...facts, epoch].join(", ");
  const near = found ? [`nearest image ${found.index}`, ...facts, `distance ${brief(found.distance)}`] : [];
  const trust = at.trust === null ? [] : [trustLevel(at.trust)];
  const kind = store.pin.value ? "Pinned spot" : "Spot";
  return [`${kind} ${latentWords(at.spot, 3)}`, ...trust, ...near, epoch].join(", ");
}
