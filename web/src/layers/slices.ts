/** Long work in short slices, so that no frame waits for it. */

/** Runs the steps in slices of so many milliseconds, and gives the result. Returns what stops it. */
export function inSlices<T>(
  steps: Generator<undefined, T>,
  ms: number,
  done: (result: T) => void,
  soon: (call: () => void) => void = (call) => setTimeout(call, 0),
): () => void {
  let stopped = false;
  const go = () => {
    if (stopped) return;
    const until = performance.now() + ms;
    for (;;) {
      const step = steps.next();
      if (step.done) {
        done(step.value);
        return;
      }
      if (performance.now() > until) break;
    }
    soon(go);
  };
  soon(go);
  return () => {
    stopped = true;
  };
}
