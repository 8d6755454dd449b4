// @vitest-environment happy-dom
/** On a slow machine answers come late: what is newer by then stays. */
import { type Signal, signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBeside } from "../src/beside";
import { type Bench, Channel } from "../src/decoder/channel";
import type { Decoder } from "../src/decoder/client";
import type { PageRuntime } from "../src/decoder/runtime";
import { Team } from "../src/decoder/team";
import type { Fault } from "../src/faults";
import { growing } from "../src/growing";
import { followGrowth, keepUp } from "../src/growth";
import { followColumns, followLatents } from "../src/loading";
import type { Latents } from "../src/nearest";
import { createPulse, type Pulse, type Status } from "../src/pulse";
import type { Column, Recording, Shown } from "../src/recording";
import { createStore } from "../src/store";
import { training } from "../src/views/training";
import type { Context } from "../src/views/view";
import { aScene, sceneJson } from "./fixtures";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const turn = () => vi.advanceTimersByTimeAsync(0);

function statusOf(version: string, state = "training"): Status {
  const told = { version, state, newest: 5, error: "", hint: "" };
  return { scenes: new Map([["made", told]]), training: null } as unknown as Status;
}

/** The same scene with so many epochs more. */
function grownBy(...more: readonly number[]): Record<string, unknown> {
  const { epochs, maps, ...rest } = sceneJson() as { epochs: object[]; maps: { epochs: number[] }[] };
  const [plane, space] = maps as [{ epochs: number[] }, object];
  const losses = { train: 1, validation: 1 };
  return {
    ...rest,
    epochs: [...epochs, ...more.map((epoch) => ({ epoch, losses }))],
    maps: [{ ...plane, epochs: [...plane.epochs, ...more] }, space],
  };
}

/** Answers that come when they are let. */
function asked<T>() {
  const answers: ((told: T | Error) => void)[] = [];
  const ask = () =>
    new Promise<T>((come, fail) => answers.push((told) => (told instanceof Error ? fail(told) : come(told))));
  return { answers, ask };
}

/** A run in training that is followed; `frames`: lets the files of an epoch come. */
function aTraining() {
  const grown = growing(aScene());
  const store = createStore(grown.scene);
  const frames = new Map<number, (come: unknown) => void>();
  const frame = (_: unknown, epoch: number) => new Promise((come) => frames.set(epoch, come));
  const status = signal<Status | null>(statusOf("a"));
  let json: unknown = sceneJson();
  const growth = followGrowth(
    grown,
    {
      name: "made",
      pulse: { status } as unknown as Pulse,
      source: () => ({ json: async () => json }) as never,
    },
    {
      store,
      recording: { frame, latents: async () => null } as unknown as Recording,
      decoder: { prepare() {} } as unknown as Decoder,
    },
  );
  const grows = async (version: string, ...more: readonly number[]) => {
    json = grownBy(...more);
    status.value = statusOf(version);
    await turn();
  };
  return { store, growth, frames, grows };
}

test("an epoch that comes while the one before is on its way is followed too", async () => {
  const { store, growth, frames, grows } = aTraining();
  await turn();
  await grows("b", 6);
  await grows("c", 6, 7);
  expect(store.epoch.value).toBe(5);
  frames.get(6)!(null);
  await turn();
  expect([store.epoch.value, store.follow.value]).toEqual([6, true]);
  frames.get(7)!(null);
  await turn();
  expect([store.epoch.value, store.follow.value]).toEqual([7, true]);
  await grows("d", 6, 7, 8);
  frames.get(8)!(null);
  await turn();
  expect(store.epoch.value).toBe(8);
  growth.undo();
});

test("who goes to an older epoch while a newer one is on its way stays there; who goes back is taken along", async () => {
  const { store, growth, frames, grows } = aTraining();
  await turn();
  await grows("b", 6);
  store.epoch.value = 2;
  frames.get(6)!(null);
  await turn();
  expect([store.epoch.value, store.follow.value]).toEqual([2, false]);
  await grows("c", 6, 7);
  expect(store.epoch.value).toBe(2);
  growth.live(true);
  expect(store.epoch.value).toBe(7);
  await grows("d", 6, 7, 8);
  frames.get(8)!(null);
  await turn();
  expect(store.epoch.value).toBe(8);
  growth.undo();
});

test("a scene that could not be read when it grew is read later, though nothing more comes to it", async () => {
  const said = vi.spyOn(console, "warn").mockImplementation(() => {});
  const grown = growing(aScene());
  const status = signal<Status | null>(statusOf("a", "finished"));
  let broken = true;
  const undo = keepUp(grown, {
    name: "made",
    pulse: { status } as unknown as Pulse,
    source: () =>
      ({
        json: async () => {
          if (broken) throw new Error("it is just being written");
          return grownBy(6);
        },
      }) as never,
  });
  status.value = statusOf("b", "finished");
  await turn();
  broken = false;
  expect(said).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(grown.scene.epochs.at(-1)?.epoch).toBe(6);
  undo();
  said.mockRestore();
});

test("a run beside that grew while it was opened is read anew", async () => {
  const grown = growing(aScene());
  const status = signal<Status | null>(statusOf("b", "finished"));
  const source = () => ({ json: async () => grownBy(6) }) as never;
  const undo = keepUp(grown, { name: "made", pulse: { status } as unknown as Pulse, source }, "a");
  await turn();
  expect(grown.scene.epochs.at(-1)?.epoch).toBe(6);
  undo();
});

test("what was done on the server is told by a status that was asked for afterwards", async () => {
  const asked: ((reply: unknown) => void)[] = [];
  const pulse = createPulse(
    {
      status: () => new Promise((come) => asked.push(come as (reply: unknown) => void)),
      act: async () => ({}),
    },
    "status.json",
  );
  const told = (state: string) => ({
    told: { format: 1, scenes: {}, training: { scene: "made", state, resumable: [] } },
    date: null,
  });
  const done = pulse.act("start", { name: "made" });
  await turn();
  asked[0]!(told("finished")); // of what was there before
  await turn();
  asked[1]?.(told("training"));
  await done;
  expect(pulse.status.value?.training?.state).toBe("training");
  pulse.dispose();
});

test("latents of a run that was beside are not those of the next one, though the epoch is the same", async () => {
  const shown = signal<Shown | null>({ epoch: 5 } as Shown);
  const latents = signal<Latents | null>(null);
  const [one, other] = [asked<Latents>(), asked<Latents>()];
  const follow = (ask: () => Promise<Latents>) =>
    followLatents(shown, { latents: ask } as unknown as Recording, latents, signal(null));
  const leave = follow(one.ask);
  leave();
  shown.value = null;
  shown.value = { epoch: 5 } as Shown;
  const undo = follow(other.ask);
  const right = { epoch: 5, d: 3, mean: new Float32Array(3) };
  other.answers[0]!(right);
  one.answers[0]!({ epoch: 5, d: 2, mean: new Float32Array(2) });
  await turn();
  expect(latents.value).toBe(right);
  undo();
});

test("numbers that nobody colours by any more are no fault when they cannot be read", async () => {
  const { columns, fault, colour, answers, undo } = someColumns();
  answers[0]!(new Map([["label", new Int32Array(4)]]));
  await turn();
  colour.value = "loss";
  answers.at(-1)!(new Error("gone"));
  colour.value = "label";
  await turn();
  expect(fault.value).toBeNull();
  expect([...columns.value!.keys()]).toEqual(["label"]);
  undo();
});

function someColumns() {
  const { answers, ask } = asked<ReadonlyMap<string, Column>>();
  const scene = aScene();
  const [label, loss] = scene.channels as [object, object];
  const store = createStore(scene);
  const columns: Signal<ReadonlyMap<string, Column> | null> = signal(null);
  const fault = signal<Fault | null>(null);
  const channels = [label, { ...loss, measured: { file: "measures.safetensors", epoch: 5 } }];
  const recording = { columns: ask } as unknown as Recording;
  const undo = followColumns({ ...scene, channels } as never, store, recording, columns, fault);
  return { columns, fault, colour: store.colour, answers, undo };
}

test("a number that was typed stays, though another would be proposed by now", () => {
  const scene = aScene();
  const store = createStore(scene);
  const told = (newest: number) => ({
    version: "a",
    state: "stopped",
    epochs: 9,
    newest,
    error: "",
    hint: "",
  });
  const progress = signal<unknown>(told(3));
  const status = signal({ scenes: new Map(), training: { scene: null, resumable: ["made"], said: "" } });
  const place = document.createElement("section");
  document.body.append(place);
  const site = { name: "made", pulse: { status, clock: signal(0), now: () => 0 } };
  const context = { scene, store, site, growth: { progress }, fit() {} } as unknown as Context;
  const undo = training.mount(place, context);
  store.trainingOpen.value = true;
  const field = place.querySelector<HTMLInputElement>("#resume-epochs")!;
  expect(field.value).toBe("9");
  field.focus();
  field.value = "5";
  field.dispatchEvent(new Event("input"));
  progress.value = told(8);
  field.blur(); // as a hand does that presses the button
  progress.value = told(9);
  expect(field.value).toBe("5");
  undo();
  place.remove();
});

test("a run beside that did not open is no fault any more once nothing is beside", async () => {
  const store = createStore(aScene());
  const around = { openRun: () => Promise.reject(new Error("gone")) };
  const { undo } = createBeside({} as never, store, around as never);
  store.beside.value = { run: "other", map: null, pace: { by: "follow", offset: 0 } };
  await turn();
  expect(store.besideFault.value?.message).toContain("gone");
  store.beside.value = null;
  expect(store.besideFault.value).toBeNull();
  undo();
});

test("what a worker was asked is not waited for once it is ended", async () => {
  const bench = { onmessage: null, onerror: null, postMessage() {}, terminate() {} } as Bench;
  const channel = new Channel(() => bench);
  const told = channel.ask({ kind: "close", session: "one" });
  channel.restart();
  await expect(told).rejects.toThrow("ended");
});

test("a piece that a helper has in hand when it is ended is worked at by the first", async () => {
  const answers: ((why: Error) => void)[] = [];
  const first = { broken: null } as PageRuntime;
  const helper = {
    broken: null,
    restart() {
      for (const fail of answers) fail(new Error("ended"));
    },
  } as unknown as PageRuntime;
  const team = new Team(
    first,
    () => helper,
    () => 1,
  );
  team.gather(async () => {});
  await vi.advanceTimersByTimeAsync(10_000);
  expect(team.size()).toBe(2);
  void team.work(() => new Promise(() => {})); // which the first has in hand
  const piece = team.work((runtime) =>
    runtime === first ? Promise.resolve("done") : new Promise((_, fail) => answers.push(fail)),
  );
  await turn();
  expect(answers).toHaveLength(1);
  team.disband();
  expect(await piece).toBe("done");
});
