/** Where the camera looks: the whole map, or where a hand has set it, and what to do when a frame is not there. */
import { effect } from "@preact/signals-core";
import { fitBetween, type Insets, partSeen } from "./framing";
import type { Camera, PlanarMap } from "./map";
import type { Shown } from "./recording";
import type { Store } from "./store";

export interface Sight {
  /** Shows the whole of what is drawn in the part of the window that no panel covers. */
  showWhole(travelMs?: number): void;
  /** Looks at the first frame of a map. */
  begin(shown: Shown): void;
  /** Looks after the next frame of the same map, whose points travel for so long. */
  follow(shown: Shown, travelMs: number): void;
  dispose(): void;
}

/** A frame of which less is seen than this part is as good as gone. */
const GONE = 0.15;

export function createSight(
  store: Pick<Store, "camera" | "astray" | "shown">,
  map: PlanarMap,
  surface: HTMLElement,
  insets: () => Insets,
): Sight {
  /** The camera that the map has from the store, or the store from the map. */
  let held: Camera | null = null;
  /** The camera of the last fit that was asked for: every epoch that it shows is shown by it. */
  let home: Camera | null = null;
  /** What was seen when the camera was last set: one that is close on purpose sees few points. */
  let before: readonly [Shown, Camera] | null = null;

  const seenBy = (shown: Shown, camera: Camera) =>
    partSeen(shown, camera, surface.getBoundingClientRect(), insets());
  const frame = (shown: Shown, travelMs: number) =>
    fitBetween(map, shown, surface.getBoundingClientRect(), insets(), travelMs);

  const showWhole = (travelMs = 0) => {
    held = null;
    store.camera.value = null;
    store.astray.value = false;
    const shown = store.shown.peek();
    if (!shown) return;
    frame(shown, travelMs);
    home = map.camera();
  };
  /** A hand, an address or a program has set the camera. */
  const steered = (shown: Shown) => {
    before = [shown, map.camera()];
    if (store.astray.peek() && seenBy(...before) > 0) store.astray.value = false;
  };
  const undo = [
    map.onCamera((camera) => {
      held = camera;
      store.camera.value = camera;
      const shown = store.shown.peek();
      if (shown) steered(shown);
    }),
    effect(() => {
      const camera = store.camera.value;
      const shown = store.shown.peek();
      if (camera === held || !shown) return;
      held = camera;
      if (!camera) {
        showWhole();
        return;
      }
      map.setCamera(camera);
      steered(shown);
    }),
  ];
  return {
    showWhole,
    begin(shown) {
      held = store.camera.peek();
      if (held?.kind !== `${shown.map.dims}d`) {
        showWhole();
        return;
      }
      home = null;
      map.setCamera(held);
      before = [shown, map.camera()];
      store.astray.value = seenBy(...before) === 0;
    },
    follow(shown, travelMs) {
      const camera = map.camera();
      if (store.camera.peek()) {
        const part = seenBy(shown, camera);
        const due = before ? GONE * seenBy(...before) : 0;
        store.astray.value = part < due || (part === 0 && store.astray.peek());
      } else if (home && seenBy(shown, home) >= GONE) {
        if (camera === home) return;
        map.setCamera(home, travelMs);
        home = map.camera();
      } else if (seenBy(shown, camera) < GONE) frame(shown, travelMs);
    },
    dispose() {
      for (const call of undo) call();
    },
  };
}
