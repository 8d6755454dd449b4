/** How a training fares, in words and in parts of the whole. */
import type { Progress, Training } from "./pulse";

export type Mood = "on" | "off" | "bad";

/** Seconds without a sign of life after which a training may be dead. */
export const SILENT = 300;

/** How long ago that was, in the largest unit that fits. */
export function ago(seconds: number): string {
  return seconds < 1.5 ? "just now" : `${lasting(seconds)} ago`;
}

/** A time in the largest unit that fits. */
function lasting(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** How long the training still takes, in words; empty where nobody knows. */
export function leftOf({ state, left, at }: Progress, now: number): string {
  if (state !== "training" || left === null) return "";
  const seconds = left - Math.max(0, now - (at ?? now));
  return seconds < 3 ? "nearly done" : `about ${lasting(seconds)} left`;
}

/** What this server itself does with a run now; null: nothing, it may be trained by another program. */
export function ownState(training: Training | null, name: string): Training["state"] {
  return training?.scene === name ? training.state : null;
}

export function isOwn(training: Training | null, name: string): boolean {
  return ["starting", "training", "stopping"].includes(ownState(training, name) ?? "");
}

/** Seconds since a training said anything; 0 where nobody knows. */
export function silence({ at, committed }: Progress, now: number): number {
  const last = Math.max(at ?? 0, committed ?? 0);
  return last > 0 ? Math.max(0, now - last) : 0;
}

/** In a word or two, for a place with little room. */
export function inShort(progress: Progress, own: Training["state"], now: number): readonly [Mood, string] {
  const { state, epochs, newest, error } = progress;
  // What failed says so itself; any other fault is of the run's folder.
  if (error && state !== "failed") return ["bad", "unreadable"];
  if (own === "starting") return ["on", "starting"];
  if (own === "stopping") return ["on", "stopping"];
  if (state === "training") {
    if (silence(progress, now) > SILENT) return ["bad", "silent"];
    return ["on", underWay(progress)];
  }
  if (own === "training") return ["on", "starting"];
  if (state === "finished") return ["off", `${newest ?? epochs ?? 0} epochs`];
  return [state === "stopped" ? "off" : "bad", state];
}

/** In a sentence. */
export function inFull(progress: Progress, own: Training["state"], now: number): string {
  const { state, newest, committed } = progress;
  const silent = silence(progress, now);
  const last = committed === null ? "no epoch yet" : `epoch ${newest} came ${ago(now - committed)}`;
  if (own === "starting" || (own === "training" && state !== "training")) return `Starting \u00b7 ${last}`;
  if (own === "stopping") return `Stopping: it is being saved \u00b7 ${last}`;
  if (state === "training" && silent > SILENT) {
    const minutes = Math.round(silent / 60);
    return `Nothing for ${minutes} min: the training may have died \u00b7 ${last}`;
  }
  if (state === "training") return `Training \u00b7 ${last}`;
  if (state === "finished") return `Finished \u00b7 ${last}`;
  if (state === "stopped") return `Stopped \u00b7 ${last}`;
  if (state === "failed") return `The training failed \u00b7 ${last}`;
  return `The training died without a word \u00b7 ${last}`;
}

/** The part of all epochs that is done, 0 to 1. */
export function partDone({ epoch, epochs, step, steps, newest }: Progress): number {
  if (!epochs) return 1;
  const within = epoch !== null && step !== null && steps ? epoch - 1 + step / steps : (epoch ?? newest ?? 0);
  return Math.min(1, Math.max(0, within / epochs));
}

/** Where it stands: "epoch 3 of 20 \u00b7 41 %". */
export function underWay({ epoch, epochs, step, steps }: Progress): string {
  const of = epochs ? ` of ${epochs}` : "";
  if (epoch === null) return "training";
  return `epoch ${epoch}${of}${step !== null && steps ? ` \u00b7 ${Math.floor((100 * step) / steps)} %` : ""}`;
}
