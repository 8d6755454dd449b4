/** Asks the surveying worker: ways through the images, and how far latents are from them. It starts when it is first asked. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { Trouble } from "../faults";
import type { Latents } from "../nearest";
import type { Known } from "./graph";
import type { Question, Reply, SurveyBench } from "./protocol";
import type { Apart } from "./support";

export interface Surveyor {
  /** How much of a graph is built, 0 to 1; null while none is being built. */
  readonly building: ReadonlySignal<number | null>;
  /** The images on the ways from each of some latents (k, d) to the next. Throws a Trouble. */
  between(latents: Latents, ends: Float32Array): Promise<readonly Uint32Array[]>;
  /** How far latents (m, d) are from the data. Throws a Trouble. */
  apart(latents: Latents, asked: Float32Array): Promise<Apart>;
  dispose(): void;
}

/** Epochs that the worker holds. */
const HELD = 2;

interface Waiting {
  done(reply: Reply): void;
  fail(why: Trouble): void;
}

/** `known`: the neighbours of an epoch that are in a file; null where they are not. */
export function createSurveyor(
  start: () => SurveyBench,
  known: (epoch: number) => Promise<Known | null>,
): Surveyor {
  const building = signal<number | null>(null);
  const waiting = new Map<number, Waiting>();
  let held: number[] = [];
  let worker: SurveyBench | null = null;
  let next = 1;

  const stop = () => {
    worker?.terminate();
    worker = null;
    held = [];
    building.value = null;
  };
  const listen = (to: SurveyBench) => {
    to.onmessage = ({ data: reply }: MessageEvent<Reply>) => {
      if ("built" in reply) {
        building.value = reply.built;
        return;
      }
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ("error" in reply) asked?.fail(new Trouble("the latents were not surveyed", reply.error));
      else asked?.done(reply);
    };
    to.onerror = () => {
      stop();
      const why = new Trouble("the surveying worker did not start", "does the browser allow workers?");
      for (const { fail } of waiting.values()) fail(why);
      waiting.clear();
    };
    return to;
  };
  const send = (question: Question) => {
    worker ??= listen(start());
    worker.postMessage(question);
  };
  const teach = ({ epoch, d, mean }: Latents) => {
    if (held.includes(epoch)) return;
    const forget = held.length >= HELD ? held.shift() : undefined;
    send({ kind: "codes", epoch, d, codes: mean.slice(), forget });
    held.push(epoch);
  };
  const ask = <K extends "rows" | "apart">(key: K, question: (id: number) => Question) => {
    const id = next++;
    return new Promise<Extract<Reply, Record<K, unknown>>[K]>((answer, fail) => {
      const done = (reply: Reply) => answer((reply as Extract<Reply, Record<K, unknown>>)[key]);
      waiting.set(id, { done, fail });
      send(question(id));
    });
  };
  return {
    building,
    async between(latents, ends) {
      const { epoch } = latents;
      const neighbours = await known(epoch).catch(() => null);
      teach(latents);
      try {
        return await ask("rows", (id) => ({ kind: "between", id, epoch, ends, known: neighbours }));
      } finally {
        building.value = null;
      }
    },
    apart(latents, asked) {
      teach(latents);
      return ask("apart", (id) => ({ kind: "apart", id, epoch: latents.epoch, latents: asked }));
    },
    dispose: stop,
  };
}
