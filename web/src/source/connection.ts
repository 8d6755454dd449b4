/** Whether the server answers; where it does not, tries again and again, and says when it is back. */
import { type ReadonlySignal, signal } from "@preact/signals-core";

export interface Connection {
  /** Nobody answers, and the next try is at that time (performance.now); null: all is well. */
  readonly lost: ReadonlySignal<{ readonly next: number } | null>;
  /** Settles once the server answers: true where it had to be waited for. */
  back(): Promise<boolean>;
  /** Tries at once. */
  retry(): void;
}

/** Milliseconds until the next try; the last one from then on. */
const DELAYS = [500, 1000, 2000, 3000, 4000] as const;

/** `answers`: asks the server something that costs it nothing. */
export function createConnection(answers: () => Promise<boolean>): Connection {
  const lost = signal<{ readonly next: number } | null>(null);
  let wake = () => {};
  let trying: Promise<boolean> | null = null;
  const pause = (ms: number) =>
    new Promise<void>((go) => {
      const timer = setTimeout(go, ms);
      wake = () => {
        clearTimeout(timer);
        go();
      };
    });

  async function keepTrying(): Promise<boolean> {
    for (let tries = 0; !(await answers()); tries++) {
      const ms = DELAYS[Math.min(tries, DELAYS.length - 1)] ?? 1000;
      lost.value = { next: performance.now() + ms };
      await pause(ms);
    }
    const waited = lost.peek() !== null;
    lost.value = null;
    return waited;
  }

  const retry = () => wake();
  // Whoever comes back to the tab, or to the network, does not want to wait for the next try.
  for (const name of ["focus", "online"]) globalThis.addEventListener?.(name, retry);
  globalThis.document?.addEventListener("visibilitychange", retry);
  return {
    lost,
    retry,
    back() {
      trying ??= keepTrying().finally(() => {
        trying = null;
      });
      return trying;
    },
  };
}
