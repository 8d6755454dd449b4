/** A small list of ways to keep what is seen, which the bar opens. */
import { copyPicture, savePng, saveSvg } from "../figure/save";
import { copyLink } from "../link";
import { el } from "./dom";
import type { Context } from "./view";

/** A popover: the browser closes it, and gives the focus back. */
export function createShare(context: Context) {
  const ways = [
    ["Picture as PNG", savePng],
    ["Drawing as SVG", saveSvg],
    ["Copy the picture", copyPicture],
    ["Copy the link", copyLink],
  ] as const;
  const buttons = ways.map(([text, act]) =>
    el("button", {
      ...{ type: "button", class: "button plain", text },
      onclick: () => {
        node.hidePopover();
        act(context);
      },
    }),
  );
  const node = el("div", { id: "share", class: "share panel", popover: "auto" }, ...buttons);
  return { node };
}
