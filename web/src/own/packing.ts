/** Pictures as few letters, exactly. */
import type { Scene } from "../scene";

/** Pictures of more numbers are never short enough. */
const MOST_NUMBERS = 4096;
// Each number is guessed from those before it (median edge detector, Weinberger 1996), and how far it is off is written
// by an adaptive binary range coder (as LZMA's, Pavlov 1998).
const ONE = 2048;
/** How fast a chance follows what comes: half of a picture's bits are its first few hundred. */
const SHIFT = 4;

/** Of the contexts: whether the guess is right (64), then whether it is an end and which (4), then how far off (16 + 16). */
const CONTEXTS = 100;
type Bit = (context: number, told: number) => number;

/** (h, w, c) in [0, 1], of 8 bits, as text; null where that is longer than `most` letters. */
export function pictureWritten(pixels: Float32Array, shape: Scene["shape"], most: number): string | null {
  if (pixels.length > MOST_NUMBERS) return null;
  const { bit, end } = createWriter();
  code(
    Uint8Array.from(pixels, (value) => Math.round(value * 255)),
    shape,
    bit,
  );
  const text = lettersOf(end());
  return text.length <= most ? text : null;
}

/** The picture again, whatever the text; null where it is none of letters. */
export function pictureRead(text: string, shape: Scene["shape"]): Float32Array | null {
  const [h, w, c] = shape;
  if (!/^[\w-]*$/.test(text) || h * w * c > MOST_NUMBERS) return null;
  const bytes = new Uint8Array(h * w * c);
  code(bytes, shape, createReader(bytesOf(text)));
  return Float32Array.from(bytes, (value) => value / 255);
}

/** Goes over a picture, writing it, or filling it with what is read. */
function code(bytes: Uint8Array, [h, w, c]: Scene["shape"], bit: Bit): void {
  const row = w * c;
  for (let at = 0; at < h * row; at++) {
    const x = Math.floor((at % row) / c);
    const [before, above] = [x > 0 ? bytes[at - c]! : 0, at >= row ? bytes[at - row]! : 0];
    const aslant = x > 0 && at >= row ? bytes[at - row - c]! : 0;
    const beyond = x < w - 1 && at >= row ? bytes[at - row + c]! : above;
    const low = Math.min(before, above);
    const high = Math.max(before, above);
    const guess = aslant >= high ? low : aslant <= low ? high : before + above - aslant;
    const alike = Number(before === above) + 2 * Number(above === aslant) + 4 * Number(above === beyond);
    const kind = (guess === 0 ? 0 : guess === 255 ? 1 : 2) * 8 + alike;
    bytes[at] = number(bytes[at]!, guess, kind, bit);
  }
}

function number(value: number, guess: number, kind: number, bit: Bit): number {
  if (bit(kind, Number(value === guess))) return guess;
  const end = value === 0 || value === 255;
  const middle = Number(guess > 127);
  if (bit(64 + middle, Number(end))) return bit(66 + middle, Number(value === 255)) ? 255 : 0;
  // Once more than half of its bits are known the rest are noise.
  const off = value - guess;
  const up = bit(68, Number(off > 0));
  const size = Math.abs(off);
  let length = 0;
  while (length < 8 && bit(70 + length, Number(size >> (length + 1) > 0))) length++;
  let told = 1;
  for (let k = length - 1; k >= 0; k--) {
    told = 2 * told + bit(k === length - 1 ? 80 + length : 99, (size >> k) & 1);
  }
  return (guess + (up ? told : -told)) & 255;
}

function createWriter() {
  const chances = new Uint16Array(CONTEXTS).fill(ONE / 2);
  const bytes: number[] = [];
  let [low, range, cache, held] = [0, 2 ** 32 - 1, 0, 1];
  const shift = () => {
    if (low < 0xff000000 || low >= 2 ** 32) {
      const carry = low >= 2 ** 32 ? 1 : 0;
      for (let next = cache; held > 0; held--, next = 255) bytes.push((next + carry) & 255);
      cache = Math.floor(low / 2 ** 24) & 255;
    }
    held++;
    low = (low % 2 ** 24) * 256;
  };
  return {
    bit(context: number, told: number): number {
      const bound = (range >>> 11) * chances[context]!;
      if (told) {
        low += bound;
        range -= bound;
      } else range = bound;
      learn(chances, context, told);
      for (; range < 2 ** 24; range *= 256) shift();
      return told;
    },
    /** The bytes; the first is always 0, and zeros at the end are read where there is nothing. */
    end(): number[] {
      for (let k = 0; k < 5; k++) shift();
      while (bytes.at(-1) === 0) bytes.pop();
      return bytes.slice(1);
    },
  };
}

function createReader(bytes: Uint8Array): Bit {
  const chances = new Uint16Array(CONTEXTS).fill(ONE / 2);
  let [range, value, at] = [2 ** 32 - 1, 0, 0];
  const next = () => {
    value = (value % 2 ** 24) * 256 + (bytes[at++] ?? 0);
  };
  for (let k = 0; k < 4; k++) next();
  return (context) => {
    const bound = (range >>> 11) * chances[context]!;
    const told = Number(value >= bound);
    if (told) {
      value -= bound;
      range -= bound;
    } else range = bound;
    learn(chances, context, told);
    for (; range < 2 ** 24; range *= 256) next();
    return told;
  };
}

/** `chances`: of a 0, in parts of 2048. */
function learn(chances: Uint16Array, context: number, told: number): void {
  const chance = chances[context]!;
  chances[context] = told ? chance - (chance >> SHIFT) : chance + ((ONE - chance) >> SHIFT);
}

function lettersOf(bytes: readonly number[]): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(text: string): Uint8Array {
  const whole = text.length % 4 === 1 ? text.slice(0, -1) : text;
  return Uint8Array.from(atob(whole.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}
