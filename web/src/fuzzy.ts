/** Finding names by parts of them: the letters of each word typed, in their order, wherever they stand. */

export interface Found {
  /** The higher, the better it fits. */
  readonly score: number;
  /** Which letters of the name were meant, rising. */
  readonly at: readonly number[];
}

const START = 8;
const NEXT = 5;
const LETTER = 1;
/** For words that lie beside the name. */
const BESIDE = 0.4;

/** How a name, or the words beside it, answer what was typed; null where a word of that is in neither. */
export function fuzzy(typed: string, name: string, beside = ""): Found | null {
  const at = new Set<number>();
  let score = 0;
  for (const word of folded(typed).split(/\s+/).filter(Boolean)) {
    const found = lettersOf(word, folded(name));
    const other = lettersOf(word, folded(beside));
    if (found && found.score >= BESIDE * (other?.score ?? 0)) {
      for (const place of found.at) at.add(place);
      score += found.score;
    } else if (other && isWhole(other.at)) {
      score += BESIDE * other.score;
    } else return null;
  }
  // Of two that fit as well, the shorter is nearer to what was typed.
  return { score: score - name.length / 100, at: [...at].sort((a, b) => a - b) };
}

/** Lower case without accents, letter for letter. */
function folded(text: string): string {
  return Array.from(text.toLowerCase(), (letter) => letter.normalize("NFD")[0] ?? letter).join("");
}

function isWhole(at: readonly number[]): boolean {
  return at.every((place, i) => i === 0 || place === at[i - 1]! + 1);
}

/** The best way to find the letters of a word in a name: at starts of words, and side by side. */
function lettersOf(word: string, name: string): Found | null {
  // best[j]: of the letters so far, the last one at j.
  let best = new Map<number, Found>([[-1, { score: 0, at: [] }]]);
  for (const letter of word) {
    const next = new Map<number, Found>();
    for (let j = name.indexOf(letter); j >= 0; j = name.indexOf(letter, j + 1)) {
      let found: Found | null = null;
      for (const [last, { score, at }] of best) {
        if (last >= j) continue;
        const near = last === j - 1 && at.length > 0 ? NEXT : 0;
        const total = score + LETTER + (startsWord(name, j) ? START : 0) + near;
        if (!found || total > found.score) found = { score: total, at: [...at, j] };
      }
      if (found) next.set(j, found);
    }
    best = next;
  }
  let chosen: Found | null = null;
  for (const found of best.values()) {
    if (found.at.length > 0 && (!chosen || found.score > chosen.score)) chosen = found;
  }
  return chosen && isScattered(chosen.at) ? null : chosen;
}

/** Letters that lie far apart, each alone, are there by chance. */
function isScattered(at: readonly number[]): boolean {
  const pieces = at.filter((place, i) => i === 0 || place !== at[i - 1]! + 1).length;
  return at.length > 2 && pieces > 1 + at.length / 2;
}

function startsWord(name: string, place: number): boolean {
  return place === 0 || !/[\p{L}\p{N}]/u.test(name[place - 1] ?? "");
}
