/** What hands do: wheel, drag, pinch and double-click, told as movements of the camera; a finger held still looks around. */

export interface Steering {
  readonly deep: () => boolean;
  pan(dx: number, dy: number): void;
  orbit(yaw: number, pitch: number): void;
  /** About the spot under these client coordinates. */
  zoomAt(clientX: number, clientY: number, factor: number, travelMs: number): void;
}

const DRAG_THRESHOLD = 4;
const RADIANS_PER_PIXEL = 0.0065;
const LINE = 16;
/** A finger that is still for so long no longer moves the map: it points at what is under it. */
const HELD_MS = 420;

interface Hand {
  x: number;
  y: number;
}

/** Listens on the place; the undo stops that. Moves without a button are left to the page. */
export function steer(place: HTMLElement, steering: Steering): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const drag = new Drag(place, steering);
  const touch = place.style.touchAction;
  place.style.touchAction = "none";
  signal.addEventListener("abort", () => {
    place.style.touchAction = touch;
  });
  place.addEventListener("wheel", (event) => wheel(event, steering), { signal, passive: false });
  place.addEventListener("dblclick", (event) => steering.zoomAt(event.clientX, event.clientY, 2, 220), {
    signal,
  });
  place.addEventListener("pointerdown", (event) => drag.down(event), { signal });
  place.addEventListener("pointermove", (event) => drag.move(event), { signal });
  for (const name of ["pointerup", "pointercancel"] as const) {
    place.addEventListener(name, (event) => drag.up(event), { signal });
  }
  place.addEventListener("click", (event) => drag.click(event), { signal, capture: true });
  place.addEventListener(
    "contextmenu",
    (event) => {
      if (steering.deep() || drag.points) event.preventDefault();
    },
    { signal },
  );
  return () => listening.abort();
}

class Drag {
  readonly #hands = new Map<number, Hand>();
  #dragging = false;
  #sliding = false;
  #start: Hand = { x: 0, y: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A finger is held, and points. */
  points = false;

  constructor(
    readonly place: HTMLElement,
    readonly steering: Steering,
  ) {}

  down(event: PointerEvent): void {
    const right = event.button === 2;
    if (event.button > 2 || (right && !this.steering.deep())) return;
    if (this.#hands.size === 0) {
      this.#dragging = false;
      this.#sliding = right || event.button === 1 || event.shiftKey || !this.steering.deep();
      this.#start = { x: event.clientX, y: event.clientY };
    }
    this.#hands.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#release();
    if (event.pointerType === "touch" && this.#hands.size === 1) {
      this.#timer = setTimeout(() => {
        this.points = !this.#dragging;
      }, HELD_MS);
    }
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.points = false;
  }

  move(event: PointerEvent): void {
    const hand = this.#hands.get(event.pointerId);
    if (!hand) return;
    if (event.pointerType === "mouse" && event.buttons === 0) {
      this.up(event);
      return;
    }
    if (this.points) return;
    if (!this.#dragging) {
      const far = Math.hypot(event.clientX - this.#start.x, event.clientY - this.#start.y);
      if (far < DRAG_THRESHOLD && this.#hands.size < 2) return;
      this.#dragging = true;
      // Only now: a press that stays a click must reach what was pressed.
      for (const id of this.#hands.keys()) this.place.setPointerCapture(id);
    }
    const dx = event.clientX - hand.x;
    const dy = event.clientY - hand.y;
    if (this.#hands.size >= 2) this.#pinch(event, hand);
    else if (this.#sliding) this.steering.pan(dx, dy);
    else this.steering.orbit(-dx * RADIANS_PER_PIXEL, dy * RADIANS_PER_PIXEL);
    hand.x = event.clientX;
    hand.y = event.clientY;
  }

  up(event: PointerEvent): void {
    // What follows is no click.
    if (this.points) this.#dragging = true;
    this.#release();
    this.#hands.delete(event.pointerId);
    if (this.place.hasPointerCapture(event.pointerId)) this.place.releasePointerCapture(event.pointerId);
  }

  /** The click that ends a drag is not one; a click of the keyboard (detail 0) is. */
  click(event: MouseEvent): void {
    if (!this.#dragging || event.detail === 0) return;
    this.#dragging = false;
    event.stopImmediatePropagation();
  }

  #pinch(event: PointerEvent, hand: Hand): void {
    const other = [...this.#hands].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) return;
    const before = Math.hypot(hand.x - other.x, hand.y - other.y);
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    const x = (event.clientX + other.x) / 2;
    const y = (event.clientY + other.y) / 2;
    this.steering.pan((event.clientX - hand.x) / 2, (event.clientY - hand.y) / 2);
    if (before > 0 && after > 0) this.steering.zoomAt(x, y, after / before, 0);
  }
}

function wheel(event: WheelEvent, steering: Steering): void {
  event.preventDefault();
  const pixels = event.deltaY * (event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? LINE : 20 * LINE);
  // A trackpad's pinch comes as a wheel with Ctrl and small steps.
  const rate = event.ctrlKey ? 0.01 : 0.0018;
  const factor = Math.exp(-Math.max(-300, Math.min(300, pixels)) * rate);
  steering.zoomAt(event.clientX, event.clientY, factor, 0);
}
