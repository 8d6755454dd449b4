/** Runs graphs off the page's thread: ONNX Runtime as plain wasm, one thread, one thing after another. */

import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { Answer, Asked } from "./protocol";

env.wasm.numThreads = 1;
env.wasm.wasmPaths = { wasm: new URL(wasm, self.location.href).href };
env.logLevel = "error";

const sessions = new Map<string, InferenceSession>();
let turn: Promise<void> = Promise.resolve();

self.onmessage = ({ data: asked }: MessageEvent<Asked>) => {
  turn = turn.then(() => answer(asked));
};

async function answer(asked: Asked): Promise<void> {
  try {
    const data = await act(asked);
    const reply: Answer = { id: asked.id, data };
    self.postMessage(reply, data ? { transfer: [data.buffer] } : {});
  } catch (thrown) {
    const reply: Answer = { id: asked.id, error: thrown instanceof Error ? thrown.message : String(thrown) };
    self.postMessage(reply);
  }
}

async function act(asked: Asked): Promise<Float32Array | null> {
  switch (asked.kind) {
    case "open": {
      const session = await InferenceSession.create(new Uint8Array(asked.graph), {
        executionProviders: ["wasm"],
        externalData: [{ path: asked.location, data: new Uint8Array(asked.weights) }],
      });
      sessions.set(asked.session, session);
      return null;
    }
    case "run": {
      const session = sessions.get(asked.session);
      if (!session) throw new Error(`no session ${asked.session}`);
      const feeds = { [asked.input]: new Tensor("float32", asked.data, asked.shape) };
      const { [asked.output]: result } = await session.run(feeds);
      if (!result) throw new Error(`the graph has no output '${asked.output}'`);
      // A copy: the result may lie in the runtime's own memory, which cannot be handed over.
      return Float32Array.from((await result.getData()) as Float32Array);
    }
    case "close": {
      await sessions.get(asked.session)?.release();
      sessions.delete(asked.session);
      return null;
    }
  }
}
