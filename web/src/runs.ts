/** Lists of images and numbers as text in the address, and back. */
import { packed, unpacked } from "./rice";

/** As runs, which a person can read, or packed where that is shorter. */
export function imagesWritten(images: readonly number[]): string {
  const runs = runsOf(images);
  if (runs.length < SHORT) return runs;
  const tight = `~${packed(images)}`;
  return tight.length < runs.length ? tight : runs;
}

const SHORT = 120;

/** Rising whole numbers as runs: 1,4-9,12. */
function runsOf(images: readonly number[]): string {
  const runs: string[] = [];
  for (let i = 0; i < images.length; ) {
    const first = images[i]!;
    let last = first;
    for (i++; images[i] === last + 1; i++) last++;
    runs.push(last > first ? `${first}-${last}` : String(first));
  }
  return runs.join(",");
}

/** A run longer than any set of images is a slip, or worse. */
const LONGEST_RUN = 1e7;

export function imagesOf(told: string): number[] {
  if (told.startsWith("~")) return unpacked(told.slice(1), LONGEST_RUN);
  return told.split(",").flatMap((run) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(run) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (!(count > 0 && count <= LONGEST_RUN)) return [];
    return Array.from({ length: count }, (_, i) => Number(first) + i);
  });
}

/** Nine digits bring back every float32 exactly. */
export function short(value: number): string {
  return String(Number(value.toPrecision(9)));
}
