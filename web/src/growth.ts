/** Follows a run in training: takes each new epoch into the scene, and goes to it where the person follows. */
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import type { Growing } from "./growing";
import { latest } from "./latest";
import type { Progress, Pulse } from "./pulse";
import type { Recording } from "./recording";
import { parseScene, type Scene } from "./scene";
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
/** When a scene that could not be read is asked for again. */
const AGAIN_MS = 5000;

export function followGrowth(grown: Growing, { name, pulse, source }: Site, means: Means): Growth {
  const { store } = means;
  const { scene } = grown;
  const files = source(name);
  const progress = computed(() => pulse?.status.value?.scenes.get(name) ?? null);
  const version = computed(() => progress.value?.version);
  const seen = signal(0);
  const newest = () => store.map.value.epochs.at(-1) ?? 0;
  let arrived = Number.NEGATIVE_INFINITY;
  let was: Progress["state"] | undefined;
  let goes = false;
  /** It is the page that goes there, and nobody asked for it. */
  let byItself = false;

  const take = (next: Scene) => {
    const news = grown.grow(next);
    if (news.length > 0) tell(store, `New here: ${news.join("; ")}.`);
    stay();
    void goOn();
  };
  /** Where another map has come in the place of the one that is shown, it is that one. */
  function stay(): void {
    const map = store.map.peek();
    const heir = untracked(() => scene.maps).find(({ name }) => name === map.name);
    if (!heir || heir === map) return;
    if (heir.dims !== map.dims) store.camera.value = null;
    enter(store, heir, store.epoch.peek());
  }
  /** Whoever follows goes to the newest epoch, once what the eye and the hand need of it is here; and on to one that came meanwhile. */
  async function goOn(): Promise<void> {
    if (goes) return;
    goes = true;
    while (store.follow.peek() && store.epoch.peek() !== untracked(newest)) {
      const [from, to] = [store.epoch.peek(), untracked(newest)];
      await prepared(means, to);
      if (!store.follow.peek() || store.epoch.peek() !== from) continue;
      arrived = performance.now();
      byItself = true;
      store.epoch.value = to;
      byItself = false;
    }
    goes = false;
  }
  /** What was opened a moment ago is what there is. */
  const isNews = (first: boolean) => {
    const { newest: there, state } = progress.peek() ?? {};
    return !first || state === "training" || there !== scene.epochs.at(-1)?.epoch;
  };
  const undo = [
    readAnew(version, files, take, isNews),
    effect(() => {
      const told = progress.value;
      const before = was;
      was = told?.state;
      if (before === "training" && told && told.state !== "training") tell(store, ended(told));
    }),
    effect(() => {
      // A person who goes to an older epoch stays there; at the newest the page goes along.
      const epoch = store.epoch.value;
      store.follow.value = byItself || epoch === untracked(newest);
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
    },
  };
}

/** Takes what comes to a scene that is not followed: it gets epochs and maps, and nobody goes there. `opened`: its version when it was. Returns what undoes it. */
export function keepUp(grown: Growing, site: Site, opened = versionOf(site)): () => void {
  return readAnew(
    computed(() => site.pulse?.status.value?.scenes.get(site.name)?.version),
    site.source(site.name),
    (next) => void grown.grow(next),
    (first, told) => !first || told !== opened,
  );
}

/** The version that a scene has by what is known now: to be asked for before the scene itself. */
export function versionOf({ name, pulse }: Pick<Site, "name" | "pulse">): string | undefined {
  return pulse?.status.peek()?.scenes.get(name)?.version;
}

/** Reads a scene at each new version of it, and once more where it could not be read. `isNews` is asked whether a version is; of the first too. */
function readAnew(
  version: ReadonlySignal<string | undefined>,
  files: Source,
  take: (next: Scene) => void,
  isNews: (first: boolean, told: string) => boolean,
): () => void {
  const again = signal(0);
  let known: string | undefined;
  let first = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const read = latest(
    async (_: string) => parseScene(await files.json("scene.json")),
    take,
    (thrown) => {
      known = undefined;
      timer = setTimeout(() => again.value++, AGAIN_MS);
      console.warn(thrown);
    },
  );
  const undo = effect(() => {
    void again.value;
    const told = version.value;
    if (told === undefined || told === known) return;
    known = told;
    clearTimeout(timer);
    const due = untracked(() => isNews(first, told));
    first = false;
    if (due) read(told);
  });
  return () => {
    undo();
    clearTimeout(timer);
    read(null);
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
