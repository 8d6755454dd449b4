/** The key to a served scene: taken out of the address at once, kept in this tab alone, sent as a header. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Keep } from "../keep";

export type Lock = "open" | "asked" | "refused";

export interface Token {
  /** "asked": the server wants a token and there is none; "refused": it did not take the one there is. */
  readonly lock: ReadonlySignal<Lock>;
  header(): Record<string, string>;
  /** What the header holds; empty: nothing was given yet. */
  now(): string;
  /** What the person pasted: the token alone, or the whole address that `hinterland open` printed. */
  give(pasted: string): void;
  /** Settles once a token other than `tried` was given. */
  another(tried: string): Promise<void>;
}

const PLACE = "hinterland-token";
/** One of our own: a proxy or a hub in front may want `Authorization` for itself. */
const HEADER = "Hinterland-Token";

export function createToken(keep: Keep): Token {
  const lock = signal<Lock>("open");
  let token = keep.getItem(PLACE) ?? "";
  let waiting: (() => void)[] = [];
  return {
    lock,
    header: () => (token ? { [HEADER]: token } : {}),
    now: () => token,
    give(pasted) {
      token = tokenIn(pasted);
      keep.setItem(PLACE, token);
      lock.value = "open";
      for (const go of waiting.splice(0)) go();
    },
    another(tried) {
      if (token && tried !== token) return Promise.resolve();
      lock.value = token ? "refused" : "asked";
      return new Promise((go) => {
        waiting = [...waiting, go];
      });
    },
  };
}

/** The token of a pasted text: what follows `token=`, or else all of it. */
function tokenIn(pasted: string): string {
  return (/token=([\w.~-]+)/.exec(pasted)?.[1] ?? pasted).trim();
}
