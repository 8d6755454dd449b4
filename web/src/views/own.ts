/** One's own image: drawn here, pasted, dropped anywhere on the page, or opened; it lands on the map. */
import { effect, signal } from "@preact/signals-core";
import { filesOf } from "../own/files";
import { canEncode } from "../own/gallery";
import { openStudio, type Studio } from "../own/studio";
import { createDesk } from "./desk";
import { all, bringIntoSight, el, icon } from "./dom";
import type { Context, View } from "./view";

const STAYS = "Drop it: it is read and encoded in this page, and sent nowhere.";
const ASKS = "Drop it: the server that shows this page encodes it.";

export const own: View = {
  name: "own",
  title: "Your own image",
  tag: "section",
  mount(place, context) {
    const { store, scene } = context;
    const body = el("div", { class: "desk" });
    const card = el(
      "div",
      { class: "easel panel" },
      el(
        "div",
        { class: "card-head" },
        el("h2", { text: "Your own image" }),
        el(
          "button",
          {
            ...{ type: "button", class: "tool", "aria-label": "Close", title: "Close (y)" },
            onclick: () => close(context),
          },
          icon("M4 4l8 8M12 4l-8 8"),
        ),
      ),
      body,
    );
    const target = el(
      "div",
      { class: "drop", hidden: true, "aria-hidden": "true" },
      el("p", { text: scene.graphs.encoder ? STAYS : ASKS }),
    );
    place.append(card, target);
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close(context);
    });
    const { ready, undo } = createRoom(context, body);
    const take = (files: readonly File[]) => {
      store.easelOpen.value = true;
      if (canEncode(scene)) void ready().then((studio) => studio.take(files));
    };
    return all(
      followDrops(target, take),
      effect(() => {
        card.hidden = !store.easelOpen.value;
        place.parentElement?.classList.toggle("drawing", store.easelOpen.value);
        if (!store.easelOpen.value) return;
        bringIntoSight(card);
        makeRoom(context);
        if (canEncode(scene)) void ready();
        else body.replaceChildren(...whyNot());
      }),
      undo,
      () => place.replaceChildren(),
    );
  },
};

/** What the whole map shows is shown beside the panel too; a camera that was set stays. */
function makeRoom(context: Context): void {
  if (context.store.camera.peek() === null) requestAnimationFrame(() => context.fit(context.travelMs() / 2));
}

function close({ store, surface }: Context): void {
  store.easelOpen.value = false;
  surface.focus({ preventScroll: true });
}

function whyNot(): Node[] {
  return [
    el("p", {
      text: "This scene's model does not encode in the page, so your image has no place on its map.",
    }),
    el("p", { class: "quiet", text: "Open its run with 'hinterland open': its server encodes." }),
  ];
}

/** The studio, opened once and only when it is needed, with its desk in `body`. */
function createRoom(context: Context, body: HTMLElement) {
  let opening: Promise<Studio> | null = null;
  let gone = false;
  const clearing: (() => void)[] = [];
  const open = async () => {
    body.replaceChildren(el("p", { class: "quiet", text: "Looking at the data\u2026" }));
    const studio = await openStudio(context);
    if (gone) return studio;
    const desk = createDesk(context, studio);
    body.replaceChildren(...desk.nodes);
    clearing.push(desk.undo, studio.dispose);
    return studio;
  };
  return {
    ready: () => {
      opening ??= open();
      return opening;
    },
    undo: () => {
      gone = true;
      for (const call of clearing) call();
    },
  };
}

/** Files that are dropped anywhere on the page, or pasted into it. */
function followDrops(target: HTMLElement, take: (files: readonly File[]) => void): () => void {
  const listening = new AbortController();
  const over = signal(false);
  const root = target.getRootNode();
  const listen = <K extends keyof DocumentEventMap>(name: K, call: (event: DocumentEventMap[K]) => void) =>
    root.addEventListener(name, call as EventListener, { signal: listening.signal });
  const brings = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;
  listen("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    over.value = true;
  });
  listen("dragleave", (event) => {
    if (!event.relatedTarget) over.value = false;
  });
  listen("drop", (event) => {
    over.value = false;
    if (!brings(event)) return;
    event.preventDefault();
    take(filesOf(event.dataTransfer));
  });
  listen("paste", (event) => {
    const files = filesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
  return all(
    effect(() => {
      target.hidden = !over.value;
    }),
    () => listening.abort(),
  );
}
