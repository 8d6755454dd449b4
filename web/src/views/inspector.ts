/** The inspector: what a place decodes to, and a real image beside what the model makes of it. */
import { computed, effect } from "@preact/signals-core";
import { pinCursor, pinNearest } from "../actions";
import { isApart } from "../links";
import type { Probe } from "../probe";
import { brief, factsOf, grouped } from "../words";
import { createAltered } from "./altered";
import { createCarry } from "./carry";
import { createClasses } from "./classes";
import { createDifference } from "./difference";
import { all, el, faultNote, fill, icon } from "./dom";
import { tellFacts } from "./facts";
import { createKin } from "./kin";
import { createLatentLines } from "./latent";
import { createSlot, createTileShow, type Slot, type TileShow } from "./pictures";
import { createSupport } from "./support";
import { captionOf, createTwins } from "./twin";
import type { Context, View } from "./view";

export const inspector: View = {
  name: "inspector",
  title: "Inspector",
  tag: "aside",
  mount(place, context) {
    const main = mainCard(place, context);
    const second = secondCard(place, context);
    return all(main, second, () => place.replaceChildren());
  },
};

/** The pin where there is one, else what is under the cursor. */
function mainCard(place: HTMLElement, context: Context): () => void {
  const { store, hover, pinned } = context;
  const { title, unpin, pin, decoded, near, beside, captions, note, facts, nodes, frame, picture, trio } =
    mainParts(context);
  const twins = createTwins(context, place);
  const altered = createAltered(context, place);
  const focus = () => (store.pin.value ? pinned : hover);
  const support = createSupport(() => focus().place.value, [frame]);
  const read = () => focus().reading.value.place;
  const kin = createKin(context, () => focus().place.value);
  const latent = createLatentLines(context, () => focus().place.value, read);
  const classes = createClasses(context, focus);
  const difference = createDifference(context, focus);
  const carry = createCarry(context);
  const there = computed(() => store.cursor.value !== null);
  picture.append(support.node);
  trio.append(difference.node, twins.remade);
  const both = el("div", { class: "both" }, picture, twins.decoded, altered.node);
  place.append(
    ...nodes.map((node) => (node === picture ? both : node)),
    carry.node,
    classes.node,
    kin.node,
    latent.node,
  );
  return all(
    effect(() => {
      const held = store.pin.value;
      const own = held?.by === "own";
      const image = held?.by === "image" || own;
      title.textContent = titleOf(context);
      unpin.hidden = !held;
      pin.hidden = Boolean(held) || !there.value;
      const model = isApart(store) ? captionOf(context, "main") : "";
      const name = image ? REMADE : (["decoded here", "decoded"] as const);
      caption(captions[0], model ? [model, model] : name);
      captions[0].title = model;
      beside.node.setAttribute("aria-label", image ? "The image itself" : "Its reconstruction");
      caption(captions[1], [image && !own ? "nearest other" : "nearest image", "nearest"]);
      caption(captions[2], own ? ["your image", "yours"] : image ? ["the image itself", "original"] : REMADE);
      place.classList.toggle("has-pin", Boolean(held));
    }),
    showPicture(decoded, focus, context),
    effect(() => {
      // What has nothing to show yet is no row of empty boxes.
      place.classList.toggle("bare", !store.pin.value && !hover.place.value);
    }),
    effect(() => {
      place.classList.toggle("with-sliders", latent.isOpen.value);
    }),
    effect(() => fill(note, noteOf(context, focus()))),
    showPair(near, beside, context, focus),
    effect(() => tellFacts(facts, context, focus())),
    latent.undo,
    support.undo,
    ...[kin.undo, classes.undo, difference.undo, carry.undo, twins.undo, altered.undo],
  );
}

function titleOf({ store }: Context): string {
  const held = store.pin.value;
  if (held?.by === "image") return `Image ${held.index}`;
  if (held?.by !== "own") return held ? "Pinned spot" : "Under the cursor";
  return store.own.value.find(({ id }) => id === held.id)?.name ?? "Your image";
}

const REMADE = ["its reconstruction", "rebuilt"] as const;

/** The stylesheet takes the short words where there is no room. */
function caption(place: HTMLElement, [full, short]: readonly [full: string, short: string]): void {
  place.replaceChildren(
    el("span", { class: "full", text: full }),
    el("span", { class: "short", text: short }),
  );
}

function mainParts(context: Context) {
  const { shape } = context.scene;
  const title = el("h2", {});
  const pin = el("button", {
    ...{ type: "button", class: "button", text: "Pin", title: "Pin (Enter)" },
    onclick: () => pinCursor(context),
  });
  const unpin = el(
    "button",
    {
      type: "button",
      class: "tool",
      title: "Unpin (Esc)",
      "aria-label": "Unpin",
      onclick: () => clearPin(context),
    },
    icon("M4 4l8 8M12 4l-8 8"),
  );
  const decoded = createSlot(shape, "Decoded picture");
  const [near, beside] = [createSlot(shape, "Nearest image"), createSlot(shape, "Beside it")];
  const captions = [el("figcaption", {}), el("figcaption", {}), el("figcaption", {})] as const;
  const choose = el(
    "button",
    { type: "button", class: "pick", title: "Pin this image (n)", onclick: () => pinNearest(context) },
    near.node,
  );
  const note = el("div", { class: "slot-note" });
  const facts = el("dl", { class: "facts" });
  const frame = el("div", { class: "frame" }, decoded.node, note);
  const picture = el("figure", { class: "decoded" }, frame, captions[0]);
  const trio = el(
    "div",
    { class: "trio" },
    el("figure", {}, choose, captions[1]),
    el("figure", {}, beside.node, captions[2]),
  );
  const nodes = [el("div", { class: "card-head" }, title, pin, unpin), picture, trio, facts];
  return { title, pin, unpin, decoded, near, beside, captions, note, facts, nodes, frame, picture, trio };
}

/** While something is pinned: what is under the cursor, small. */
function secondCard(place: HTMLElement, context: Context): () => void {
  const { scene, store, hover } = context;
  const decoded = createSlot(scene.shape, "Decoded under the cursor");
  const real = createSlot(scene.shape, "Nearest image to the cursor");
  const realTile = createTileShow(real, context.recording);
  const words = el("p", { class: "quiet" });
  const card = el(
    "div",
    { class: "second" },
    el("h3", { text: "Under the cursor" }),
    el("div", { class: "row" }, decoded.node, real.node, words),
  );
  place.append(card);
  const both = computed(() => {
    const [pin, cursor] = [store.pin.value, store.cursor.value];
    return pin !== null && cursor !== null && (pin.by !== "latent" || pin.latent !== cursor.latent);
  });
  return all(
    effect(() => {
      card.hidden = !both.value;
      place.classList.toggle("with-second", both.value);
    }),
    showPicture(decoded, () => (store.pin.value ? hover : null), context),
    effect(() => {
      const found = hover.reading.value.neighbour;
      if (card.hidden || !store.pin.value) return;
      if (found) realTile.show(found.index);
      words.textContent = found
        ? `nearest: ${nameOf(context, found.index)}, ${brief(found.distance)} away`
        : "";
    }),
  );
}

function showPicture(slot: Slot, of: () => Probe | null, context: Context): () => void {
  const { store, hover } = context;
  return effect(() => {
    const probe = of();
    // The lens follows each move: what is beside the map need not.
    const inLens = probe === hover && store.lens.value && store.pointing.value;
    const picture = (inLens ? probe.toldPicture : probe?.picture)?.value;
    if (!picture) {
      slot.clear();
      return;
    }
    slot.paint(picture.pixels);
    if (probe === hover && !inLens) context.paintedHover(picture);
  });
}

/** The nearest image, and beside it what the model makes of it; for an image's own place, that image. */
function showPair(near: Slot, beside: Slot, { recording, store }: Context, focus: () => Probe): () => void {
  const [nearTile, besideTile] = [near, beside].map((slot) => createTileShow(slot, recording)) as [
    TileShow,
    TileShow,
  ];
  return all(
    effect(() => {
      const probe = focus();
      const { place, neighbour: found } = probe.reading.value;
      const image = place?.image ?? -1;
      const remade = probe.neighbourPicture.value;
      nearTile.show(found?.index ?? -1);
      const own = place?.own;
      besideTile.show(image);
      if (own) beside.paint(own.pixels);
      if (image >= 0 || own) return;
      if (found && remade) beside.paint(remade.pixels);
      else beside.clear();
    }),
    effect(() => {
      store.tilesFault.value = nearTile.fault.value ?? besideTile.fault.value;
    }),
  );
}

const BY_POINTER = [
  "Move over the map: every spot of it decodes.",
  "A click pins it; ? lists all keys.",
] as const;
const BY_FINGER = [
  "Hold a finger on the map: every spot of it decodes.",
  "A tap pins it; one finger moves the map, two zoom it.",
] as const;

/** What stands over the picture: nothing yet, on its way, or what went wrong. */
function noteOf({ store, decoder }: Context, probe: Probe): Node[] {
  // An image that is pinned has no place before its latent is here.
  const unread = store.pin.value && !probe.place.value ? store.latentsFault.value : null;
  const fault = probe.fault.value ?? unread;
  if (fault) return [faultNote(fault)];
  if (probe.picture.value) return [];
  if (!probe.place.value) {
    const elsewhere = store.link.value === "none" && store.cursor.value?.side === "beside";
    const [how, more] = matchMedia("(hover: none)").matches ? BY_FINGER : BY_POINTER;
    const rest = elsewhere ? "The run beside has other images." : how;
    if (store.pin.value) return [el("p", { class: "quiet", text: "Loading\u2026" })];
    const second = el("p", { class: "quiet more", text: more });
    return [el("p", { class: "quiet", text: rest }), ...(elsewhere ? [] : [second])];
  }
  const state = decoder.state.value;
  const words = state === "starting" || state === "asleep" ? "Starting the decoder\u2026" : "Decoding\u2026";
  return [el("p", { class: "quiet", text: words })];
}

function nameOf({ scene, store }: Context, index: number): string {
  const [first] = factsOf(scene, store.columns.value, index);
  return first && scene.channels[0]?.name === "label" ? first[1] : `image ${grouped(index)}`;
}

function clearPin({ store }: Context): void {
  store.pin.value = null;
}
