/** Makes elements. Text is only ever text: labels and names come from strangers. */
import type { Fault } from "../faults";

type Value = string | number | boolean | ((event: Event) => void);
type Child = Node | string | null;

/**
 * An element with attributes (`on…` functions become listeners, booleans appear or not) and children.
 * A `text` attribute is its text.
 */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  dress(node, attributes);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** The same for a shape of a drawing. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  dress(node, attributes);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A 16-pixel drawing in lines. */
export function icon(...paths: readonly string[]): SVGSVGElement {
  const lines = paths.map((d) => svg("path", { d }));
  return svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, ...lines);
}

/** Pixels up to which the stylesheet has the panels one below the other: across, and up; of the usual letters. */
const NARROW = 760;
const LOW = 440;
/** Pixels that the stylesheet's letters are high where the browser's are the usual 16. */
const LETTERS = 13;

/** The page that the panel is in is that narrow, or that low, beside its letters. */
export function isNarrow(panel: HTMLElement): boolean {
  const page = panel.closest(".page");
  const large = largeness(panel);
  const [width, height] = [page?.clientWidth ?? innerWidth, page?.clientHeight ?? innerHeight];
  return width <= NARROW * large || height <= LOW * large;
}

/** How large the person's letters are: 1 where the browser's are the usual 16 pixels. */
export function largeness(place: Element): number {
  const page = place.closest(".page");
  return (page && Number.parseFloat(getComputedStyle(page).fontSize) / LETTERS) || 1;
}

/** To be called for a panel that was just opened: where the page scrolls it may be out of sight. */
export function bringIntoSight(panel: HTMLElement): void {
  requestAnimationFrame(() => panel.scrollIntoView?.({ block: "nearest" }));
}

/** Says something in an element. What it says already is left alone, so that no reader of screens says it again. */
export function say(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Fills an element with others. Where it is empty and stays so, nobody has to look at it again. */
export function fill(node: HTMLElement, children: readonly Node[]): void {
  if (children.length > 0 || node.firstChild) node.replaceChildren(...children);
}

/** What is wrong, what to do, and a button that tries again. */
export function faultNote(fault: Fault): HTMLElement {
  return el(
    "div",
    { class: "fault", role: "alert" },
    el("p", { text: fault.message }),
    fault.hint ? el("p", { class: "quiet", text: fault.hint }) : null,
    el("button", { type: "button", class: "button", text: "Retry", onclick: () => fault.retry() }),
  );
}

/** All undoings as one. */
export function all(...undo: readonly (() => void)[]): () => void {
  return () => {
    for (const call of undo) call();
  };
}

function dress(node: Element, attributes: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = String(value);
    else if (typeof value === "boolean") node.toggleAttribute(name, value);
    else node.setAttribute(name, String(value));
  }
}
