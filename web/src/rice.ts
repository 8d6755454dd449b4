/** Rising whole numbers as few letters: the gaps between them in Rice's code, six bits to a letter. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const MOST_BITS = 20;
/** Longer runs of ones are no gap, but a slip. */
const LONGEST = 100_000;

/** The first letter tells how many bits of a gap are written plainly; the rest is counted in ones. */
export function packed(rising: readonly number[]): string {
  const gaps = rising.map((value, i) => value - (i > 0 ? rising[i - 1]! + 1 : 0));
  const lengthAt = (plain: number) =>
    gaps.reduce((sum, gap) => sum + Math.floor(gap / 2 ** plain) + 1 + plain, 0);
  const plains = Array.from({ length: MOST_BITS + 1 }, (_, plain) => plain);
  const plain = plains.reduce((best, one) => (lengthAt(one) < lengthAt(best) ? one : best));
  let text = LETTERS[plain]!;
  let [held, count] = [0, 0];
  const put = (bit: number) => {
    held = 2 * held + bit;
    if (++count < 6) return;
    text += LETTERS[held]!;
    [held, count] = [0, 0];
  };
  for (const gap of gaps) {
    for (let ones = Math.floor(gap / 2 ** plain); ones > 0; ones--) put(1);
    put(0);
    for (let bit = plain - 1; bit >= 0; bit--) put(Math.floor(gap / 2 ** bit) % 2);
  }
  // What is left of the last letter is ones: a gap that never ends, and so none.
  while (count > 0) put(1);
  return text;
}

/** The numbers again, below `end`; what makes no sense ends them. */
export function unpacked(text: string, end: number): number[] {
  const plain = LETTERS.indexOf(text[0] ?? "");
  if (plain < 0 || plain > MOST_BITS) return [];
  const found: number[] = [];
  let [ones, left, gap] = [0, -1, 0];
  for (const letter of text.slice(1)) {
    const six = LETTERS.indexOf(letter);
    if (six < 0) return found;
    for (let k = 5; k >= 0; k--) {
      const bit = (six >> k) & 1;
      if (left < 0) {
        if (bit === 1 && ++ones > LONGEST) return found;
        if (bit === 1) continue;
        [left, gap] = [plain, ones];
      } else {
        gap = 2 * gap + bit;
        left--;
      }
      if (left > 0) continue;
      const value = (found.at(-1) ?? -1) + 1 + gap;
      if (value >= end) return found;
      found.push(value);
      [ones, left] = [0, -1];
    }
  }
  return found;
}
