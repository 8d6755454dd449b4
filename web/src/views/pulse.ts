/** In the bar: how the training fares, and a switch that keeps the page at the newest epoch. */
import { effect } from "@preact/signals-core";
import { ago, inShort, ownState } from "../progress";
import { all, el, say } from "./dom";
import type { Context } from "./view";

/** A run that ended longer ago than this is one like any other. */
const RECENT = 900;

/** Hidden where nobody tells how runs fare. */
export function createPulse(context: Context) {
  const { store, growth, site } = context;
  const live = el("button", {
    ...{ type: "button", class: "tool live" },
    onclick: () => growth.live(!store.follow.peek()),
  });
  const state = el("span", { class: "state" });
  const since = el("span", { class: "quiet since" });
  const chip = el(
    "button",
    {
      ...{ type: "button", class: "tool pulse", "aria-controls": "training" },
      onclick: () => {
        store.trainingOpen.value = !store.trainingOpen.peek();
      },
    },
    el("span", { class: "dot", "aria-hidden": "true" }),
    state,
    since,
  );
  const node = el("div", { class: "pulse-bar", role: "group", "aria-label": "Training" }, live, chip);
  return {
    node,
    undo: all(
      effect(() => {
        void site.pulse?.clock.value;
        const progress = growth.progress.value;
        node.hidden = !progress;
        if (!progress || !site.pulse) return;
        const now = site.pulse.now();
        const own = ownState(site.pulse.status.value?.training ?? null, site.name);
        const [mood, words] = inShort(progress, own, now);
        const age = progress.committed === null ? null : now - progress.committed;
        const calm = mood === "off" && (age ?? 0) > RECENT;
        say(state, words || "Training");
        say(since, calm || age === null ? "" : ago(age));
        chip.dataset.mood = calm ? "off" : mood;
        chip.title = "How the training fares; stop it, go on with it, or begin another (Shift+T)";
        live.hidden = mood !== "on" && growth.fresh.value === 0;
      }),
      effect(() => {
        const fresh = growth.fresh.value;
        const on = store.follow.value;
        live.setAttribute("aria-pressed", String(on));
        const come = on || fresh === 0 ? "" : ` \u00b7 ${fresh} new epoch${fresh === 1 ? "" : "s"}`;
        live.replaceChildren(el("span", { class: "dot", "aria-hidden": "true" }), `Live${come}`);
        live.title = on ? "The page goes along with each new epoch" : "Go to the newest epoch, and along";
      }),
      effect(() => chip.setAttribute("aria-expanded", String(store.trainingOpen.value))),
    ),
  };
}
