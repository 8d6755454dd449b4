/** How far a page holds back while something trains on the machine that it is looked at on. */
import type { Pulse } from "./pulse";

/** Milliseconds of one processor that a move takes, in all of the browser's processes (benchmarks/live.py). */
const MOVE_COST = 10;
/** What moves may take of all the processors together. */
const SHARE = 0.1;
/** Between words and small pictures beside the map lie so many moves: nobody reads faster. */
const MOVES_READ = 4;
/** A hand that rests longer than ever lies between two moves, though a busy machine has one come late. */
const MOVES_REST = 1.5;
const HERE = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export interface Sparing {
  /** Milliseconds to leave between two moves of a hand that are followed; 0: each is. */
  move(): number;
  /** The same between two readings of what is told of them. */
  reading(): number;
  /** After so many milliseconds instead of `ms` a hand rests: between two moves that are followed it does not. */
  rest(ms: number): number;
  /** Several processors may be worked at at once: nothing trains there, as far as is known by now. */
  free(): boolean;
}

export function createSparing(
  pulse: Pick<Pulse, "busy" | "status"> | null | undefined,
  { hostname, processors }: { readonly hostname: string; readonly processors: number },
): Sparing {
  const here = HERE.test(hostname);
  const pause = here ? MOVE_COST / SHARE / Math.max(1, processors) : 0;
  const move = () => (pulse?.busy() ? pause : 0);
  const isKnown = () => !pulse || pulse.status.peek() !== null;
  return {
    move,
    reading: () => MOVES_READ * move(),
    rest: (ms) => ms + MOVES_REST * move(),
    free: () => !here || (isKnown() && !pulse?.busy()),
  };
}
