/** How fast the map draws, measured on the pictures that it really drew. */
import type { Timings } from "./types";

const REMEMBERED = 60;
/** A longer pause between two pictures means that nothing was moving. */
const PAUSE = 250;

export class Stopwatch {
  #frames = 0;
  #costs: number[] = [];
  #gaps: number[] = [];
  #last = Number.NEGATIVE_INFINITY;
  #firstPaint: number | null = null;

  drew(began: number, ended: number, points: number): void {
    this.#frames++;
    remember(this.#costs, ended - began);
    if (began - this.#last < PAUSE) remember(this.#gaps, began - this.#last);
    this.#last = began;
    if (points > 0) this.#firstPaint ??= ended;
  }

  read(): Timings {
    const gap = mean(this.#gaps);
    return {
      frames: this.#frames,
      msPerFrame: mean(this.#costs),
      fps: gap > 0 ? 1000 / gap : 0,
      firstPaint: this.#firstPaint,
    };
  }
}

function remember(list: number[], value: number): void {
  list.push(value);
  if (list.length > REMEMBERED) list.shift();
}

function mean(list: readonly number[]): number {
  return list.length === 0 ? 0 : list.reduce((sum, value) => sum + value, 0) / list.length;
}
