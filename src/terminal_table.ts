/**
 * What `start` and `doctor` print: titled sections of lines, each with a mark. Pure.
 * @module
 */

import { stripVTControlCharacters, styleText } from "node:util";

/** One line: a mark, what it is about, what was found, and below it what to do or where to go. */
export interface Line {
  readonly mark: Mark;
  readonly name: string;
  readonly text: string;
  /** Printed on a line of its own below. */
  readonly below?: string | undefined;
}

/** Lines under a title. */
export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** How something is. */
export type Mark = "ok" | "off" | "busy" | "failed";

const MARKS = {
  ok: ["✓", "green"],
  off: ["○", "gray"],
  busy: ["…", "yellow"],
  failed: ["✗", "red"],
} as const;

/** The sections as text that ends with a line break; names stand in one column. */
export function tableText(
  sections: readonly Section[],
  { colours }: { colours: boolean },
): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    colours ? styleText(format, text, { validateStream: false }) : text;
  const width = Math.max(
    0,
    ...sections.flatMap(({ lines }) => lines.map(({ name }) => printable(name).length)),
  );
  const line = ({ mark, name, text, below }: Line) => {
    const [sign, colour] = MARKS[mark];
    const head = `  ${style(colour, sign)} ${printable(name).padEnd(width)}  ${printable(text)}`;
    return below ? [head, `    ${style("bold", "→")} ${printable(below)}`] : [head];
  };
  return sections.filter(({ lines }) => lines.length > 0)
    .flatMap(({ title, lines }) => [style("bold", title), ...lines.flatMap(line), ""])
    .map((text) => `${text.trimEnd()}\n`).join("");
}

/** A text from outside must not move the cursor, fake a line, or turn the direction of writing. */
function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]+\s*/gu, " ");
}
