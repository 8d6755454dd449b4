/** What a person can be told: what is wrong, and what to do about it. */

export class Trouble extends Error {
  override readonly name = "Trouble";

  /** status: the HTTP status behind it, 0 where there was no answer at all. */
  constructor(
    message: string,
    readonly hint: string = "",
    readonly status = 0,
  ) {
    super(message);
  }
}

/** What went wrong where something is shown, and what tries again. */
export interface Fault {
  readonly message: string;
  readonly hint: string;
  readonly retry: () => void;
}

/** Anything that was thrown, as a Trouble. */
export function asTrouble(thrown: unknown): Trouble {
  if (thrown instanceof Trouble) return thrown;
  return new Trouble(thrown instanceof Error ? thrown.message : String(thrown));
}

/** Anything that was thrown, as a Fault. `what`: what did not come of it; the message goes on from there. */
export function faultOf(thrown: unknown, retry: () => void, what = ""): Fault {
  const { message, hint } = asTrouble(thrown);
  return { message: what ? `${what}: ${message}` : message, hint, retry };
}

/** Anything that was thrown, in a line. */
export function inOneLine(thrown: unknown): string {
  const { message, hint } = asTrouble(thrown);
  return hint ? `${message}: ${hint}` : message;
}
