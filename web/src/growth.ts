/** Follows a run in training: takes each new epoch into the scene, and goes to it where the person follows. */
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import type { Growing } from "./growing";
import { latest } from "./latest";
import type { Progress, Pulse } from "./pulse";
import type { Recording } from "./recording";
import { parseScene } from "./scene";
import type { Source } from "./source";
import { enter, type Store, tell } from "./store";

export interface Growth {
  /** How the run fares; null where nobody tells. */
  readonly progress: ReadonlySignal<Progress | null>;
  /** Epochs of the map that came since the person looked at its newest. */
  readonly fresh: ReadonlySignal<number>;
  /** An epoch is being shown because it came, and not because anybody asked for it. */
  arriving(): boolean;
  /** Goes to the newest epoch, and on to those that come; or stays. */
  live(on: boolean): void;
  undo(): void;
}

export interface Means {
  readonly store: Store;
  readonly recording: Recording;
  readonly decoder: Decoder;
}

interface Site {
  readonly name: string;
  readonly pulse?: Pulse | null;
  source(name: string): Source;
}

/** What is to be seen at once is fetched first; but not for longer than this. */
const PREPARING_MS = 1200;
/** What is prepared is shown within so long. */
const ARRIVING_MS = 400;

export function followGrowth(grown: Growing, { name, pulse, source }: Site, means: Means): Growth {
  const { store } = means;
  const { scene } = grown;
  const files = source(name);
  const progress = computed(() => pulse?.status.value?.scenes.get(name) ?? null);
  const version = computed(() => progress.value?.version);
  const seen = signal(0);
  const newest = () => store.map.value.epochs.at(-1) ?? 0;
  let known: string | undefined;
  let arrived = Number.NEGATIVE_INFINITY;
  let was: Progress["state"] | undefined;

  const take = latest(
    async (_: string) => parseScene(await files.json("scene.json")),
    (next) => {
      const before = untracked(newest);
      const news = grown.grow(next);
      if (news.length > 0) tell(store, `New here: ${news.join("; ")}.`);
      stay();
      const now = untracked(newest);
      if (now !== before && store.follow.peek() && store.epoch.peek() === before) void goOn(before, now);
    },
    (thrown) => {
      // It is asked for again with the next epoch, or when the person reloads.
      known = undefined;
      console.warn(thrown);
    },
  );
  /** Where another map has come in the place of the one that is shown, it is that one. */
  function stay(): void {
    const map = store.map.peek();
    const heir = untracked(() => scene.maps).find(({ name }) => name === map.name);
    if (!heir || heir === map) return;
    if (heir.dims !== map.dims) store.camera.value = null;
    enter(store, heir, store.epoch.peek());
  }
  /** From one epoch to the next, once what the eye and the hand need of it is here. */
  async function goOn(before: number, now: number): Promise<void> {
    await prepared(means, now);
    if (!store.follow.peek() || store.epoch.peek() !== before) return;
    arrived = performance.now();
    store.epoch.value = now;
  }
  const undo = [
    effect(() => {
      const told = version.value;
      if (told === undefined || told === known) return;
      const first = known === undefined;
      known = told;
      // What was opened a moment ago is what there is.
      const { newest: there, state } = progress.peek() ?? {};
      if (first && state !== "training" && there === scene.epochs.at(-1)?.epoch) return;
      take(told);
    }),
    effect(() => {
      const told = progress.value;
      const before = was;
      was = told?.state;
      if (before === "training" && told && told.state !== "training") tell(store, ended(told));
    }),
    effect(() => {
      // A person who goes to an older epoch stays there; at the newest the page goes along.
      const epoch = store.epoch.value;
      store.follow.value = epoch === untracked(newest);
    }),
    effect(() => {
      if (store.epoch.value === newest()) seen.value = Math.max(seen.peek(), store.epoch.value);
    }),
  ];
  return {
    progress,
    fresh: computed(() => store.map.value.epochs.filter((epoch) => epoch > seen.value).length),
    arriving: () => performance.now() - arrived < ARRIVING_MS,
    live(on) {
      store.follow.value = on;
      if (on) store.epoch.value = untracked(newest);
    },
    undo() {
      for (const call of undo) call();
      take(null);
    },
  };
}

/** Takes what comes to a scene that is not followed: it gets epochs and maps, and nobody goes there. Returns what undoes it. */
export function keepUp(grown: Growing, { name, pulse, source }: Site): () => void {
  const files = source(name);
  const version = computed(() => pulse?.status.value?.scenes.get(name)?.version);
  let known = version.peek();
  const take = latest(
    async (_: string) => parseScene(await files.json("scene.json")),
    (next) => void grown.grow(next),
    (thrown) => {
      known = undefined;
      console.warn(thrown);
    },
  );
  const undo = effect(() => {
    const told = version.value;
    if (told === undefined || told === known) return;
    known = told;
    take(told);
  });
  return () => {
    undo();
    take(null);
  };
}

/** That a training which was watched came to its end, and how. */
function ended({ state, newest }: Progress): string {
  const at = newest === null ? "before its first epoch" : `at epoch ${newest}`;
  if (state === "finished") return `The training has finished, ${at}.`;
  if (state === "stopped") return `The training was stopped ${at}; it is saved.`;
  return `The training ${state === "failed" ? "failed" : "ended without a word"} ${at}; see Training (Shift+T).`;
}

function prepared({ store, recording, decoder }: Means, epoch: number): Promise<unknown> {
  decoder.prepare(epoch);
  const fetched = [recording.frame(store.map.peek(), epoch), recording.latents(epoch)];
  const tooLate = new Promise((go) => setTimeout(go, PREPARING_MS));
  // Where one of them cannot be had, the epoch itself says so.
  return Promise.race([Promise.allSettled(fetched), tooLate]);
}
