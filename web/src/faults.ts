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

/** Anything that was thrown, as a Trouble. */
export function asTrouble(thrown: unknown): Trouble {
  if (thrown instanceof Trouble) return thrown;
  return new Trouble(thrown instanceof Error ? thrown.message : String(thrown));
}
