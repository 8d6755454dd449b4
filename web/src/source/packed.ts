/** The arrays of a static site: packed files, made into the safetensors files that they stand for. */
import { Cache } from "../cache";
import { Trouble } from "../faults";
import { floats, readHeader, readTensors } from "../tensors";

/** Rebuilt files that are kept: those of the epochs around are built upon them. */
const KEPT = 8;
const INSIDE = /^[\w.-]+(\/[\w.-]+)*$/;

/** Where the packed file of a safetensors file is. */
function packedPath(path: string): string {
  return path.replace(/\.safetensors$/, ".packed");
}

/** Reads safetensors files out of their packed ones; `fetched` gives the bytes of a path. Throws a Trouble. */
export function createUnpacker(
  fetched: (path: string) => Promise<ArrayBuffer>,
): (path: string) => Promise<ArrayBuffer> {
  const rebuilt: Cache<ArrayBuffer> = new Cache<ArrayBuffer>(KEPT, async (path) => {
    const inner = await inflate(await fetched(path), path);
    const told = readTold(inner, path);
    const near = await Promise.all(told.near.map((other) => rebuilt.get(other)));
    return rebuild(inner, told, near, path);
  });
  // A copy: whoever asked may hand it on to a worker.
  return async (path) => (await rebuilt.get(packedPath(path))).slice(0);
}

/** Undoes zlib. Throws a Trouble. */
export async function inflate(bytes: ArrayBuffer, path: string): Promise<ArrayBuffer> {
  if (typeof DecompressionStream === "undefined") {
    throw new Trouble("this browser cannot unpack files", "try a newer browser");
  }
  try {
    const whole = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return await new Response(whole).arrayBuffer();
  } catch {
    throw damaged(path, "it does not unpack");
  }
}

interface Told {
  /** The header of the file that is packed. */
  readonly header: string;
  readonly near: readonly string[];
  readonly steps: ReadonlyMap<string, number>;
  /** How much of each of the others a tensor is. */
  readonly mix: Readonly<Record<string, readonly number[]>>;
}

function readTold(inner: ArrayBuffer, path: string): Told {
  const { packed } = (readHeader(inner).header.__metadata__ ?? {}) as Record<string, unknown>;
  let told: Record<string, unknown>;
  try {
    told = JSON.parse(packed as string) as Record<string, unknown>;
  } catch {
    throw damaged(path, "it does not say what it holds");
  }
  const { header, near, steps, mix } = told;
  const sound =
    typeof header === "string" &&
    Array.isArray(near) &&
    near.every((other) => typeof other === "string" && INSIDE.test(other) && other !== path) &&
    isNumbers(steps, (step) => typeof step === "number" && step > 0 && Number.isFinite(step)) &&
    isNumbers(mix, (parts) => Array.isArray(parts) && parts.length === near.length);
  if (!sound) throw damaged(path, "what it says of itself makes no sense");
  return { header, near, steps: new Map(Object.entries(steps as Record<string, number>)), mix } as Told;
}

function isNumbers(value: unknown, sound: (each: unknown) => boolean): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(sound);
}

/** The safetensors file: its header as it was, its numbers as they are or as steps from a mixture of others'. */
function rebuild(
  inner: ArrayBuffer,
  { header, steps, mix }: Told,
  near: readonly ArrayBuffer[],
  path: string,
): ArrayBuffer {
  const packed = readHeader(inner);
  const text = new TextEncoder().encode(header);
  const places = Object.entries(JSON.parse(header) as Record<string, Place>).filter(
    ([name]) => name !== "__metadata__",
  );
  const start = 8 + text.length;
  const made = new Uint8Array(
    start +
      Math.max(
        0,
        ...places.map(
          ([
            ,
            {
              data_offsets: [, end],
            },
          ]) => end,
        ),
      ),
  );
  new DataView(made.buffer).setBigUint64(0, BigInt(text.length), true);
  made.set(text, 8);
  const others = near.map(readTensors);
  for (const [name, { shape, data_offsets: offsets }] of places) {
    const held = packed.header[name] as Place | undefined;
    if (!held) throw damaged(path, `'${name}' is missing`);
    const [from, to] = held.data_offsets;
    const bytes = new Uint8Array(inner, packed.start + from, to - from);
    const step = steps.get(name);
    if (step === undefined) {
      made.set(bytes, start + offsets[0]);
      continue;
    }
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    const [planes, rows] = [held.shape[0] ?? 1, shape[0] ?? 1];
    const tensors = others.map((other) => floats(other, name, shape));
    fill(values, { bytes, planes, rows, step, others: tensors, mix: mix[name] ?? [] });
    made.set(new Uint8Array(values.buffer), start + offsets[0]);
  }
  return made.buffer;
}

interface Codes {
  /** Folded codes, the least bytes of all first: 0, -1, 1, -2, … are 0, 1, 2, 3, … */
  readonly bytes: Uint8Array;
  readonly planes: number;
  readonly rows: number;
  readonly step: number;
  readonly others: readonly Float32Array[];
  readonly mix: readonly number[];
}
interface Place {
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * value = (steps to the mixture of the others + code) · step; the same in doubles as Python has it. The codes' first
 * index runs fastest.
 */
function fill(values: Float32Array, { bytes, planes, rows, step, others, mix }: Codes): void {
  const { length } = values;
  const columns = rows ? length / rows : 0;
  for (let i = 0; i < length; i++) {
    let folded = 0;
    for (let plane = 0; plane < planes; plane++) folded += bytes[plane * length + i]! * 256 ** plane;
    const code = folded % 2 === 1 ? -(folded + 1) / 2 : folded / 2;
    const at = (i % rows) * columns + Math.floor(i / rows);
    let mixed = 0;
    for (let k = 0; k < others.length; k++) mixed += others[k]![at]! * (mix[k] ?? 0);
    values[at] = (Math.floor(mixed / step + 0.5) + code) * step;
  }
}

function damaged(path: string, what: string): Trouble {
  return new Trouble(`${path} is damaged: ${what}`, "export the site again");
}
