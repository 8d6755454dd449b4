/** One decoding worker for all widgets on a page: started, and its wasm fetched, once. */
import { type Bench, BROKEN } from "../decoder/channel";
import type { Answer, Asked } from "../decoder/protocol";

/** Whatever runs graphs for the page. */
export interface Engine {
  post(asked: Asked, transfer: Transferable[], answered: (answer: Answer) => void): void;
  end(): void;
}

/** How long a worker that nobody uses waits for the next widget: a cell that is run again is one. */
const IDLE_MS = 20_000;

/** Shares one engine among those who ask for a bench. */
export class Workshop {
  #engine: Promise<Engine> | null = null;
  #benches = 0;
  #named = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** `start` is called where no engine runs yet. */
  bench(start: () => Promise<Engine>): Bench {
    clearTimeout(this.#idle);
    this.#benches++;
    this.#engine ??= start();
    const engine = this.#engine;
    engine.catch(() => {
      if (this.#engine === engine) this.#engine = null; // the next one tries again
    });
    return createBench(engine, `${++this.#named}:`, () => this.#leave());
  }

  #leave(): void {
    if (--this.#benches > 0) return;
    this.#idle = setTimeout(() => {
      this.#engine?.then((engine) => engine.end()).catch(() => {});
      this.#engine = null;
    }, IDLE_MS);
  }
}

/** Sessions of one bench are named apart from those of all others, and end with it. */
function createBench(engine: Promise<Engine>, prefix: string, left: () => void): Bench {
  const open = new Set<string>();
  let gone = false;
  const bench: Bench = {
    onmessage: null,
    onerror: null,
    postMessage(asked, transfer) {
      if (asked.kind === "open") open.add(asked.session);
      if (asked.kind === "close") open.delete(asked.session);
      engine.then(
        (running) => {
          running.post({ ...within(asked, prefix), id: 0 }, transfer, (answer) => {
            if (gone) return;
            bench.onmessage?.(new MessageEvent("message", { data: { ...answer, id: asked.id } }));
          });
        },
        () => {
          // Said of this one question, as the runtime itself would say it.
          if (!gone)
            bench.onmessage?.(new MessageEvent("message", { data: { id: asked.id, error: BROKEN } }));
        },
      );
    },
    terminate() {
      if (gone) return;
      for (const session of open) bench.postMessage({ kind: "close", id: 0, session }, []);
      gone = true;
      left();
    },
  };
  return bench;
}

function within(asked: Asked, prefix: string): Asked {
  const session = prefix + asked.session;
  if (asked.kind !== "run" || !asked.next) return { ...asked, session };
  return { ...asked, session, next: { ...asked.next, session: prefix + asked.next.session } };
}
