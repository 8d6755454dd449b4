/** The door for programs: what it promises is true when the promise settles. */
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Decoder } from "../src/decoder/client";
import { createDoor, type State } from "../src/door";
import type { Explorer } from "../src/explorer";
import { Trouble } from "../src/faults";
import { createLinks } from "../src/links";
import { followFrames, followLatents } from "../src/loading";
import { createPaths } from "../src/paths";
import { createProbe } from "../src/probe";
import type { Recording, Shown } from "../src/recording";
import { createStore, type Store } from "../src/store";
import { flat } from "../src/ways";
import { aScene } from "./fixtures";

const PLANE = flat(new Float32Array(3), Float32Array.of(1, 0, 0, 0, 1, 0));
const POINTS = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1);

/** Holds back what a test lets go. */
function gate<T>() {
  let open: (value: T) => void = () => {};
  let shut: (why: Error) => void = () => {};
  const passed = new Promise<T>((done, fail) => {
    open = done;
    shut = fail;
  });
  return { passed, open, shut };
}

/** A page whose frames and pictures come when the test says. */
function aPage() {
  const scene = aScene();
  const store = createStore(scene);
  const frames = new Map<number, () => Promise<unknown>>();
  const recording = {
    frame: async (map: Shown["map"], epoch: number) => {
      await frames.get(epoch)?.();
      return { map, epoch, points: POINTS, way: PLANE };
    },
    latents: async (epoch: number) => ({ epoch, d: 3, mean: new Float32Array(12) }),
  } as unknown as Recording;
  const pictures = vi.fn(async (_epoch: number, _latent: Float32Array) => new Float32Array(4));
  const decoder = { state: signal("here"), decode: pictures, restart() {} } as unknown as Decoder;
  const painted = signal(true);
  const outlook = { shown: store.shown, latents: store.latents, decoder };
  const hover = createProbe(outlook, createLinks(store, store.cursor).main, painted);
  const pinned = createProbe(outlook, createLinks(store, store.pinned).main, painted);
  const paths = createPaths(store, decoder, recording, () => ({}) as Worker, painted);
  followFrames(store, recording, () => {});
  followLatents(store.shown, recording, store.latents, store.latentsFault);
  const map = { camera: () => null, timings: () => ({}) };
  const ground = { fares: signal(new Map()), at: () => null };
  const colouring = signal<unknown>({});
  const main = { ground, shown: store.shown, hover, pinned, world: { scene }, looks: { colouring } };
  const site = { site: { title: "", scenes: [{ name: "one" }] }, name: "one" };
  const parts = {
    main,
    beside: signal(null),
    site,
    scene,
    store,
    recording,
    decoder,
    painted,
    hover,
    pinned,
    paths,
    map,
    hovers: [],
  };
  const door = createDoor({ ...parts, travelling: signal(false) } as unknown as Explorer);
  return { door, store, frames, pictures, colouring };
}

/** What a promise came to, without waiting for it. */
function outcome<T>(promise: Promise<T>): () => T | null {
  let value: T | null = null;
  promise.then((told) => {
    value = told;
  });
  return () => value;
}

async function awhile(): Promise<void> {
  await vi.advanceTimersByTimeAsync(500);
}

async function settled(wish: Promise<State>): Promise<State> {
  const told = outcome(wish);
  await awhile();
  const state = told();
  if (!state) throw new Error("the wish did not settle");
  return state;
}

function unreadable(): Promise<never> {
  return Promise.reject(new Trouble("no such file"));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (call: () => void) => setTimeout(call, 16));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("after an unreadable epoch, the next wish settles only when its own epoch is drawn", async () => {
  const { door, frames } = aPage();
  const two = gate<void>();
  frames.set(1, unreadable).set(2, () => two.passed);
  await awhile();
  const bad = await settled(door.set({ epoch: 1 }));
  expect([bad.epoch, bad.drawn?.epoch, bad.faults]).toEqual([1, 5, ["no such file"]]);
  const good = outcome(door.set({ epoch: 2 }));
  await awhile();
  expect(good()).toBeNull();
  two.open();
  await awhile();
  expect([good()?.epoch, good()?.drawn?.epoch, good()?.faults]).toEqual([2, 2, []]);
});

test("two wishes at once around an unreadable epoch end at the second", async () => {
  const { door, frames } = aPage();
  frames.set(1, unreadable);
  await awhile();
  const both = Promise.all([door.set({ epoch: 1 }), door.set({ epoch: 2 })]);
  const told = outcome(both);
  await awhile();
  expect(told()?.map(({ drawn, faults }) => [drawn?.epoch, faults])).toEqual([
    [2, []],
    [2, []],
  ]);
});

test("a fault of one map says nothing of another at the same epoch", async () => {
  const { door, frames } = aPage();
  frames.set(2, unreadable);
  await awhile();
  await settled(door.set({ epoch: 2 }));
  const space = gate<void>();
  frames.set(2, () => space.passed);
  const moved = outcome(door.set({ map: "space" }));
  await awhile();
  expect(moved()).toBeNull();
  space.open();
  await awhile();
  expect(moved()?.drawn).toEqual({ map: "space", epoch: 2 });
});

test("a picture that cannot be made settles its own wish, and not the next one", async () => {
  const { door, pictures } = aPage();
  await awhile();
  pictures.mockRejectedValueOnce(new Trouble("it broke"));
  const bad = await settled(door.set({ cursor: { latent: [1, 0, 0] } }));
  expect([bad.cursor?.decoded, bad.faults]).toEqual([null, ["epoch 5 does not decode: it broke"]]);
  const picture = gate<Float32Array<ArrayBuffer>>();
  pictures.mockReturnValueOnce(picture.passed);
  const good = outcome(door.set({ cursor: { latent: [2, 0, 0] } }));
  await awhile();
  expect(good()).toBeNull();
  picture.open(new Float32Array(4));
  await awhile();
  expect([good()?.cursor?.decoded, good()?.faults]).toEqual([5, []]);
});

test("a wish with one impossible part changes nothing", async () => {
  const { door, store } = aPage();
  await awhile();
  const before = looked(store);
  await expect(door.set({ epoch: 1, lens: false, pin: { image: 0 }, speed: 3 })).rejects.toThrow("speed");
  expect(looked(store)).toEqual(before);
});

test("what is no number is refused before anything is decoded", async () => {
  const { door, pictures } = aPage();
  await awhile();
  await expect(door.decode([Number.NaN, 0, 0])).rejects.toThrow("finite numbers; number 0 is NaN");
  await expect(door.decode([0, 0, 0], 3)).rejects.toThrow("the scene has no epoch 3");
  await expect(door.nearest([0, 0, 0], 0)).rejects.toThrow("k must be a whole number above 0");
  expect(pictures).not.toHaveBeenCalled();
});

function looked({ epoch, lens, pin, speed }: Store) {
  return [epoch, lens, pin, speed].map((fact) => fact.value);
}

test("another colour is set once its numbers are here, or cannot be had", async () => {
  const { door, store, colouring } = aPage();
  await settled(door.set({ cursor: { latent: [1, 2, 3] } }));
  for (const come of [
    () => (colouring.value = {}),
    () => (store.columnsFault.value = { message: "no such file", hint: "", retry() {} }),
  ]) {
    colouring.value = null;
    const told = outcome(door.set({ colour: "loss" }));
    await awhile();
    expect(told()).toBeNull();
    come();
    await awhile();
    expect(told()?.colour).toBe("loss");
  }
});
