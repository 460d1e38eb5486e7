/** Finding lost lines in the game's log. */

import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  joinLogs,
  type KnownChat,
  missedLines,
} from "../../../src/features/chat_bridge/missed_lines.ts";

function missed({ log, before, after }: Record<keyof KnownChat, string>): string {
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  const known = { log: words(log), before: words(before), after: words(after) };
  const { start, end } = missedLines(known);
  return known.log.slice(start, end).join(" ");
}

Deno.test("missedLines() finds what stands between the known lines", () => {
  equal(missed({ before: "a b", log: "a b c d e", after: "e f" }), "c d");
  equal(missed({ before: "a b", log: "b c d", after: "" }), "c d");
  equal(missed({ before: "a b", log: "c d", after: "d" }), "c", "the log begins later");
  equal(missed({ before: "b", log: "x a b c", after: "" }), "c", "the log begins sooner");
});

Deno.test("missedLines() finds nothing where nothing is missing", () => {
  equal(missed({ before: "a b", log: "a b", after: "" }), "");
  equal(missed({ before: "a b", log: "a b c", after: "c d" }), "");
  equal(missed({ before: "a b c", log: "a b c", after: "c d" }), "", "c was said twice");
  equal(missed({ before: "a b", log: "", after: "c" }), "");
  equal(missed({ before: "a", log: "d e", after: "c d e f" }), "", "it begins even later");
  equal(missed({ before: "", log: "a b c", after: "c" }), "", "who heard nothing missed nothing");
});

Deno.test("missedLines() keeps a repeated hi apart where its neighbours tell it", () => {
  equal(missed({ before: "yo hi", log: "yo hi hi", after: "" }), "hi");
  equal(missed({ before: "hi", log: "hi hi", after: "hi" }), "", "it may be two or three");
  equal(missed({ before: "yo hi hi", log: "yo hi hi hi hi", after: "hi bye" }), "hi");
});

/** What was said, where it was lost, and which part of it the log holds. */
const story = (word: fc.Arbitrary<string>) =>
  fc.record({
    before: fc.array(word, { minLength: 1, maxLength: 12 }),
    lost: fc.array(word, { maxLength: 8 }),
    after: fc.array(word, { maxLength: 8 }),
    from: fc.nat(),
    to: fc.nat(),
  }).map(({ before, lost, after, from, to }) => {
    const said = [...before, ...lost, ...after];
    const known = before.length + lost.length;
    // It begins anywhere in what was said before, or is too short for that.
    const start = from % (known + 1);
    const log = said.slice(start, known + to % (after.length + 1));
    return { before, after, log, lost: said.slice(Math.max(before.length, start), known) };
  });

Deno.test("missedLines() is exact when no two lines are equal", () => {
  const word = fc.uuid();
  fc.assert(fc.property(story(word), ({ before, after, log, lost }) => {
    const { start, end } = missedLines({ before, after, log });
    deepEqual(log.slice(start, end), lost);
  }));
});

Deno.test("missedLines() never finds more than was lost, however often people say hi", () => {
  const word = fc.constantFrom("hi", "yo", "gg");
  fc.assert(
    fc.property(story(word), ({ before, after, log, lost }) => {
      const { start, end } = missedLines({ before, after, log });
      ok(start <= end && end - start <= lost.length);
      if (start === end) return;
      // What is taken as known is what both sides know.
      const heard = log.slice(0, start);
      const overlap = Math.min(heard.length, before.length);
      deepEqual(heard.slice(heard.length - overlap), before.slice(before.length - overlap));
      deepEqual(log.slice(end), after.slice(0, log.length - end));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("missedLines() is exact among equal lines when the log begins with a line said once", () => {
  const word = fc.constantFrom("hi", "yo");
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 8 }),
      fc.array(word, { maxLength: 8 }),
      fc.array(word, { maxLength: 8 }),
      (heard, lost, after) => {
        // "…" ends what was lost, so that it cannot be taken for the beginning of what follows.
        const before = ["start", ...heard];
        const gone = [...lost, "…"];
        const { start, end } = missedLines({ before, after, log: [...before, ...gone, ...after] });
        equal(start, before.length);
        equal(end, before.length + gone.length);
      },
    ),
  );
});

Deno.test("joinLogs() takes over only what is new where a server tells its log twice", () => {
  const same = (a: string, b: string) => a === b;
  deepEqual(joinLogs([..."abc"], [..."de"], same), [..."abcde"]);
  deepEqual(joinLogs([..."abc"], [..."abcd"], same), [..."abcd"]);
  deepEqual(joinLogs([..."abc"], [..."bcd"], same), [..."abcd"]);
  deepEqual(joinLogs([], [..."ab"], same), [..."ab"]);
  deepEqual(joinLogs([..."ab"], [], same), [..."ab"]);
});
