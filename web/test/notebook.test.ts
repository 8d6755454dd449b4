import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Bench } from "../src/decoder/channel";
import type { Answer, Asked } from "../src/decoder/protocol";
import type { Explorer } from "../src/explorer";
import type { PlanarMap } from "../src/map";
import { type Engine, Workshop } from "../src/notebook/bench";
import { Contexts, MOST } from "../src/notebook/contexts";
import { createKernel, kernelSite } from "../src/notebook/kernel";
import { floatsOf, indicesOf, type Model } from "../src/notebook/model";
import { scoped } from "../src/notebook/scoped";
import { follow, takeAll } from "../src/notebook/traits";
import { createStore, enter } from "../src/store";
import { aScene } from "./fixtures";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A model as a front end gives it; `told` is what went to Python. */
function modelOf(values: Record<string, unknown> = {}) {
  const calls = new Map<string, Set<(first: unknown, second: unknown) => void>>();
  const sent: { id: string }[] = [];
  const saved: Record<string, unknown>[] = [];
  let changed: Record<string, unknown> = {};
  const model: Model = {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      changed[name] = value;
      emit(`change:${name}`, model, value);
    },
    save_changes() {
      saved.push(changed);
      changed = {};
    },
    send: (content) => sent.push(content as { id: string }),
    on: (event, call) => calls.set(event, (calls.get(event) ?? new Set()).add(call)),
    off: (event, call) => calls.get(event)?.delete(call),
  };
  const emit = (event: string, first: unknown, second: unknown) => {
    for (const call of calls.get(event) ?? []) call(first, second);
  };
  /** As if Python had set it. */
  const python = (name: string, value: unknown) => {
    values[name] = value;
    emit(`change:${name}`, model, value);
  };
  return {
    model,
    sent,
    saved,
    python,
    hear: (told: unknown, buffers: unknown[]) => emit("msg:custom", told, buffers),
  };
}

const view = (...bytes: number[]) => new DataView(Uint8Array.from([99, ...bytes]).buffer, 1);

test("a file comes over the kernel's messages, its parts in any order", async () => {
  const { model, sent, hear } = modelOf();
  const file = kernelSite(createKernel(model)).scene("mnist").bytes("epochs/0001/latents.safetensors");
  expect(sent).toEqual([{ id: expect.any(String), file: "scenes/mnist/epochs/0001/latents.safetensors" }]);
  const [{ id }] = sent as [{ id: string }];
  hear({ id, part: 1, parts: 2 }, [view(3)]);
  hear({ id: "another page's", part: 0, parts: 1 }, [view(9)]);
  hear({ id, part: 0, parts: 2 }, [view(1, 2)]);
  expect([...new Uint8Array(await file)]).toEqual([1, 2, 3]);
});

test("what the kernel refuses is a trouble with its hint; a closed widget asks no more", async () => {
  const { model, sent, hear } = modelOf();
  const kernel = createKernel(model);
  const asked = kernelSite(kernel).scene("mnist").ask("decode", { epoch: 9 });
  expect(sent[0]).toMatchObject({ scene: "mnist", question: "decode", told: { epoch: 9 } });
  hear({ id: sent[0]!.id, error: "there is no epoch 9", hint: "epochs: 0 to 8" }, []);
  await expect(asked).rejects.toMatchObject({ message: "there is no epoch 9", hint: "epochs: 0 to 8" });
  const other = kernel.ask({ runtime: true });
  kernel.close();
  await expect(other).rejects.toThrow("closed");
});

test("two pages of one widget do not take each other's answers", () => {
  const { model, sent } = modelOf();
  void createKernel(model).ask({ runtime: true });
  void createKernel(model).ask({ runtime: true });
  expect(sent[0]!.id).not.toBe(sent[1]!.id);
});

test("a kernel that says nothing for long is told of, until it answers", async () => {
  const { model, sent, hear } = modelOf();
  const kernel = createKernel(model);
  const asked = kernel.ask({ file: "site.json" });
  vi.advanceTimersByTime(4000);
  expect(kernel.silent.value).toBe(false);
  vi.advanceTimersByTime(2000);
  expect(kernel.silent.value).toBe(true);
  hear({ id: sent[0]!.id, part: 0, parts: 1 }, [view()]);
  expect(kernel.silent.value).toBe(false);
  expect((await asked).byteLength).toBe(0);
});

/** An engine that remembers what it was asked. */
function engineOf() {
  const asked: Asked[] = [];
  const engine: Engine & { ended: boolean } = {
    ended: false,
    post(question, _, answered) {
      asked.push(question);
      answered({ id: question.id, data: new Float32Array([asked.length]), ms: 1 });
    },
    end() {
      engine.ended = true;
    },
  };
  return { engine, asked };
}

function hearing(bench: Bench): Answer[] {
  const heard: Answer[] = [];
  bench.onmessage = ({ data }) => heard.push(data);
  return heard;
}

const open = (id: number): Asked => ({
  ...{ kind: "open", id, session: "decoder/8/1", graph: new ArrayBuffer(1), weights: null, location: "x" },
});

test("all widgets share one engine, and their sessions are apart and end with them", async () => {
  const { engine, asked } = engineOf();
  const start = vi.fn(async () => engine);
  const workshop = new Workshop();
  const [one, other] = [workshop.bench(start), workshop.bench(start)];
  const [heardByOne, heardByOther] = [hearing(one), hearing(other)];
  one.postMessage(open(1), []);
  other.postMessage(open(7), []);
  await vi.advanceTimersByTimeAsync(0);
  expect(start).toHaveBeenCalledTimes(1);
  expect(new Set(asked.map(({ session }) => session)).size).toBe(2);
  expect(heardByOne.map(({ id }) => id)).toEqual([1]);
  expect(heardByOther.map(({ id }) => id)).toEqual([7]);
  one.terminate();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.at(-1)).toMatchObject({ kind: "close", session: asked[0]!.session });
  expect(engine.ended).toBe(false);
  other.terminate();
  await vi.advanceTimersByTimeAsync(1000);
  expect(engine.ended).toBe(false); // a cell that is run again brings the next one
  await vi.advanceTimersByTimeAsync(60_000);
  expect(engine.ended).toBe(true);
});

test("an engine that cannot start is said as the runtime says it, and is tried again by the next widget", async () => {
  const { engine } = engineOf();
  const workshop = new Workshop();
  const one = workshop.bench(async () => {
    throw new Error("not allowed");
  });
  const heard = hearing(one);
  one.postMessage(open(1), []);
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual([{ id: 1, error: "no available backend found" }]);
  const start = vi.fn(async () => engine);
  workshop.bench(start);
  expect(start).toHaveBeenCalledTimes(1);
});

/** A widget whose map has a context or not. */
function tenantOf(renderer: "auto" | "webgl2" = "webgl2") {
  let now: "webgl2" | "canvas2d" = "webgl2";
  const map = {
    get renderer() {
      return now;
    },
    drawWith(wanted: string) {
      now = wanted === "canvas2d" ? "canvas2d" : "webgl2";
    },
  } as unknown as PlanarMap;
  return { maps: () => [map], renderer, live: () => now === "webgl2" };
}

test("of many widgets at most eight have a context, and those in view are among them", () => {
  const contexts = new Contexts();
  const tenants = Array.from({ length: 24 }, () => tenantOf());
  for (const tenant of tenants) contexts.look(tenant, false);
  const counted = () => tenants.filter((tenant) => tenant.live()).length;
  expect(counted()).toBe(MOST);
  for (const tenant of tenants) {
    contexts.look(tenant, true);
    expect(tenant.live()).toBe(true);
    expect(counted()).toBeLessThanOrEqual(MOST);
    contexts.look(tenant, false);
  }
  // More in view than there are contexts: the rest is drawn without.
  for (const tenant of tenants.slice(0, 12)) contexts.look(tenant, true);
  expect(counted()).toBe(MOST);
  contexts.leave(tenants[11]!);
  tenants.splice(11, 1);
  expect(counted()).toBe(MOST);
});

test("a widget whose machine draws without a context is left alone", () => {
  const drawWith = vi.fn();
  const map = { renderer: "canvas2d", drawWith } as unknown as PlanarMap;
  const contexts = new Contexts();
  contexts.look({ maps: () => [map], renderer: "auto" }, true);
  contexts.look({ maps: () => [map], renderer: "auto" }, false);
  expect(drawWith).not.toHaveBeenCalled();
});

test("the stylesheet means its box where it says the window", () => {
  const css = scoped(
    ':root{--gap:12px}:root[data-theme="dark"]{color-scheme:dark}body{margin:0}.bodyless{top:0}' +
      "@media (max-width: 760px){:root{--gap:8px}.a{height:34dvh}}@media (prefers-reduced-motion: reduce){.b{top:0}}" +
      ".c{position:fixed;width:calc(100vw - 2px)}",
  );
  expect(css).toContain(":host{--gap:12px}");
  expect(css).toContain(':host([data-theme="dark"]){color-scheme:dark}');
  expect(css).toContain(".box{margin:0}.bodyless{top:0}");
  expect(css).toContain("@container (max-width: 760px){.page{--gap:8px}.a{height:34cqh}}");
  expect(css).toContain("@media (prefers-reduced-motion: reduce){.b{top:0}}");
  expect(css).toContain(".c{position:absolute;width:calc(100cqw - 2px)}");
});

test("its letters are the person's own, whatever those of the notebook are", () => {
  const css = scoped(
    "body{font:.8125rem/1.45 a}@media (max-width: 47.5em) or (max-height: 27.5em){.a{top:3rem}}",
    24,
  );
  expect(css).toContain(".box{font:19.5px/1.45 a}");
  expect(css).toContain("@container (max-width: 1140px) or (max-height: 660px){.a{top:72px}}");
});

function widgetOf(values: Record<string, unknown> = {}) {
  const scene = aScene();
  const store = createStore(scene);
  const fake = modelOf(values);
  takeAll(fake.model, scene, store);
  const undo = follow(fake.model, { scene, store } as unknown as Explorer);
  return { scene, store, undo, ...fake };
}

test("what Python says is looked at, and what the page shows is told to Python", async () => {
  const { scene, store, model, saved, python } = widgetOf({ theme: "dark", selection: view(2, 0, 0, 0) });
  expect(store.theme.value).toBe("dark");
  expect([...store.selected.value]).toEqual([2]);
  await vi.advanceTimersByTimeAsync(100);
  expect(model.get("map")).toBe(scene.maps[0].name);
  expect(model.get("epoch")).toBe(scene.maps[0].epochs.at(-1));
  const told = saved.length;
  python("epoch", scene.maps[0].epochs[0]);
  expect(store.epoch.value).toBe(scene.maps[0].epochs[0]);
  python("selection", view(0, 0, 0, 0, 1, 0, 0, 0));
  expect([...store.selected.value]).toEqual([0, 1]);
  python("pinned", { image: 1 });
  expect(store.pin.value).toEqual({ by: "image", index: 1 });
  python("colour", null);
  expect(store.colour.value).toBe(null);
  store.selected.value = new Set([2, 1]);
  enter(store, scene.maps[0], scene.maps[0].epochs.at(-1) ?? 0);
  await vi.advanceTimersByTimeAsync(100);
  expect(indicesOf(model.get("selection"))).toEqual(Int32Array.of(1, 2));
  expect(model.get("epoch")).toBe(scene.maps[0].epochs.at(-1));
  expect(model.get("view")).toContain("select=1-2");
  expect(saved.length).toBeGreaterThan(told);
});

test("the cursor is told twenty times a second at most, and at last where it is", async () => {
  const { store, model, saved, undo } = widgetOf();
  const place = signal<{ latent: Float32Array } | null>(null);
  Object.assign(store, { cursor: place });
  undo();
  const stop = follow(model, { scene: aScene(), store } as unknown as Explorer);
  saved.length = 0;
  for (let i = 1; i <= 1000; i++) {
    place.value = { latent: Float32Array.of(i, 0) };
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(200);
  expect(saved.length).toBeGreaterThan(10);
  expect(saved.length).toBeLessThanOrEqual(22);
  expect(model.get("cursor")).toBeInstanceOf(DataView);
  expect(floatsOf(model.get("cursor"))).toEqual(Float32Array.of(1000, 0));
  stop();
});

test("a cursor that Python set before there is a map is not taken back", async () => {
  const cursor = new DataView(Float32Array.of(1, 2, 3).buffer);
  const { model, saved } = widgetOf({ cursor });
  await vi.advanceTimersByTimeAsync(200);
  expect(saved.flatMap((told) => Object.keys(told))).not.toContain("cursor");
  expect(floatsOf(model.get("cursor"))).toEqual(Float32Array.of(1, 2, 3));
});

test("nothing goes round in circles: what came from Python is not told back", async () => {
  const { saved, python } = widgetOf();
  await vi.advanceTimersByTimeAsync(100);
  saved.length = 0;
  python("selection", view(1, 0, 0, 0));
  await vi.advanceTimersByTimeAsync(100);
  expect(saved.flatMap((told) => Object.keys(told))).toEqual(["view"]); // which the selection is a part of
});

test("a message of the page's that comes back when the page is further does not take it back", async () => {
  const { scene, store, saved, python } = widgetOf();
  const first = scene.maps[0].epochs[0];
  await vi.advanceTimersByTimeAsync(100);
  saved.length = 0;
  python("selection", view(1, 0, 0, 0));
  await vi.advanceTimersByTimeAsync(100);
  const told = saved[0]?.view;
  python("epoch", first);
  python("view", told); // the kernel repeats what was sent
  expect(store.epoch.value).toBe(first);
  store.selected.value = new Set([0, 1]);
  await vi.advanceTimersByTimeAsync(15);
  const chosen = saved.flatMap((one) => one.selection ?? []).at(-1);
  store.selected.value = new Set([2]);
  python("selection", chosen);
  await vi.advanceTimersByTimeAsync(100);
  expect([...store.selected.value]).toEqual([2]);
  expect(indicesOf(saved.at(-1)?.selection)).toEqual(Int32Array.of(2));
});
