/** Puts frames before the camera: travel between epochs, the fit, and a camera that the address or a program set. */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { fitBetween, type Insets } from "./framing";
import type { Camera, PlanarMap } from "./map";
import { colourAlone, colourClasses, colourNumbers, type Rgb } from "./palette";
import type { Shown } from "./recording";
import type { Scene } from "./scene";
import { type Store, visibleOf } from "./store";

export interface Stage {
  readonly travelling: ReadonlySignal<boolean>;
  /** Shows the next frame; on the same map its points travel. */
  draw(shown: Shown, before: Shown | null): void;
  fit(travelMs?: number): void;
  dispose(): void;
}

/** `insets`: what the panels cover now. `travelMs`: how long points travel now. */
export function createStage(
  store: Store,
  map: PlanarMap,
  surface: HTMLElement,
  insets: () => Insets,
  travelMs: () => number,
): Stage {
  const travelling = signal(false);
  /** The camera that the map has from the store, or the store from the map. */
  let held: Camera | null = null;
  let arrival: ReturnType<typeof setTimeout> | undefined;
  const showWhole = (ms = 0) => {
    held = null;
    store.camera.value = null;
    const shown = store.shown.peek();
    if (shown) fitBetween(map, shown, surface.getBoundingClientRect(), insets(), ms);
  };
  const resized = new ResizeObserver(() => {
    if (store.camera.peek() === null) showWhole();
  });
  resized.observe(surface);
  const undo = [
    map.onCamera((camera) => {
      held = camera;
      store.camera.value = camera;
    }),
    effect(() => {
      const camera = store.camera.value;
      if (camera === held || !store.shown.peek()) return;
      held = camera;
      if (camera) map.setCamera(camera);
      else showWhole();
    }),
    () => resized.disconnect(),
    () => clearTimeout(arrival),
  ];
  return {
    travelling,
    fit: showWhole,
    draw({ points, map: entry }, before) {
      const travels = before?.map === entry ? travelMs() : 0;
      map.setFrame({ points, dims: entry.dims }, entry.extent, travels);
      if (before?.map !== entry) {
        held = store.camera.peek();
        if (held?.kind === `${entry.dims}d`) map.setCamera(held);
        else showWhole();
      }
      clearTimeout(arrival);
      travelling.value = travels > 0;
      arrival = setTimeout(() => {
        travelling.value = false;
      }, travels);
    },
    dispose() {
      for (const call of undo) call();
    },
  };
}

/** Colours and hides points as the store says. */
export function followLooks(scene: Scene, store: Store, map: PlanarMap, background: () => Rgb) {
  return effect(() => {
    const theme = store.themeNow.value;
    const colouring = store.colouring.value;
    const visible = visibleOf(colouring, store.hidden.value);
    let colours: Uint8Array;
    if (!colouring) colours = colourAlone(scene.n, theme);
    else if (colouring.column instanceof Float32Array) {
      colours = colourNumbers(colouring.column, colouring.range, theme);
    } else colours = colourClasses(colouring.column, colouring.channel.values.length, theme);
    map.setAppearance({ colours, visible, size: 0, opacity: 0, background: background() });
  });
}
