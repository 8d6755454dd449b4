/** Going from one state to the next in a given time. */

export interface Travel {
  readonly start: number;
  readonly ms: number;
  /** Begins slowly. False where something was moving already, so that it does not stop on the way. */
  readonly fromRest: boolean;
}

/** How far a travel has come at that time, in [0, 1]; 1 where there is none. */
export function progress(travel: Travel | null, now: number): number {
  if (!travel || travel.ms <= 0) return 1;
  const t = Math.min(1, Math.max(0, (now - travel.start) / travel.ms));
  return travel.fromRest ? easeInOut(t) : easeOut(t);
}

export function easeInOut(t: number): number {
  return t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
}

export function easeOut(t: number): number {
  return 1 - (1 - t) ** 3;
}
