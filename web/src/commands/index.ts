/** All commands: keys, the list of keys, the palette and the documentation are made from this. */
import { choosing } from "./choosing";
import { colours } from "./colours";
import type { Command, Group } from "./command";
import { cursor } from "./cursor";
import { epochs } from "./epochs";
import { ground } from "./ground";
import { maps } from "./maps";
import { page } from "./page";
import { paths } from "./paths";
import { view } from "./view";

export const GROUPS: readonly Group[] = [cursor, view, epochs, maps, colours, ground, choosing, paths, page];

/** Which command a key belongs to: "shift+m", or else "m". */
export function commandFor(key: string): Command | undefined {
  return bound(key) ?? (key.startsWith("shift+") ? bound(key.slice("shift+".length)) : undefined);
}

function bound(key: string): Command | undefined {
  for (const { commands } of GROUPS) {
    const found = commands.find(({ keys, also }) => keys.includes(key) || also?.includes(key));
    if (found) return found;
  }
  return undefined;
}
