/** What the page and its decoding worker say to each other. */

export type Asked =
  | {
      readonly kind: "open";
      readonly id: number;
      readonly session: string;
      readonly graph: ArrayBuffer;
      readonly weights: ArrayBuffer;
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
    }
  | { readonly kind: "close"; readonly id: number; readonly session: string };

export type Answer =
  | { readonly id: number; readonly data: Float32Array | null }
  | { readonly id: number; readonly error: string };
