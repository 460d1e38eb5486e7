/**
 * The brakes: refusals of all bots together, of one bot in a row, and 50 requests a second.
 */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { InvalidRequests, Pause, RequestBudget } from "../../src/discord/limits.ts";
import { HandClock } from "../hand_clock.ts";

const REFUSED = { status: 403, isShared: false };
const GOOD = { status: 200, isShared: false };

/** One call: whether it was sent. */
function call(invalid: InvalidRequests, bot: string | undefined, outcome = REFUSED): boolean {
  if (invalid.refusal(bot)) return false;
  invalid.settle(bot, outcome);
  return true;
}

function calls(invalid: InvalidRequests, bot: string | undefined, times: number): boolean[] {
  return Array.from({ length: times }, () => call(invalid, bot));
}

Deno.test("InvalidRequests: 20 refusals in a row pause that bot, and no other one", () => {
  const clock = new HandClock();
  const invalid = new InvalidRequests({ clock });
  equal(calls(invalid, "chat", 50).filter(Boolean).length, 20);
  match(invalid.refusal("chat")!, /last 20 calls .* sends nothing for 60 s/);
  equal(call(invalid, "ticket"), true);
  // An interaction brings its own token, so what happens to the bot's own calls says nothing.
  equal(call(invalid, undefined), true);
});

Deno.test("InvalidRequests: one good answer starts the count anew; no answer changes nothing", () => {
  const invalid = new InvalidRequests({ clock: new HandClock() });
  calls(invalid, "chat", 19);
  call(invalid, "chat", { status: 0, isShared: false });
  call(invalid, "chat", { status: 429, isShared: false });
  calls(invalid, "chat", 1);
  ok(invalid.refusal("chat"));

  calls(invalid, "ticket", 19);
  call(invalid, "ticket", GOOD);
  deepEqual(calls(invalid, "ticket", 21).filter(Boolean).length, 20);
});

Deno.test("InvalidRequests: after the pause one call finds out, and the others wait for it", async () => {
  const clock = new HandClock();
  const invalid = new InvalidRequests({ clock });
  calls(invalid, "chat", 20);
  await clock.advance(60_000);
  equal(invalid.refusal("chat"), undefined);
  ok(invalid.refusal("chat"), "a second call while the first is on its way");
  equal(invalid.settle("chat", REFUSED), true);
  ok(invalid.refusal("chat"), "still refused: another pause");

  await clock.advance(60_000);
  equal(invalid.refusal("chat"), undefined);
  invalid.settle("chat", { status: 0, isShared: false });
  equal(invalid.refusal("chat"), undefined, "no answer: the next one finds out");
  invalid.settle("chat", GOOD);
  deepEqual(calls(invalid, "chat", 3), [true, true, true]);
});

Deno.test("InvalidRequests: 8,000 within 10 minutes stop all bots until the first are over", async () => {
  const clock = new HandClock();
  const invalid = new InvalidRequests({ clock });
  const limited = { status: 429, isShared: false };
  for (let n = 0; n < 4_000; n++) call(invalid, `bot ${n % 6}`, limited);
  await clock.advance(300_000);
  for (let n = 0; n < 5_000; n++) call(invalid, `bot ${n % 6}`, limited);
  equal(invalid.inWindow(), 8_000);
  for (const bot of ["bot 0", "bot 5", "another", undefined]) {
    match(invalid.refusal(bot)!, /8000 calls of all bots .* nothing is sent for 300 s/);
  }
  await clock.advance(300_000);
  equal(invalid.inWindow(), 4_000);
  equal(invalid.refusal("bot 0"), undefined);
});

Deno.test("InvalidRequests: shared limits and good answers count for nothing", () => {
  const invalid = new InvalidRequests({ clock: new HandClock() });
  for (const status of [200, 204, 400, 404, 500, 0]) {
    call(invalid, "chat", { status, isShared: false });
  }
  call(invalid, "chat", { status: 429, isShared: true });
  equal(invalid.inWindow(), 0);
});

Deno.test("InvalidRequests: a clock that is set back does not keep refusals for ever", () => {
  let time = 1_000_000_000;
  const invalid = new InvalidRequests({
    clock: { now: () => time, sleep: () => Promise.resolve(), after: () => () => {} },
  });
  calls(invalid, undefined, 8_000);
  match(invalid.refusal("chat")!, /8000 calls/);
  time -= 3_600_000;
  equal(invalid.refusal("chat"), undefined);
});

Deno.test("Pause ends early when the clock is set back", () => {
  const pause = new Pause(10_000, 500);
  deepEqual([10_000, 10_499, 10_500, 9_000].map((now) => pause.leftMs(now)), [500, 1, 0, 0]);
});

Deno.test("RequestBudget: never more than 50 in any second, and 40 a second when all want to", async () => {
  await fc.assert(
    fc.asyncProperty(
      // Waits between calls, in milliseconds.
      fc.array(
        fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, {
          weight: 1,
          arbitrary: fc.nat(1_500),
        }),
        { minLength: 120, maxLength: 150 },
      ),
      async (waits) => {
        const clock = new HandClock();
        const budget = new RequestBudget({ clock });
        const left: number[] = [];
        const { signal } = new AbortController();
        for (const wait of waits) {
          await clock.advance(wait);
          void budget.take(signal).then(() => left.push(clock.now()));
        }
        await clock.advance(10_000);
        equal(left.length, waits.length, "all left");
        for (const [n, at] of left.entries()) {
          ok((left[n + 50] ?? Infinity) - at >= 1_000, `50 within a second of ${at}`);
        }
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("RequestBudget: whoever gives up leaves no timer, and a clock set back holds nobody", async () => {
  const clock = new HandClock();
  const budget = new RequestBudget({ clock });
  const giveUp = new AbortController();
  for (let n = 0; n < 10; n++) await budget.take(giveUp.signal);
  const waiting = budget.take(giveUp.signal);
  equal(clock.sleepers, 1);
  giveUp.abort(new Error("enough"));
  await rejects(waiting, /enough/);
  equal(clock.sleepers, 0);

  let time = 1_000_000_000;
  const waits: number[] = [];
  const sleep = (ms: number) => Promise.resolve(void waits.push(ms));
  const moving = new RequestBudget({ clock: { now: () => time, sleep, after: () => () => {} } });
  const { signal } = new AbortController();
  for (let n = 0; n < 10; n++) await moving.take(signal);
  time -= 3_600_000;
  await moving.take(signal);
  deepEqual(waits, [25]);
});
