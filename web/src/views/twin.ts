/** What the model beside, of another epoch or another run, makes of what is looked at: beside what this one makes of it. */
import { effect } from "@preact/signals-core";
import { isApart } from "../links";
import type { Scene } from "../scene";
import { grouped } from "../words";
import { all, el, faultNote, fill, say } from "./dom";
import { createSlot, type Slot } from "./pictures";
import { dressTrust } from "./support";
import type { Context } from "./view";

/** A picture that the model beside makes, which may be of another shape; hidden while there is none to compare. */
export function createTwin({ store, beside }: Context, name: string) {
  const place = el("div", { class: "frame" });
  const caption = el("figcaption", {});
  const node = el("figure", { class: "twin", hidden: true }, place, caption);
  let shape: Scene["shape"] | null = null;
  let slot: Slot | null = null;
  const undo = effect(() => {
    const scene = beside.value?.world.scene;
    node.hidden = !scene || !isApart(store);
    if (!scene || shape === scene.shape) return;
    shape = scene.shape;
    slot = createSlot(shape, name);
    place.replaceChildren(slot.node);
  });
  return {
    ...{ node, caption, undo },
    paint(pixels: Float32Array | null, trust: number | null = null) {
      dressTrust(place, trust);
      if (pixels) slot?.paint(pixels);
      else slot?.clear();
    },
  };
}

/** Which model made a picture: its epoch, and its run where that is another one. */
export function modelWords({ store, site }: Context, side: "main" | "beside"): string {
  const shown = (side === "main" ? store.shown : store.besideShown).value;
  const other = store.beside.value?.run ?? null;
  const run = other === null ? "" : `${side === "main" ? site.name : other} \u00b7 `;
  return shown ? `${run}epoch ${shown.epoch}` : "";
}

/** Both decoded pictures' captions, and both reconstructions of the nearest image. */
export function createTwins(context: Context, page: HTMLElement) {
  const { store, beside } = context;
  const decoded = createTwin(context, "Decoded by the model beside");
  const remade = createTwin(context, "Its reconstruction by the model beside");
  const fault = el("div", {});
  decoded.node.append(fault);
  const probeOf = () => {
    const pane = beside.value;
    return pane && (store.pin.value ? pane.pinned : pane.hover);
  };
  const undo = all(
    decoded.undo,
    remade.undo,
    effect(() => {
      page.classList.toggle("apart", isApart(store));
    }),
    effect(() => {
      const probe = probeOf();
      decoded.paint(probe?.picture.value?.pixels ?? null, probe?.place.value?.trust);
      remade.paint(probe?.neighbourPicture.value?.pixels ?? null);
      const wrong = probe?.fault.value;
      fill(fault, wrong ? [faultNote(wrong)] : []);
    }),
    effect(() => {
      const model = modelWords(context, "beside");
      const words = captionOf(context, "beside");
      say(decoded.caption, words);
      decoded.caption.title = words;
      say(remade.caption, "rebuilt beside");
      remade.caption.title = model;
      // Of an image itself the two reconstructions are the two decoded pictures.
      remade.node.classList.toggle("same", store.pin.value?.by === "image" || store.link.value === "none");
    }),
  );
  return { decoded: decoded.node, remade: remade.node, undo };
}

/** The model, and what its picture is of where that is not the latent that is looked at. */
export function captionOf(context: Context, side: "main" | "beside"): string {
  const { store, links } = context;
  const [link, pin] = [store.link.value, store.pin.value];
  const { main, beside } = pin ? links.pin : links.cursor;
  const own = pin ? "main" : (store.cursor.value?.side ?? "main");
  const model = modelWords(context, side);
  if (link !== "images" || own === side || pin?.by === "image") return model;
  const index = (side === "main" ? main : beside).neighbour.value?.index;
  return index === undefined ? model : `${model}: image ${grouped(index)}`;
}
