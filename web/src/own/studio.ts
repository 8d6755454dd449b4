/** The sheets that are drawn on, one for each own picture, and which of them is in hand; what changes is encoded at once. */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { inOneLine } from "../faults";
import type { Recording } from "../recording";
import type { Scene } from "../scene";
import type { Own, Store } from "../store";
import { createEasel, type Easel } from "./easel";
import { isOnLight, readPicture } from "./files";
import type { Gallery } from "./gallery";
import { sampleOf } from "./sample";
import { type Sort, sortOf } from "./sort";

export interface Sheet {
  readonly easel: Easel;
  /** Of the picture that it is kept as; null before the first stroke. */
  readonly id: number | null;
  /** Moved and scaled to lie as the data do. */
  readonly centred: boolean;
}

export interface Studio {
  readonly sort: Sort;
  /** The one in hand. */
  readonly sheet: ReadonlySignal<Sheet>;
  /** One line: why a picture was not taken, or what was done to it; empty where there is nothing to say. */
  readonly word: ReadonlySignal<string>;
  /** To be called when the sheet in hand has changed. */
  changed(): void;
  centre(on: boolean): void;
  /** Takes a blank sheet. */
  begin(): void;
  clear(): void;
  invert(): void;
  remove(id: number): void;
  take(files: readonly File[]): Promise<void>;
  dispose(): void;
}

interface Parts {
  readonly scene: Scene;
  readonly store: Store;
  readonly recording: Pick<Recording, "pixels">;
  readonly gallery: Gallery;
}

/** Looks at some of the data first. */
export async function openStudio(parts: Parts): Promise<Studio> {
  const { scene, recording } = parts;
  return createStudio(parts, sortOf(await sampleOf(scene, recording), scene.shape[2]));
}

function createStudio({ scene, store, gallery }: Parts, sort: Sort): Studio {
  const blank = (): Sheet => ({
    easel: createEasel(scene.shape, sort),
    id: null,
    centred: sort.box !== null,
  });
  const sheets = new Map<number, Sheet>();
  /** What each picture was when it was last seen here; one that is another by now was undone or done again. */
  const seen = new Map<number, Float32Array>();
  /** What the sheet was, of which that picture was made. */
  const drawn = new WeakMap<Float32Array, { readonly ink: ImageData; readonly centred: boolean }>();
  const sheet = signal<Sheet>(blank());
  const word = signal("");
  let due = 0;
  let drawings = 0;
  let adding = false;

  const put = (now: Sheet) => {
    if (now.id !== null) sheets.set(now.id, now);
    sheet.value = now;
  };
  /** Keeps what is on the sheet in hand, or throws a Trouble where there is no more room. */
  const keep = (name: () => string) => {
    const { easel, id, centred } = sheet.peek();
    const { pixels, ink } = easel.picture(centred ? sort.box : null);
    drawn.set(pixels, { ink, centred });
    if (id !== null) {
      seen.set(id, pixels);
      gallery.change(id, pixels);
      return;
    }
    adding = true; // what is added is pinned, and in hand already
    try {
      const added = gallery.add(pixels, name());
      seen.set(added, pixels);
      put({ easel, centred, id: added });
    } finally {
      adding = false;
    }
  };
  const tell = (work: () => void) => {
    try {
      work();
      word.value = "";
    } catch (thrown) {
      word.value = inOneLine(thrown);
    }
  };
  const forget = () => {
    cancelAnimationFrame(due);
    due = 0;
  };
  const keepNow = () => {
    forget();
    tell(() => keep(() => `Drawing ${++drawings}`));
  };
  const changed = () => {
    const { easel } = sheet.peek();
    forget();
    due = requestAnimationFrame(() => sheet.peek().easel === easel && keepNow());
  };
  const take = async (file: File) => {
    const found = await readPicture(file);
    const [h, w, c] = scene.shape;
    const inverted = sort.box !== null && isOnLight(found);
    const exact = found.height === h && found.width === w;
    const easel = createEasel([h, w, c], sort);
    easel.place(found.picture, found.width, found.height, inverted);
    const before = sheet.peek();
    put({ easel, id: null, centred: sort.box !== null && !exact });
    try {
      keep(() => found.name);
    } catch (thrown) {
      put(before);
      throw thrown;
    }
    word.value = inverted ? "Its light and dark were turned about: the data are light on dark." : "";
  };

  const bring = ({ id, pixels }: Own) => {
    const easel = sheets.get(id)?.easel ?? createEasel(scene.shape, sort);
    const known = drawn.get(pixels);
    if (known) easel.restore(known.ink);
    else easel.fill(pixels);
    seen.set(id, pixels);
    const now = { easel, id, centred: known?.centred ?? false };
    sheets.set(id, now);
    if (sheet.peek().id !== id) return;
    forget(); // what was drawn a moment ago is undone with it
    sheet.value = now;
  };

  const undo = effect(() => {
    const [kept, pin] = [store.own.value, store.pin.value];
    if (adding) return;
    for (const one of kept) if (seen.get(one.id) !== one.pixels) bring(one);
    const isKept = (id: number | null) => kept.some((one) => one.id === id);
    const inHand = sheet.peek().id;
    // What is pinned is in hand; what is gone is not.
    if (pin?.by === "own" && pin.id !== inHand && isKept(pin.id)) sheet.value = sheets.get(pin.id) ?? blank();
    else if (inHand !== null && !isKept(inHand)) sheet.value = blank();
  });
  return {
    sort,
    sheet,
    word,
    changed,
    centre(on) {
      put({ ...sheet.peek(), centred: on });
      if (sheet.peek().id !== null) changed();
    },
    begin() {
      if (due) keepNow();
      word.value = "";
      sheet.value = blank();
      if (store.pin.peek()?.by === "own") store.pin.value = null;
    },
    clear() {
      sheet.peek().easel.clear();
      if (sheet.peek().id !== null) changed();
    },
    invert() {
      sheet.peek().easel.invert();
      if (sheet.peek().id !== null) changed();
    },
    remove(id) {
      const held = sheet.peek().id === id;
      gallery.remove(id);
      const last = store.own.peek().at(-1);
      if (held && last) store.pin.value = { by: "own", id: last.id };
    },
    async take(files) {
      for (const file of files) {
        try {
          await take(file);
        } catch (thrown) {
          word.value = inOneLine(thrown);
          return;
        }
      }
    },
    dispose() {
      forget();
      undo();
    },
  };
}
