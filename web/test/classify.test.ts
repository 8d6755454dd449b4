/** The classifier looks when nobody waits for a picture, and at pictures within [0, 1]. */
import { expect, test, vi } from "vitest";
import { createDecoder } from "../src/decoder/client";
import type { Answer, Asked } from "../src/decoder/protocol";
import type { Source } from "../src/source";
import { aScene } from "./fixtures";

/** A worker that answers when the test says, in turn. */
function aWorker() {
  const asked: Asked[] = [];
  const worker = {
    onmessage: null as ((event: { data: Answer }) => void) | null,
    postMessage: (one: Asked) => void asked.push(one),
    terminate() {},
  };
  const answer = async () => {
    const one = asked.shift();
    if (!one) throw new Error("nothing was asked");
    const classes = one.kind === "run" && one.output === "probabilities";
    const data = one.kind === "run" ? new Float32Array(classes ? 2 : 4).fill(0.5) : null;
    worker.onmessage?.({ data: { id: one.id, data, ms: 1 } });
    await new Promise((go) => setTimeout(go, 0));
    return one;
  };
  return { asked, worker, answer };
}

const scene = {
  ...aScene(),
  classifier: { file: "model/classifier.onnx", classes: ["cat", "dog"], accuracy: 0.9 },
};
const source = { bytes: async () => new ArrayBuffer(8) } as unknown as Source;
const rest = () => new Promise((go) => setTimeout(go, 0));

test("a picture that is asked for meanwhile goes first", async () => {
  const { asked, worker, answer } = aWorker();
  const decoder = createDecoder(scene, source, () => worker as unknown as Worker);
  const decoded = decoder.decode(5, new Float32Array(3));
  const named = vi.fn();
  void decoder.classify(new Float32Array(4), new AbortController().signal).then(named);
  await rest();
  // Both graphs are opened; the classifier is not run while a decode is on its way.
  for (const _ of [0, 1]) expect((await answer()).kind).toBe("open");
  expect(asked.map((one) => one.kind === "run" && one.output)).toEqual(["images"]);
  await answer();
  await decoded;
  await rest();
  expect(named).not.toHaveBeenCalled();
  expect(asked.map((one) => one.kind === "run" && one.output)).toEqual(["probabilities"]);
  await answer();
  await rest();
  expect(named).toHaveBeenCalledWith(Float32Array.of(0.5, 0.5));
});

test("what overshoots is held within [0, 1]", async () => {
  const { asked, worker, answer } = aWorker();
  const decoder = createDecoder(scene, source, () => worker as unknown as Worker);
  void decoder.classify(Float32Array.of(-0.2, 0.5, 1, 1.5), new AbortController().signal);
  await rest();
  await answer();
  await rest();
  const [run] = asked;
  expect(run?.kind === "run" && run.data).toEqual(Float32Array.of(0, 0.5, 1, 1));
});
