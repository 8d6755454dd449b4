/** The palette: every command by its name, found by parts of it. */
import { GROUPS } from "../commands";
import { onMac, shownKey } from "../commands/command";
import { type Found, fuzzy } from "../fuzzy";
import { all, el } from "./dom";
import { opening } from "./opening";
import type { Context, View } from "./view";

interface Line {
  readonly group: string;
  readonly title: string;
  readonly words: string;
  readonly keys: readonly string[];
  readonly now: boolean;
  readonly act: () => void;
}

/** More lines than these nobody reads. */
const MOST = 60;

export const commands: View = {
  name: "commands",
  title: "Commands",
  tag: "div",
  mount(place, context) {
    const { store } = context;
    let lines: readonly Line[] = [];
    let active = 0;
    const list = el("ul", { id: "commands-list", class: "found", role: "listbox", "aria-label": "Commands" });
    const field = el("input", {
      ...{ class: "field", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false" },
      ...{ "aria-label": "Command, map, epoch, class or number of an image", "aria-expanded": "true" },
      ...{ "aria-controls": "commands-list", "aria-autocomplete": "list", placeholder: PLACEHOLDER },
    });
    const count = el("p", { class: "quiet", role: "status" });
    const close = () => {
      store.commandsOpen.value = false;
    };
    const dialog = el("dialog", { class: "commands panel", "aria-label": "Commands" }, field, list, count);
    const point = (to: number, scroll = true) => {
      active = Math.max(0, Math.min(lines.length - 1, to));
      for (const [i, node] of [...list.children].entries()) {
        node.setAttribute("aria-selected", String(i === active));
        if (i === active && scroll) node.scrollIntoView({ block: "nearest" });
      }
      const id = list.children[active]?.id;
      if (id) field.setAttribute("aria-activedescendant", id);
      else field.removeAttribute("aria-activedescendant");
    };
    const run = (index: number) => {
      const line = lines[index];
      if (!line) return;
      // First, so that a command may say where the focus goes.
      close();
      line.act();
    };
    const search = () => {
      const found = searched(context, field.value);
      lines = found.map(({ line }) => line);
      list.replaceChildren(
        ...found.map(({ line, at }, i) =>
          option(line, at, i, { run: () => run(i), point: () => point(i, false) }),
        ),
      );
      count.textContent = lines.length === 0 ? "Nothing that can be done here now is called that." : "";
      point(0);
    };
    dialog.addEventListener("click", (event) => event.target === dialog && close());
    field.addEventListener("input", search);
    field.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (event.isComposing || (step === undefined && event.key !== "Enter" && !isToggle(event))) return;
      event.preventDefault();
      if (isToggle(event)) close();
      else if (step === undefined) run(active);
      else if (Math.abs(step) > 1) point(active + step);
      else point((active + step + lines.length) % Math.max(1, lines.length));
    });
    place.append(dialog);
    return all(
      opening(dialog, store.commandsOpen, () => {
        field.value = "";
        search();
      }),
      () => place.replaceChildren(),
    );
  },
};

const PLACEHOLDER = "Command, map, epoch, class, image number\u2026";
const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -8, PageDown: 8 };

function isToggle({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return (ctrlKey || metaKey) && key.toLowerCase() === "k";
}

/** What can be done now: without a word typed the commands alone, else also all that there is to choose from. */
function searched(context: Context, typed: string): { line: Line; at: readonly number[] }[] {
  const told = typed.trim();
  const lines = GROUPS.flatMap((group) => linesOf(context, group, told));
  if (told === "") return lines.map((line) => ({ line, at: [] }));
  const found = lines.flatMap((line) => {
    const fit: Found | null = fuzzy(told, line.title, `${line.words} ${line.group}`);
    return fit ? [{ line, ...fit }] : [];
  });
  return found.sort((a, b) => b.score - a.score).slice(0, MOST);
}

function linesOf(context: Context, group: (typeof GROUPS)[number], told: string): Line[] {
  const commands = group.commands.filter(
    ({ can, keys }) => (can?.(context) ?? true) && !keys.includes("ctrl+k"),
  );
  const choices = told === "" ? [] : (group.choices?.(context, told) ?? []);
  return [
    ...commands.map(({ title, words = "", keys, act }) => {
      return { group: group.title, title, words, keys, now: false, act: () => act(context, "") };
    }),
    ...choices.map(({ title, words = "", now = false, act }) => {
      return { group: group.title, title, words, keys: [], now, act: () => act(context) };
    }),
  ];
}

function option(
  { title, group, keys, now }: Line,
  at: readonly number[],
  index: number,
  does: { run: () => void; point: () => void },
): HTMLLIElement {
  const mac = onMac();
  return el(
    "li",
    {
      ...{ id: `commands-${index}`, role: "option", "aria-selected": "false" },
      ...{ onclick: does.run, onpointermove: does.point },
    },
    el(
      "span",
      { class: "name" },
      ...marked(title, at),
      now ? el("span", { class: "now", text: " now" }) : null,
    ),
    el("span", { class: "quiet", text: group }),
    el("span", { class: "by" }, ...keys.map((key) => el("kbd", { text: shownKey(key, mac) }))),
  );
}

/** A name with the letters that were found set off. */
function marked(title: string, at: readonly number[]): Node[] {
  return Array.from(title, (letter, i) =>
    at.includes(i) ? el("mark", { text: letter }) : document.createTextNode(letter),
  );
}
