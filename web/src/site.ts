/** What `site.json` says: which scenes there are, and enough of each to choose one. */
import { checks } from "./checks";
import type * as formats from "./formats";

export interface SceneEntry {
  /** Also the folder of its files. */
  readonly name: string;
  readonly title: string;
  readonly model: string;
  readonly latentDim: number;
  /** Images. */
  readonly n: number;
  /** How many are recorded. */
  readonly epochs: number;
  /** The mean squared error of its pictures; null where nobody measured it. */
  readonly mse: number | null;
  /** A picture of its map; null where there is none. */
  readonly picture: string | null;
}
export interface Site {
  readonly title: string;
  /** A folder of files, with no server of ours: nothing can be asked or trained, and arrays are packed. */
  readonly static: boolean;
  readonly scenes: readonly [SceneEntry, ...SceneEntry[]];
  /** Of a static one: asked for with this, no file comes from an older site that the browser kept. */
  readonly edition: string | null;
  /** Where it is told how the runs fare; null: nothing changes, and nobody is asked. */
  readonly status: string | null;
}

const FORMAT = 1;
const { record, list, text, count, number, path, wrong, format } = checks(
  "site.json",
  "make the site again from its runs",
);

/** A site from parsed JSON. Throws a Trouble that names the entry that is wrong. */
export function parseSite(json: unknown): Site {
  const top = record<formats.Site>(json, "the whole file");
  format(top.format, FORMAT);
  const [first, ...others] = list(top.scenes, "scenes").map(parseEntry);
  if (!first) throw wrong("scenes", "must not be empty");
  return {
    title: text(top.title, "title"),
    static: top.static === true,
    edition: top.edition === undefined ? null : text(top.edition, "edition"),
    scenes: [first, ...others],
    status: top.status == null ? null : path(top.status, "status"),
  };
}

/** The scene that an address asks for; the only one where there is but one; null: the person has to choose. */
export function chosen({ scenes }: Site, run: string | null): SceneEntry | null {
  if (scenes.length === 1) return scenes[0];
  return scenes.find(({ name }) => name === run) ?? null;
}

/** The run that a fragment asks for. */
export function runIn(fragment: string): string | null {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("run");
}

function parseEntry(value: unknown, i: number): SceneEntry {
  const at = `scenes[${i}]`;
  const told = record<formats.Entry>(value, at);
  const name = text(told.name, `${at}.name`);
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name))
    throw wrong(`${at}.name`, "must be the name of a folder");
  return {
    name,
    title: text(told.title, `${at}.title`),
    model: text(told.model, `${at}.model`),
    latentDim: count(told.latent_dim, `${at}.latent_dim`, 1),
    n: count(told.n, `${at}.n`, 0),
    epochs: count(told.epochs, `${at}.epochs`, 0),
    mse: number(told.mse, `${at}.mse`),
    picture: told.picture === undefined ? null : path(told.picture, `${at}.picture`),
  };
}
