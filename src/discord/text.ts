/**
 * Makes text fit Discord's limits: cut with dots, or split over several parts. Lengths are UTF-16
 * units, which are never fewer than what Discord counts. Knows no message, only text.
 * @module
 */

/** Made when it is first wanted: its tables take 3 MB. */
let graphemes: Intl.Segmenter | undefined;

const DOTS = "...";

const FENCE = "```";

/** The line that opens a code block; what does not look like a language is not one. */
const OPENER = /```(?:([\w+#.-]{1,20})(?=[ \t]{0,9}(?:\r?\n|$)))?[ \t]{0,9}(?:\r?\n)?/y;

/** The end of a code block and white space before it; bounded, as all of the text may be blank. */
const CLOSER = /\s{0,99}```/y;

/** Room for a reopened block, its language and its end, and for something between. */
const SHORTEST_PART = 64;

/**
 * The text itself when it fits, else its beginning with `...` as the last three characters, cut
 * between two graphemes. Halves of surrogate pairs, which no JSON parser wants, become U+FFFD.
 *
 * @param max Greatest length in UTF-16 units, dots included.
 */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text.toWellFormed();
  if (max <= DOTS.length) return DOTS.slice(0, max);
  return text.slice(0, boundaryUpTo(text, 0, max - DOTS.length)).toWellFormed() + DOTS;
}

/**
 * The last place in (from, at] where a grapheme begins, or `from` when there is none. Looks at no
 * more than that range, so a megabyte of text costs nothing.
 */
function boundaryUpTo(text: string, from: number, at: number): number {
  // Whether a grapheme begins at `at` is decided by what stands before and the one sign after it.
  const near = text.slice(from, at + 2);
  graphemes ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  return from + (graphemes.segment(near).containing(at - from)?.index ?? 0);
}

/**
 * Splits text into parts for one message or embed each: at line ends, else at spaces, else between
 * graphemes. A code block that goes on is closed, and opened again with its language. Nothing is
 * lost but the one line end or space at a split; parts of nothing but white space are left out.
 *
 * @param max Greatest length of a part in UTF-16 units, at least 64.
 */
export function splitText(text: string, max: number): string[] {
  if (max < SHORTEST_PART) {
    throw new RangeError(`Cannot split text: parts must hold ${SHORTEST_PART} or more, got ${max}`);
  }
  if (text.length <= max) return text.trim() === "" ? [] : [text.toWellFormed()];
  const parts: string[] = [];
  let at = 0;
  let opening = ""; // the line that opens the code block we are in, if any
  while (at < text.length) {
    const closer = opening === "" ? undefined : matchAt(CLOSER, text, at);
    if (closer !== undefined) { // the part before has closed the block already
      at += closer[0].length;
      opening = "";
      continue;
    }
    const room = max - opening.length - FENCE.length - 1;
    const floor = opening === "" ? matchAt(OPENER, text, at)?.[0].length ?? 0 : 0;
    let body = text.slice(at, endOfPart(text, floor < room ? at + floor : at, at + room));
    const fences = fencesOf(body, { text, from: at, before: opening });
    if (fences.opensAtEnd > 0) { // a block that has nothing in this part begins in the next one
      body = body.slice(0, fences.opensAtEnd);
    }
    const isOpen = fences.opening !== "" && fences.opensAtEnd === 0;
    if (body.trim() !== "") {
      const shown = fences.opensAtEnd > 0 ? body.replace(/\n$/, "") : body;
      parts.push((opening + shown + (isOpen ? `\n${FENCE}` : "")).toWellFormed());
    }
    opening = isOpen ? fences.opening : "";
    at += body.length;
    if (text[at] === "\n" || text[at] === " ") at++;
  }
  return parts;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** Where a part ends that may reach up to `limit`; always after `from`. */
function endOfPart(text: string, from: number, limit: number): number {
  if (text.length <= limit) return text.length;
  const reach = text.slice(from, limit + 1);
  for (const gap of ["\n", " "]) {
    const found = reach.lastIndexOf(gap);
    if (found > 0) return from + found;
  }
  let end = boundaryUpTo(text, from, limit);
  // A grapheme longer than a part is cut all the same, between two of its code points.
  if (end === from) return /[\uDC00-\uDFFF]/.test(text.charAt(limit)) ? limit - 1 : limit;
  const whole = end;
  while (end > from && text[end] === "`" && text[end - 1] === "`") end--; // keep fences whole
  return end > from ? end : whole;
}

/**
 * Follows the fences of a part: the line that would open the block left open at its end (empty:
 * none), and where a block opens that has nothing in this part (0: none does, or it is all of it).
 */
function fencesOf(
  body: string,
  { text, from, before }: { text: string; from: number; before: string },
): { opening: string; opensAtEnd: number } {
  let opening = before;
  let opensAtEnd = 0;
  for (let at = body.indexOf(FENCE); at >= 0;) {
    const opener = matchAt(OPENER, text, from + at)!; // its line may go on behind the part
    const isOpener = opening === "";
    opening = isOpener ? `${FENCE}${opener[1] ?? ""}\n` : "";
    const end = at + (isOpener ? opener[0].length : FENCE.length);
    opensAtEnd = isOpener && body.slice(end).trim() === "" ? at : 0;
    at = body.indexOf(FENCE, end);
  }
  return { opening, opensAtEnd };
}
