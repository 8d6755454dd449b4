/** Latents to pictures and back, at any epoch: in the page's worker, or by asking the server. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { Cache } from "../cache";
import { asTrouble, Trouble } from "../faults";
import { epochName, type Scene } from "../scene";
import type { Source } from "../source";
import { floats, readTensors } from "../tensors";
import type { Answer, Asked } from "./protocol";

export type DecoderState = "asleep" | "starting" | "here" | "server" | "none";

export interface Decoder {
  /** Where decoding happens. "none": neither the page nor the server can. */
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

type Graph = "decoder" | "encoder";
/** Open sessions are kept in wasm memory, which never shrinks. */
const SESSIONS = 6;

export function createDecoder(scene: Scene, source: Source, startWorker: () => Worker): Decoder {
  const state = signal<DecoderState>("asleep");
  const worker = new Channel(startWorker);
  const graphs = new Cache<ArrayBuffer>(2, (graph) => source.bytes(scene.graphs[graph as Graph] ?? ""));
  const sessions = new Cache<string>(SESSIONS, open, (session) => {
    worker.ask({ kind: "close", session }, []).catch(() => {});
  });

  async function open(session: string): Promise<string> {
    const [graph, epoch] = session.split("/") as [Graph, string];
    const [model, weights] = await Promise.all([
      graphs.get(graph),
      source.bytes(`epochs/${epochName(Number(epoch))}/${graph}.safetensors`),
    ]);
    const location = `${graph}.safetensors`;
    await worker.ask({ kind: "open", session, graph: model, weights, location }, [weights]);
    return session;
  }

  function place(graph: Graph, question: string): DecoderState {
    if (scene.graphs[graph] && !worker.broken) return "here";
    return scene.live.includes(question) ? "server" : "none";
  }

  async function run(graph: Graph, epoch: number, data: Float32Array, rows: readonly number[], out: number) {
    const [question, input, output] =
      graph === "decoder"
        ? (["decode", "latents", "images"] as const)
        : (["encode", "images", "latents"] as const);
    const shape = [data.length / rows.reduce((product, side) => product * side, 1), ...rows];
    if (place(graph, question) === "here") {
      if (state.peek() === "asleep") state.value = "starting";
      try {
        const session = await sessions.get(`${graph}/${epoch}`);
        const own = data.slice(); // a view would carry the whole array that it looks into
        const asked = { kind: "run", session, input, output, data: own, shape } as const;
        const result = await worker.ask(asked, [own.buffer]);
        state.value = "here";
        return checked(result, shape[0]! * out);
      } catch (thrown) {
        if (!worker.broken) throw asTrouble(thrown);
      }
    }
    state.value = place(graph, question);
    if (state.peek() === "none") throw nowhere(graph, worker.broken);
    const told = { epoch, [input]: nested(data, shape) };
    const answer = floats(readTensors(await source.ask(question, told)), output, [
      shape[0]!,
      ...ofOutput(graph, scene),
    ]);
    return checked(answer, shape[0]! * out);
  }

  const [h, w, c] = scene.shape;
  return {
    state,
    decode: (epoch, latents) => run("decoder", epoch, latents, [scene.latentDim], h * w * c),
    encode: (epoch, images) => run("encoder", epoch, images, scene.shape, scene.latentDim),
    prepare(epoch) {
      if (place("decoder", "decode") !== "here") return;
      if (state.peek() === "asleep") state.value = "starting";
      const ready = () => {
        state.value = "here";
      };
      sessions.get(`decoder/${epoch}`).then(ready, () => {});
    },
    restart() {
      if (!worker.broken) return;
      worker.restart();
      state.value = "asleep";
    },
    dispose: () => worker.dispose(),
  };
}

/** Questions and answers of one worker. It is started by the first question. */
class Channel {
  /** Why the runtime cannot run here at all; null while it may. */
  broken: Trouble | null = null;
  readonly #start: () => Worker;
  readonly #open = new Map<
    number,
    { done: (data: Float32Array | null) => void; fail: (why: Trouble) => void }
  >();
  #worker: Worker | null = null;
  #next = 1;

  constructor(start: () => Worker) {
    this.#start = start;
  }

  ask(asked: Omitted<Asked>, transfer: Transferable[]): Promise<Float32Array | null> {
    if (this.broken) return Promise.reject(this.broken);
    this.#worker ??= this.#listen(this.#start());
    const id = this.#next++;
    return new Promise((done, fail) => {
      this.#open.set(id, { done, fail });
      this.#worker?.postMessage({ ...asked, id }, transfer);
    });
  }

  restart(): void {
    this.dispose();
    this.broken = null;
  }

  dispose(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #listen(worker: Worker): Worker {
    worker.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
      const waiting = this.#open.get(answer.id);
      this.#open.delete(answer.id);
      if ("data" in answer) waiting?.done(answer.data);
      else waiting?.fail(this.#explain(answer.error));
    };
    worker.onerror = () => this.#break("the decoding worker did not start");
    return worker;
  }

  #explain(error: string): Trouble {
    if (/no available backend/i.test(error)) this.#break("the decoder's wasm did not load");
    return this.broken ?? new Trouble("the graph did not run", error.slice(0, 300));
  }

  #break(message: string): void {
    this.broken = new Trouble(
      message,
      "does the server send .wasm files, and does the browser allow WebAssembly?",
    );
    for (const { fail } of this.#open.values()) fail(this.broken);
    this.#open.clear();
  }
}

type Omitted<T> = T extends unknown ? Omit<T, "id"> : never;

function nowhere(graph: Graph, broken: Trouble | null): Trouble {
  if (broken) return broken;
  const does = graph === "decoder" ? "decode" : "encode";
  return new Trouble(
    `this model cannot ${does} in the page`,
    `open its run with 'hinterland open' to ${does} live`,
  );
}

function checked(data: Float32Array | null, length: number): Float32Array {
  if (data?.length === length) return data;
  throw new Trouble(`the graph gave ${data?.length ?? 0} numbers where ${length} were due`);
}

function ofOutput(graph: Graph, scene: Scene): readonly number[] {
  return graph === "decoder" ? scene.shape : [scene.latentDim];
}

/** Flat numbers as nested lists of that shape, for JSON. */
function nested(data: Float32Array, shape: readonly number[]): unknown {
  if (shape.length <= 1) return Array.from(data);
  const [rows = 0, ...rest] = shape;
  const size = data.length / (rows || 1);
  return Array.from({ length: rows }, (_, i) => nested(data.subarray(i * size, (i + 1) * size), rest));
}
