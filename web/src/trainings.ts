/** What a new training can be made of: what the server told, checked, and the values that a person types. */
import { checks } from "./checks";
import { Trouble } from "./faults";

/** As the server tells them. */
interface Told {
  readonly folder: string;
  readonly images: readonly ToldOption[];
  readonly models: readonly ToldOption[];
  readonly training: readonly ToldOption[];
  readonly max_latent_dim: number;
}
interface ToldOption {
  readonly name: string;
  readonly summary: string;
  readonly latent_dim: number;
  readonly options: readonly ToldOption[];
  readonly kind: string;
  readonly default: unknown;
  readonly least?: number;
  readonly words?: readonly string[];
}
export interface Option {
  readonly name: string;
  readonly kind: "yes or no" | "whole number" | "number" | "word" | "list";
  readonly initial: unknown;
  readonly summary: string;
  /** The lowest that a number may be; null: any. */
  readonly least: number | null;
  /** The words that there are; null: any. */
  readonly words: readonly string[] | null;
}
export interface Named {
  readonly name: string;
  readonly summary: string;
}
export interface Model extends Named {
  readonly latentDim: number;
  readonly options: readonly Option[];
}
export interface Choices {
  /** The folder that runs go to, by its last name. */
  readonly folder: string;
  readonly images: readonly Named[];
  readonly models: readonly Model[];
  readonly training: readonly Option[];
  readonly maxLatentDim: number;
}

const KINDS = ["yes or no", "whole number", "number", "word", "list"] as const;
/** A run's name: small letters and digits, so that every disk takes it. */
export const NAME = "[a-z0-9]([a-z0-9_\\-]{0,58}[a-z0-9])?";

const { record, list, text, number, count, wrong } = checks("the list of trainings", "reload the page");

export function parseChoices(json: unknown): Choices {
  const top = record<Told>(json, "the whole of it");
  return {
    folder: text(top.folder, "folder"),
    images: list(top.images, "images").map((told, i) => named(told, `images[${i}]`)),
    models: list(top.models, "models").map((value, i) => {
      const at = `models[${i}]`;
      const told = record<ToldOption>(value, at);
      const options = list(told.options, `${at}.options`).map((o, k) => option(o, `${at}.options[${k}]`));
      return { ...named(told, at), latentDim: count(told.latent_dim, `${at}.latent_dim`, 1), options };
    }),
    training: list(top.training, "training").map((o, i) => option(o, `training[${i}]`)),
    maxLatentDim: count(top.max_latent_dim, "max_latent_dim", 1),
  };
}

/** What a field holds, as the option's kind; undefined where it is as it was. Throws a Trouble that names it. */
export function typedValue({ name, kind, initial, least, words }: Option, typed: string): unknown {
  const told = typed.trim();
  if (told === shownValue(initial)) return undefined;
  const refuse = (what: string) => new Trouble(`${name} ${what}; it is '${told.slice(0, 40)}'`);
  if (kind === "yes or no") return told === "true";
  if (kind === "word") {
    if (words && !words.includes(told)) throw refuse(`must be ${words.join(" or ")}`);
    return told;
  }
  if (kind === "list")
    return told
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(asNumberOrWord);
  const value = Number(told);
  if (told === "" || !Number.isFinite(value)) throw refuse("must be a number");
  if (kind === "whole number" && !Number.isSafeInteger(value)) throw refuse("must be a whole number");
  if (least !== null && value < least) throw refuse(`must be at least ${least}`);
  return value;
}

/** A value as a field shows it. */
export function shownValue(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** A name for a new run that nobody has yet. */
export function newName(images: string, model: string, taken: ReadonlySet<string>): string {
  const plain = `${images}-${model}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const name = plain.replace(/^-+|-+$/g, "").slice(0, 50) || "run";
  for (let turn = 2, next = name; ; next = `${name}-${turn++}`) if (!taken.has(next)) return next;
}

function asNumberOrWord(told: string): number | string {
  const value = Number(told);
  return Number.isFinite(value) ? value : told;
}

function named(value: unknown, at: string): Named {
  const told = record<ToldOption>(value, at);
  return { name: text(told.name, `${at}.name`), summary: text(told.summary, `${at}.summary`) };
}

function option(value: unknown, at: string): Option {
  const told = record<ToldOption>(value, at);
  const kind = KINDS.find((one) => one === told.kind);
  if (!kind) throw wrong(`${at}.kind`, `must be one of ${KINDS.join(", ")}`);
  const words = told.words == null ? null : list(told.words, `${at}.words`);
  return {
    ...named(told, at),
    kind,
    initial: told.default,
    least: number(told.least, `${at}.least`),
    words: words?.map((word) => text(word, `${at}.words`)) ?? null,
  };
}
