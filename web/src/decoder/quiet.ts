/** Long work beside the quick: one short piece at a time, and whatever is urgent goes first. */

/** How long a piece should take, in milliseconds: while a hand is on the map, and while nobody asks for anything. */
const PIECE_MS = { busy: 6, calm: 16 } as const;
const CALM_AFTER_MS = 400;
/** Single rows cost a graph three times as much as many: fewer than these only where they would take too long. */
const FEWEST = 8;
/** Rows of the first piece, before anybody knows what one costs; a piece is at most so many times the last. */
const FIRST = 4;
const GROWTH = 4;
const MOST = 4096;

export class Quiet {
  readonly #atOnce: () => number;
  #urgent = 0;
  #last = Number.NEGATIVE_INFINITY;
  #under = 0;
  #waiting: (() => void)[] = [];
  /** Milliseconds of a row and rows of the last piece, by the kind of work. */
  readonly #costs = new Map<string, { row: number; rows: number }>();

  /** `atOnce`: pieces that may be under way now. */
  constructor(atOnce: () => number) {
    this.#atOnce = atOnce;
  }

  /** Work that nothing quiet may delay longer than a piece. */
  async urgent<T>(work: () => Promise<T>): Promise<T> {
    this.#urgent++;
    try {
      return await work();
    } finally {
      this.#urgent--;
      this.#last = performance.now();
      this.#next();
    }
  }

  /** Works through `rows` rows in pieces; those of several callers take turns. Throws the signal's reason once it is aborted. */
  async pieces(
    kind: string,
    rows: number,
    signal: AbortSignal,
    work: (from: number, to: number, took: (ms: number) => void) => Promise<void>,
  ): Promise<void> {
    let from = 0;
    while (from < rows) {
      await this.#turn();
      try {
        signal.throwIfAborted();
        const to = Math.min(rows, from + this.#size(kind));
        const count = to - from;
        await work(from, to, (ms) => this.#learn(kind, count, ms));
        from = to;
      } finally {
        this.#under--;
        this.#next();
      }
    }
  }

  /** Waits for its turn and for calm; the turn is to be given back. */
  #turn(): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push(go);
      this.#next();
    });
  }

  #next(): void {
    while (this.#urgent === 0 && this.#under < this.#atOnce() && this.#waiting.length > 0) {
      this.#under++;
      this.#waiting.shift()?.();
    }
  }

  #size(kind: string): number {
    const cost = this.#costs.get(kind);
    if (!cost) return FIRST;
    const { busy, calm } = PIECE_MS;
    const row = Math.max(1e-4, cost.row);
    const fits = Math.floor((performance.now() - this.#last > CALM_AFTER_MS ? calm : busy) / row);
    const fewest = Math.min(FEWEST, Math.floor(calm / row));
    return Math.max(1, Math.min(Math.max(fits, fewest), GROWTH * cost.rows, MOST));
  }

  #learn(kind: string, rows: number, ms: number): void {
    const known = this.#costs.get(kind);
    const row = ms / rows;
    // A busy machine tells too much; the least of the last ones is nearer to the truth.
    this.#costs.set(kind, { row: known ? Math.min(row, 0.75 * known.row + 0.25 * row) : row, rows });
  }
}
