/** Pictures from files and the clipboard, read here: nothing of them is sent anywhere. */
import { Trouble } from "../faults";

export interface Found {
  readonly picture: HTMLImageElement;
  readonly width: number;
  readonly height: number;
  readonly name: string;
}

const MOST_BYTES = 64 * 2 ** 20;
const MOST_PIXELS = 100e6;
/** For drawings that have no size of their own. */
const USUAL = 512;

/** A file as a picture. Throws a Trouble of one line. */
export async function readPicture(file: File): Promise<Found> {
  const name = file.name || "pasted picture";
  if (file.size > MOST_BYTES) {
    throw new Trouble(
      `'${name}' is too large: ${Math.ceil(file.size / 2 ** 20)} MiB, of 64 at most`,
      "make it smaller first",
    );
  }
  const address = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode().catch(() => {
      throw new Trouble(`'${name}' is no picture that this browser reads`, "PNG, JPEG, WebP or GIF are");
    });
    const [width, height] = [picture.naturalWidth || USUAL, picture.naturalHeight || USUAL];
    if (width * height > MOST_PIXELS) {
      throw new Trouble(`'${name}' is too large: ${width} x ${height} pixels`, "make it smaller first");
    }
    return { picture, width, height, name };
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The files that a drop or the clipboard brings. */
export function filesOf(brought: DataTransfer | null): File[] {
  return Array.from(brought?.files ?? []);
}

/** Is a picture of light paper? Of what can be seen of it, along its edges. */
export function isOnLight({ picture, width, height }: Found): boolean {
  const side = 32;
  const sheet = new OffscreenCanvas(side, side).getContext("2d");
  if (!sheet || width === 0 || height === 0) return false;
  sheet.drawImage(picture, 0, 0, side, side);
  const { data } = sheet.getImageData(0, 0, side, side);
  let [sum, seen] = [0, 0];
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    if (x % (side - 1) !== 0 && y % (side - 1) !== 0) continue;
    const alpha = data[4 * i + 3]! / 255;
    sum += (alpha * (data[4 * i]! + data[4 * i + 1]! + data[4 * i + 2]!)) / 765;
    seen += alpha;
  }
  return seen > 0 && sum / seen > 0.5;
}
