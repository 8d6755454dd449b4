/** What the person did, step by step, to be undone and done again: what is looked at, never what was loaded. */
import { batch, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { enter, type Store } from "./store";

export interface History {
  undo(): void;
  redo(): void;
  /** How many steps there are each way. */
  readonly back: ReadonlySignal<number>;
  readonly ahead: ReadonlySignal<number>;
  dispose(): void;
}

/** A drag or a wheel is one step: it ends when so many milliseconds pass without a change of the same kind, and no hand is down. */
const REST_MS = 400;
const LONGEST = 200;

const PARTS = [
  ...(["map", "beside", "colour", "hidden", "brush"] as const),
  ...(["camera", "pin", "own", "selected", "sheet"] as const),
  ...(["walk", "sum", "attribute", "strength"] as const),
];
type Part = (typeof PARTS)[number];
type Moment = { readonly [K in Part]: Store[K]["value"] };

/** Of pointers that are pressed, anywhere. */
const pressed = new Set<number>();
const press = ({ pointerId }: PointerEvent) => pressed.add(pointerId);
const lift = ({ pointerId, buttons }: PointerEvent) => {
  if (buttons === 0) pressed.delete(pointerId);
};
const heard = { capture: true, passive: true } as const;
globalThis.addEventListener?.("pointerdown", press, heard);
// Where a menu opens under it, the browser does not tell that a button is let go.
for (const name of ["pointerup", "pointercancel", "pointermove"] as const)
  globalThis.addEventListener?.(name, lift, heard);

export function createHistory(store: Store, restMs = REST_MS): History {
  const past: Moment[] = [];
  const future: Moment[] = [];
  const [back, ahead] = [signal(0), signal(0)];
  /** The last step, and what has come of it since; `doing`: the parts that are being changed. */
  let kept = momentOf(store);
  let seen = kept;
  let doing = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const count = () => {
    back.value = past.length;
    ahead.value = future.length;
  };
  const keep = () => {
    clearTimeout(timer);
    doing = "";
    if (changes(kept, seen) === "") return;
    past.push(kept);
    if (past.length > LONGEST) past.shift();
    future.length = 0;
    kept = seen;
    count();
  };
  const rest = () => {
    clearTimeout(timer);
    // A hand that rests with the pen down goes on with the same stroke.
    timer = setTimeout(() => (pressed.size > 0 ? rest() : keep()), restMs);
  };
  const stop = effect(() => {
    const now = momentOf(store);
    const changed = changes(seen, now);
    if (changed === "") return;
    if (changed !== doing) keep();
    doing = changed;
    seen = now;
    rest();
  });
  const go = (from: Moment[], to: Moment[]) => {
    keep();
    const next = from.pop();
    if (!next) return;
    to.push(kept);
    kept = next;
    seen = next;
    restore(store, next);
    count();
  };
  return {
    undo: () => go(past, future),
    redo: () => go(future, past),
    ...{ back, ahead },
    dispose() {
      stop();
      clearTimeout(timer);
    },
  };
}

function momentOf(store: Store): Moment {
  return Object.fromEntries(PARTS.map((part) => [part, store[part].value])) as unknown as Moment;
}

/** The parts that differ, by name. */
function changes(a: Moment, b: Moment): string {
  return PARTS.filter((part) => !same(a[part], b[part])).join(" ");
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  return a instanceof Set && b instanceof Set && a.size === b.size && [...a].every((one) => b.has(one));
}

function restore(store: Store, { map, ...rest }: Moment): void {
  batch(() => {
    if (map !== store.map.peek()) {
      store.aim.value = null;
      enter(store, map, store.detour.peek()?.asked ?? store.epoch.peek());
    }
    for (const part of PARTS) {
      if (part !== "map") (store[part] as { value: unknown }).value = rest[part];
    }
  });
}
