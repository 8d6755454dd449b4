/** What a person likes, whatever the scene: kept by the browser, where it lets us. */
import { effect } from "@preact/signals-core";
import { withSetting } from "./layers";
import type { Store } from "./store";

const PLACE = "hinterland-preferences";

export function loadPreferences(store: Store, keep: Storage): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    store.systemTheme.value = dark.matches ? "dark" : "light";
  };
  follow();
  dark.addEventListener("change", follow);
  let told: unknown = null;
  try {
    told = JSON.parse(keep.getItem(PLACE) ?? "null");
  } catch {
    return;
  }
  const { theme, lens, fog, lettersAnywhere } = (told ?? {}) as Record<string, unknown>;
  if (theme === "auto" || theme === "light" || theme === "dark") store.theme.value = theme;
  if (typeof fog === "boolean") store.layers.value = withSetting(store.layers.peek(), "fog", { on: fog });
  if (typeof lens === "boolean") store.lens.value = lens;
  if (typeof lettersAnywhere === "boolean") store.lettersAnywhere.value = lettersAnywhere;
}

export function savePreferences(store: Store, keep: Storage): void {
  effect(() => {
    const told = {
      theme: store.theme.value,
      lens: store.lens.value,
      fog: store.layers.value.get("fog")?.on ?? true,
      lettersAnywhere: store.lettersAnywhere.value,
    };
    try {
      keep.setItem(PLACE, JSON.stringify(told));
    } catch {
      // A browser that keeps nothing still shows everything.
    }
  });
}
