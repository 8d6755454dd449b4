/** By what the points are coloured, and which classes are drawn. */
import { chooseColour, nextColour, toggleClass, toggleDistortion } from "../actions";
import type { Explorer } from "../explorer";
import { coloursOf, DISTORTION } from "../scene";
import { select } from "../select";
import type { Choice, Group } from "./command";

export const colours: Group = {
  title: "Colour and classes",
  commands: [
    { title: "Colour by the next channel", keys: ["c"], act: (explorer) => nextColour(explorer) },
    {
      title: "Colour by distortion, or not",
      keys: ["d"],
      can: ({ scene }) => coloursOf(scene).some(({ name }) => name === DISTORTION.name),
      act: (explorer) => toggleDistortion(explorer),
    },
    {
      title: "Draw all classes and all numbers again",
      keys: [],
      words: "clear filter brush hidden",
      can: ({ store }) => store.hidden.peek().size > 0 || store.brush.peek() !== null,
      act: ({ store }) => {
        store.hidden.value = new Set();
        store.brush.value = null;
      },
    },
  ],
  choices: (explorer) => [...channels(explorer), ...classes(explorer)],
};

function channels({ scene, store }: Explorer): Choice[] {
  const names = [...coloursOf(scene).map(({ name }) => name), null];
  return names.map((name) => ({
    title: `Colour by ${name ?? "nothing"}`,
    words: "channel column",
    now: name === store.colour.peek(),
    act: (explorer: Explorer) => chooseColour(explorer, name),
  }));
}

/** Of the colour channel, where it is one of classes. */
function classes({ scene, store }: Explorer): Choice[] {
  const channel = scene.channels.find(({ name }) => name === store.colour.peek());
  if (channel?.kind !== "class") return [];
  const all = channel.values.map((_, index) => index);
  const hidden = store.hidden.peek();
  return channel.values.flatMap((name, index) => [
    {
      title: `Only ${channel.name} ${name}`,
      words: "class show filter",
      now: hidden.size === all.length - 1 && !hidden.has(index),
      act: (explorer: Explorer) => toggleClass(explorer, index, all, true),
    },
    {
      title: `${hidden.has(index) ? "Show" : "Hide"} ${channel.name} ${name}`,
      words: "class filter",
      act: (explorer: Explorer) => toggleClass(explorer, index, all, false),
    },
    {
      title: `Choose all images of ${channel.name} ${name}`,
      words: "class select",
      act: (explorer: Explorer) => select(explorer, imagesOf(explorer, channel.name, index)),
    },
    {
      title: `Pin the next image of ${channel.name} ${name}`,
      words: "class find",
      act: (explorer: Explorer) => pinNext(explorer, imagesOf(explorer, channel.name, index)),
    },
  ]);
}

function imagesOf({ store }: Explorer, channel: string, index: number): number[] {
  const column = store.columns.peek()?.get(channel) ?? [];
  return Array.from(column, (value, image) => (value === index ? image : -1)).filter((image) => image >= 0);
}

/** The first after the one that is pinned; after the last the first again. */
function pinNext({ store }: Explorer, images: readonly number[]): void {
  const pin = store.pin.peek();
  const after = pin?.by === "image" ? pin.index : -1;
  const index = images.find((image) => image > after) ?? images[0];
  if (index !== undefined) store.pin.value = { by: "image", index };
}
