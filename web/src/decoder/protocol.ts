/** What the page and its decoding worker say to each other. */

/** The name of a worker that finds its runtime packed. */
export const PACKED = "packed";

export type Asked =
  | {
      readonly kind: "open";
      readonly id: number;
      readonly session: string;
      readonly graph: ArrayBuffer;
      /** null where they are in the graph. */
      readonly weights: ArrayBuffer | null;
      /** The name under which the graph looks for its weights. */
      readonly location: string;
    }
  | {
      readonly kind: "run";
      readonly id: number;
      readonly session: string;
      readonly input: string;
      readonly output: string;
      readonly data: Float32Array;
      readonly shape: readonly number[];
      /** Another graph, which gets the output, held in [0, 1], and gives the answer instead. */
      readonly next?: { readonly session: string; readonly input: string; readonly output: string };
    }
  | { readonly kind: "close"; readonly id: number; readonly session: string };

export type Answer =
  | { readonly id: number; readonly data: Float32Array | null /** What it took. */; readonly ms: number }
  | { readonly id: number; readonly error: string };
