/** The panels of the page, in the order in which the keyboard meets them. */
import { announce } from "./announce";
import { beside } from "./beside";
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
import { truth } from "./truth";
import type { View } from "./view";

export const views: readonly View[] = [
  ...[header, map, marks, beside, legend, selection, inspector, timeline, truth, own],
  ...[lens, keys, announce],
];
