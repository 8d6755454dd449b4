/** Questions to one worker and its answers. The first question starts it. */
import { Trouble } from "../faults";
import type { Answer, Asked } from "./protocol";

type Question = Asked extends infer One ? (One extends unknown ? Omit<One, "id"> : never) : never;

interface Waiting {
  done(data: Float32Array | null, ms: number): void;
  fail(why: Trouble): void;
}

/** What a runtime says that cannot run at all. */
export const BROKEN = "no available backend found";

/** What a worker is to whoever asks it. */
export interface Bench {
  onmessage: ((event: MessageEvent<Answer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(asked: Asked, transfer: Transferable[]): void;
  terminate(): void;
}

export class Channel {
  /** Why the runtime cannot run here at all; null while it may. */
  broken: Trouble | null = null;
  readonly #start: () => Bench;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Bench | null = null;
  #next = 1;

  constructor(start: () => Bench) {
    this.#start = start;
  }

  /** `took` is told the milliseconds that the worker needed. Throws a Trouble. */
  ask(
    question: Question,
    transfer: Transferable[] = [],
    took: (ms: number) => void = () => {},
  ): Promise<Float32Array | null> {
    if (this.broken) return Promise.reject(this.broken);
    this.#worker ??= this.#listen(this.#start());
    const id = this.#next++;
    return new Promise((answer, fail) => {
      const done = (data: Float32Array | null, ms: number) => {
        took(ms);
        answer(data);
      };
      this.#waiting.set(id, { done, fail });
      this.#worker?.postMessage({ ...question, id }, transfer);
    });
  }

  /** Ends the worker, and with it what it was asked; the next question starts another. */
  restart(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.broken = null;
    this.#failAll(new Trouble("the decoder was ended before it answered", "retry"));
  }

  #listen(worker: Bench): Bench {
    worker.onmessage = ({ data: answer }) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ("data" in answer) waiting?.done(answer.data, answer.ms);
      else waiting?.fail(this.#explain(answer.error));
    };
    worker.onerror = () => this.#break("the decoding worker did not start");
    return worker;
  }

  #explain(error: string): Trouble {
    if (error.toLowerCase().includes(BROKEN)) this.#break("the decoder's wasm did not load");
    return this.broken ?? new Trouble("the graph did not run", error.slice(0, 300));
  }

  #break(message: string): void {
    const why = new Trouble(
      message,
      "does the server send .wasm files, and does the browser allow WebAssembly?",
    );
    this.broken = why;
    this.#failAll(why);
  }

  #failAll(why: Trouble): void {
    for (const { fail } of this.#waiting.values()) fail(why);
    this.#waiting.clear();
  }
}
