/** Starts the runtime within a page that serves nothing: its code is in this one, its wasm comes from the kernel. */
import code from "virtual:decoding-worker";
import survey from "virtual:surveying-worker";
import type { Start } from "../decoder/blob";
import type { Answer, Asked } from "../decoder/protocol";
import type { SurveyBench } from "../paths/protocol";
import type { Engine } from "./bench";

/** A worker that says nothing for so long was not allowed to start. */
const START_MS = 10_000;

/** Throws where neither a worker nor the page itself may run the code. */
export async function startEngine(wasm: () => Promise<ArrayBuffer>): Promise<Engine> {
  const address = addressOf(code);
  try {
    const { port1, port2 } = new MessageChannel();
    const worker = await startWorker(address).catch(() => null);
    if (worker) {
      const start: Start = { wasm: await wasm(), port: port2 };
      worker.postMessage(start, [start.wasm, port2]);
    } else {
      // Some front ends allow no workers: decoding then takes its turns with the map, in this thread.
      const { begin } = (await import(/* @vite-ignore */ address)) as typeof import("../decoder/blob");
      begin({ wasm: await wasm(), port: port2 });
    }
    return overPort(port1, () => worker?.terminate());
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Where no worker may be started, it is as one that failed. */
export function startSurvey(): SurveyBench {
  const address = addressOf(survey);
  try {
    return new Worker(address, { type: "module" });
  } catch (thrown) {
    const bench: SurveyBench = {
      onmessage: null,
      onerror: null,
      postMessage: () => bench.onerror?.(new ErrorEvent("error", { error: thrown })),
      terminate() {},
    };
    return bench;
  } finally {
    setTimeout(() => URL.revokeObjectURL(address), START_MS);
  }
}

function addressOf(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}

function startWorker(address: string): Promise<Worker> {
  return new Promise((started, failed) => {
    const worker = new Worker(address, { type: "module" });
    const fail = () => {
      worker.terminate();
      failed(new Error("no worker may be started here"));
    };
    const patience = setTimeout(fail, START_MS);
    worker.onerror = fail;
    worker.onmessage = () => {
      clearTimeout(patience);
      worker.onerror = null;
      worker.onmessage = null;
      started(worker);
    };
  });
}

function overPort(port: MessagePort, end: () => void): Engine {
  const waiting = new Map<number, (answer: Answer) => void>();
  let next = 1;
  port.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  };
  return {
    post(asked: Asked, transfer, answered) {
      const id = next++;
      waiting.set(id, answered);
      port.postMessage({ ...asked, id }, transfer);
    },
    end() {
      port.close();
      end();
    },
  };
}
