/** The true neighbours of what is looked at, as small pictures with their distances; a click goes there. */
import { effect } from "@preact/signals-core";
import { followKin, KIN } from "../kin";
import type { Place } from "../store";
import { brief, factsOf } from "../words";
import { all, el } from "./dom";
import { hands } from "./handing";
import { createStill, createTileShow } from "./pictures";
import type { Context } from "./view";

export function createKin(context: Context, of: () => Place | null) {
  const { scene, store, recording } = context;
  const { kin, undo } = followKin(store, recording, of, context.sparing.rest);
  const most = Math.min(KIN, Math.max(0, scene.n - 1));
  const cells = Array.from({ length: most }, (_, rank) => {
    const slot = createStill(scene.shape, `Neighbour ${rank + 1}`);
    const distance = el("span", {});
    const button = el(
      "button",
      {
        ...{ type: "button", class: "kin" },
        onclick: () => {
          const found = kin.peek()[rank];
          if (found) store.pin.value = { by: "image", index: found.index };
        },
      },
      slot.node,
      distance,
    );
    hands(button, () => {
      const found = kin.peek()[rank];
      return found ? [found.index] : null;
    });
    return { slot, button, distance, tile: createTileShow(slot, recording) };
  });
  const row = el("div", { class: "kin-row" }, ...cells.map(({ button }) => button));
  const node = el(
    "div",
    { class: "kindred", hidden: most === 0 },
    el("h3", { text: "nearest in latent space", title: "True neighbours: by the latents, not by the map" }),
    row,
  );
  return {
    node,
    undo: all(
      undo,
      effect(() => {
        const found = kin.value;
        const columns = store.columns.value;
        row.classList.toggle("none", found.length === 0);
        for (const [rank, { button, distance, tile }] of cells.entries()) {
          const one = found[rank];
          tile.show(one?.index ?? -1);
          button.disabled = !one;
          distance.textContent = one ? brief(one.distance) : "\u00a0";
          const facts = one
            ? factsOf(scene, columns, one.index).map(([name, value]) => `${name} ${value}`)
            : [];
          button.title = one
            ? [`Image ${one.index}`, ...facts, `${brief(one.distance)} away: pin it`].join(", ")
            : "";
          if (one) button.setAttribute("aria-label", button.title);
        }
      }),
    ),
  };
}
