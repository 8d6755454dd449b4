/** Where a scene comes from: the same relative paths, from a server with a token or from a static folder. */
import { Trouble } from "../faults";
import type { Token } from "./token";

export interface Source {
  /** A file of the scene, parsed. Every method throws a Trouble. */
  json(path: string): Promise<unknown>;
  bytes(path: string): Promise<ArrayBuffer>;
  bitmap(path: string): Promise<ImageBitmap>;
  /** A live question; the answer is a safetensors file. */
  ask(question: string, told: unknown): Promise<ArrayBuffer>;
}

export function webSource(token: Token): Source {
  async function get(address: string, options: RequestInit = {}): Promise<Response> {
    for (;;) {
      const header = token.header();
      const reply = await reach(address, { ...options, headers: { ...options.headers, ...header } });
      if (reply.ok) return reply;
      if (reply.status !== 401) throw await refusal(address, reply);
      await token.another(header.Authorization);
    }
  }
  const file = (path: string) => get(`scene/${path}`);
  return {
    async json(path) {
      const reply = await file(path);
      return reply.json().catch(() => {
        throw new Trouble(`${path} is not JSON`, "compile the scene again from its run", reply.status);
      });
    },
    async bytes(path) {
      return whole(path, (await file(path)).arrayBuffer());
    },
    async bitmap(path) {
      const blob = await whole(path, (await file(path)).blob());
      return createImageBitmap(blob).catch(() => {
        throw new Trouble(`${path} is not a picture that this browser reads`, "try a newer browser");
      });
    },
    async ask(question, told) {
      const reply = await get(`ask/${question}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(told),
      });
      return whole(question, reply.arrayBuffer());
    },
  };
}

async function reach(address: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...options, credentials: "omit" });
  } catch {
    throw new Trouble("the server does not answer", "is 'hinterland open' still running? then retry");
  }
}

async function refusal(address: string, reply: Response): Promise<Trouble> {
  const told: unknown = await reply.json().catch(() => null);
  const { error, hint } = (told ?? {}) as { error?: unknown; hint?: unknown };
  const message = typeof error === "string" ? error : `${address} could not be read (HTTP ${reply.status})`;
  const missing = reply.status === 404 ? "it is missing where the page comes from" : "";
  return new Trouble(message, typeof hint === "string" && hint ? hint : missing, reply.status);
}

async function whole<T>(what: string, body: Promise<T>): Promise<T> {
  return body.catch(() => {
    throw new Trouble(`${what} was cut off on its way`, "retry");
  });
}
