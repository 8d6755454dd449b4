/** Checks of what a program asks through the door: each throws a Trouble that says what is wrong and what may be. */
import { Trouble } from "./faults";

/** `length` finite numbers, from any list or typed array. Throws a Trouble. */
export function numbersOf(values: unknown, length: number, what: string): Float32Array {
  const told = Array.isArray(values) || ArrayBuffer.isView(values) ? (values as ArrayLike<unknown>) : null;
  if (!told || told.length === undefined) return fail(`${what} must be a list of ${length} numbers`);
  if (told.length !== length) fail(`${what} must have ${length} numbers; it has ${told.length}`);
  return Float32Array.from(told, (value, i) => {
    // A number beyond float32 would become infinite on its way into the array.
    if (typeof value === "number" && Number.isFinite(Math.fround(value))) return value;
    return fail(`${what} must hold finite numbers; number ${i} is ${shown(value)}`);
  });
}

export function record(value: unknown, what: string, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    return fail(`${what} must be an object; it is ${shown(value)}`);
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) fail(`${what} has no '${unknown}'`, `it may have ${keys.join(", ")}`);
  return value as Record<string, unknown>;
}

/** An object with exactly one of these keys. */
export function oneKeyOf(value: unknown, what: string, keys: readonly string[]): Record<string, unknown> {
  const told = record(value, what, keys);
  if (keys.filter((key) => told[key] !== undefined).length === 1) return told;
  return fail(`${what} must be ${keys.map((key) => `{${key}}`).join(" or ")}`);
}

export function whole(value: unknown, least: number, most: number, what: string, hint = ""): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) {
    return value as number;
  }
  return fail(`${what} must be a whole number from ${least} to ${most}; it is ${shown(value)}`, hint);
}

export function partOf(value: unknown, what: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  return fail(`${what} must be a number from 0 to 1; it is ${shown(value)}`);
}

export function oneOf<T extends string | number | boolean>(
  value: unknown,
  known: readonly T[],
  what: string,
): T {
  const found = known.find((one) => one === value);
  return found ?? fail(`${what} must be one of ${known.map(shown).join(", ")}; it is ${shown(value)}`);
}

export function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : parse(value);
}

export function orNull<T>(value: unknown, parse: (value: unknown) => T): T | null {
  return value === null ? null : parse(value);
}

export function shown(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : Array.isArray(value) ? "a list" : String(value);
}

export function fail(message: string, hint = ""): never {
  throw new Trouble(message, hint);
}
