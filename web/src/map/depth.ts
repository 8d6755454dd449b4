/** The order from far to near, by a counting sort: near points must be blended over far ones. */
import type { Cloud } from "./cloud";
import type { Vec3 } from "./vector";

const STEPS = 2048;

export class DepthOrder {
  #order = new Uint32Array(0);
  #step = new Uint16Array(0);
  readonly #start = new Uint32Array(STEPS + 1);

  /**
   * The slots of the points that are drawn and lie before the eye, from far to near; `eye` less the cloud's origin,
   * `radius` around that origin. The array is used again by the next call.
   */
  sort(cloud: Cloud, t: number, eye: Vec3, forward: Vec3, radius: number): Uint32Array {
    const { n, from, to, colours } = cloud;
    if (this.#order.length < n) {
      this.#order = new Uint32Array(n);
      this.#step = new Uint16Array(n);
    }
    const [fx, fy, fz] = forward;
    const away = eye[0] * fx + eye[1] * fy + eye[2] * fz;
    const nearest = radius * 1e-6;
    const low = Math.max(nearest, -away - radius);
    const scale = STEPS / Math.max(radius, radius - away - low);
    const start = this.#start.fill(0);
    const step = this.#step;
    for (let i = 0, p = 0; i < n; i++, p += 3) {
      const x = from[p]! + (to[p]! - from[p]!) * t;
      const y = from[p + 1]! + (to[p + 1]! - from[p + 1]!) * t;
      const z = from[p + 2]! + (to[p + 2]! - from[p + 2]!) * t;
      const depth = x * fx + y * fy + z * fz - away;
      if (depth < nearest || colours[4 * i + 3] === 0) {
        step[i] = STEPS;
        continue;
      }
      const nearness = STEPS - 1 - Math.min(STEPS - 1, Math.max(0, Math.floor((depth - low) * scale)));
      step[i] = nearness;
      start[nearness + 1]!++;
    }
    for (let k = 0; k < STEPS; k++) start[k + 1]! += start[k]!;
    const count = start[STEPS]!;
    for (let i = 0; i < n; i++) {
      const k = step[i]!;
      if (k < STEPS) this.#order[start[k]!++] = i;
    }
    return this.#order.subarray(0, count);
  }
}
