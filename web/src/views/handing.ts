/** Dragging pictures into the dock: an image, or all that is chosen. Keys and buttons do the same. */
import type { Term } from "../paths/asked";

/** No file and no text: only this page takes it. */
const KIND = "application/x-hinterland-images";

/** What a drag of the element carries; null: nothing. */
export function hands(node: HTMLElement, of: () => readonly number[] | null): void {
  node.draggable = true;
  node.addEventListener("dragstart", (event) => {
    const images = of();
    if (!images || images.length === 0) event.preventDefault();
    else event.dataTransfer?.setData(KIND, images.join(","));
  });
}

/** Gives what is dropped on an element: one image, or the mean of several. */
export function takes(node: HTMLElement, give: (term: Term) => void): void {
  const brings = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes(KIND) ?? false;
  node.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    node.classList.add("over");
  });
  node.addEventListener("dragleave", () => node.classList.remove("over"));
  node.addEventListener("drop", (event) => {
    node.classList.remove("over");
    if (!brings(event)) return;
    event.preventDefault();
    const images = (event.dataTransfer?.getData(KIND) ?? "").split(",").map(Number);
    const [image] = images;
    if (image === undefined || !images.every(Number.isInteger)) return;
    give(images.length === 1 ? { by: "image", index: image } : { by: "images", images });
  });
}
