/** Ways between two latents: straight, about the origin, and along a chain of latents. Python's latent/paths.py. */

/** The latent at a part of the way, 0 to 1. */
export type Leg = (part: number) => Float32Array;
type Latent = ArrayLike<number>;

/** Latents for which codes of a normal prior lie near a sphere. */
export const FEWEST = 4;
/** Angles, in radians, below which two directions are the same, or opposite. */
const SAME = 1e-6;

/** A straight line; its ends are exact. */
export function straight(a: Latent, b: Latent): Leg {
  return (part) => Float32Array.from({ length: a.length }, (_, j) => (1 - part) * a[j]! + part * b[j]!);
}

/**
 * Directions turn evenly about the origin, lengths change evenly (White 2016); straight where a direction is missing,
 * or both are the same or opposite. Of fewer than `FEWEST` latents nobody should ask it: the data fill the middle.
 */
export function spherical(a: Latent, b: Latent): Leg {
  const [one, other] = [sizeOf(a), sizeOf(b)];
  if (!(one > 0 && other > 0)) return straight(a, b);
  let product = 0;
  for (let j = 0; j < a.length; j++) product += a[j]! * b[j]!;
  const angle = Math.acos(Math.min(1, Math.max(-1, product / (one * other))));
  if (!(angle > SAME && angle < Math.PI - SAME)) return straight(a, b);
  return (part) => {
    const [from, to] = [Math.sin((1 - part) * angle) / one, Math.sin(part * angle) / other];
    const size = ((1 - part) * one + part * other) / Math.sin(angle);
    return Float32Array.from({ length: a.length }, (_, j) => size * (from * a[j]! + to * b[j]!));
  };
}

/** Along a chain of latents, equal steps of `part` as far apart in latent space. */
export function along(chain: readonly Latent[]): Leg {
  const gone = [0];
  for (let i = 1; i < chain.length; i++) gone.push(gone[i - 1]! + distance(chain[i - 1]!, chain[i]!));
  const whole = gone.at(-1)!;
  // A chain that does not move is cut evenly.
  const places = whole > 0 ? gone.map((far) => far / whole) : gone.map((_, i) => i / (chain.length - 1 || 1));
  return (part) => {
    let next = 1;
    while (next < places.length - 1 && places[next]! < part) next++;
    const [from, to] = [places[next - 1]!, places[next] ?? 1];
    const within = to > from ? Math.min(1, Math.max(0, (part - from) / (to - from))) : 0;
    return straight(chain[next - 1]!, chain[next] ?? chain[0]!)(within);
  };
}

/** `count` latents of a leg, evenly, its ends among them: (count, d). */
export function sampled(leg: Leg, count: number): Float32Array[] {
  return Array.from({ length: count }, (_, i) => leg(i / (count - 1)));
}

function distance(a: Latent, b: Latent): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j]! - b[j]!) ** 2;
  return Math.sqrt(sum);
}

function sizeOf(a: Latent): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * a[j]!;
  return Math.sqrt(sum);
}
