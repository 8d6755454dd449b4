/** Reads safetensors: 8 bytes of length, a JSON header, raw little-endian numbers. Trusts nothing in it. */
import { Trouble } from "./faults";

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint32Array;
}
export type Tensors = ReadonlyMap<string, Tensor>;

const LONGEST_HEADER = 16 * 1024 * 1024;
const VIEWS = { F32: Float32Array, I32: Int32Array, U32: Uint32Array } as const;

/**
 * The tensors of a file, viewed in place where they are aligned and copied where not.
 * Throws a Trouble that says what is wrong with the file. Kinds of number other than F32, I32 and U32 are refused.
 */
export function readTensors(bytes: ArrayBuffer): Tensors {
  const { header, start } = readHeader(bytes);
  const tensors = new Map<string, Tensor>();
  const spans: [begin: number, end: number][] = [];
  for (const [name, told] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { view, shape, begin, end } = readEntry(name, told, bytes.byteLength - start);
    const from = start + begin;
    const length = (end - begin) / 4;
    const data =
      from % 4 === 0 ? new view(bytes, from, length) : new view(bytes.slice(from, from + (end - begin)));
    spans.push([begin, end]);
    tensors.set(name, { shape, data });
  }
  refuseOverlaps(spans);
  return tensors;
}

/** One tensor's float32 values; null sizes in `shape` may be anything. */
export function floats(tensors: Tensors, name: string, shape: readonly (number | null)[]): Float32Array {
  const { data } = expect(tensors, name, shape);
  if (!(data instanceof Float32Array)) throw damaged(`'${name}' must be F32`);
  return data;
}

/** One tensor's values, of whichever kind it has. */
export function expect(tensors: Tensors, name: string, shape: readonly (number | null)[]): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw damaged(`has no tensor '${name}'`);
  const fits =
    tensor.shape.length === shape.length && shape.every((s, i) => s === null || s === tensor.shape[i]);
  if (!fits) {
    const wanted = shape.map((s) => s ?? "any").join(", ");
    throw damaged(`'${name}' must have shape (${wanted}); it has (${tensor.shape.join(", ")})`);
  }
  return tensor;
}

/** The header of a file, and where its numbers start. Throws a Trouble. */
export function readHeader(bytes: ArrayBuffer): { header: Record<string, unknown>; start: number } {
  if (bytes.byteLength < 8) throw damaged("is cut off before its header");
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  if (length > LONGEST_HEADER) throw damaged("has a header that is too long");
  if (8 + length > bytes.byteLength) throw damaged("is cut off within its header");
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes, 8, length)));
  } catch {
    throw damaged("has a header that is not JSON");
  }
  if (!isRecord(header)) throw damaged("has a header that is not an object");
  return { header, start: 8 + length };
}

function readEntry(name: string, told: unknown, room: number) {
  if (!isRecord(told)) throw damaged(`'${name}' is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = told;
  if (dtype !== "F32" && dtype !== "I32" && dtype !== "U32") {
    throw damaged(`'${name}' is neither F32 nor I32 nor U32`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) throw damaged(`'${name}' has no sound shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw damaged(`'${name}' has no sound offsets`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > room) throw damaged(`is cut off: '${name}' ends beyond the file`);
  const size = 4 * (shape as number[]).reduce((product, side) => product * side, 1);
  if (end - begin !== size) throw damaged(`'${name}' has ${end - begin} bytes where its shape needs ${size}`);
  return { view: VIEWS[dtype], shape: shape as readonly number[], begin, end };
}

function refuseOverlaps(spans: [begin: number, end: number][]): void {
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let last = 0;
  for (const [begin, end] of spans) {
    if (begin < last) throw damaged("has tensors that overlap");
    last = end;
  }
}

function damaged(what: string): Trouble {
  return new Trouble(`the file ${what}`, "it is damaged, or was written by something else");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
