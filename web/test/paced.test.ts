/** What comes faster than it can be read, or than a training can spare. */
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Pane } from "../src/beside";
import { followClasses } from "../src/classes";
import { followPair } from "../src/compare";
import type { Decoder } from "../src/decoder/client";
import type { Explorer } from "../src/explorer";
import type { Near } from "../src/links";
import type { Latents } from "../src/nearest";
import { awaiting, paced } from "../src/paced";
import { createProbe, type Picture, type Probe } from "../src/probe";
import type { Status } from "../src/pulse";
import type { Shown } from "../src/recording";
import { createSparing } from "../src/sparing";
import { type Aim, createStore, type Place } from "../src/store";
import { followPointer } from "../src/views/pointer";
import { aScene } from "./fixtures";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aPulse(busy: boolean) {
  return { busy: () => busy, status: signal({ scenes: new Map(), training: null }) };
}

test("long work is shared once it is known that nothing trains here", () => {
  const status = signal<Status | null>(null);
  let busy = false;
  const sparing = createSparing({ busy: () => busy, status }, { hostname: "localhost", processors: 8 });
  expect(sparing.free()).toBe(false);
  status.value = { scenes: new Map(), training: null };
  expect(sparing.free()).toBe(true);
  busy = true;
  expect(sparing.free()).toBe(false);
  expect(createSparing(null, { hostname: "localhost", processors: 8 }).free()).toBe(true);
});

test("of many values the first comes at once and the last in the end, and no more than one a pause", () => {
  const source = signal(0);
  const { value, undo } = paced(source, () => 100);
  const seen: number[] = [];
  const stop = value.subscribe((now) => void seen.push(now));
  for (let i = 1; i <= 50; i++) {
    source.value = i;
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(200);
  expect(seen.slice(0, 2)).toEqual([0, 1]);
  expect(seen.at(-1)).toBe(50);
  expect(seen.length).toBeLessThanOrEqual(8);
  stop();
  undo();
});

test("after a pause a value that comes soon is taken itself, and not another just before it", () => {
  const source = signal(0);
  const { value, undo } = paced(
    source,
    () => 100,
    () => false,
    () => 60,
  );
  const taken: [at: number, value: number][] = [];
  let now = 0;
  const stop = value.subscribe((told) => void taken.push([now, told]));
  for (now = 10; now <= 500; now += 10) {
    if (now % 40 === 0 && now <= 320) source.value = now;
    vi.advanceTimersByTime(10);
  }
  // Every one that is taken has just come; the last is taken when nothing more does.
  expect(taken).toEqual([
    [0, 0],
    [40, 40],
    [160, 160],
    [280, 280],
    [430, 320],
  ]);
  stop();
  undo();
});

test("without a pause every value comes; one that leaps comes at once", () => {
  let pause = 0;
  const source = signal<number | null>(1);
  const { value, undo } = paced(
    source,
    () => pause,
    (before, now) => (before === null) !== (now === null),
  );
  for (const next of [2, 3, 4]) {
    source.value = next;
    expect(value.value).toBe(next);
  }
  pause = 100;
  source.value = 5;
  expect(value.value).toBe(4);
  source.value = null;
  expect(value.value).toBeNull();
  vi.advanceTimersByTime(200);
  expect(value.value).toBeNull();
  undo();
  source.value = 6;
  vi.advanceTimersByTime(200);
  expect(value.value).toBeNull();
});

test("what waits is called once: when what it waits for is there, or when that takes too long", () => {
  let [calls, wait] = [0, 20];
  const { ask, there, undo } = awaiting(
    () => calls++,
    () => wait,
  );
  there();
  expect(calls).toBe(0); // nobody asked
  ask();
  ask();
  expect(calls).toBe(0);
  there();
  expect(calls).toBe(1);
  vi.advanceTimersByTime(100);
  expect(calls).toBe(1);
  ask();
  vi.advanceTimersByTime(20);
  expect(calls).toBe(2);
  ask();
  undo();
  vi.advanceTimersByTime(100);
  expect(calls).toBe(2);
  wait = 0;
  ask();
  expect(calls).toBe(3);
});

test.each([
  ["while something trains, with its picture", 100, 5, 5],
  ["while something trains and the picture is late, before it", 100, 80, 24],
  ["else at once", 0, 80, 0],
])("a place is marked %s", async (_, pause, takes, after) => {
  const place = signal<Place | null>(null);
  const shown = signal({ epoch: 3 } as Shown);
  const decode = () => new Promise((go) => setTimeout(() => go(new Float32Array(4)), takes));
  const outlook = { shown, latents: signal(null), decoder: { decode } as unknown as Decoder };
  const probe = createProbe(outlook, { place, neighbour: signal(null) }, signal(true), () => pause);
  const at = {
    latent: Float32Array.of(1, 2),
    spot: Float32Array.of(1, 2),
    image: -1,
    side: "main",
    trust: null,
  };
  place.value = at as Place;
  const seen = [];
  for (let ms = 0; ms < 100; ms++) {
    if (probe.seen.value.place) seen.push(ms);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(seen[0]).toBe(after);
  probe.dispose();
});

test("while something trains, what is told beside the map comes with the hand's next move", async () => {
  let moved = 0;
  const place = signal<Place | null>(null);
  const neighbour = signal<Near | null>(null);
  const latents = { epoch: 3, d: 2, mean: new Float32Array(40) } as unknown as Latents;
  const decode = async (_: number, latent: Float32Array) => {
    await new Promise((go) => setTimeout(go, 5));
    return latent.slice();
  };
  const outlook = { shown: signal({ epoch: 3 } as Shown), latents: signal(latents) };
  const probe = createProbe(
    { ...outlook, decoder: { decode } as unknown as Decoder },
    { place, neighbour },
    signal(true),
    () => 200,
  );
  const painted = new Set<number>();
  let now = 0;
  const paints = [probe.seen, probe.reading, probe.toldPicture, probe.neighbourPicture];
  const stops = paints.map((signal) => signal.subscribe(() => void painted.add(now)));
  painted.clear();
  for (now = 0; now < 1000; now += 5) {
    if (now % 50 === 0) {
      moved++;
      const latent = Float32Array.of(moved, 0);
      place.value = { latent, spot: latent, image: -1, side: "main", trust: null };
      neighbour.value = { index: moved, distance: 1, epoch: 3 };
    }
    await vi.advanceTimersByTimeAsync(5);
  }
  expect(painted.size).toBeLessThanOrEqual(moved + 3);
  expect(probe.neighbourPicture.value?.image).toBeGreaterThan(moved - 10);
  // The hand rests: all is told of where it is.
  await vi.advanceTimersByTimeAsync(500);
  expect(probe.reading.value.place).toBe(place.value);
  expect(probe.toldPicture.value?.latent).toBe(place.value?.latent);
  expect(probe.neighbourPicture.value?.image).toBe(moved);
  for (const stop of stops) stop();
  probe.dispose();
});

test("a hand that is followed less often does not rest between two moves", async () => {
  const sparing = createSparing(aPulse(true), { hostname: "localhost", processors: 2 });
  const picture = signal({ pixels: new Float32Array(4), byHand: true });
  const classify = vi.fn(async () => Float32Array.of(1, 0));
  const { undo } = followClasses({ classify }, () => picture.value, sparing.rest);
  for (let ms = 0; ms < 1000; ms += sparing.move()) {
    picture.value = { pixels: new Float32Array(4), byHand: true };
    await vi.advanceTimersByTimeAsync(1.2 * sparing.move());
  }
  expect(classify).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(500);
  expect(classify).toHaveBeenCalledTimes(1);
  undo();
});

test("a real image is never compared with another one's reconstruction", async () => {
  const at = { latent: Float32Array.of(0), spot: Float32Array.of(0), image: -1, side: "main", trust: null };
  const reading = signal({ place: at as Place, neighbour: { index: 7, distance: 1, epoch: 3 } });
  const remade = (image: number, epoch = 3) => {
    return { pixels: Float32Array.of(image), latent: at.latent, image, epoch, asked: 0 };
  };
  const neighbourPicture = signal<Picture | null>(remade(7));
  const probe = { reading, neighbourPicture, picture: signal(null) } as unknown as Probe;
  const pixels = async (index: number) => Float32Array.of(index);
  const { pair, undo } = followPair({ pixels }, () => probe);
  const seen: (readonly [number | undefined, number | undefined])[] = [];
  const stop = pair.subscribe((told) => void (told && seen.push([told.real[0], told.remade[0]])));
  await vi.advanceTimersByTimeAsync(1);
  reading.value = { place: { ...at } as Place, neighbour: { index: 8, distance: 1, epoch: 3 } };
  await vi.advanceTimersByTimeAsync(1);
  neighbourPicture.value = remade(8, 2);
  await vi.advanceTimersByTimeAsync(1);
  neighbourPicture.value = remade(8);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual([
    [7, 7],
    [8, 8],
  ]);
  stop();
  undo();
});

test.each([
  ["while something trains on two processors", true, "localhost", 2, 21],
  ["on four", true, "127.0.0.1", 4, 42],
  ["on eight", true, "localhost", 8, 60],
  ["while something trains elsewhere", true, "lab.example.org", 2, 60],
  ["while nothing trains", false, "localhost", 2, 60],
])("a hand that moves sixty times a second %s", (_, busy, hostname, processors, most) => {
  const store = createStore(aScene());
  store.shown.value = {} as never;
  const map = {
    toScreen: () => [-1, -1],
    toSpot: (x: number, y: number) => Float32Array.of(x, y),
    onCamera: () => () => {},
  };
  const surface = new EventTarget();
  const pane = { side: "main", surface, map, shown: store.shown } as unknown as Pane;
  const sparing = createSparing(aPulse(busy), { hostname, processors });
  const undo = followPointer({ store, sparing, main: pane } as unknown as Explorer, pane);
  const aims: Aim[] = [];
  const stop = store.aim.subscribe((aim) => void (aim && aims.push(aim)));
  for (let i = 1; i <= 60; i++) {
    const told = { isPrimary: true, buttons: 0, pointerType: "mouse", clientX: i, clientY: 0 };
    surface.dispatchEvent(Object.assign(new Event("pointermove"), told));
    vi.advanceTimersByTime(1000 / 60);
  }
  vi.advanceTimersByTime(100);
  expect(aims.length).toBeLessThanOrEqual(most);
  expect(aims.length).toBeGreaterThan(most / 2);
  expect(aims.at(-1)).toMatchObject({ spot: Float32Array.of(60, 0) });
  stop();
  undo();
});
