/** Workers that run graphs side by side: one that answers whatever is urgent, and others that help it with long work. */
import type { PageRuntime } from "./runtime";

interface Member {
  readonly runtime: PageRuntime;
  ready: boolean;
  under: number;
}

/** For each worker one piece is worked at and the next one waits there, so that it never waits for the page. */
const AT_ONCE = 2;
/** Helpers are started after so many milliseconds at the latest. */
const IDLE_MS = 3000;

export class Team {
  readonly #first: Member;
  readonly #start: () => PageRuntime;
  readonly #most: () => number;
  #helpers: Member[] = [];
  #gathering = false;
  #over = false;
  #turn = 0;

  /** `most`: helpers that there may be now; while there may be none, those that there are rest. */
  constructor(first: PageRuntime, start: () => PageRuntime, most: () => number) {
    this.#first = { runtime: first, ready: true, under: 0 };
    this.#start = start;
    this.#most = most;
  }

  /** Those who are ready to work. */
  size(): number {
    return this.#able().length;
  }

  /** Pieces that may be under way. */
  atOnce(): number {
    return AT_ONCE * this.size();
  }

  /**
   * Has the helpers that are missing started, once the page has nothing better to do. They help when `warm` is done;
   * one that fails is missed by nobody.
   */
  gather(warm: (runtime: PageRuntime) => Promise<unknown>): void {
    if (this.#gathering || this.#helpers.length >= this.#most()) return;
    this.#gathering = true;
    const turn = this.#turn;
    whenIdle(() => {
      this.#gathering = false;
      if (turn === this.#turn) this.#call(warm);
    });
  }

  #call(warm: (runtime: PageRuntime) => Promise<unknown>): void {
    while (this.#helpers.length < this.#most()) {
      const member: Member = { runtime: this.#start(), ready: false, under: 0 };
      this.#helpers.push(member);
      warm(member.runtime).then(
        () => {
          member.ready = true;
        },
        () => member.runtime.restart(), // it stays in its place, so that none is started instead
      );
    }
  }

  /** Calls with whoever has least to do. What a helper cannot do at all, or did not do before it was ended, is done by the first. */
  async work<T>(call: (runtime: PageRuntime) => Promise<T>): Promise<T> {
    const member = this.#able().reduce((least, one) => (one.under < least.under ? one : least));
    member.under++;
    try {
      return await call(member.runtime);
    } catch (thrown) {
      const ended = !this.#over && member !== this.#first && !this.#helpers.includes(member);
      if (!ended && (member === this.#first || !member.runtime.broken)) throw thrown;
      member.ready = false;
    } finally {
      member.under--;
    }
    return call(this.#first.runtime);
  }

  /** Ends the helpers; they are gathered anew. */
  disband(): void {
    this.#turn++;
    for (const { runtime } of this.#helpers) runtime.restart();
    this.#helpers = [];
  }

  /** The same, for good: nothing is begun any more. */
  end(): void {
    this.#over = true;
    this.disband();
  }

  #able(): Member[] {
    const helpers = this.#helpers.filter(({ ready }) => ready).slice(0, this.#most());
    return [this.#first, ...helpers];
  }
}

function whenIdle(call: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(call, { timeout: IDLE_MS });
  else setTimeout(call, IDLE_MS);
}
