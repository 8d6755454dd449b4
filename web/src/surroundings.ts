/** What the stylesheet decided: the colour behind the map, and how much of it the panels cover. */
import type { Insets } from "./framing";
import type { Rgb } from "./palette";

/** An element's background colour in the theme of now. */
export function backgroundNow(place: HTMLElement): Rgb {
  const told =
    getComputedStyle(place)
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
  const opened = (names: string) => page.querySelector(names)?.getBoundingClientRect();
  const easel = opened(".easel:not([hidden])");
  const bar = surface.closest(".view-beside")?.querySelector(".beside-bar")?.getBoundingClientRect();
  const truth = opened(".truth:not([hidden]), .training:not([hidden])");
  const beside = (inspector?.height ?? 0) > 0 && (inspector?.width ?? 0) < box.width / 2;
  const dock = covered("dock");
  // Where there is no room beside the map the panels are one below the other.
  const lower = beside ? [timeline] : [inspector, timeline, easel, truth];
  const strip = [chosen, dock, ...lower]
    .filter((panel) => panel?.height)
    .reduce(
      (best, panel) => ((panel?.top ?? 0) < (best?.top ?? Number.POSITIVE_INFINITY) ? panel : best),
      undefined,
    );
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
