/** Makes elements. Text is only ever text: labels and names come from strangers. */

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

/** What is wrong, what to do, and a button that tries again. */
export function faultNote(fault: { message: string; hint: string; retry: () => void }): HTMLElement {
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
