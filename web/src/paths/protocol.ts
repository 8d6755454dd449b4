/** What the page and its surveying worker say to each other. */
import type { Known } from "./graph";
import type { Apart } from "./support";

export type Question =
  /** The latents (n, d) of an epoch, once; an older epoch's are forgotten. */
  | {
      readonly kind: "codes";
      readonly epoch: number;
      readonly d: number;
      readonly codes: Float32Array;
      readonly forget: number | undefined;
    }
  /** The images between one latent and the next; ends: (k, d). `known`: the epoch's neighbours, where there are any. */
  | {
      readonly kind: "between";
      readonly id: number;
      readonly epoch: number;
      readonly ends: Float32Array;
      readonly known: Known | null;
    }
  /** How far latents (m, d) are from the data. */
  | { readonly kind: "apart"; readonly id: number; readonly epoch: number; readonly latents: Float32Array };

export type Reply =
  | { readonly id: number; readonly rows: readonly Uint32Array[] }
  | { readonly id: number; readonly apart: Apart }
  /** How much of the graph is built, 0 to 1. */
  | { readonly id: number; readonly built: number }
  | { readonly id: number; readonly error: string };

/** What the worker is to whoever asks it. */
export interface SurveyBench {
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(question: Question): void;
  terminate(): void;
}
