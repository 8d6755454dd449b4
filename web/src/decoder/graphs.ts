/** Runs graphs wherever it is loaded: ONNX Runtime as plain wasm, one thread, one thing after another. */
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { Answer, Asked } from "./protocol";

/** One end of a line: a worker's own scope, or a port. */
export interface Line {
  onmessage: ((event: MessageEvent<Asked>) => void) | null;
  postMessage(answer: Answer, options: StructuredSerializeOptions): void;
}

export type Wasm = ArrayBuffer | string;

env.wasm.numThreads = 1;
env.logLevel = "error";

const sessions = new Map<string, InferenceSession>();
let turn: Promise<void> = Promise.resolve();

/** Answers what comes over a line. `wasm`: the runtime's, or where it is; it may still be on its way. */
export function serve(line: Line, wasm: Wasm | Promise<Wasm>): void {
  turn = turn.then(async () => {
    const found = await wasm;
    if (typeof found === "string") env.wasm.wasmPaths = { wasm: found };
    else env.wasm.wasmBinary = found;
  });
  line.onmessage = ({ data: asked }) => {
    turn = turn.then(() => answer(line, asked));
  };
}

async function answer(line: Line, asked: Asked): Promise<void> {
  try {
    const begun = performance.now();
    const data = await act(asked);
    const reply: Answer = { id: asked.id, data, ms: performance.now() - begun };
    line.postMessage(reply, data ? { transfer: [data.buffer] } : {});
  } catch (thrown) {
    const reply: Answer = { id: asked.id, error: thrown instanceof Error ? thrown.message : String(thrown) };
    line.postMessage(reply, {});
  }
}

async function act(asked: Asked): Promise<Float32Array | null> {
  switch (asked.kind) {
    case "open": {
      const session = await InferenceSession.create(new Uint8Array(asked.graph), {
        executionProviders: ["wasm"],
        externalData: asked.weights ? [{ path: asked.location, data: new Uint8Array(asked.weights) }] : [],
      });
      sessions.set(asked.session, session);
      return null;
    }
    case "run": {
      const first = await run(asked, asked.data, asked.shape);
      if (!asked.next) return first.data;
      const second = await run(asked.next, within(first.data), first.dims);
      return second.data;
    }
    case "close": {
      await sessions.get(asked.session)?.release();
      sessions.delete(asked.session);
      return null;
    }
  }
}

interface Step {
  readonly session: string;
  readonly input: string;
  readonly output: string;
}

async function run({ session: name, input, output }: Step, data: Float32Array, shape: readonly number[]) {
  const session = sessions.get(name);
  if (!session) throw new Error(`no session ${name}`);
  const { [output]: result } = await session.run({ [input]: new Tensor("float32", data, shape) });
  if (!result) throw new Error(`the graph has no output '${output}'`);
  // A copy: the result may lie in the runtime's own memory, which cannot be handed over.
  return { data: new Float32Array((await result.getData()) as Float32Array), dims: result.dims };
}

function within(pictures: Float32Array): Float32Array {
  for (let i = 0; i < pictures.length; i++) pictures[i] = Math.min(1, Math.max(0, pictures[i]!));
  return pictures;
}
