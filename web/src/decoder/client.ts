/** Latents to pictures and back, at any epoch: in the page's worker, or by asking the server. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { Cache } from "../cache";
import { asTrouble, Trouble } from "../faults";
import { epochName, type Scene } from "../scene";
import type { Source } from "../source";
import { floats, readTensors } from "../tensors";
import { Channel } from "./channel";

/** Where decoding happens. "none": neither the page nor the server can. */
export type DecoderState = "asleep" | "starting" | "here" | "server" | "none";

export interface Decoder {
  readonly state: ReadonlySignal<DecoderState>;
  /** (n, d) -> (n, h, w, c) in [0, 1]. Throws a Trouble. */
  decode(epoch: number, latents: Float32Array): Promise<Float32Array>;
  /** (n, h, w, c) in [0, 1] -> (n, d). Throws a Trouble. */
  encode(epoch: number, images: Float32Array): Promise<Float32Array>;
  /** Has an epoch's decoder ready before it is asked for; failing is no matter. */
  prepare(epoch: number): void;
  /** Forgets that the runtime did not start, so that the next picture tries again. */
  restart(): void;
  dispose(): void;
}

/** What a graph is asked and answers: names, and the shape of one row. */
interface Job {
  readonly graph: "decoder" | "encoder";
  readonly question: "decode" | "encode";
  readonly input: string;
  readonly output: string;
  readonly takes: readonly number[];
  readonly gives: readonly number[];
}

export function createDecoder(scene: Scene, source: Source, startWorker: () => Worker): Decoder {
  const latents = [scene.latentDim];
  const decoding: Job = {
    ...{ graph: "decoder", question: "decode", input: "latents", output: "images" },
    ...{ takes: latents, gives: scene.shape },
  };
  const encoding: Job = {
    ...{ graph: "encoder", question: "encode", input: "images", output: "latents" },
    ...{ takes: scene.shape, gives: latents },
  };
  const state = signal<DecoderState>("asleep");
  const page = new PageRuntime(scene, source, new Channel(startWorker));
  const wake = () => {
    if (state.peek() === "asleep") state.value = "starting";
  };

  async function run(job: Job, epoch: number, data: Float32Array): Promise<Float32Array> {
    const shape = [data.length / size(job.takes), ...job.takes];
    const due = (data.length / size(job.takes)) * size(job.gives);
    if (page.can(job)) {
      wake();
      try {
        const result = await page.run(job, epoch, data, shape);
        state.value = "here";
        return checked(result, due);
      } catch (thrown) {
        if (!page.broken) throw asTrouble(thrown);
      }
    }
    const served = scene.live.includes(job.question);
    state.value = served ? "server" : "none";
    if (!served) throw page.broken ?? nowhere(job);
    const answer = readTensors(await source.ask(job.question, { epoch, [job.input]: nested(data, shape) }));
    return checked(floats(answer, job.output, [shape[0] ?? 0, ...job.gives]), due);
  }

  return {
    state,
    decode: (epoch, data) => run(decoding, epoch, data),
    encode: (epoch, data) => run(encoding, epoch, data),
    prepare(epoch) {
      if (!page.can(decoding)) return;
      wake();
      const ready = () => {
        state.value = "here";
      };
      page.open(decoding, epoch).then(ready, () => {});
    },
    restart() {
      if (!page.broken) return;
      page.restart();
      state.value = "asleep";
    },
    dispose: () => page.restart(),
  };
}

/** Open sessions are kept in wasm memory, which never shrinks. */
const SESSIONS = 6;

/** Graphs with the weights of an epoch, open in the worker. */
class PageRuntime {
  readonly #graphs: Cache<ArrayBuffer>;
  #sessions = this.#noSessions();
  #opened = 0;

  constructor(
    readonly scene: Scene,
    readonly source: Source,
    readonly worker: Channel,
  ) {
    this.#graphs = new Cache(2, (path) => source.bytes(path));
  }

  get broken(): Trouble | null {
    return this.worker.broken;
  }

  can({ graph }: Job): boolean {
    return this.scene.graphs[graph] !== undefined && !this.broken;
  }

  /** The session's name in the worker. */
  open({ graph }: Job, epoch: number): Promise<string> {
    return this.#sessions.get(`${graph}/${epoch}`);
  }

  async run(job: Job, epoch: number, data: Float32Array, shape: readonly number[]) {
    const session = await this.open(job, epoch);
    const own = data.slice(); // a view would carry the whole array that it looks into
    const { input, output } = job;
    return this.worker.ask({ kind: "run", session, input, output, data: own, shape }, [own.buffer]);
  }

  restart(): void {
    this.worker.restart();
    this.#sessions = this.#noSessions();
  }

  #noSessions(): Cache<string> {
    const close = (session: string) => {
      this.worker.ask({ kind: "close", session }).catch(() => {});
    };
    return new Cache(SESSIONS, (key) => this.#make(key), close);
  }

  async #make(key: string): Promise<string> {
    const [graph, epoch] = key.split("/") as ["decoder" | "encoder", string];
    const location = `${graph}.safetensors`;
    const [model, weights] = await Promise.all([
      this.#graphs.get(this.scene.graphs[graph] ?? ""),
      this.source.bytes(`epochs/${epochName(Number(epoch))}/${location}`),
    ]);
    // Numbered, so that closing an old session never closes a new one of the same epoch.
    const session = `${key}/${++this.#opened}`;
    await this.worker.ask({ kind: "open", session, graph: model, weights, location }, [weights]);
    return session;
  }
}

function nowhere({ question }: Job): Trouble {
  return new Trouble(
    `this model cannot ${question} in the page`,
    `open its run with 'hinterland open' to ${question} live`,
  );
}

function checked(data: Float32Array | null, length: number): Float32Array {
  if (data?.length === length) return data;
  throw new Trouble(`the graph gave ${data?.length ?? 0} numbers where ${length} were due`);
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Flat numbers as nested lists of that shape, for JSON. */
function nested(data: Float32Array, shape: readonly number[]): unknown {
  if (shape.length <= 1) return Array.from(data);
  const [rows = 0, ...rest] = shape;
  const row = data.length / (rows || 1);
  return Array.from({ length: rows }, (_, i) => nested(data.subarray(i * row, (i + 1) * row), rest));
}
