/** Surveys the latents of an epoch off the page's thread: the graph of neighbours is built here, when it is asked for. */
import { between, type Graph, graphOf, type Known } from "./graph";
import type { Question, Reply } from "./protocol";
import { apart, spacingOf } from "./support";

interface Land {
  readonly d: number;
  readonly codes: Float32Array;
  spacing?: number;
  graph?: Promise<Graph>;
}

/** Milliseconds of building, after which other questions are answered. */
const SLICE_MS = 60;

const lands = new Map<number, Land>();

self.onmessage = ({ data: asked }: MessageEvent<Question>) => {
  if (asked.kind === "codes") {
    const { epoch, d, codes, forget } = asked;
    if (forget !== undefined) lands.delete(forget);
    lands.set(epoch, { d, codes });
    return;
  }
  answer(asked).then(
    (reply) => self.postMessage(reply),
    (thrown: unknown) => {
      const error = thrown instanceof Error ? thrown.message : String(thrown);
      self.postMessage({ id: asked.id, error } satisfies Reply);
    },
  );
};

async function answer(asked: Exclude<Question, { kind: "codes" }>): Promise<Reply> {
  const { id, epoch } = asked;
  const land = lands.get(epoch);
  if (!land) throw new Error(`epoch ${epoch} is not known`);
  if (asked.kind === "apart") {
    land.spacing ??= spacingOf(land.codes, land.d);
    return { id, apart: apart(land.codes, land.d, land.spacing, asked.latents) };
  }
  land.graph ??= build(id, epoch, land, asked.known);
  const graph = await land.graph;
  const { d } = land;
  const legs = asked.ends.length / d - 1;
  const end = (i: number) => asked.ends.subarray(i * d, (i + 1) * d);
  return { id, rows: Array.from({ length: legs }, (_, i) => between(graph, end(i), end(i + 1))) };
}

/** In slices, so that nobody waits behind it; given up once its epoch is forgotten. */
async function build(id: number, epoch: number, { codes, d }: Land, known: Known | null): Promise<Graph> {
  const work = graphOf(codes, d, known);
  let step = work.next();
  for (let begun = performance.now(); !step.done; step = work.next()) {
    if (performance.now() - begun < SLICE_MS) continue;
    self.postMessage({ id, built: step.value } satisfies Reply);
    await new Promise((go) => setTimeout(go, 0));
    if (!lands.has(epoch)) throw new Error("another epoch is looked at");
    begun = performance.now();
  }
  return step.value;
}
