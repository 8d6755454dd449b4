/** The layers, the lowest first. */
import { decoded } from "./decoded";
import { density } from "./density";
import { distortion } from "./distortion";
import { fog } from "./fog";
import type { Layer, Setting } from "./layer";
import { points } from "./points";
import { territory } from "./territory";

export const LAYERS: readonly Layer[] = [territory, distortion, density, decoded, fog, points];

export type Settings = ReadonlyMap<string, Setting>;

/** What is drawn before anybody chooses. */
export function defaultSettings(): Settings {
  return new Map(LAYERS.map(({ name, on, opacity }) => [name, { on, opacity }]));
}

/** The settings with some of them changed. */
export function withSetting(settings: Settings, name: string, change: Partial<Setting>): Settings {
  const before = settings.get(name);
  return before ? new Map([...settings, [name, { ...before, ...change }]]) : settings;
}
