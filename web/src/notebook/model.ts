/** What anywidget gives a widget's page: a few named values that Python has too, and messages both ways. */

export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  /** Tells Python of what was set. */
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, call: (first: unknown, second: unknown) => void): void;
  off(event: string, call: (first: unknown, second: unknown) => void): void;
}

/** The bytes of a value that came from Python; null where it brings none. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return null;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** The same as numbers; little-endian, as every machine is that runs a browser. */
export function floatsOf(value: unknown): Float32Array | null {
  const bytes = bytesOf(value);
  return bytes && new Float32Array(bytes.slice().buffer);
}

export function indicesOf(value: unknown): Int32Array {
  const bytes = bytesOf(value);
  return bytes ? new Int32Array(bytes.slice().buffer) : new Int32Array(0);
}

/** Numbers as bytes for Python. Of all views of a buffer, marimo knows only this one for bytes. */
export function bytesFor(numbers: Int32Array | Float32Array): DataView {
  return new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
