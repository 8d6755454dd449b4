/** Graphs with the weights of an epoch, open in the worker. */
import { Cache } from "../cache";
import type { Trouble } from "../faults";
import { epochName, type Scene } from "../scene";
import type { Source } from "../source";
import type { Channel } from "./channel";

/** What a graph is asked and answers: names, and the shape of one row. */
export interface Job {
  readonly graph: "decoder" | "encoder" | "classifier";
  readonly question: string;
  readonly input: string;
  readonly output: string;
  readonly takes: readonly number[];
  readonly gives: readonly number[];
}

export interface More {
  /** A job that gets the pictures of this one, without their leaving the worker. */
  readonly next?: Job | undefined;
  /** Is told the milliseconds that the worker needed. */
  readonly took?: (ms: number) => void;
}

/** Open sessions are kept in wasm memory, which never shrinks. */
const SESSIONS = 7;

export class PageRuntime {
  readonly #graphs: Cache<ArrayBuffer>;
  #sessions = this.#noSessions();
  #opened = 0;

  constructor(
    readonly scene: Scene,
    readonly source: Source,
    readonly worker: Channel,
  ) {
    this.#graphs = new Cache(3, (path) => source.bytes(path));
  }

  get broken(): Trouble | null {
    return this.worker.broken;
  }

  can({ graph }: Job): boolean {
    return this.#file(graph) !== undefined && !this.broken;
  }

  /** The session's name in the worker. A classifier is of no epoch. */
  open({ graph }: Job, epoch: number): Promise<string> {
    return this.#sessions.get(graph === "classifier" ? `${graph}/` : `${graph}/${epoch}`);
  }

  async run(
    job: Job,
    epoch: number,
    data: Float32Array,
    shape: readonly number[],
    { next, took }: More = {},
  ) {
    const session = await this.open(job, epoch);
    const own = data.slice(); // a view would carry the whole array that it looks into
    const { input, output } = job;
    const asked = { kind: "run", session, input, output, data: own, shape } as const;
    if (!next) return this.worker.ask(asked, [own.buffer], took);
    const after = { session: await this.open(next, epoch), input: next.input, output: next.output };
    return this.worker.ask({ ...asked, next: after }, [own.buffer], took);
  }

  restart(): void {
    this.worker.restart();
    this.#sessions = this.#noSessions();
  }

  #file(graph: Job["graph"]): string | undefined {
    return graph === "classifier" ? this.scene.classifier?.file : this.scene.graphs[graph];
  }

  #noSessions(): Cache<string> {
    const close = (session: string) => {
      this.worker.ask({ kind: "close", session }).catch(() => {});
    };
    return new Cache(SESSIONS, (key) => this.#make(key), close);
  }

  async #make(key: string): Promise<string> {
    const [graph, epoch] = key.split("/") as [Job["graph"], string];
    const location = `${graph}.safetensors`;
    const [model, weights] = await Promise.all([
      this.#graphs.get(this.#file(graph) ?? ""),
      epoch ? this.source.bytes(`epochs/${epochName(Number(epoch))}/${location}`) : null,
    ]);
    // Numbered, so that closing an old session never closes a new one of the same epoch.
    const session = `${key}/${++this.#opened}`;
    const asked = { kind: "open", session, graph: model, weights, location } as const;
    await this.worker.ask(asked, weights ? [weights] : []);
    return session;
  }
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
