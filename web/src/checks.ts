/** Reads parsed JSON entry by entry: the page believes nothing that it has not looked at. */
import { Trouble } from "./faults";

/** What a description is said to hold (formats.ts); none of it has been looked at. */
type Unchecked<T> = { readonly [key in keyof T]?: unknown };

/** Checks for a file; each throws a Trouble that names the file and the entry. hint: what to do about it. */
export function checks(file: string, hint: string) {
  function wrong(at: string, what: string): Trouble {
    return new Trouble(`${file}: ${at} ${what}`, hint);
  }

  function format(value: unknown, known: number): void {
    if (value === known) return;
    if (typeof value === "number" && value > known) {
      throw new Trouble(
        `${file} has format ${value}; this page reads format ${known}`,
        "open it with a newer hinterland: pip install -U hinterland",
      );
    }
    throw wrong("format", `must be ${known}`);
  }

  function record<T>(value: unknown, at: string): Unchecked<T> {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw wrong(at, "must be an object");
    return value as Unchecked<T>;
  }

  function list(value: unknown, at: string): readonly unknown[] {
    if (!Array.isArray(value)) throw wrong(at, "must be a list");
    return value;
  }

  function text(value: unknown, at: string): string {
    if (typeof value !== "string") throw wrong(at, "must be text");
    return value;
  }

  function finite(value: unknown, at: string): number {
    if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(at, "must be a finite number");
    return value;
  }

  /** null where nothing is told. */
  function number(value: unknown, at: string): number | null {
    return value === null || value === undefined ? null : finite(value, at);
  }

  function count(value: unknown, at: string, least: number): number {
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      throw wrong(at, `must be a whole number, at least ${least}`);
    }
    return value as number;
  }

  /** A file beside: never an address, never a way out of the folder. */
  function path(value: unknown, at: string): string {
    const told = text(value, at);
    const sound = /^[\w.-]+(\/[\w.-]+)*$/.test(told) && !told.split("/").some((part) => /^\.+$/.test(part));
    if (!sound) throw wrong(at, "must be a path inside the scene");
    return told;
  }

  return { wrong, format, record, list, text, finite, number, count, path };
}
