/** Latents to pictures and back, at any epoch: in the page's worker, or by asking the server. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { asTrouble, Trouble } from "../faults";
import type { Scene } from "../scene";
import type { Source } from "../source";
import { floats, readTensors } from "../tensors";
import { type Bench, Channel } from "./channel";
import { Quiet } from "./quiet";
import { type Job, type More, PageRuntime, size } from "./runtime";
import { Team } from "./team";

/** Where decoding happens. "none": neither the page nor the server can. */
export type DecoderState = "asleep" | "starting" | "here" | "server" | "none";

export interface Decoder {
  readonly state: ReadonlySignal<DecoderState>;
  /** (n, d) -> (n, h, w, c) in [0, 1]. Throws a Trouble. */
  decode(epoch: number, latents: Float32Array): Promise<Float32Array>;
  /** (n, h, w, c) in [0, 1] -> (n, d). Throws a Trouble. */
  encode(epoch: number, images: Float32Array): Promise<Float32Array>;
  /**
   * The same as `decode`, in the background: a decode or encode that is asked for meanwhile goes first.
   * "classes": what the scene's classifier makes of the pictures instead, (n, classes). Throws a Trouble, or the
   * signal's reason once it is aborted.
   */
  quietly(
    epoch: number,
    latents: Float32Array,
    what: "images" | "classes",
    signal: AbortSignal,
  ): Promise<Float32Array>;
  /** Quiet works that are worth asking for at a time: then no worker waits for the page. */
  lanes(): number;
  /**
   * What the scene's classifier makes of pictures (n, h, w, c): (n, classes). A decode or encode that is asked for
   * meanwhile goes first. Throws a Trouble, or the signal's reason once it is aborted.
   */
  classify(images: Float32Array, signal: AbortSignal): Promise<Float32Array>;
  /** Has an epoch's decoder ready before it is asked for; failing is no matter. */
  prepare(epoch: number): void;
  /** Forgets that the runtime did not start, so that the next picture tries again. */
  restart(): void;
  dispose(): void;
}

/** `helpers`: workers that may now help with long work. */
export function createDecoder(
  scene: Scene,
  source: Source,
  startWorker: () => Bench,
  helpers: () => number = () => 0,
): Decoder {
  const { decoding, encoding } = jobsOf(scene);
  const state = signal<DecoderState>("asleep");
  const newRuntime = () => new PageRuntime(scene, source, new Channel(startWorker));
  const page = newRuntime();
  const team = new Team(page, newRuntime, helpers);
  const quiet = new Quiet(() => team.atOnce());
  const wake = () => {
    if (state.peek() === "asleep") state.value = "starting";
  };

  async function run(
    job: Job,
    epoch: number,
    data: Float32Array,
    more: More = {},
    runtime = page,
  ): Promise<Float32Array> {
    const { next } = more;
    const shape = [data.length / size(job.takes), ...job.takes];
    const due = (shape[0] ?? 0) * size(job.gives);
    const worker = runtime.can(job) ? runtime : page;
    if (worker.can(job)) {
      wake();
      try {
        const result = await worker.run(job, epoch, data, shape, more);
        state.value = "here";
        return checked(result, next ? (shape[0] ?? 0) * size(next.gives) : due);
      } catch (thrown) {
        if (!page.broken) throw asTrouble(thrown);
      }
    }
    const served = scene.live.includes(job.graph === "encoder" ? "encode" : "decode");
    if (job.graph !== "classifier") state.value = served ? "server" : "none";
    if (!served || job.graph === "classifier") throw page.broken ?? nowhere(job);
    const begun = performance.now();
    const answer = readTensors(await source.ask(job.question, { epoch, [job.input]: nested(data, shape) }));
    const told = checked(floats(answer, job.output, [shape[0] ?? 0, ...job.gives]), due);
    more.took?.(performance.now() - begun);
    return next ? run(next, epoch, told) : told;
  }

  return {
    state,
    decode: (epoch, data) => quiet.urgent(() => run(decoding, epoch, data)),
    encode: (epoch, data) => quiet.urgent(() => run(encoding, epoch, data)),
    async quietly(epoch, latents, what, signal) {
      const d = scene.latentDim;
      const next = what === "classes" ? namingOf(scene) : undefined;
      const width = size((next ?? decoding).gives);
      const rows = latents.length / d;
      const all = new Float32Array(rows * width);
      // What opening a graph takes is not what a row takes.
      for (const job of next ? [decoding, next] : [decoding]) {
        if (page.can(job)) await page.open(job, epoch).catch(() => {});
      }
      await quiet.pieces(what, rows, signal, async (from, to, took) => {
        const part = latents.subarray(from * d, to * d);
        const told = await team.work((runtime) => run(decoding, epoch, part, { next, took }, runtime));
        all.set(told, from * width);
      });
      return all;
    },
    lanes: () => team.size() + 1,
    async classify(images, signal) {
      const naming = namingOf(scene);
      const [row, width] = [size(naming.takes), size(naming.gives)];
      const held = images.map((value) => Math.min(1, Math.max(0, value)));
      const all = new Float32Array((held.length / row) * width);
      if (page.can(naming)) await page.open(naming, 0);
      await quiet.pieces("classify", held.length / row, signal, async (from, to, took) => {
        all.set(await run(naming, 0, held.subarray(from * row, to * row), { took }), from * width);
      });
      return all;
    },
    prepare(epoch) {
      if (!page.can(decoding)) return;
      wake();
      const ready = () => {
        state.value = "here";
        team.gather((runtime) => runtime.open(decoding, epoch));
      };
      page.open(decoding, epoch).then(ready, () => {});
    },
    restart() {
      if (!page.broken) return;
      page.restart();
      team.disband();
      state.value = "asleep";
    },
    dispose() {
      page.restart();
      team.end();
    },
  };
}

function jobsOf({ latentDim, shape }: Scene) {
  const latents = [latentDim];
  const decoding: Job = {
    ...{ graph: "decoder", question: "decode", input: "latents", output: "images" },
    ...{ takes: latents, gives: shape },
  };
  const encoding: Job = {
    ...{ graph: "encoder", question: "encode", input: "images", output: "latents" },
    ...{ takes: shape, gives: latents },
  };
  return { decoding, encoding };
}

/** By the classifier that there is now: it may come when its training ends. */
function namingOf({ shape, classifier }: Scene): Job {
  return {
    ...{ graph: "classifier", question: "name pictures", input: "images", output: "probabilities" },
    ...{ takes: shape, gives: [classifier?.classes.length ?? 0] },
  };
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

/** Flat numbers as nested lists of that shape, for JSON. */
function nested(data: Float32Array, shape: readonly number[]): unknown {
  if (shape.length <= 1) return Array.from(data);
  const [rows = 0, ...rest] = shape;
  const row = data.length / (rows || 1);
  return Array.from({ length: rows }, (_, i) => nested(data.subarray(i * row, (i + 1) * row), rest));
}
