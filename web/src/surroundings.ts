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

/** Pixels that the panels cover of a surface from each side: each panel is against one side of the page. */
export function insetsNow(page: HTMLElement, surface: HTMLElement): Insets {
  const box = page.getBoundingClientRect();
  const part = surface.getBoundingClientRect();
  const covered = (name: string) => page.querySelector(`.view-${name}`)?.getBoundingClientRect();
  const [head, legend, chosen, inspector, timeline] = [
    ...["header", "legend", "selection", "inspector", "timeline"].map(covered),
  ];
  const easel = page.querySelector(".easel:not([hidden])")?.getBoundingClientRect();
  const bar = surface.closest(".view-beside")?.querySelector(".beside-bar")?.getBoundingClientRect();
  const truth = page.querySelector(".truth")?.getBoundingClientRect();
  const beside = (inspector?.height ?? 0) > 0 && (inspector?.width ?? 0) < box.width / 2;
  const lower = beside ? timeline : inspector;
  const strip = chosen?.height ? chosen : lower;
  const over = (pixels: number) => Math.max(0, pixels);
  return {
    top: over(Math.max(head?.bottom ?? 0, bar?.bottom ?? 0) - part.top),
    right: beside ? over(part.right - (easel?.left ?? inspector?.left ?? part.right)) : 0,
    bottom: over(part.bottom - (strip?.top ?? part.bottom)),
    left: beside
      ? over(Math.max(legend?.width ? legend.right : 0, truth?.width ? truth.right : 0) - part.left)
      : 0,
  };
}
