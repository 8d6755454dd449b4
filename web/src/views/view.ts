/** What a panel of the page is. */
import type { Explorer } from "../explorer";

export type Context = Explorer;

export interface View {
  readonly name: string;
  /** What a screen reader calls it. */
  readonly title: string;
  readonly tag: "main" | "header" | "aside" | "section" | "div";
  /** Fills its place; returns what undoes it. */
  mount(place: HTMLElement, context: Context): () => void;
}
