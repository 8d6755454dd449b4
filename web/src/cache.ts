/** Keeps the last few things that were fetched or made, and lets go of the one not used for longest. */

export class Cache<V> {
  readonly #limit: number;
  readonly #make: (key: string) => Promise<V>;
  readonly #drop: (value: V) => void;
  readonly #kept = new Map<string, Promise<V>>();

  /** `make` is called at most once at a time for a key; what failed is not kept. `drop` gets what was let go. */
  constructor(limit: number, make: (key: string) => Promise<V>, drop: (value: V) => void = () => {}) {
    this.#limit = limit;
    this.#make = make;
    this.#drop = drop;
  }

  get(key: string): Promise<V> {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const made = this.#make(key);
    this.#kept.set(key, made);
    made.catch(() => {
      if (this.#kept.get(key) === made) this.#kept.delete(key);
    });
    this.#trim();
    return made;
  }

  /** What is kept or on its way; it counts as used. Nothing is made. */
  kept(key: string): Promise<V> | undefined {
    return this.#kept.has(key) ? this.get(key) : undefined;
  }

  #trim(): void {
    for (const [key, made] of this.#kept) {
      if (this.#kept.size <= this.#limit) return;
      this.#kept.delete(key);
      made.then(this.#drop, () => {});
    }
  }
}
