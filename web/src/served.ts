/** What a served page shows of its server: a banner while it does not answer, a card while a run has no epoch yet. */
import { effect } from "@preact/signals-core";
import { asTrouble } from "./faults";
import { inFull, isOwn, ownState, partDone } from "./progress";
import type { Pulse } from "./pulse";
import type { Connection } from "./source/connection";
import { all, el } from "./views/dom";

/** Says that the server does not answer, and when it is asked again; all else stays as it is. */
export function mountBanner(place: HTMLElement, connection: Connection): () => void {
  const words = el("span");
  const banner = el(
    "div",
    { class: "banner panel", role: "status", hidden: true },
    words,
    el("button", { type: "button", class: "button", text: "Retry now", onclick: () => connection.retry() }),
  );
  place.append(banner);
  let timer: ReturnType<typeof setInterval> | undefined;
  const undo = effect(() => {
    const lost = connection.lost.value;
    banner.hidden = lost === null;
    clearInterval(timer);
    if (!lost) return;
    const tell = () => {
      const seconds = Math.ceil((lost.next - performance.now()) / 1000);
      const when = seconds > 0 ? ` in ${seconds} s` : "";
      words.textContent = `The server does not answer. What is here stays; retrying${when}\u2026`;
    };
    tell();
    timer = setInterval(tell, 500);
  });
  return all(
    undo,
    () => clearInterval(timer),
    () => banner.remove(),
  );
}

/** Settles once the run has something to show. */
export async function firstEpoch(
  place: HTMLElement,
  pulse: Pulse,
  name: string,
  title: string,
): Promise<void> {
  const state = el("p", { role: "status" });
  const said = el("p", { class: "quiet" });
  const wrong = el("p", { class: "training-wrong", role: "alert", hidden: true });
  const bar = el("progress", { max: 1, "aria-label": "Epochs done" });
  const stop = el("button", {
    ...{ type: "button", class: "button", text: "Stop, and save", hidden: true },
    onclick: () => {
      pulse.act("stop", { scene: name }).catch((thrown: unknown) => {
        wrong.textContent = asTrouble(thrown).message;
        wrong.hidden = false;
      });
    },
  });
  const card = el(
    "div",
    { class: "entry-card panel" },
    el("h1", { text: "Waiting for the first epoch" }),
    el("p", { text: title }),
    ...[state, bar, said, wrong, stop],
    el("a", {
      href: "#",
      text: "All runs",
      class: "back",
      onclick: () => setTimeout(() => location.reload()),
    }),
  );
  const screen = el("main", { class: "entry" }, card);
  place.append(screen);
  document.title = `${title} \u00b7 Hinterland`;
  await new Promise<void>((come) => {
    const undo = effect(() => {
      const status = pulse.status.value;
      const progress = status?.scenes.get(name);
      if (!progress) return;
      const { training } = status!;
      const own = isOwn(training, name);
      state.textContent = inFull(progress, ownState(training, name), pulse.now());
      bar.value = partDone(progress);
      said.textContent = own ? (training?.said ?? "") : idle(progress.state);
      stop.hidden = !own;
      const failed = training?.scene === name && training.state === "failed" ? training : progress;
      wrong.textContent = [failed.error, failed.hint].filter(Boolean).join(": ");
      wrong.hidden = !failed.error;
      if (progress.newest !== null && !progress.error) queueMicrotask(done);
    });
    function done(): void {
      undo();
      come();
    }
  });
  screen.remove();
}

function idle(state: string): string {
  return state === "training" ? "" : "Nothing trains it now. In a terminal: hinterland resume RUN";
}
