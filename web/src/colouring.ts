/** What points are coloured by, and which of them are drawn. */
import { classColour, css, rampColour, rangeOf, type Theme } from "./palette";
import type { Column, Shown } from "./recording";
import { type Channel, DISTORTION } from "./scene";

/** The colour channel and what it holds. */
export interface Colouring {
  readonly channel: Channel;
  readonly column: Column;
  readonly range: readonly [number, number];
}

/** Which images are drawn: 0 hides. null where all are. */
export function visibleOf(
  colouring: Colouring | null,
  hidden: ReadonlySet<number>,
  brush: readonly [number, number] | null = null,
): Uint8Array | null {
  if (!colouring) return null;
  const { channel, column } = colouring;
  if (channel.kind === "class") {
    return hidden.size > 0 ? Uint8Array.from(column, (value) => (hidden.has(value) ? 0 : 1)) : null;
  }
  // NaN is in no range
  return brush && Uint8Array.from(column, (value) => (value >= brush[0] && value <= brush[1] ? 1 : 0));
}

/** The colour of an image's point, for a stylesheet; with `steps`, of numbers no more colours than that. */
export function hueOf(colouring: Colouring | null, theme: Theme, steps = 0): (image: number) => string {
  if (!colouring) return () => css(classColour(-1, 0, theme));
  const { column, channel, range } = colouring;
  const [low, high] = range;
  if (column instanceof Int32Array) {
    return (image) => css(classColour(column[image] ?? -1, channel.values.length, theme));
  }
  return (image) => {
    const part = ((column[image] ?? Number.NaN) - low) / (high - low || 1);
    return css(rampColour(steps > 0 ? Math.round(part * steps) / steps : part, theme));
  };
}

export function firstColour(channels: readonly Channel[]): string | null {
  return channels.some(({ name }) => name === "label") ? "label" : null;
}

export function colouringOf(
  channels: readonly Channel[],
  columns: ReadonlyMap<string, Column> | null,
  name: string | null,
  shown: Shown | null,
): Colouring | null {
  const channel = channels.find((one) => one.name === name);
  if (channel === DISTORTION) {
    return shown?.distortion ? { channel, column: shown.distortion, range: [0, 1] } : null;
  }
  const column = channel && columns?.get(channel.name);
  if (!channel || !column) return null;
  const range = column instanceof Float32Array ? rangeOf(column) : ([0, 0] as const);
  return { channel, column, range };
}
