/** The ground of one map: lays the layers that the store asks for under its points, for the frame that is shown. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Decoder } from "./decoder/client";
import { LAYERS } from "./layers";
import type { Decoding, Ground, Layer, Scale, Sheet, Told } from "./layers/layer";
import { Shelf } from "./layers/shelf";
import type { PlanarMap, View } from "./map";
import type { Recording, Shown } from "./recording";
import type { Scene } from "./scene";
import type { Place, Store } from "./store";

/** How a layer fares. */
export interface Fare {
  readonly busy: boolean;
  readonly fault: string | null;
  readonly scale: Scale | null;
}

export interface GroundWork {
  /** Of the layers that are laid now, by name. */
  readonly fares: ReadonlySignal<ReadonlyMap<string, Fare>>;
  /** What a layer says at a spot; null where it says nothing yet. */
  at(name: string, spot: ArrayLike<number>): Told | null;
  /** Begins again what failed; what was made stays. */
  again(): void;
  dispose(): void;
}

export interface Plot {
  readonly map: PlanarMap;
  readonly shown: ReadonlySignal<Shown | null>;
  /** The pin in this map, and which of its points are drawn. */
  readonly pinned: ReadonlySignal<Place | null>;
  readonly visible: ReadonlySignal<Uint8Array | null>;
  readonly recording: Recording;
  readonly decoder: Decoder;
}

/** Of what was made, so much is kept. */
const SHELF_BYTES = 96 * 2 ** 20;
/** How long the ground of the epoch before may stand in for one that is being made. */
const PATIENCE_MS = 2500;

interface Laid {
  readonly shown: Shown;
  readonly sheet: Sheet;
  /** Of the epoch before, until this one has something to show. */
  stale: { readonly sheet: Sheet; readonly until: number } | null;
}

export function createGround(scene: Scene, store: Store, plot: Plot): GroundWork {
  const { map, shown, pinned, visible, recording, decoder } = plot;
  const shelf = new Shelf(SHELF_BYTES);
  const laid = new Map<string, Laid>();
  const fares = signal<ReadonlyMap<string, Fare>>(new Map());
  const paint = (brush: CanvasRenderingContext2D, view: View) => {
    const settings = store.layers.peek();
    for (const { name } of LAYERS) {
      const one = laid.get(name);
      if (one) paintOne(one, brush, view, settings.get(name)?.opacity ?? 1);
    }
    const told = new Map(Array.from(laid, ([name, { sheet }]) => [name, fareOf(sheet)] as const));
    if (!sameFares(told, fares.peek())) fares.value = told;
  };
  const draw = () => {
    map.setBackdrop(laid.size > 0 ? paint : null);
    if (laid.size === 0) fares.value = new Map();
  };
  const redraw = seldom(map, draw);
  const tries = signal(0);
  const carry = computed(() => carriedOn(store.carry.value, pinned, shown.value));

  const follow = ({ name, missing, lay }: Layer) => {
    const isOn = computed(() => store.layers.value.get(name)?.on ?? false);
    return effect(() => {
      void tries.value;
      const frame = shown.value;
      const before = laid.get(name);
      if (!lay || !isOn.value || frame?.map.dims !== 2 || missing(scene, frame.map)) {
        if (before) lift(before);
        if (laid.delete(name)) draw();
        return;
      }
      const ground: Ground = {
        ...{ scene, shown: frame, shelf, recording, decoder },
        decoding: () => decodingOf(frame, carry.value),
        theme: () => store.themeNow.value,
        visible: () => visible.value,
        changed: redraw.ask,
      };
      laid.set(name, { shown: frame, sheet: lay(ground), stale: before ? leftBy(before, frame) : null });
      draw();
    });
  };
  const undo = [
    ...LAYERS.map(follow),
    effect(() => {
      void store.layers.value; // they may be as many, and fainter
      draw();
    }),
  ];
  return {
    fares,
    again() {
      tries.value++;
    },
    at: (name, spot) => laid.get(name)?.sheet.at(spot) ?? null,
    dispose() {
      for (const call of undo) call();
      redraw.forget();
      for (const one of laid.values()) lift(one);
      laid.clear();
      draw();
    },
  };
}

function paintOne(one: Laid, brush: CanvasRenderingContext2D, view: View, opacity: number): void {
  one.sheet.see(view);
  if (one.stale && (one.sheet.ready() || performance.now() > one.stale.until)) {
    one.stale.sheet.dispose();
    one.stale = null;
  }
  brush.save();
  (one.stale?.sheet ?? one.sheet).paint(brush, view, opacity);
  brush.restore();
}

/** What is added to the latent of every spot: the part of the pin that is carried; null where that is nothing. */
function carriedOn(part: number, pinned: Plot["pinned"], on: Shown | null): Float32Array | null {
  const pin = part > 0 ? pinned.value : null;
  if (!pin || !on) return null;
  const there = on.way.toLatent(pin.spot);
  return pin.latent.map((value, k) => part * (value - there[k]!));
}

function decodingOf(frame: Shown, more: Float32Array | null): Decoding {
  const key = `${frame.map.name}/${frame.epoch}/`;
  if (!more) return { ...frame, key };
  const { way } = frame;
  const toLatent = (spot: ArrayLike<number>) => way.toLatent(spot).map((value, k) => value + more[k]!);
  return { ...frame, way: { ...way, toLatent }, key: `${key}${more.join()}/` };
}

/** What may stand in for the ground of the next frame: the same map's, at the epoch before. */
function leftBy(before: Laid, next: Shown): Laid["stale"] {
  const { sheet, stale, shown } = before;
  const kept = sheet.ready() || !stale ? sheet : stale.sheet;
  for (const one of [sheet, stale?.sheet]) if (one !== kept) one?.dispose();
  if (shown.map === next.map) return { sheet: kept, until: performance.now() + PATIENCE_MS };
  kept.dispose();
  return null;
}

function lift({ sheet, stale }: Laid): void {
  sheet.dispose();
  stale?.sheet.dispose();
}

function fareOf(sheet: Sheet): Fare {
  return { busy: sheet.busy(), fault: sheet.fault(), scale: sheet.scale() };
}

function sameFares(a: ReadonlyMap<string, Fare>, b: ReadonlyMap<string, Fare>): boolean {
  const same = (one: Fare, other: Fare | undefined) =>
    one.busy === other?.busy && one.fault === other.fault && one.scale === other.scale;
  return a.size === b.size && [...a].every(([name, fare]) => same(fare, b.get(name)));
}

/** Pictures of the map for the ground's sake alone are drawn no more often than this. */
const PAUSE_MS = 40;
/** And no more often than so many times what one costs: points are many, where it is dear. */
const DEAR = 4;

/** Calls `draw` soon after it was asked to, but seldom enough that the page stays quick. */
function seldom(map: PlanarMap, draw: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    ask() {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          draw();
        },
        Math.max(PAUSE_MS, DEAR * map.timings().msPerFrame),
      );
    },
    forget() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
