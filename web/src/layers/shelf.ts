/** Keeps what was made until it is too much, then lets go of what was not used for longest. */

export interface Weighed {
  /** Bytes, more or less. */
  readonly weight: number;
}

export class Shelf {
  readonly #most: number;
  readonly #kept = new Map<string, Weighed>();
  #weight = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** What is kept under a key, which counts as used. The caller knows what it put there. */
  get<T extends Weighed>(key: string): T | undefined {
    const found = this.#kept.get(key);
    if (!found) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found as T;
  }

  put(key: string, thing: Weighed): void {
    this.#drop(key);
    this.#kept.set(key, thing);
    this.#weight += thing.weight;
    for (const [oldest] of this.#kept) {
      if (this.#weight <= this.#most || oldest === key) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#weight -= this.#kept.get(key)?.weight ?? 0;
    this.#kept.delete(key);
  }
}
