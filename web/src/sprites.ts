/** Small pictures of images on one canvas, copied from the atlas as they are needed: thousands can be drawn at once. */
import type { Recording } from "./recording";
import type { Scene } from "./scene";

/** Pictures that are kept. */
const ROOM = 4096;
/** Larger ones are kept no larger. */
const LARGEST = 64;

export interface Sprites {
  /** Fetches what is lacking; `changed` is called as pages of the atlas come. The newest wish wins. */
  want(images: readonly number[]): void;
  /** Draws an image into a box; false while it is not here. */
  draw(
    brush: OffscreenCanvasRenderingContext2D,
    image: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): boolean;
}

export function createSprites(
  scene: Scene,
  recording: Pick<Recording, "tile">,
  changed: () => void,
): Sprites {
  const [h, w] = scene.shape;
  const scale = Math.min(1, LARGEST / Math.max(h, w));
  const [wide, high] = [Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale))];
  const columns = Math.ceil(Math.sqrt(ROOM));
  const sheet = document.createElement("canvas");
  const brush = sheet.getContext("2d", { willReadFrequently: true });
  /** Slots by image, the one not wanted for longest first. */
  const slots = new Map<number, number>();
  const perPage = scene.atlas.columns * scene.atlas.rows;
  let wanted: readonly number[] = [];
  let working = false;

  const freeSlot = (): number => {
    const [oldest] = slots;
    if (!oldest || slots.size < ROOM) return slots.size;
    slots.delete(oldest[0]);
    return oldest[1];
  };
  const copy = async (image: number) => {
    const { page, x, y } = await recording.tile(image);
    const slot = freeSlot();
    slots.set(image, slot);
    const [left, top] = [(slot % columns) * wide, Math.floor(slot / columns) * high];
    brush?.drawImage(page, x, y, w, h, left, top, wide, high);
  };
  const work = async () => {
    for (;;) {
      const lacking = wanted.filter((image) => !slots.has(image));
      const [first] = lacking;
      if (first === undefined) return;
      const page = Math.floor(first / perPage);
      await Promise.all(lacking.filter((image) => Math.floor(image / perPage) === page).map(copy));
      changed();
    }
  };
  return {
    want(images) {
      wanted = images.slice(0, ROOM);
      for (const image of wanted) {
        const slot = slots.get(image);
        if (slot === undefined) continue;
        slots.delete(image);
        slots.set(image, slot);
      }
      if (working || !brush) return;
      if (sheet.width !== columns * wide)
        Object.assign(sheet, { width: columns * wide, height: columns * high });
      working = true;
      // A page that cannot be read is told of where its image is looked at; here its points stay points.
      work()
        .catch(() => {})
        .finally(() => {
          working = false;
        });
    },
    draw(onto, image, x, y, width, height) {
      const slot = slots.get(image);
      if (slot === undefined) return false;
      const [left, top] = [(slot % columns) * wide, Math.floor(slot / columns) * high];
      onto.drawImage(sheet, left, top, wide, high, x, y, width, height);
      return true;
    },
  };
}
