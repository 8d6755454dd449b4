/** How far a page holds back while something trains on the machine that it is looked at on. */
import type { Pulse } from "./pulse";

/** Milliseconds of one processor that a move takes, in all of the browser's processes (benchmarks/live.py). */
const MOVE_COST = 10;
/** What moves may take of all the processors together. */
const SHARE = 0.1;
/** Between words and small pictures beside the map lie so many moves: nobody reads faster. */
const MOVES_READ = 4;
const HERE = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export interface Sparing {
  /** Milliseconds to leave between two moves of a hand that are followed; 0: each is. */
  move(): number;
  /** The same between two readings of what is told of them. */
  reading(): number;
}

export function createSparing(
  pulse: Pick<Pulse, "busy"> | null | undefined,
  { hostname, processors }: { readonly hostname: string; readonly processors: number },
): Sparing {
  const pause = HERE.test(hostname) ? MOVE_COST / SHARE / Math.max(1, processors) : 0;
  const move = () => (pulse?.busy() ? pause : 0);
  return { move, reading: () => MOVES_READ * move() };
}
