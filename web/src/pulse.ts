/** How the runs of a served site fare: `status.json`, asked for often while something trains, and seldom else. */
import { batch, type ReadonlySignal, signal } from "@preact/signals-core";
import { checks } from "./checks";
import type * as formats from "./formats";
import type { SiteSource } from "./source";

const STATES = ["training", "finished", "stopped", "failed", "died"] as const;
export type RunState = (typeof STATES)[number];
export interface Progress {
  /** Another one where scene.json is another. */
  readonly version: string;
  readonly state: RunState;
  /** The epoch that is under way, or was last, and how many were asked for. */
  readonly epoch: number | null;
  readonly epochs: number | null;
  /** Where the epoch under way stands. */
  readonly step: number | null;
  readonly steps: number | null;
  readonly loss: number | null;
  readonly speed: number | null;
  /** How many seconds the epochs that are left take at the pace so far, counted from `at`. */
  readonly left: number | null;
  /** The newest epoch on the server's disk, and when it came there (seconds since 1970, its clock). */
  readonly newest: number | null;
  readonly committed: number | null;
  /** When the training gave a sign of life last. */
  readonly at: number | null;
  readonly error: string;
  readonly hint: string;
}
/** What this server itself trains, or trained last. */
export interface Training {
  readonly scene: string | null;
  readonly state: "starting" | "training" | "stopping" | "finished" | "stopped" | "failed" | null;
  /** Its run can be opened. */
  readonly shown: boolean;
  readonly said: string;
  readonly error: string;
  readonly hint: string;
  /** The runs that may be trained from here. */
  readonly resumable: readonly string[];
}
export interface Status {
  readonly scenes: ReadonlyMap<string, Progress>;
  /** null: nothing may be trained from here. */
  readonly training: Training | null;
}
export interface Pulse {
  readonly status: ReadonlySignal<Status | null>;
  /** Another number at each answer, and once a second where they come seldom: what is told of time is told anew. */
  readonly clock: ReadonlySignal<number>;
  /** Something trains where the server is, which may be this machine. */
  busy(): boolean;
  /** Seconds since 1970, by the server's clock. */
  now(): number;
  /** Asks at once, and settles when it is known. */
  look(): Promise<void>;
  /** Something that a person asked the server for; then looks. Throws a Trouble. */
  act(name: "choices" | "start" | "resume" | "stop", told?: unknown): Promise<unknown>;
  dispose(): void;
}

const FORMAT = 1;
const OFTEN_MS = 1000;
const SELDOM_MS = 5000;
/** Clocks that differ by less than this differ by nothing: the server tells whole seconds. */
const SAME_CLOCK_MS = 3000;

const OWN_STATES = ["starting", "training", "stopping", "finished", "stopped", "failed"] as const;
const { record, list, text, number, wrong, format } = checks("status.json", "reload the page");

function parseStatus(json: unknown): Status {
  const top = record<formats.Status>(json, "the whole file");
  format(top.format, FORMAT);
  const scenes = Object.entries(record<formats.Status["scenes"]>(top.scenes, "scenes"));
  return {
    scenes: new Map(scenes.map(([name, told]) => [name, parseProgress(told, `scenes.${name}`)])),
    training: top.training == null ? null : parseTraining(top.training),
  };
}

function isTraining({ scenes, training }: Status): boolean {
  if (training && ["starting", "training", "stopping"].includes(training.state ?? "")) return true;
  return [...scenes.values()].some(({ state }) => state === "training");
}

export function createPulse(source: Pick<SiteSource, "status" | "act">, path: string): Pulse {
  const status = signal<Status | null>(null);
  const clock = signal(0);
  let ahead = 0;
  let gone = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking: Promise<void> | null = null;

  const busy = () => status.peek() !== null && isTraining(status.peek()!);
  async function ask(): Promise<void> {
    const reply = await source.status(path);
    if (!reply || gone) return;
    const apart = reply.date === null ? 0 : reply.date - Date.now();
    ahead = Math.abs(apart) < SAME_CLOCK_MS ? 0 : apart;
    const told = parseStatus(reply.told);
    batch(() => {
      status.value = told;
      clock.value++;
    });
  }
  function look(): Promise<void> {
    clearTimeout(timer);
    looking ??= ask()
      .catch((thrown: unknown) => {
        console.warn(thrown); // what was known stays; it is asked for again
        clock.value++;
      })
      .finally(() => {
        looking = null;
        if (gone) return;
        const often = busy() && !document.hidden;
        timer = setTimeout(look, often ? OFTEN_MS : SELDOM_MS);
      });
    return looking;
  }
  const seen = () => {
    if (!document.hidden) void look();
  };
  document.addEventListener("visibilitychange", seen);
  const seldom = setInterval(() => {
    if (!busy() && !document.hidden) clock.value++;
  }, OFTEN_MS);
  void look();
  return {
    status,
    clock,
    busy,
    now: () => (Date.now() + ahead) / 1000,
    look,
    async act(name, told) {
      const answer = await source.act(`training/${name}`, told);
      if (told === undefined) return answer;
      await looking; // which was asked before, and may not know of it
      await look();
      return answer;
    },
    dispose() {
      gone = true;
      clearTimeout(timer);
      clearInterval(seldom);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}

function parseProgress(value: unknown, at: string): Progress {
  const told = record<formats.Progress>(value, at);
  const state = STATES.find((one) => one === told.state);
  if (!state) throw wrong(`${at}.state`, `must be one of ${STATES.join(", ")}`);
  const of = (name: keyof formats.Progress) => number(told[name], `${at}.${name}`);
  return {
    version: text(told.version, `${at}.version`),
    state,
    epoch: of("epoch"),
    epochs: of("epochs"),
    step: of("step"),
    steps: of("steps"),
    loss: of("loss"),
    speed: of("images_per_second"),
    left: of("seconds_left"),
    newest: of("newest"),
    committed: of("committed"),
    at: of("at"),
    ...saidOf(told, at),
  };
}

function parseTraining(value: unknown): Training {
  const told = record<formats.Training>(value, "training");
  return {
    scene: told.scene == null ? null : text(told.scene, "training.scene"),
    state: OWN_STATES.find((one) => one === told.state) ?? null,
    shown: told.shown === true,
    said: text(told.said ?? "", "training.said"),
    ...saidOf(told, "training"),
    resumable: list(told.resumable, "training.resumable").map((name) => text(name, "training.resumable")),
  };
}

function saidOf(told: { readonly error?: unknown; readonly hint?: unknown }, at: string) {
  return { error: text(told.error ?? "", `${at}.error`), hint: text(told.hint ?? "", `${at}.hint`) };
}
