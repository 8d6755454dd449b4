import { expect, test } from "vitest";
import { commandFor, GROUPS } from "../src/commands";
import { shownKey } from "../src/commands/command";

const COMMANDS = GROUPS.flatMap(({ commands }) => commands);

test("no key does two things", () => {
  const all = COMMANDS.flatMap(({ keys, also = [] }) => [...keys, ...also]);
  expect(new Set(all).size).toBe(all.length);
});

test("no two commands have the same name, and each begins like a sentence", () => {
  const titles = COMMANDS.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  for (const title of titles) expect(title).toMatch(/^[A-Z].*[^.]$/);
});

test("every key is bound as it is told", () => {
  for (const command of COMMANDS) {
    for (const key of [...command.keys, ...(command.also ?? [])]) {
      expect(key).toBe(key.toLowerCase());
      expect(commandFor(key)).toBe(command);
    }
  }
});

test("with Shift a key does what it does without, where nothing else is bound to it", () => {
  expect(commandFor("shift+f")).toBe(commandFor("f"));
  expect(commandFor("shift+m")).not.toBe(commandFor("m"));
  expect(commandFor("shift+?")).toBe(commandFor("?"));
  expect(commandFor("ctrl+f")).toBeUndefined();
});

test("keys are shown as they are written on keyboards", () => {
  expect(["arrowleft", " ", "m", "shift+m", "ctrl+shift+z", "-", "+"].map((key) => shownKey(key))).toEqual([
    ...["\u2190", "Space", "m", "Shift+M", "Ctrl+Shift+Z", "\u2212", "+"],
  ]);
  expect(shownKey("ctrl+shift+z", true)).toBe("\u2318\u21e7Z");
});

test("docs/keys.md lists them all; npm test -- -u writes it anew", async () => {
  const tables = GROUPS.map(({ title, commands }) => {
    const rows = commands.map(({ keys, title }) => {
      const told = keys.map((key) => (key === "`" ? "`` ` ``" : `\`${shownKey(key)}\``)).join(" ");
      return `| ${told || "palette"} | ${title} |`;
    });
    return [`## ${title}`, "", "| key | |", "| --- | --- |", ...rows, ""].join("\n");
  });
  await expect([HEAD, ...tables].join("\n")).toMatchFileSnapshot("../../docs/keys.md");
});

const HEAD = `# Keys and commands

Everything that the [explorer](explorer.md) does, in the order of its own list (\`?\`). Each of them, and every map, epoch,
channel, class and image, is also in the palette, Ctrl+K, by any part of its name. On a Mac, Command counts as Ctrl.
`;
