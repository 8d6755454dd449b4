/** Points by their distance from the eye, in steps from far to near: near points must be blended over far ones. */
import type { Cloud } from "./cloud";
import type { Vec3 } from "./vector";

const STEPS = 2048;

/**
 * The bits of a positive float grow nearly as its logarithm. So a step is a ratio of depths, and is as fine for a
 * person who has gone deep into a map as for one who sees it whole.
 */
const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** A counting sort, in two parts so that a renderer can move what it needs straight to its place. */
export class DepthSteps {
  /** How many points lie in farther steps, and at the end how many are seen at all. */
  readonly starts = new Uint32Array(STEPS + 1);
  /** The step of each slot; `STEPS` for what is hidden or behind the eye. */
  steps = new Uint16Array(0);
  #order = new Uint32Array(0);
  readonly #next = new Uint32Array(STEPS);
  #lowest = 0;
  #width = 0;

  readonly count = STEPS;

  /** Sorts a cloud into steps; `eye` less the cloud's origin, and `radius` around that origin. */
  measure({ n, from, to, colours }: Cloud, t: number, eye: Vec3, forward: Vec3, radius: number): void {
    if (this.steps.length !== n) this.steps = new Uint16Array(n);
    const [fx, fy, fz] = forward;
    const away = eye[0] * fx + eye[1] * fy + eye[2] * fz;
    const smallest = radius * 1e-6;
    const lowest = bitsOf(Math.max(radius * 1e-5, -away - radius));
    const scale = STEPS / (bitsOf(Math.max(radius, radius - away)) - lowest);
    const { starts, steps } = this;
    const moving = t < 1;
    starts.fill(0);
    for (let i = 0, p = 0; i < n; i++, p += 3) {
      let depth = to[p]! * fx + to[p + 1]! * fy + to[p + 2]! * fz;
      if (moving) {
        const left = from[p]! * fx + from[p + 1]! * fy + from[p + 2]! * fz;
        depth = left + (depth - left) * t;
      }
      depth -= away;
      if (!(depth > smallest) || colours[4 * i + 3] === 0) {
        steps[i] = STEPS;
        continue;
      }
      FLOAT[0] = depth;
      const farness = Math.min(STEPS - 1, Math.max(0, Math.floor((BITS[0]! - lowest) * scale)));
      const step = STEPS - 1 - farness;
      steps[i] = step;
      starts[step + 1]!++;
    }
    for (let k = 0; k < STEPS; k++) starts[k + 1]! += starts[k]!;
    this.#lowest = lowest;
    this.#width = 1 / scale;
  }

  /** The depth in the middle of a step. */
  depthOf(step: number): number {
    BITS[0] = this.#lowest + (STEPS - 0.5 - step) * this.#width;
    return FLOAT[0]!;
  }

  /** Where the next point of each step goes: a copy of `starts` to count up. */
  next(): Uint32Array {
    this.#next.set(this.starts.subarray(0, STEPS));
    return this.#next;
  }

  /** The slots that are seen, from far to near; the array is used again by the next call. */
  order(): Uint32Array {
    const { steps, starts } = this;
    if (this.#order.length < steps.length) this.#order = new Uint32Array(steps.length);
    const next = this.next();
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if (step < STEPS) this.#order[next[step]!++] = i;
    }
    return this.#order.subarray(0, starts[STEPS]!);
  }
}

function bitsOf(depth: number): number {
  FLOAT[0] = depth;
  return BITS[0]!;
}
