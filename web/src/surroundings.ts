/** What the stylesheet decided: the colour behind the map, and how much of it the panels cover. */
import type { Insets } from "./framing";
import type { Rgb } from "./palette";

/** The page's background colour in the theme of now. */
export function backgroundNow(): Rgb {
  const told =
    getComputedStyle(document.body)
      .backgroundColor.match(/[\d.]+/g)
      ?.map(Number) ?? [];
  const [r = 255, g = 255, b = 255] = told;
  return [r, g, b];
}

/** Pixels that the panels cover from each side: each panel is against one. */
export function insetsNow(page: HTMLElement): Insets {
  const box = page.getBoundingClientRect();
  const covered = (name: string) => page.querySelector(`.view-${name}`)?.getBoundingClientRect();
  const [head, legend, inspector, timeline] = ["header", "legend", "inspector", "timeline"].map(covered);
  const beside = (inspector?.height ?? 0) > 0 && (inspector?.width ?? 0) < box.width / 2;
  const strip = beside ? timeline : inspector;
  return {
    top: (head?.bottom ?? 0) - box.top,
    right: beside ? box.right - (inspector?.left ?? box.right) : 0,
    bottom: box.bottom - (strip?.top ?? box.bottom),
    left: beside && legend?.width ? legend.right - box.left : 0,
  };
}
