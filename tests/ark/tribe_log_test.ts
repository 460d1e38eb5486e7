/**
 * Tribe log lines: hand-written ones of every form, and real ones where the shared saves are there.
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseTribeLogLine, type TribeLogKind } from "../../src/ark/tribe_log.ts";

const COLOURS = {
  green: "0, 1, 0, 1",
  red: "1, 0, 0, 1",
  yellow: "1, 1, 0, 1",
  cyan: "0, 1, 1, 1",
  magenta: "1, 0, 1, 1",
  blue: "0, 0, 1, 1",
  teal: "0.2, 0.8, 0.7, 1",
};

function coloured(colour: keyof typeof COLOURS, text: string): string {
  return `<RichColor Color="${COLOURS[colour]}">${text}</>`;
}

function check(body: string, expected: { kind: TribeLogKind; text?: string }): void {
  assert.deepEqual(parseTribeLogLine(`Day 12, 03:04:05: ${body}`), {
    day: 12,
    time: "03:04:05",
    text: body,
    ...expected,
  });
}

Deno.test("parseTribeLogLine() tells the kinds of uncoloured lines", () => {
  check("Rex (M - lvl 316) (337145884, 171159524) captured by Ann", { kind: "captured" });
  check("Rex (F - lvl 1) (1, 2) released by Ann", { kind: "released" });
  check("Ann froze Rex - Lvl 12 (Rex)", { kind: "froze" });
  check("Rexy - Lvl 12 (Rex) starved to death!", { kind: "starved" });
  check("The wind blows", { kind: "other" });
  check("", { kind: "other" });
});

Deno.test("parseTribeLogLine() tells the kinds of coloured lines and takes the colour off", () => {
  const cases: [keyof typeof COLOURS, string, TribeLogKind][] = [
    ["green", "Ann Tamed a Doedicurus - Lvl 217 (Doedicurus)!", "tamed"],
    ["green", "Your Tribe Tamed a Rex - Lvl 3 (Rex)!", "tamed"],
    ["red", "Tribemember Ann - Lvl 5 was killed by a Rex - Lvl 3!", "killed"],
    ["red", "Your Rexy - Lvl 5 (Rex) was killed!", "killed"],
    ["red", "Your 'Thatch Ramp' was destroyed!", "destroyed"],
    ["red", "Rexy - Lvl 5 (Rex) death essence expired.", "expired"],
    ["yellow", "Ann demolished a 'Thatch Foundation' at -3 38 -5 -1.99 0.00!", "demolished"],
    ["yellow", "Ann unclaimed 'Rexy - Lvl 5 (Rex)'!", "unclaimed"],
    ["cyan", "Ann with ID 789 was added to the Tribe!", "added"],
    ["cyan", "Ann was removed from the Tribe by Bob!", "removed"],
    ["cyan", "The Others were merged in by Ann!", "merged"],
    ["magenta", "Ann claimed 'Rexy - Lvl 5 (Rex)'!", "claimed"],
    ["blue", "Ann with ID 1 was promoted to a Tribe Admin by Bob with ID 2!", "promoted"],
    ["blue", "Ann was demoted from Tribe Admin by Bob!", "demoted"],
    ["teal", "Ann with ID 789 was added to the Tribe!", "added"],
    ["teal", "Something new happened", "other"],
  ];
  for (const [colour, text, kind] of cases) check(coloured(colour, text), { kind, text });
});

Deno.test("parseTribeLogLine() is not misled by what players put into names", () => {
  const checkIn = (colour: keyof typeof COLOURS, text: string, kind: TribeLogKind) =>
    check(coloured(colour, text), { kind, text });
  checkIn("yellow", "X was killed by Y demolished a 'Wood Wall' at 1 2 3 0 0!", "demolished");
  checkIn("cyan", "Mr Tamed a Rex with ID 1 was added to the Tribe!", "added");
  checkIn("red", "Tribemember a </> b \"c\" 'd' [e] - Lvl 5 was killed!", "killed");
  checkIn("red", '<RichColor Color="0, 1, 0, 1">Z</> - Lvl 5 was killed!', "killed");
  checkIn("green", "Ünï 爱\n🦖 Tamed a Rex - Lvl 3 (Rex)!", "tamed");
  checkIn("magenta", "Ann claimed 'X unclaimed Y - Lvl 5 (Rex)'!", "claimed");
  check('</> "x" (M - lvl 1) (1, 2) captured by A\nB', { kind: "captured" });
});

Deno.test("parseTribeLogLine() gives nothing for lines of another form", () => {
  const lines = [
    ...["", "Day", "Day 1, 1:00:00: x", "Day x, 00:00:00: x", "Day 1, 00:00:00 x"],
    ...[" Day 1, 00:00:00: x", "x\nDay 1, 00:00:00: x", `Day ${"9".repeat(400)}, 00:00:00: x`],
  ];
  for (const line of lines) assert.equal(parseTribeLogLine(line), undefined, line);
});

Deno.test("parseTribeLogLine() gives back any text inside the colour tag as it was", () => {
  const colour = fc.constantFrom(...Object.keys(COLOURS) as (keyof typeof COLOURS)[]);
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(colour, text, fc.nat(), (colour, text, day) => {
    const line = parseTribeLogLine(`Day ${day}, 23:59:59: ${coloured(colour, text)}`);
    assert.equal(line?.day, day);
    assert.equal(line.time, "23:59:59");
    assert.equal(line.text, text);
  }));
});

Deno.test("parseTribeLogLine() finishes on megabytes of hostile text", () => {
  const size = 4_000_000;
  const starts = ["Day ", "Day 1, 00:00:00: ", 'Day 1, 00:00:00: <RichColor Color="'];
  for (const start of starts) {
    for (const part of ["1", "</>", "(", '<RichColor Color="', " was", "\n", ", "]) {
      const line = start + part.repeat(size / part.length);
      assert.ok((parseTribeLogLine(line)?.text.length ?? 0) <= line.length);
    }
  }
});

/** Log lines in an archive's bytes: a text there ends with a zero byte. */
function logLinesIn(archive: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(archive);
  return [...text.matchAll(/Day \d+, [^\0]*/g)].map(([line]) => line);
}

Deno.test("parseTribeLogLine() knows every line of the real tribes, where they are at hand", () => {
  const folder = new URL("../../../shared/save/real/archives/", import.meta.url);
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("../shared/save is absent: the made lines above are the only ones checked");
    return;
  }
  const lines = names.filter((name) => name.endsWith(".arktribe"))
    .flatMap((name) => logLinesIn(Deno.readFileSync(new URL(name, folder))));
  const kinds: Partial<Record<TribeLogKind, number>> = {};
  for (const line of lines) {
    const kind = parseTribeLogLine(line)?.kind;
    // Real players stand in these lines, so a failure must not print one.
    assert.ok(kind, "a real line was not understood");
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  assert.deepEqual(kinds, {
    captured: 530,
    released: 478,
    demolished: 42,
    tamed: 75,
    killed: 54,
    starved: 7,
    unclaimed: 6,
    claimed: 3,
    added: 1,
    destroyed: 1,
    expired: 1,
  });
});
