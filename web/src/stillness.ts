/** Whether the person asked for less motion: what would glide then goes in steps, or at once. */
export function prefersStillness(): boolean {
  return globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}
