/** The address of what is looked at, for somebody else: never with the token. */
import { leftOut, lookOf, write } from "./address";
import type { Explorer, OpenSite } from "./explorer";
import { type Store, tell } from "./store";
import { grouped } from "./words";

/** What an address begins with: the run, where there are several. */
export function runPart({ site, name, pulse }: OpenSite): string {
  // A run that was begun from the page is one more.
  const runs = Math.max(site.scenes.length, pulse?.status.peek()?.scenes.size ?? 0);
  return runs > 1 ? `run=${encodeURIComponent(name)}&` : "";
}

export function linkOf({ site, store }: Explorer): string {
  const view = write(lookOf(store));
  if (site.linkTo) return site.linkTo(view);
  const { origin, pathname, search } = location;
  return `${origin}${pathname}${search}#${runPart(site)}${view}`;
}

/** Copies the link, and says what it could not hold. */
export async function copyLink(explorer: Explorer): Promise<void> {
  const { store } = explorer;
  const link = linkOf(explorer);
  if (!(await copied(link))) {
    tell(store, "This browser does not let a page copy; the link is in the address bar.");
    return;
  }
  tell(store, `The link to this view is copied.${aboutOwn(store)}${missing(store)}`);
}

/** What does not fit, in a sentence. */
function missing(store: Store): string {
  const left = leftOut(lookOf(store)).map((part) =>
    part === "select" ? `the ${grouped(store.selected.peek().size)} chosen images` : `the ${part}`,
  );
  return left.length > 0 ? ` It holds all but ${left.join(" and ")}, which are too many for an address.` : "";
}

/** Whoever gives a link away gives away what it holds. */
function aboutOwn(store: Store): string {
  const kept = store.own.peek().length;
  if (kept === 0) return "";
  const held = lookOf(store).own.length;
  if (held === kept) return ` It holds your ${kept === 1 ? "image" : `${kept} images`}.`;
  const rest = "too large for an address; where one is used, its latent stands for it";
  if (held === 0) return ` Your ${kept === 1 ? "image is" : "images are"} ${rest}.`;
  return ` It holds ${held} of your ${kept} images; the rest are ${rest}.`;
}

/** Pages that came without https have no clipboard, but may press its key. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    const before = document.activeElement;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (before instanceof HTMLElement) before.focus();
    return done;
  }
}
