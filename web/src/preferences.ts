/** What a person likes, whatever the scene: kept by the browser, where it lets us. */
import { effect } from "@preact/signals-core";
import type { Keep } from "./keep";
import { withSetting } from "./layers";
import { SPEEDS, type Store } from "./store";

const PLACE = "hinterland-preferences";

export function loadPreferences(store: Store, keep: Keep): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    store.systemTheme.value = dark.matches ? "dark" : "light";
  };
  follow();
  dark.addEventListener("change", follow);
  const { theme, lens, fog, lettersAnywhere, speed } = kept(keep);
  if (theme === "auto" || theme === "light" || theme === "dark") store.theme.value = theme;
  if (typeof fog === "boolean") store.layers.value = withSetting(store.layers.peek(), "fog", { on: fog });
  store.speed.value = SPEEDS.find((known) => known === speed) ?? store.speed.peek();
  if (typeof lens === "boolean") store.lens.value = lens;
  if (typeof lettersAnywhere === "boolean") store.lettersAnywhere.value = lettersAnywhere;
}

/** What a link told is not what the person likes: it is kept once the person has changed it. */
export function savePreferences(store: Store, keep: Keep): void {
  const opened = preferencesOf(store);
  const liked = kept(keep);
  const changed = new Set<string>();
  effect(() => {
    const now = preferencesOf(store);
    for (const name of Object.keys(now) as (keyof typeof now)[]) {
      if (now[name] !== opened[name]) changed.add(name);
      if (changed.has(name)) liked[name] = now[name];
    }
    if (changed.size === 0) return;
    try {
      keep.setItem(PLACE, JSON.stringify(liked));
    } catch {
      // A browser that keeps nothing still shows everything.
    }
  });
}

function preferencesOf({ theme, lens, layers, lettersAnywhere, speed }: Store) {
  return {
    theme: theme.value,
    lens: lens.value,
    fog: layers.value.get("fog")?.on ?? true,
    lettersAnywhere: lettersAnywhere.value,
    speed: speed.value,
  };
}

function kept(keep: Keep): Record<string, unknown> {
  try {
    return { ...(JSON.parse(keep.getItem(PLACE) ?? "{}") as object) };
  } catch {
    return {};
  }
}
