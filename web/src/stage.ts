/** Puts frames before the camera: travel between epochs, the fit, and a camera that the address or a program set. */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Colouring } from "./colouring";
import type { Insets } from "./framing";
import type { PlanarMap } from "./map";
import { colourAlone, colourClasses, colourNumbers, type Rgb } from "./palette";
import type { Shown } from "./recording";
import { createSight } from "./sight";
import type { Store } from "./store";

export interface Stage {
  readonly travelling: ReadonlySignal<boolean>;
  /** Shows the next frame; its points travel there, from another map of as many dimensions too. */
  draw(shown: Shown, before: Shown | null): void;
  fit(travelMs?: number): void;
  dispose(): void;
}

/** How long points travel from one map to another. */
const MORPH_MS = 1100;

/** `insets`: what the panels cover now. `travelMs`: how long points travel now. */
export function createStage(
  store: Pick<Store, "camera" | "astray" | "shown">,
  map: PlanarMap,
  surface: HTMLElement,
  insets: () => Insets,
  travelMs: () => number,
): Stage {
  const travelling = signal(false);
  const sight = createSight(store, map, surface, insets);
  let arrival: ReturnType<typeof setTimeout> | undefined;
  const resized = new ResizeObserver(() => {
    if (store.camera.peek() === null) sight.showWhole();
  });
  resized.observe(surface);
  return {
    travelling,
    fit: sight.showWhole,
    draw(shown, before) {
      const { points, map: entry, epoch } = shown;
      const another = before !== null && before.map !== entry;
      const ms = another ? Math.min(travelMs(), 1) * MORPH_MS : travelMs();
      const travels = before?.map.dims === entry.dims ? ms : 0;
      map.setFrame({ points, dims: entry.dims }, entry.extent, travels, another);
      if (before?.map !== entry) sight.begin(shown);
      else if (before.epoch !== epoch) sight.follow(shown, travels);
      clearTimeout(arrival);
      travelling.value = travels > 0;
      arrival = setTimeout(() => {
        travelling.value = false;
      }, travels);
    },
    dispose() {
      resized.disconnect();
      clearTimeout(arrival);
      sight.dispose();
    },
  };
}

/** How much of its colour an image keeps that is not among the chosen. */
const KEPT = 0.22;

function fadeOthers(colours: Uint8Array, selected: ReadonlySet<number>, background: Rgb): void {
  for (let i = 0; i < colours.length; i++) {
    if (selected.has(Math.floor(i / 3))) continue;
    const ground = background[(i % 3) as 0 | 1 | 2];
    colours[i] = ground + (colours[i]! - ground) * KEPT;
  }
}

/** Of the points of a map: by what they are coloured, which are drawn, which are chosen. */
export interface Looks {
  readonly n: number;
  readonly colouring: ReadonlySignal<Colouring | null>;
  readonly visible: ReadonlySignal<Uint8Array | null>;
  readonly selected: ReadonlySignal<ReadonlySet<number>>;
}

/** Colours and hides points as they should look. */
export function followLooks(looks: Looks, store: Store, map: PlanarMap, background: () => Rgb) {
  const { n } = looks;
  return effect(() => {
    const theme = store.themeNow.value;
    const colouring = looks.colouring.value;
    const points = store.layers.value.get("points");
    const visible = points?.on === false ? new Uint8Array(n) : looks.visible.value;
    let colours: Uint8Array;
    if (!colouring) colours = colourAlone(n, theme);
    else if (colouring.column instanceof Float32Array) {
      colours = colourNumbers(colouring.column, colouring.range, theme);
    } else colours = colourClasses(colouring.column, colouring.channel.values.length, theme);
    const strength = points?.opacity ?? 1;
    const selected = looks.selected.value;
    if (selected.size > 0) fadeOthers(colours, selected, background());
    map.setAppearance({ colours, visible, size: 0, opacity: 0, strength, background: background() });
  });
}
