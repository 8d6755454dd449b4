/** What a person asks of walks and sums: where to walk, what lies in the trays, what two groups are to be told by. */
import { type Signal, signal } from "@preact/signals-core";
import type { Pin } from "../pins";

/** The panels of the dock. */
export const DOCKS = ["walk", "sum", "attribute"] as const;
export type Dock = (typeof DOCKS)[number];
export const KINDS = ["straight", "spherical", "along"] as const;
export type WalkKind = (typeof KINDS)[number];
export interface Walk {
  /** Where it begins, what it passes and where it ends, at most `MOST_ENDS`; a walk has at least two. */
  readonly ends: readonly Pin[];
  readonly kind: WalkKind;
}
export const MOST_ENDS = 12;
/** What can be added: one thing, or the mean of some images. */
export type Term = Pin | { readonly by: "images"; readonly images: readonly number[] };
export const TRAYS = ["a", "b", "c"] as const;
export type Tray = (typeof TRAYS)[number];
/** A - B + C. */
export type Sum = Readonly<Record<Tray, Term | null>>;
/** Images that have something in common: a class of a channel, or some that were chosen. */
export type Group =
  | { readonly by: "class"; readonly channel: string; readonly value: number }
  | { readonly by: "images"; readonly images: readonly number[] };
export interface Attribute {
  readonly has: Group | null;
  /** null: all other images. */
  readonly lacks: Group | null;
}
/** How strong an attribute can be made, either way. */
export const STRONGEST = 3;

export interface Asked {
  /** The panel that is open; null: none. */
  readonly dock: Signal<Dock | null>;
  readonly walk: Signal<Walk>;
  /** Where on the walk one is, 0 to 1; every leg has an equal part. */
  readonly at: Signal<number>;
  /** The walk plays, and goes back and forth. */
  readonly strolling: Signal<boolean>;
  readonly loop: Signal<boolean>;
  readonly sum: Signal<Sum>;
  /** The tray that the next click on the map fills. */
  readonly tray: Signal<Tray>;
  readonly attribute: Signal<Attribute>;
  readonly strength: Signal<number>;
}

export const NO_WALK: Walk = { ends: [], kind: "straight" };
export const NO_SUM: Sum = { a: null, b: null, c: null };
export const NO_ATTRIBUTE: Attribute = { has: null, lacks: null };

export function createAsked(): Asked {
  return {
    dock: signal<Dock | null>(null),
    walk: signal(NO_WALK),
    at: signal(0),
    strolling: signal(false),
    loop: signal(true),
    sum: signal(NO_SUM),
    tray: signal<Tray>("a"),
    attribute: signal(NO_ATTRIBUTE),
    strength: signal(1),
  };
}
