/** The page's stylesheet for a box in another page: what it says of the window is meant of the box. */

/**
 * `:root` becomes the host of a shadow tree, `body` the box in it, and the window's measures the box's. letters: pixels of
 * the person's own letters, of which rem is here: those of a notebook's root may be of any size.
 */
export function scoped(css: string, letters = 16): string {
  const inPixels = (_: string, many: string) => `${Number(many) * letters}px`;
  const boxed = css
    .replace(/@media[^{]*/g, (asked) => asked.replace(/([\d.]+)em\b/g, inPixels))
    .replace(/:root\[([^\]]+)\]/g, ":host([$1])")
    .replace(/:root\b/g, ":host")
    .replace(/(^|[},;\s])body(?=[\s{,])/g, "$1.box")
    .replace(/@media(?=[^{]*\b(?:width|height)\b)/g, "@container")
    .replace(/([\d.])d?v([hw])\b/g, "$1cq$2")
    .replace(/position:\s*fixed/g, "position:absolute");
  return (BOX + hostless(boxed)).replace(/([\d.]+)rem\b/g, inPixels);
}

const BOX = `:host{all:initial;display:block;position:relative;overflow:hidden;border:1px solid var(--hair);border-radius:6px}
.box{position:absolute;inset:0;container-type:size}
.still{position:absolute;inset:0;width:100%;height:100%;padding:2.875rem .75rem .75rem;object-fit:contain;opacity:.35}
.kernel{position:absolute;top:3.625rem;left:50%;z-index:2;max-width:80%;padding:.3125rem .75rem;transform:translateX(-50%)}
`;

/** Within the box nobody can style its host by the box's size: there it is the page in it that is meant. */
function hostless(css: string): string {
  let done = "";
  let at = 0;
  for (;;) {
    const start = css.indexOf("@container", at);
    if (start < 0) return done + css.slice(at);
    const end = closing(css, css.indexOf("{", start));
    done += css.slice(at, start) + css.slice(start, end).replaceAll(":host", ".page");
    at = end;
  }
}

/** The place behind the brace that closes the one at `open`. */
function closing(css: string, open: number): number {
  let depth = 0;
  for (let at = open; at < css.length; at++) {
    if (css[at] === "{") depth++;
    if (css[at] === "}" && --depth === 0) return at + 1;
  }
  return css.length;
}
