/** A picture of what is seen, as a file or on the clipboard. */
import type { Explorer } from "../explorer";
import { tell } from "../store";
import { drawn } from "./paper";
import { subjectOf } from "./seen";

/** Pixels of a bitmap to a CSS pixel. */
const DENSITY = 2;

/** Points as shapes where they are not too many, text as text. */
function svgOf(explorer: Explorer): Blob {
  const drawing = drawn(subjectOf(explorer, { density: DENSITY, shapes: true }));
  return new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" });
}

async function pngOf(explorer: Explorer): Promise<Blob> {
  const drawing = drawn(subjectOf(explorer, { density: DENSITY, shapes: false }));
  const [width, height] = [Number(drawing.getAttribute("width")), Number(drawing.getAttribute("height"))];
  const address = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" }),
  );
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: Math.round(width * DENSITY), height: Math.round(height * DENSITY) });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((made) => canvas.toBlob(made, "image/png"));
    if (!blob) throw new Error("the browser makes no picture that large");
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}

export function savePng(explorer: Explorer): Promise<void> {
  return doing(explorer, "The picture was not saved", async () => {
    const name = download(await pngOf(explorer), explorer, "png");
    return `Saved as ${name}.`;
  });
}

export function saveSvg(explorer: Explorer): Promise<void> {
  return doing(explorer, "The drawing was not saved", async () => {
    const name = download(svgOf(explorer), explorer, "svg");
    return `Saved as ${name}.`;
  });
}

export function copyPicture(explorer: Explorer): Promise<void> {
  return doing(explorer, "The picture was not copied", async () => {
    if (!("clipboard" in navigator) || !("ClipboardItem" in window)) {
      throw new Error(
        "this browser lets a page copy pictures over https or on this machine only; save it instead",
      );
    }
    // The promise, not its outcome: a browser that waits for the picture forgets that a person asked.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(explorer) })]);
    return "The picture is copied.";
  });
}

async function doing({ store }: Explorer, failed: string, work: () => Promise<string>): Promise<void> {
  try {
    tell(store, await work());
  } catch (thrown) {
    tell(store, `${failed}: ${thrown instanceof Error ? thrown.message : String(thrown)}.`);
  }
}

/** Gives it to the browser to keep; the name says what it is of. */
function download(blob: Blob, { scene, store }: Explorer, kind: string): string {
  const told = `${scene.title} ${store.map.peek().name} epoch ${store.shown.peek()?.epoch ?? store.epoch.peek()}`;
  const name = `${told.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")}.${kind}`;
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: name });
  link.click();
  // Some browsers fetch it only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
}
