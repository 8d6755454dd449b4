/** Walks, sums and attributes as text in the address, and back. What does not make sense is nothing. */
import type { Pin } from "../pins";
import { imagesOf, imagesWritten, short } from "../runs";
import { type Attribute, type Group, KINDS, MOST_ENDS, type Sum, type Term, TRAYS, type Walk } from "./asked";

/** Latents of more numbers are told in bytes: shorter, and exact. */
const FEW = 16;

export function walkTold({ ends, kind }: Walk): string {
  return [kind, ...ends.map(termTold)].join(":");
}

export function walkRead(told: string): Walk | null {
  const [kind, ...rest] = told.split(":");
  const known = KINDS.find((one) => one === kind);
  const ends = rest.map(termRead);
  if (!known || ends.length > MOST_ENDS || !ends.every(isPin)) return null;
  return { kind: known, ends };
}

/** Empty trays are empty. */
export function sumTold(sum: Sum): string {
  return TRAYS.map((tray) => (sum[tray] ? termTold(sum[tray]) : "")).join(":");
}

export function sumRead(told: string): Sum | null {
  const [a, b, c, more] = told.split(":").map(termRead);
  return more === undefined ? { a: a ?? null, b: b ?? null, c: c ?? null } : null;
}

/** The sides, the second empty for all other images. */
export function attributeTold({ has, lacks }: Attribute): string {
  return [has, lacks].map((group) => (group ? groupTold(group) : "")).join(":");
}

export function attributeRead(told: string): Attribute | null {
  const [has, lacks, more] = told.split(":").map(groupRead);
  return more === undefined ? { has: has ?? null, lacks: lacks ?? null } : null;
}

/** An own image by its number: the address has it too, else whoever writes tells its latent instead. */
function termTold(term: Term): string {
  if (term.by === "image") return `i${term.index}`;
  if (term.by === "images") return `s${imagesWritten(term.images)}`;
  if (term.by === "own") return `o${term.id}`;
  if (term.latent.length <= FEW) return `l${Array.from(term.latent, short).join(",")}`;
  const bytes = new Uint8Array(Float32Array.from(term.latent).buffer);
  const text = btoa(String.fromCharCode(...bytes));
  return `b${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

function termRead(told: string): Term | null {
  const rest = told.slice(1);
  if (told[0] === "o" && /^\d+$/.test(rest)) return { by: "own", id: Number(rest) };
  if (told[0] === "i" && /^\d+$/.test(rest)) return { by: "image", index: Number(rest) };
  if (told[0] === "s" && rest) return { by: "images", images: imagesOf(rest) };
  if (told[0] === "l" && rest) return latentOf(Float32Array.from(rest.split(","), Number));
  if (told[0] !== "b" || !/^[\w-]+$/.test(rest)) return null;
  const bytes = Uint8Array.from(atob(rest.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return bytes.length % 4 === 0 ? latentOf(new Float32Array(bytes.buffer)) : null;
}

function latentOf(latent: Float32Array): Pin | null {
  return latent.every(Number.isFinite) ? { by: "latent", latent } : null;
}

function isPin(term: Term | null): term is Pin {
  return term !== null && term.by !== "images";
}

/** A class as its channel, encoded, and its place in it. */
function groupTold(group: Group): string {
  if (group.by === "images") return `s${imagesWritten(group.images)}`;
  return `c${group.value}~${encodeURIComponent(group.channel)}`;
}

function groupRead(told: string): Group | null {
  if (told[0] === "s" && told.length > 1) return { by: "images", images: imagesOf(told.slice(1)) };
  const [, value, channel] = /^c(\d+)~(.+)$/.exec(told) ?? [];
  if (value === undefined || channel === undefined) return null;
  try {
    return { by: "class", channel: decodeURIComponent(channel), value: Number(value) };
  } catch {
    return null;
  }
}
