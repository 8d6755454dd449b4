/** Text in lines of a width. */
import { FAMILY } from "./font";

let measure: CanvasRenderingContext2D | null | undefined;

/** The lines of a text; a word that is longer than a line is cut. */
export function wrapped(text: string, width: number, strong: boolean): string[] {
  const fits = (line: string) => widthOf(line, strong) <= width;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = fits(word) ? word : cut(word, fits);
  }
  return [...lines, line];
}

/** Pixels; a guess where nothing can measure. */
export function widthOf(text: string, strong = false): number {
  measure ??= document.createElement("canvas").getContext("2d");
  if (!measure) return text.length * 7;
  measure.font = `${strong ? "600 " : ""}13px ${FAMILY}`;
  return measure.measureText(text).width;
}

function cut(word: string, fits: (line: string) => boolean): string {
  let kept = word;
  while (kept.length > 1 && !fits(`${kept}\u2026`)) kept = kept.slice(0, -1);
  return `${kept}\u2026`;
}
