/** The panel of trainings: how this run's fares, stopping and resuming it, and beginning another. */
import { effect, signal } from "@preact/signals-core";
import { inOneLine } from "../faults";
import { inFull, isOwn, leftOf, ownState, partDone, silence, underWay } from "../progress";
import type { Progress, Training } from "../pulse";
import { brief, grouped } from "../words";
import { createBegin, goToRun } from "./begin";
import { all, bringIntoSight, el, icon, say } from "./dom";
import type { Context, View } from "./view";

export const training: View = {
  name: "training",
  title: "Training",
  tag: "section",
  mount(place, context) {
    const { store, site } = context;
    const close = () => {
      store.trainingOpen.value = false;
      context.surface.focus({ preventScroll: true });
    };
    const attributes = { type: "button", class: "tool", "aria-label": "Close", title: "Close (Shift+T)" };
    const now = createNow(context);
    const begin = createBegin(context);
    const card = el(
      "div",
      { class: "training panel", id: "training", hidden: true },
      el(
        "div",
        { class: "card-head" },
        el("h2", { text: "Training" }),
        el("button", { ...attributes, onclick: close }, icon("M4 4l8 8M12 4l-8 8")),
      ),
      now.node,
      begin.node,
    );
    place.append(card);
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    });
    return all(
      now.undo,
      begin.undo,
      effect(() => {
        const open = store.trainingOpen.value && site.pulse != null;
        const was = card.hidden;
        card.hidden = !open;
        place.parentElement?.classList.toggle("with-training", open);
        if (open) begin.open();
        if (was !== card.hidden && store.camera.peek() === null) context.fit(250);
        if (!was || card.hidden) return;
        bringIntoSight(card);
      }),
      () => place.replaceChildren(),
    );
  },
};

/** How this run's training fares, and what can be done about it. */
function createNow(context: Context) {
  const { store, scene, growth, site } = context;
  const fault = signal("");
  const says = el("p", { class: "training-state", role: "status" });
  const bar = el("progress", { max: 1, "aria-label": "Epochs done" });
  const pace = el("p", { class: "training-pace" }, el("span", {}), el("span", {}));
  const facts = el("p", { class: "quiet" });
  const wrong = el("p", { class: "training-wrong", role: "alert" });
  const act = async (name: "stop" | "resume", told: unknown) => {
    fault.value = "";
    try {
      await site.pulse?.act(name, told);
    } catch (thrown) {
      fault.value = inOneLine(thrown);
    }
  };
  const stop = el("button", {
    ...{ type: "button", class: "button", text: "Stop, and save" },
    onclick: () => act("stop", { scene: site.name }),
  });
  const until = el("input", { class: "field", type: "number", id: "resume-epochs", min: 1, max: 100_000 });
  const resume = el(
    "form",
    { class: "resume" },
    el("label", { for: "resume-epochs", text: "until epoch" }),
    until,
    el("button", { type: "submit", class: "button", text: "Resume" }),
  );
  resume.addEventListener("submit", (event) => {
    event.preventDefault();
    void act("resume", { scene: site.name, epochs: Number(until.value) });
  });
  const news = el("div", { class: "training-news" });
  const other = el("div", { class: "training-news" });
  const node = el("div", { class: "training-now" }, says, bar, pace, facts, wrong, stop, resume, news, other);
  /** What stands there is proposed, until the person types. */
  let proposed = 0;
  let typed = false;
  until.addEventListener("input", () => {
    typed = true;
  });
  return {
    node,
    undo: all(
      effect(() => {
        if (!store.trainingOpen.value) return;
        void site.pulse?.clock.value;
        const progress = growth.progress.value;
        const training = site.pulse?.status.value?.training ?? null;
        if (!progress || !site.pulse) return;
        const own = isOwn(training, site.name);
        const runs = own || (progress.state === "training" && silence(progress, site.pulse.now()) < 30);
        const may = training?.resumable.includes(site.name) ?? false;
        say(says, inFull(progress, ownState(training, site.name), site.pulse.now()));
        bar.value = partDone(progress);
        const [where, left] = pace.children as unknown as [HTMLElement, HTMLElement];
        say(where, progress.state === "training" ? underWay(progress) : "");
        say(left, leftOf(progress, site.pulse.now()));
        pace.hidden = where.textContent === "";
        say(facts, factsOf(progress, training, runs && !own));
        say(wrong, fault.value || wrongOf(progress, training, site.name, may));
        wrong.hidden = wrong.textContent === "";
        stop.hidden = !own;
        stop.disabled = ownState(training, site.name) === "stopping";
        // What cannot be read cannot be resumed; what failed can.
        resume.hidden = runs || !may || (progress.error !== "" && progress.state !== "failed");
        until.min = String((progress.newest ?? 0) + 1);
        const next = Math.max((progress.newest ?? 0) + 1, progress.epochs ?? 1);
        const more = progress.newest === next ? next + 10 : next;
        if (resume.hidden) typed = false;
        if (more !== proposed && !typed && document.activeElement !== until) {
          proposed = more;
          until.value = String(progress.state === "finished" ? (progress.newest ?? 0) + 10 : more);
        }
      }),
      effect(() => {
        const status = site.pulse?.status.value;
        const name = elsewhere(status?.training ?? null, site.name);
        const told = name === null ? null : (status?.scenes.get(name) ?? null);
        other.replaceChildren(...(name === null ? [] : [alsoTrains(name, told)]));
      }),
      effect(() => {
        const newest = growth.progress.value?.newest ?? 0;
        const behind = scene.maps.filter(({ epochs }) => (epochs.at(-1) ?? 0) < newest);
        const lines = behind.map(({ name, epochs }) =>
          el("p", {
            class: "quiet",
            text: `Map '${name}' goes to epoch ${epochs.at(-1)}; the run is at ${newest}.`,
          }),
        );
        news.replaceChildren(...lines);
      }),
    ),
  };
}

function factsOf(progress: Progress, training: Training | null, elsewhere: boolean): string {
  const { loss, speed, epochs, state } = progress;
  const told: string[] = [];
  if (state !== "training" && epochs) told.push(`${epochs} epochs asked for`);
  if (loss !== null) told.push(`loss ${brief(loss)}`);
  if (speed !== null) told.push(`${grouped(Math.round(speed))} images/s`);
  if (elsewhere) told.push("started by another program: stop it there");
  if (training?.said && training.state === "starting") told.push(training.said);
  return told.join(" \u00b7 ");
}

/** The other run that this server trains now. */
function elsewhere(training: Training | null, name: string): string | null {
  return training?.scene && training.shown && training.scene !== name && isOwn(training, training.scene)
    ? training.scene
    : null;
}

function alsoTrains(name: string, told: Progress | null): HTMLElement {
  const where = told?.state === "training" ? `: ${underWay(told)}` : "";
  const go = { type: "button", class: "button", text: "Watch it", onclick: () => goToRun(name) };
  return el("p", {}, `'${name}' is being trained here${where}. `, el("button", go));
}

function wrongOf(progress: Progress, training: Training | null, name: string, may: boolean): string {
  const own = training?.scene === name && training.state === "failed" ? training : null;
  const { error, hint } = own ?? progress;
  const told = [error, hint].filter(Boolean).join(": ");
  if (progress.state !== "died") return told;
  const way = may ? "" : ", in a terminal: hinterland resume RUN";
  return [told, `Nothing committed is lost: resume it${way}.`].filter(Boolean).join(". ");
}
