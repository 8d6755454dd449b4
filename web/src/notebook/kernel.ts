/** Asks the notebook's kernel for files and answers, over the widget's own messages: no address is ever fetched. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { Trouble } from "../faults";
import type { Source } from "../source";
import { bytesOf, type Model } from "./model";

/** One thing that is wanted: a file of the site, an answer about a scene, or the decoder's wasm (packed). */
export type Wanted =
  | { readonly file: string }
  | { readonly scene: string; readonly question: string; readonly told: unknown }
  | { readonly runtime: true };

export interface Kernel {
  /** Throws a Trouble. A kernel that is busy answers when it is done. */
  ask(wanted: Wanted): Promise<ArrayBuffer>;
  /** Something has been waited for unusually long: the kernel is busy, or gone. */
  readonly silent: ReadonlySignal<boolean>;
  close(): void;
}

interface Waiting {
  readonly parts: Uint8Array[];
  readonly done: (bytes: ArrayBuffer) => void;
  readonly fail: (why: Trouble) => void;
}

interface Reply {
  readonly id?: unknown;
  readonly part?: unknown;
  readonly parts?: unknown;
  readonly error?: unknown;
  readonly hint?: unknown;
}

const PATIENCE_MS = 5000;

export function createKernel(model: Model): Kernel {
  const waiting = new Map<string, Waiting>();
  const silent = signal(false);
  // Replies go to every page that shows the widget: each knows its own.
  const own = Math.random().toString(36).slice(2);
  let next = 1;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    clearTimeout(patience);
    silent.value = false;
    if (waiting.size > 0) {
      patience = setTimeout(() => {
        silent.value = true;
      }, PATIENCE_MS);
    }
  };
  const hear = (content: unknown, buffers: unknown) => {
    const { id, part, parts, error, hint } = (content ?? {}) as Reply;
    const asked = typeof id === "string" ? waiting.get(id) : undefined;
    if (!asked || typeof id !== "string") return;
    if (typeof error === "string") {
      waiting.delete(id);
      asked.fail(new Trouble(error, typeof hint === "string" ? hint : ""));
    } else if (typeof part === "number" && typeof parts === "number") {
      const [bytes] = Array.isArray(buffers) ? buffers.map(bytesOf) : [];
      asked.parts[part] = bytes ?? new Uint8Array(0);
      if (Object.keys(asked.parts).length === parts) {
        waiting.delete(id);
        asked.done(joined(asked.parts));
      }
    }
    watch();
  };
  model.on("msg:custom", hear);
  return {
    silent,
    ask: (wanted) =>
      new Promise((done, fail) => {
        const id = `${own}/${next++}`;
        waiting.set(id, { parts: [], done, fail });
        if (waiting.size === 1) watch();
        model.send({ id, ...wanted });
      }),
    close() {
      model.off("msg:custom", hear);
      clearTimeout(patience);
      for (const { fail } of waiting.values()) fail(new Trouble("the widget was closed"));
      waiting.clear();
    },
  };
}

/** What the kernel shows. */
export interface KernelSite {
  /** `site.json`, parsed. Throws a Trouble. */
  json(): Promise<unknown>;
  scene(name: string): Source;
}

export function kernelSite(kernel: Kernel): KernelSite {
  const json = async (file: string): Promise<unknown> => {
    const bytes = await kernel.ask({ file });
    try {
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw new Trouble(`${file} is not JSON`, "compile the scene again from its run");
    }
  };
  return { json: () => json("site.json"), scene: (name) => sceneSource(name, kernel, json) };
}

function sceneSource(name: string, kernel: Kernel, json: (path: string) => Promise<unknown>): Source {
  const bytes = (path: string) => kernel.ask({ file: `scenes/${name}/${path}` });
  return {
    json: (path) => json(`scenes/${name}/${path}`),
    bytes,
    async bitmap(path) {
      return createImageBitmap(new Blob([await bytes(path)])).catch(() => {
        throw new Trouble(`${path} is not a picture that this browser reads`, "try a newer browser");
      });
    },
    ask: (question, told) => kernel.ask({ scene: name, question, told }),
  };
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}
