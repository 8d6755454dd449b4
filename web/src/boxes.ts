/** Where elements are in the window, read seldom: each reading after a change lays the page out at once. */

/** How long a reading holds, in milliseconds, where nothing tells that it does not. */
const HOLDS = 400;

let boxes = new WeakMap<Element, DOMRect>();
let first = Number.NEGATIVE_INFINITY;

/** Where an element is, or was a moment ago where nothing was scrolled or resized since. */
export function boxOf(element: Element): DOMRect {
  const now = performance.now();
  if (now - first > HOLDS) {
    forgetBoxes();
    first = now;
  }
  const known = boxes.get(element);
  if (known) return known;
  const box = element.getBoundingClientRect();
  boxes.set(element, box);
  return box;
}

/** To be called where something was laid out anew. */
export function forgetBoxes(): void {
  boxes = new WeakMap();
}

for (const name of ["scroll", "resize"]) {
  globalThis.addEventListener?.(name, forgetBoxes, { capture: true, passive: true });
}
