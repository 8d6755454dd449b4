/** What a command is: something a person may do, by a key or by its name. */
import type { Explorer } from "../explorer";

export interface Command {
  /** What it does, as the palette and the list of keys say it. */
  readonly title: string;
  /**
   * KeyboardEvent.key in lower case, after "ctrl+" and "shift+" where those are held; a Mac's Command counts as Ctrl.
   * Where no command has a key with Shift, it means the key without.
   */
  readonly keys: readonly string[];
  /** Keys that do it too, and are not shown. */
  readonly also?: readonly string[];
  /** What else people call it: the palette finds it by these words too. */
  readonly words?: string;
  /** Whether it can be done now; left out: always. */
  readonly can?: (explorer: Explorer) => boolean;
  /** `key`: the one that was pressed, with its "shift+"; empty where it was called by name. */
  readonly act: (explorer: Explorer, key: string) => void | Promise<void>;
}

/** A command that there is as long as the scene has what it names. */
export interface Choice {
  readonly title: string;
  readonly words?: string;
  /** It is so already. */
  readonly now?: boolean;
  readonly act: (explorer: Explorer) => void;
}

/** What belongs together, in the palette and in the list of keys. */
export interface Group {
  readonly title: string;
  readonly commands: readonly Command[];
  /** What there is to choose from now; `told` is what the person has typed, for what is too many to list. */
  readonly choices?: (explorer: Explorer, told: string) => readonly Choice[];
}

const DRAWN: Readonly<Record<string, string>> = {
  arrowleft: "\u2190",
  arrowup: "\u2191",
  arrowright: "\u2192",
  arrowdown: "\u2193",
  escape: "Esc",
  enter: "Enter",
  delete: "Delete",
  home: "Home",
  end: "End",
  pageup: "PageUp",
  pagedown: "PageDown",
  " ": "Space",
  "-": "\u2212",
};

/** A key as it is shown: Ctrl+K, on a Mac \u2318K. */
export function shownKey(key: string, mac = false): string {
  const parts = key === "+" ? ["+"] : key.split("+");
  const last = parts.at(-1) ?? "";
  const letter = parts.length > 1 ? last.toUpperCase() : last;
  const held = parts
    .slice(0, -1)
    .map((part) => (part === "ctrl" ? (mac ? "\u2318" : "Ctrl+") : mac ? "\u21e7" : "Shift+"));
  return held.join("") + (DRAWN[last] ?? letter);
}

/** Is this a Mac's keyboard? */
export function onMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}
