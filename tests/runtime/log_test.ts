import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { errorId, type Log, type LogOptions, openLog, redactor } from "../../src/runtime/log.ts";

const NOW = new Date(Date.UTC(2026, 2, 14, 9, 26, 53));

function linesOf(options: Partial<LogOptions>, use: (log: Log) => void): string[] {
  const lines: string[] = [];
  use(
    openLog("app", { write: (line) => lines.push(line), now: () => NOW, secrets: [], ...options }),
  );
  return lines;
}

/** The one line that `use` wrote, read back. */
function eventOf(options: Partial<LogOptions>, use: (log: Log) => void): Record<string, unknown> {
  const lines = linesOf(options, use);
  equal(lines.length, 1);
  match(lines[0]!, /^[^\n]*\n$/);
  return JSON.parse(lines[0]!);
}

/** The one line on a terminal, without its colours and clock. */
function plainOf(options: Partial<LogOptions>, use: (log: Log) => void): string {
  const [line, ...more] = linesOf({ format: "terminal", ...options }, use);
  deepEqual(more, []);
  return stripVTControlCharacters(line!);
}

/** Every string in a value, also keys. */
function textsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, value]) => [key, ...textsIn(value)]);
}

Deno.test("a JSON line tells when, how serious, from where, what, and the fields", () => {
  deepEqual(
    linesOf({}, (log) => log.child("master").child("gateway").warn("slow", { ms: 81, ok: true })),
    [
      '{"time":"2026-03-14T09:26:53.000Z","level":"warn","part":"app/master/gateway",' +
      '"message":"slow","ms":81,"ok":true}\n',
    ],
  );
});

Deno.test("a terminal line is short: local time, level, part, message, fields", () => {
  equal(
    plainOf(
      {},
      (log) => log.error("Gone away", { id: "7F3A", why: "no route", tries: 3, none: undefined }),
    ),
    `${NOW.toTimeString().slice(0, 8)} error app Gone away id=7F3A why="no route" tries=3\n`,
  );
});

Deno.test("a terminal line is coloured by its level, unless NO_COLOR is set", () => {
  const [line] = linesOf({ format: "terminal" }, (log) => log.error("gone"));
  equal(line!.includes("\x1b[31merror"), !Deno.noColor);
});

Deno.test("events below the level are left out", () => {
  const all = (log: Log) => {
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.child("x").error("d");
  };
  deepEqual(
    (["debug", "info", "warn", "error"] as const).map((level) => linesOf({ level }, all).length),
    [4, 3, 2, 1],
  );
  equal(linesOf({}, all).length, 3);
});

Deno.test("an event is one line, whatever a player calls himself", () => {
  const name = "Bob\r\n\x1b[31mFAKE\u2028error\u202eevil\x9b2J\x7f";
  const clean = "Bob [31mFAKE error evil 2J ";
  const use = (log: Log) => log.info(`joined: ${name}`, { name, [name]: [name] });
  deepEqual(eventOf({}, use), {
    time: NOW.toISOString(),
    level: "info",
    part: "app",
    message: `joined: ${clean}`,
    name: clean,
    [clean]: [clean],
  });
  const line = plainOf({}, use);
  match(line, /FAKE error evil/);
  equal(line.indexOf("\n"), line.length - 1);
});

Deno.test("an error in a field gives message, stack and causes in one text", () => {
  const cause = new TypeError("socket\nclosed", { cause: "plug pulled" });
  const error = new AggregateError([new Error("first")], "cannot send", { cause });
  const { error: text } = eventOf({}, (log) => log.error("failed", { error }));
  match(String(text), /^AggregateError: cannot send at .*log_test\.ts:\d+/);
  match(String(text), / <- Error: first at .* <- TypeError: socket closed at .* <- plug pulled$/);
});

Deno.test("an error keeps its present message though the stack has an old one, and its cause may be itself", () => {
  const error = new Error("old");
  match(error.stack!, /old/); // from now on it stays as it is
  error.message = "new";
  error.cause = error;
  match(
    String(eventOf({}, (log) => log.error("failed", { error }))["error"]),
    /Error: new Error: old/,
  );
});

Deno.test("a field cannot hide what the line itself says", () => {
  const event = eventOf({}, (log) => log.info("mine", { message: "theirs", level: "none" }));
  deepEqual([event["message"], event["message_"], event["level_"]], ["mine", "theirs", "none"]);
});

Deno.test("values that JSON does not know, or that throw, do not stop the log", () => {
  const cyclic: Record<string, unknown> = { name: "x" };
  cyclic["self"] = cyclic;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const fields = {
    big: 12345678901234567890n,
    nan: NaN,
    sym: Symbol("s"),
    date: new Date(0),
    never: new Date(NaN),
    url: new URL("http://example.org/a"),
    map: new Map<unknown, unknown>([["a", 1], [{}, 2]]),
    set: new Set([1, "2"]),
    bytes: new Uint8Array(5),
    nothing: null,
    revoked: proxy,
    thrower: {
      fine: 1,
      get bad() {
        throw new Error("no");
      },
    },
  };
  const event = eventOf({}, (log) => log.info("odd", fields));
  const { time: _1, level: _2, part: _3, message: _4, ...rest } = event;
  deepEqual(rest, {
    big: "12345678901234567890",
    nan: "NaN",
    sym: "Symbol(s)",
    date: "1970-01-01T00:00:00.000Z",
    never: "null",
    url: "http://example.org/a",
    map: { a: 1, "[object Object]": 2 },
    set: [1, "2"],
    bytes: "5 bytes",
    nothing: null,
    revoked: "(unreadable)",
    thrower: { fine: 1, bad: "(unreadable)" },
  });
  const line = linesOf({}, (log) => log.info("cyclic", { cyclic }))[0]!;
  ok(line.length < 5_000, `${line.length}`);
});

Deno.test("huge values make a line that can still be read", () => {
  const huge = { many: Array.from({ length: 100_000 }, (_, i) => i), page: "x".repeat(1_000_000) };
  const [line] = linesOf({}, (log) => log.info("huge", huge));
  ok(line!.length < 20_000, `${line!.length}`);
});

Deno.test("a log that cannot write does not end what it tells about", () => {
  linesOf({
    write: () => {
      throw new Error("stderr is closed");
    },
  }, (log) => log.error("gone"));
});

Deno.test("no secret survives in any field, whatever stands around it", () => {
  const secret = fc.oneof(
    fc.string({ minLength: 4, maxLength: 12, unit: "binary" }),
    fc.string({
      minLength: 4,
      maxLength: 12,
      unit: fc.constantFrom("*", "a", '"', "\\", "%", "\n", " ", "ü"),
    }),
  );
  fc.assert(
    fc.property(
      secret,
      secret,
      fc.string(),
      fc.anything({ withBigInt: true, withDate: true }),
      (a, b, text, odd) => {
        const secrets = [a, a + b];
        const fields = {
          [`key ${a}`]: `${text}${a}${text}`,
          list: [`${a}${b}`, { deep: new Map([[b, a]]) }],
          error: new Error(`${text} ${a}`, { cause: a }),
          url: encodeURIComponent(a.toWellFormed()),
          odd,
        };
        const event = eventOf({ secrets }, (log) => log.error(`${a}${a}${text}${a}${b}`, fields));
        // What the line says of itself is not redacted.
        const { time: _1, level: _2, part: _3, ...rest } = event;
        const keys = ["message", "list", "deep", "error", "url", "odd", "key "];
        return textsIn(rest).every((text) => keys.includes(text) || !text.includes(a));
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("a number that is a secret is masked as well", () => {
  const { port, pin } = eventOf(
    { secrets: ["48151623"] },
    (log) => log.info("x", { port: 80, pin: 48151623 }),
  );
  deepEqual([port, pin], [80, "***"]);
});

Deno.test("redact() makes an error text fit to be shown: masked, one line, not too long", () => {
  linesOf({ secrets: ["tok3n"] }, (log) => {
    equal(log.child("x").redact("502\r\n<html>tok3n"), "502 <html>***");
    equal(log.redact("x".repeat(1_000_000)).length, 8_001);
  });
});

Deno.test("a short value is not taken for a secret: it would mask ordinary words", () => {
  equal(redactor(["a", "abc"])("abc is a word"), "abc is a word");
});

Deno.test("of two secrets, one in the other, nothing is left; nor of one made up by masking another", () => {
  equal(redactor(["abcd", "abcdefgh"])("abcdefgh abcd"), "*** ***");
  equal(redactor(["ab***gh", "cdef"])("abcdefgh"), "***");
});

Deno.test("a secret with a line break is found, and one that comes about by taking a break out", () => {
  for (
    const [secret, text] of [["pass\nword", "pass\nword"], ["pass word", "pass\r\n word"]] as const
  ) {
    equal(eventOf({ secrets: [secret] }, (log) => log.info(`is ${text}!`))["message"], "is ***!");
  }
});

Deno.test("a secret is found encoded for a URL, a form, JSON and base64", () => {
  const secret = 'pä"s w\\ö/r:d+!>>>???';
  const redact = redactor([secret]);
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    encodeURI(secret),
    new URLSearchParams({ x: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("base64").replaceAll("=", ""),
    bytes.toString("base64url"),
  ];
  equal(new Set(forms).size, forms.length);
  deepEqual(forms.map((form) => redact(`a ${form} z`)), forms.map(() => "a *** z"));
});

Deno.test("what looks like a token or password is masked though nobody named it", () => {
  const token = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.Gabcde.abcdefghijklmnopqrstuvwxyz_0123456789AB";
  const interaction = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5OmFiY2RlZmdoaWprbG1ub3A";
  const check = (text: string, expected: string) => equal(redactor([])(text), expected);
  check(`login with ${token} failed`, "login with *** failed");
  check(`"token":"${token}"`, '"token":"***"');
  check(
    "POST https://discord.com/api/v10/interactions/123/tok.en_-1/callback?x=1",
    "POST https://discord.com/api/v10/interactions/123/***/callback?x=1",
  );
  check(
    "/webhooks/123/abc-DEF_9/messages/@original and /webhooks/77/x",
    "/webhooks/123/***/messages/@original and /webhooks/77/***",
  );
  check(`a stray ${interaction} here`, "a stray *** here");
  check('{"authorization":"Bot abc.def","x":1}', '{"authorization":"Bot ***","x":1}');
  check("Authorization: Bearer abc failed", "Authorization: Bearer *** failed");
  check("authorization=abc, next", "authorization=***, next");
  check("used Bearer abcdefghijklmnop0123", "used Bearer ***");
  check("postgres://bliss:s3cr@t!@db:5432/x", "postgres://bliss:***@db:5432/x");
  check("redis://:hunter2@localhost", "redis://:***@localhost");
});

Deno.test("what only resembles a secret stays readable", () => {
  for (
    const text of [
      "Bot ark-master is ready",
      "https://host:443/path@2x/file.ts:10:5",
      "at npm:discordeno@21.0.0/dist/index.js:1:2",
      "/webhooks/123 has gone",
      "authorization failed",
      "mail admin@example.org: a.b.c",
      "001f3f9c-aaaa-bbbb-cccc-121212121212.json",
    ]
  ) equal(redactor([])(text), text);
});

Deno.test("masking takes time in proportion to the text, not to its square", () => {
  const redact = redactor(["secret"]);
  for (const unit of ["a", "a-", "a.", "a:", "http://", "/webhooks/1/", "Bot ", "authorization:"]) {
    const began = performance.now();
    redact(unit.repeat(400_000 / unit.length));
    ok(performance.now() - began < 1_000, unit);
  }
});

Deno.test("errorId() is four hexadecimal digits", () => {
  deepEqual([0, 0.5, 0.9999999].map((number) => errorId(() => number)), ["0000", "8000", "FFFF"]);
  match(errorId(), /^[0-9A-F]{4}$/);
});
