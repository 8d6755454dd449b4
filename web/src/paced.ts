/** What follows, but not more often or sooner than is asked for; the last always comes. */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";

/**
 * A signal that follows another one. `pause`: milliseconds between two values, asked for at each; 0: as often as they
 * come. `leaps`: at once, whatever the pause. `patience`: milliseconds after the pause in which the next value may
 * come by itself, so that what follows both is painted in one frame.
 */
export function paced<T>(
  source: ReadonlySignal<T>,
  pause: () => number,
  leaps: (before: T, now: T) => boolean = () => false,
  patience: () => number = () => 0,
): { readonly value: ReadonlySignal<T>; undo(): void } {
  const value = signal(source.peek());
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = () => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    value.value = source.peek();
  };
  const undo = effect(() => {
    const now = source.value;
    if (now === value.peek()) return;
    const wait = last + pause() - performance.now();
    if (wait <= 0 || leaps(value.peek(), now)) take();
    else timer ??= setTimeout(take, wait + patience());
  });
  return {
    value,
    undo() {
      clearTimeout(timer);
      undo();
    },
  };
}

export interface Awaited {
  /** Calls now, or where there is a wait, once when that is over or when what was waited for is there. */
  ask(): void;
  /** It is there. */
  there(): void;
  undo(): void;
}

/** Calls something together with what it waits for, so that both are painted in one frame. `wait`: milliseconds at most; 0: not at all. */
export function awaiting(call: () => void, wait: () => number): Awaited {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const drop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const go = () => {
    drop();
    call();
  };
  return {
    ask() {
      const ms = wait();
      if (ms <= 0) go();
      else timer ??= setTimeout(go, ms);
    },
    there() {
      if (timer !== undefined) go();
    },
    undo: drop,
  };
}
