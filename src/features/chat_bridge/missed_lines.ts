/**
 * Finds the chat lines that were lost on their way, by comparing with the game's log. GetChat is a
 * destructive read: when its answer gets lost, its lines are gone from there. GetGameLog is one as
 * well, and still has the last lines. Sends nothing.
 * @module
 */

/** What is known of a chat; each list holds lines as `saidOf` gives them, oldest first. */
export interface KnownChat {
  /** What the log has. */
  readonly log: readonly string[];
  /** The last lines that were heard before. */
  readonly before: readonly string[];
  /** What GetChat gave directly after the log was read. */
  readonly after: readonly string[];
}

/** Which lines of the log were missed: from `start` up to, not including, `end`. */
export interface Missed {
  /** 0 when the log holds nothing that was heard before. */
  readonly start: number;
  readonly end: number;
}

/**
 * Which lines of the log nobody has heard.
 *
 * What was said is `before`, the missed lines, and `after`, in this order. The log is a stretch of
 * that: its beginning is in `before`, or in the missed lines when it holds no more; its end is in
 * `after`, as it was read a moment sooner. When an answer with the log got lost as well, all of the
 * next one may be in `after`. Where equal lines allow several explanations, the one with the fewest
 * missed lines is taken. So never more lines are found than were missed, all of them were said, and
 * all are found unless
 * - the log's beginning fits `before` at several places, as when it begins within a run of equal
 *   lines or of lines that repeat in turn, or
 * - the last missed lines are the same as the first of `after`, or
 * - the log holds nothing of `before`, and all that it holds stands somewhere in `after` as well.
 *
 * Who has heard nothing before has missed nothing.
 */
export function missedLines({ log, before, after }: KnownChat): Missed {
  let best: Missed = { start: 0, end: log.length };
  const none = { start: log.length, end: log.length };
  if (before.length === 0) return none;
  const ends = endsOf(log, after);
  for (let start = 0; start <= log.length; start++) {
    if (!isHeardUpTo(start, { log, before })) continue;
    const end = ends.find((end) => end >= start)!;
    if (end - start <= best.end - best.start) best = { start, end };
  }
  return best.start === 0 && isWithin(log, after) ? none : best;
}

/**
 * Two answers of GetGameLog as one log. Where a server does not forget what it has told, the second
 * begins with lines of the first.
 */
export function joinLogs<T>(
  first: readonly T[],
  second: readonly T[],
  isSame: (a: T, b: T) => boolean,
): T[] {
  for (let from = Math.max(0, first.length - second.length); from < first.length; from++) {
    const tail = first.slice(from);
    if (tail.every((line, index) => isSame(line, second[index]!))) {
      return [...first.slice(0, from), ...second];
    }
  }
  return [...first, ...second];
}

function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  for (let from = 0; from + part.length <= whole.length; from++) {
    if (part.every((line, index) => line === whole[from + index])) return true;
  }
  return false;
}

/** Where the log may go over into `after`, the earliest place first; at last where it ends. */
function endsOf(log: readonly string[], after: readonly string[]): number[] {
  const ends: number[] = [];
  for (let end = Math.max(0, log.length - after.length); end <= log.length; end++) {
    if (log.slice(end).every((line, index) => line === after[index])) ends.push(end);
  }
  return ends;
}

/** Whether the log may go over from `before` to the missed lines there. */
function isHeardUpTo(start: number, { log, before }: Omit<KnownChat, "after">): boolean {
  for (let back = 1; back <= Math.min(start, before.length); back++) {
    if (log[start - back] !== before[before.length - back]) return false;
  }
  return true;
}
