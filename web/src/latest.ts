/** Latest wins: one piece of work at a time, and only the newest request waits behind it. */

/**
 * Returns `ask`. While work runs, a newer request replaces the one that waits; results arrive in the
 * order of asking, so an old picture never follows a new one. `ask(null)` forgets what waits and
 * makes what runs fall silent.
 */
export function latest<T, R>(
  work: (asked: T) => Promise<R>,
  done: (result: R, asked: T) => void,
  failed: (thrown: unknown, asked: T) => void,
): (asked: T | null) => void {
  let waiting: T | null = null;
  let running = false;
  let silenced = false;

  async function run(): Promise<void> {
    running = true;
    while (waiting !== null) {
      const asked: T = waiting;
      waiting = null;
      silenced = false;
      try {
        const result = await work(asked);
        if (!silenced) done(result, asked);
      } catch (thrown) {
        if (!silenced) failed(thrown, asked);
      }
    }
    running = false;
  }

  return (asked) => {
    waiting = asked;
    if (asked === null) silenced = true;
    else if (!running) void run();
  };
}
