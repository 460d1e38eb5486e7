import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { settlesWithin, systemClock, unlessAborted } from "../../src/runtime/clock.ts";
import { HandClock } from "../hand_clock.ts";

for (
  const [name, make] of [["systemClock", () => systemClock], [
    "HandClock",
    () => new HandClock(),
  ]] as const
) {
  Deno.test(`${name}.sleep() ends with the signal's own reason and leaves no timer`, async () => {
    const giveUp = new AbortController();
    const sleeping = make().sleep(3_600_000, giveUp.signal);
    const reason = new Error("no longer wanted");
    giveUp.abort(reason);
    await rejects(sleeping, (error) => error === reason);
    await rejects(make().sleep(0, giveUp.signal), (error) => error === reason);
  });

  Deno.test(`${name}.sleep() refuses what a timer cannot count, rather than return at once`, async () => {
    for (const ms of [NaN, Infinity, 2 ** 31]) {
      await rejects(make().sleep(ms), new RegExp(`Cannot sleep ${ms} ms`));
    }
  });
}

Deno.test("systemClock tells the time of this machine, and sleeps at least as long as asked", async () => {
  const before = Date.now(), began = performance.now();
  await systemClock.sleep(20);
  await systemClock.sleep(-5);
  equal(performance.now() - began >= 19, true);
  const now = systemClock.now();
  equal(before <= now && now <= Date.now(), true);
});

Deno.test("HandClock.advance() wakes sleepers in order, also those who fell asleep meanwhile", async () => {
  const clock = new HandClock(0);
  const seen: string[] = [];
  const nap = async (name: string, ...naps: number[]) => {
    for (const ms of naps) {
      await clock.sleep(ms);
      seen.push(`${name} ${clock.now()}`);
    }
  };
  const all = [nap("a", 30, 5), nap("b", 10, 10, 10), nap("c", 50)];
  await clock.advance(40);
  deepEqual(seen, ["b 10", "b 20", "a 30", "b 30", "a 35"]);
  deepEqual([clock.now(), clock.sleepers], [40, 1]);
  await clock.advance(10);
  await Promise.all(all);
  equal(seen.at(-1), "c 50");
});

Deno.test("unlessAborted() ends with the work or with the signal, and leaves no listener", async () => {
  const control = new AbortController();
  const { signal } = control;
  const never = Promise.withResolvers<number>();
  equal(await unlessAborted(Promise.resolve(1), signal), 1);
  await rejects(unlessAborted(Promise.reject(new Error("work")), signal), /^Error: work$/);
  const waiting = rejects(unlessAborted(never.promise, signal), /^Error: enough$/);
  equal(getEventListeners(signal, "abort").length, 1);
  control.abort(new Error("enough"));
  await waiting;
  await rejects(unlessAborted(never.promise, signal), /^Error: enough$/);
  equal(getEventListeners(signal, "abort").length, 0);
  never.reject(new Error("too late to be anybody's"));
});

Deno.test("settlesWithin() tells whether work ended in time, and sleeps no longer than that", async () => {
  const clock = new HandClock();
  for (const work of [Promise.resolve(1), Promise.reject(new Error("failed"))]) {
    equal(await settlesWithin(1_000, { work, clock }), true);
  }
  const late = settlesWithin(1_000, { work: new Promise(() => {}), clock });
  await clock.advance(1_000);
  equal(await late, false);
  equal(clock.sleepers, 0);
});

Deno.test("a callback comes in its time, never after it was called off, and leaves no timer", async () => {
  const hand = new HandClock(0);
  const seen: string[] = [];
  const callOff = hand.after(10, () => seen.push("called off"));
  hand.after(20, () => seen.push("came"));
  callOff();
  await hand.advance(20);
  deepEqual(seen, ["came"]);
  equal(hand.sleepers, 0);
  systemClock.after(5, () => seen.push("too late"))();
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.after(10, resolve);
  await promise;
  deepEqual(seen, ["came"]);
  throws(() => systemClock.after(NaN, () => {}), /Cannot sleep NaN ms/);
});
