/** The panels of the page, in the order in which the keyboard meets them. */
import { announce } from "./announce";
import { beside } from "./beside";
import { commands } from "./commands";
import { dock } from "./dock";
import { header } from "./header";
import { inspector } from "./inspector";
import { keys } from "./keys";
import { legend } from "./legend";
import { lens } from "./lens";
import { map } from "./map";
import { marks } from "./marks";
import { own } from "./own";
import { selection } from "./selection";
import { timeline } from "./timeline";
import { training } from "./training";
import { truth } from "./truth";
import type { View } from "./view";

export const views: readonly View[] = [
  ...[header, map, marks, beside, legend, selection, dock, inspector, timeline, truth, training, own],
  ...[lens, keys, commands, announce],
];
