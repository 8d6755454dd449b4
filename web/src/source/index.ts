/** Where a site comes from: the same relative paths, from a server with a token or from a static folder. */
import { Trouble } from "../faults";
import type { Site } from "../site";
import { type Connection, createConnection } from "./connection";
import { createUnpacker } from "./packed";
import type { Token } from "./token";

export interface Source {
  /** A file of the scene, parsed. Every method throws a Trouble. */
  json(path: string): Promise<unknown>;
  bytes(path: string): Promise<ArrayBuffer>;
  bitmap(path: string): Promise<ImageBitmap>;
  /** A live question; the answer is a safetensors file. */
  ask(question: string, told: unknown): Promise<ArrayBuffer>;
}

/** What is to be known of a site to ask for its files. */
type Shelf = Pick<Site, "static" | "edition">;

export interface SiteSource {
  /** `site.json`, parsed. Throws a Trouble. */
  json(): Promise<unknown>;
  /** One of its scenes; those of a static site have packed arrays. */
  scene(name: string, site: Shelf): Source;
  /** What changes while it is served, parsed, with the server's time; null where it is as it was. Throws a Trouble. */
  status(path: string): Promise<{ readonly told: unknown; readonly date: number | null } | null>;
  /** Asks the server to do something; with nothing told, only to answer. Throws a Trouble. */
  act(path: string, told?: unknown): Promise<unknown>;
  readonly connection: Connection;
  /** From now on whatever is asked for waits for a server that does not answer, instead of failing. */
  wait(): void;
}

type Get = (address: string, options?: RequestInit, once?: boolean) => Promise<Response>;

/** What a proxy says whose server is gone; some say 500 or a number of their own, but not as our server does. */
const GONE = [502, 503, 504];
const PROBE_MS = 4000;

export function webSite(token: Token): SiteSource {
  const connection = createConnection(async () => {
    const options = { signal: AbortSignal.timeout(PROBE_MS), cache: "no-store" } as const;
    return (await reach("health", options))?.ok ?? false;
  });
  let patient = false;
  let tag: string | null = null;
  const get: Get = async (address, options = {}, once = false) => {
    for (let failures = 0; ; ) {
      const tried = token.now();
      const reply = await reach(address, { ...options, headers: { ...options.headers, ...token.header() } });
      if (reply?.ok || reply?.status === 304) return reply;
      if (reply?.status === 401 && isJson(reply)) await token.another(tried);
      else if (reply) throw await refusal(address, reply);
      else if (once || !patient) throw silent();
      // One that fails while the server answers all others fails for a reason of its own.
      else if (!(await connection.back()) && ++failures > 1) throw silent();
    }
  };
  const whole: Whole = async (what, ask) => {
    try {
      return await ask();
    } catch (thrown) {
      if (thrown instanceof Trouble) throw thrown;
      if (!patient) throw cut(what);
    }
    await connection.back();
    return ask().catch((thrown) => {
      throw thrown instanceof Trouble ? thrown : cut(what);
    });
  };
  const json = async (path: string, reply: Response): Promise<unknown> =>
    reply.json().catch(() => {
      if (reply.headers.get("Content-Type")?.startsWith("text/html")) {
        throw new Trouble(
          `another page came in place of ${path}`,
          "log in where it asks you to, then reload",
        );
      }
      throw new Trouble(`${path} is not JSON`, "compile the scene again from its run", reply.status);
    });
  return {
    json: async () => json("site.json", await get("site.json", { cache: "no-cache" })),
    scene: (name, site) => sceneSource(name, site, get, whole, json),
    async status(path) {
      const reply = await get(path, tag ? { headers: { "If-None-Match": tag } } : {});
      tag = reply.headers.get("ETag") ?? tag;
      if (reply.status === 304) return null;
      const date = Date.parse(reply.headers.get("Date") ?? "");
      return { told: await json(path, reply), date: Number.isFinite(date) ? date : null };
    },
    async act(path, told) {
      const reply = await (told === undefined ? get(path) : get(path, asked(told), true));
      return json(path, reply);
    },
    connection,
    wait() {
      patient = true;
    },
  };
}

/** A file of which the connection broke on its way is asked for once more. */
type Whole = <T>(what: string, ask: () => Promise<T>) => Promise<T>;

function asked(told: unknown): RequestInit {
  const headers = { "Content-Type": "application/json" };
  return { method: "POST", headers, body: JSON.stringify(told) };
}

function sceneSource(
  name: string,
  site: Shelf,
  get: Get,
  whole: Whole,
  json: (path: string, reply: Response) => Promise<unknown>,
): Source {
  const edition = site.edition ? `?edition=${encodeURIComponent(site.edition)}` : "";
  const file = (path: string) => get(`scenes/${name}/${path}${edition}`);
  const bytes = async (path: string) => whole(path, async () => (await file(path)).arrayBuffer());
  const unpacked = createUnpacker(bytes);
  return {
    json: async (path) => json(path, await file(path)),
    bytes: (path) => (site.static && path.endsWith(".safetensors") ? unpacked(path) : bytes(path)),
    async bitmap(path) {
      const blob = await whole(path, async () => (await file(path)).blob());
      return createImageBitmap(blob).catch(() => {
        throw new Trouble(`${path} is not a picture that this browser reads`, "try a newer browser");
      });
    },
    ask: (question, told) =>
      whole(question, async () => (await get(`ask/${name}/${question}`, asked(told))).arrayBuffer()),
  };
}

/** null where nobody answers. */
async function reach(address: string, options: RequestInit): Promise<Response | null> {
  try {
    // With cookies and the like: a hub in front knows its people by them. Ours looks at none.
    const reply = await fetch(address, options);
    const gone = GONE.includes(reply.status) || (reply.status >= 500 && !isJson(reply));
    return gone ? null : reply;
  } catch {
    return null;
  }
}

function isJson(reply: Response): boolean {
  return reply.headers.get("Content-Type")?.startsWith("application/json") ?? false;
}

function silent(): Trouble {
  return new Trouble(
    "the server does not answer",
    "are you online, and does 'hinterland open' still run, if it did? then retry",
  );
}

function cut(what: string): Trouble {
  return new Trouble(`${what} was cut off on its way`, "retry");
}

async function refusal(address: string, reply: Response): Promise<Trouble> {
  const told: unknown = await reply.json().catch(() => null);
  const { error, hint } = (told ?? {}) as { error?: unknown; hint?: unknown };
  const message = typeof error === "string" ? error : `${address} could not be read (HTTP ${reply.status})`;
  const missing = reply.status === 404 ? "it is missing where the page comes from" : "";
  return new Trouble(message, typeof hint === "string" && hint ? hint : missing, reply.status);
}
