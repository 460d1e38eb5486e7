import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import type { Clock } from "../../src/runtime/clock.ts";
import { type Job, openJobs } from "../../src/runtime/jobs.ts";
import { openLog } from "../../src/runtime/log.ts";
import { HandClock } from "../hand_clock.ts";

/** Deno's own switch for tests of cron: every schedule comes round after so many milliseconds. */
const CRON_OFFSET = "DENO_CRON_TEST_SCHEDULE_OFFSET";

/** Jobs under a clock moved by hand; their log, and how a job called "pull" is doing. */
function opened(clockOf: (clock: HandClock) => Clock = (clock) => clock) {
  const clock = new HandClock();
  const events: Record<string, unknown>[] = [];
  const log = openLog("", {
    write: (line) => events.push(JSON.parse(line)),
    now: () => new Date(clock.now()),
    secrets: [],
  });
  let ids = 0;
  const jobs = openJobs({ log, clock: clockOf(clock), random: () => ++ids / 0x10000 });
  const status = () => jobs.list().find(({ name }) => name === "pull")!;
  return { jobs, clock, events, status, messages: () => events.map(({ message }) => message) };
}

/** A job called "pull"; without anything else it runs every 10 s and does nothing. */
function job(changes: Partial<Job>): Job {
  return {
    name: "pull",
    every: { seconds: 10 },
    limitMs: 5_000,
    run: () => Promise.resolve(),
    ...changes,
  };
}

/** With real cron, but schedules that come round every 5 ms. */
async function withFastCron(use: () => Promise<void>): Promise<void> {
  Deno.env.set(CRON_OFFSET, "5");
  try {
    await use();
  } finally {
    Deno.env.delete(CRON_OFFSET);
  }
}

Deno.test("a job by the minute is run by Deno's cron, again and again, and not after the stop", async () => {
  await withFastCron(async () => {
    const { jobs, clock, status } = opened();
    const third = Promise.withResolvers<void>();
    let runs = 0;
    const run = () => {
      if (++runs === 3) third.resolve();
      return runs === 1 ? Promise.reject(new Error("the first one fails")) : Promise.resolve();
    };
    jobs.add(job({ every: { cron: "0 4 * * MON" }, run }));
    deepEqual([status().state, status().runs, status().schedule], ["waiting", 0, "0 4 * * MON"]);
    equal(status().nextRun!.toISOString(), "2026-03-16T04:00:00.000Z");
    await third.promise;
    await jobs.stop();
    deepEqual([runs, status().runs, status().isFailing], [3, 3, false]);
    equal(status().lastRun!.getTime(), clock.now());
    equal(status().nextRun, undefined);
  });
});

Deno.test("a loop runs at once, and then so long after each run", async () => {
  const { jobs, clock, status } = opened();
  const began = clock.now();
  const runs: number[] = [];
  const seconds = (date: Date | undefined) => date && (date.getTime() - began) / 1_000;
  jobs.add(job({
    run: async (signal) => {
      runs.push((clock.now() - began) / 1_000);
      await clock.sleep(2_000, signal);
    },
  }));
  await clock.advance(0);
  deepEqual([status().state, status().nextRun, status().lastMs], ["running", undefined, undefined]);
  await clock.advance(30_000);
  deepEqual(runs, [0, 12, 24]);
  const { state, schedule, lastRun, nextRun, lastMs } = status();
  deepEqual([state, schedule, seconds(lastRun), seconds(nextRun), lastMs], [
    "waiting",
    "every 10 s",
    24,
    36,
    2_000,
  ]);
  await jobs.stop();
  equal(clock.sleepers, 0);
});

Deno.test("the same jobs may be added again in one process, whatever their names", async () => {
  await withFastCron(async () => {
    for (const name of ["pull", "x".repeat(64), "pull", "x".repeat(64), "pull 2"]) {
      const { jobs } = opened();
      const ran = Promise.withResolvers<void>();
      const run = () => Promise.resolve(ran.resolve());
      jobs.add(job({ name, every: { cron: "0 4 * * *" }, run }));
      // Open at the same time, of a name that one before it may have been given.
      const other = opened();
      other.jobs.add(job({ name, every: { cron: "0 4 * * *" } }));
      other.jobs.add(job({ name: "pull 3", every: { cron: "0 4 * * *" } }));
      await ran.promise;
      await Promise.all([jobs.stop(), other.jobs.stop()]);
    }
  });
});

Deno.test("run() runs a job now and resolves when that is over, but never beside another run of it", async () => {
  await withFastCron(async () => {
    const { jobs, status } = opened();
    let running = 0, most = 0;
    const work = Promise.withResolvers<void>();
    const tick = Promise.withResolvers<void>();
    jobs.add(job({
      every: { cron: "0 4 * * *" },
      run: async () => {
        most = Math.max(most, ++running);
        await work.promise;
        running--;
      },
    }));
    let ticks = 0;
    const countTick = () => (++ticks === 5 && tick.resolve(), Promise.resolve());
    jobs.add(job({ name: "other", every: { cron: "0 4 * * *" }, run: countTick }));
    const first = jobs.run("pull");
    await rejects(jobs.run("pull"), /Cannot run the job "pull" now: it is running already/);
    await tick.promise; // so often the time of "pull" has come as well
    deepEqual([status().state, most], ["running", 1]);
    work.resolve();
    await first;
    equal(status().runs, 1);
    await rejects(jobs.run("push"), /Cannot find a job "push"/);
    await jobs.stop();
    equal(most, 1);
  });
});

Deno.test("a job that calls for itself while it runs is refused", async () => {
  const { jobs, status } = opened();
  jobs.add(job({ every: { cron: "0 4 * * *" }, run: () => jobs.run("pull") }));
  await jobs.run("pull");
  match(status().lastError!.text, /it is running already/);
  equal(status().runs, 1);
  await jobs.stop();
});

Deno.test("a paused job does not begin by itself until it is resumed, but runs when asked", async () => {
  const { jobs, clock, status } = opened();
  let runs = 0;
  jobs.add(job({ run: () => Promise.resolve(void runs++) }));
  await clock.advance(0);
  jobs.pause("pull");
  await clock.advance(60_000);
  deepEqual([runs, status().state, status().nextRun], [1, "paused", undefined]);
  await jobs.run("pull");
  deepEqual([runs, status().state], [2, "paused"]);
  jobs.resume("pull");
  await clock.advance(10_000);
  deepEqual([runs, status().state], [3, "waiting"]);
  throws(() => jobs.pause("push"), RangeError);
  throws(() => jobs.resume("push"), RangeError);
  await jobs.stop();
});

Deno.test("a job that fails is told once, with an id that its status has too, and again when that changes", async () => {
  const { jobs, clock, events, status } = opened();
  const failures = [
    () => Promise.reject(new Error("server is down")),
    () => Promise.reject(new Error("server is down")),
    () => {
      throw new TypeError("x is undefined");
    },
    () => Promise.reject("just words"),
    () => Promise.resolve(),
    () => Promise.resolve(),
    () => Promise.reject(new Error("just words")),
  ];
  jobs.add(job({ run: () => failures.shift()!() }));
  await clock.advance(10_000);
  deepEqual([status().isFailing, status().lastError?.id], [true, "0001"]);
  equal(status().lastError!.at.getTime(), clock.now());
  await clock.advance(30_000);
  deepEqual([status().isFailing, status().lastError?.text], [false, "just words"]);
  await clock.advance(20_000);
  deepEqual(events.map(({ level, message, id }) => [level, message, id]), [
    ["error", "Failed: server is down", "0001"],
    ["error", "Failed: x is undefined", "0002"],
    ["error", "Failed: just words", "0003"],
    ["info", "Works again, after 4 failed", undefined],
    ["error", "Failed: just words", "0004"],
  ]);
  match(String(events[0]!["error"]), /server is down at .*jobs_test\.ts/);
  equal(status().runs, 7);
  await jobs.stop();
});

Deno.test("a run that takes longer than its limit is told to end, and the next one comes", async () => {
  const { jobs, clock, status, messages } = opened();
  let runs = 0;
  jobs.add(job({
    run: async (signal) => {
      if (++runs === 1) await clock.sleep(60_000, signal);
    },
  }));
  await clock.advance(4_999);
  equal(status().state, "running");
  await clock.advance(1);
  deepEqual([status().state, status().isFailing, status().lastMs], ["waiting", true, 5_000]);
  equal(status().lastError!.text, "Not done within 5 s");
  await clock.advance(10_000);
  deepEqual([runs, status().isFailing], [2, false]);
  deepEqual(messages(), ["Failed: Not done within 5 s", "Works again, after 1 failed"]);
  await jobs.stop();
});

Deno.test("a run that does not heed its limit is told of, and no other one begins before it ends", async () => {
  await withFastCron(async () => {
    const { jobs, clock, status, messages } = opened();
    const stuck = Promise.withResolvers<void>();
    let runs = 0;
    jobs.add(job({ run: () => ++runs === 1 ? stuck.promise : Promise.resolve() }));
    await clock.advance(10 * 60_000);
    deepEqual([runs, status().state, status().isFailing], [1, "running", true]);
    deepEqual(messages(), [
      "Failed: Not done within 5 s",
      "Does not end; no other run begins before it does",
    ]);
    stuck.resolve();
    await clock.advance(10_000);
    deepEqual([runs, status().state, status().isFailing], [2, "waiting", false]);
    await jobs.stop();
  });
});

Deno.test("what a run left behind is told to end with it", async () => {
  const { jobs } = opened();
  let left: AbortSignal | undefined;
  jobs.add(
    job({ every: { cron: "0 4 * * *" }, run: (signal) => Promise.resolve(void (left = signal)) }),
  );
  await jobs.run("pull");
  equal(left!.aborted, true);
  await jobs.stop();
});

Deno.test("a loop whose timer was lost is revived by the watch that cron keeps, once it is a minute late", async () => {
  await withFastCron(async () => {
    let isLost = true, given: AbortSignal | undefined;
    const { jobs, clock, messages } = opened((clock) => ({
      now: () => clock.now(),
      after: (ms, run) => clock.after(ms, run),
      sleep: (ms, signal) => {
        if (!isLost || ms !== 10_000) return clock.sleep(ms, signal);
        given = signal;
        return new Promise(() => {});
      },
    }));
    let runs = 0, minutes = 0;
    const looked = Promise.withResolvers<void>(), again = Promise.withResolvers<void>();
    jobs.add(job({ run: () => Promise.resolve(void (++runs === 2 && again.resolve())) }));
    await clock.advance(70_000); // 60 s late, and not more
    const countMinute = () => Promise.resolve(void (++minutes === 3 && looked.resolve()));
    jobs.add(job({ name: "minute", every: { cron: "* * * * *" }, run: countMinute }));
    await looked.promise;
    deepEqual([runs, messages(), given!.aborted], [1, [], false]);
    isLost = false;
    await clock.advance(1);
    await again.promise;
    equal(given!.aborted, true); // should the timer come after all, there are not two loops
    await clock.advance(10_000);
    equal(runs, 3);
    deepEqual(messages(), ["The loop was dead and begins anew"]);
    await jobs.stop();
    equal(clock.sleepers, 0);
  });
});

Deno.test("a loop that breaks is told of and revived", async () => {
  await withFastCron(async () => {
    let isBroken = true;
    const { jobs, clock, messages } = opened((clock) => ({
      now: () => clock.now(),
      after: (ms, run) => clock.after(ms, run),
      sleep: (ms, signal) =>
        isBroken && ms === 10_000
          ? Promise.reject(new Error("no timers left"))
          : clock.sleep(ms, signal),
    }));
    let runs = 0;
    const again = Promise.withResolvers<void>();
    jobs.add(job({ run: () => Promise.resolve(void (++runs === 2 && again.resolve())) }));
    await clock.advance(10_000);
    isBroken = false;
    await clock.advance(60_001);
    await again.promise;
    deepEqual(messages(), [
      "The loop has broken; it begins anew soon",
      "The loop was dead and begins anew",
    ]);
    await jobs.stop();
  });
});

Deno.test("stop() aborts what runs, waits for it, and lets nothing begin any more", async () => {
  const { jobs, clock, status } = opened();
  let cleaned = false;
  jobs.add(job({
    run: async (signal) => {
      await clock.sleep(60_000, signal).catch(() => {});
      await clock.sleep(1_000); // cleans up
      cleaned = true;
    },
  }));
  await clock.advance(0);
  const stopped = Promise.all([jobs.stop(), jobs.stop()]);
  await clock.advance(1_000);
  await stopped;
  deepEqual([cleaned, status().state, status().isFailing], [true, "waiting", false]);
  await rejects(jobs.run("pull"), /all jobs are stopped/);
  throws(() => jobs.add(job({ name: "new" })), /all jobs are stopped/);
  await clock.advance(60_000);
  deepEqual([status().runs, status().nextRun, clock.sleepers], [1, undefined, 0]);
});

Deno.test("stop() gives up after 8 s on a job that does not end, and names it", async () => {
  const { jobs, clock, messages } = opened();
  jobs.add(job({ limitMs: 60_000, run: () => new Promise(() => {}) }));
  jobs.add(job({ name: "fine" }));
  await clock.advance(0);
  const stopped = jobs.stop();
  await clock.advance(7_999);
  deepEqual(messages(), []);
  await clock.advance(1);
  await stopped;
  deepEqual(messages(), ["Given up after 8 s, still running: pull"]);
});

Deno.test("a job that stops everything while cron runs it does not break anything", async () => {
  await withFastCron(async () => {
    const { jobs, events } = opened();
    const stopped = Promise.withResolvers<void>();
    jobs.add(job({
      every: { cron: "* * * * *" },
      run: () => Promise.resolve(void jobs.stop().then(stopped.resolve)),
    }));
    await stopped.promise;
    deepEqual(events, []);
  });
});

Deno.test("add() refuses what would never run, run wrongly, or end the process", async () => {
  const { jobs } = opened();
  jobs.add(job({ name: "Once -_1" }));
  const cases: [Partial<Job>, RegExp][] = [
    [{ name: "Once -_1" }, /Cannot add the job "Once -_1" twice/],
    [{ name: "" }, /its name must be/],
    [{ name: "pull.ü" }, /its name must be/],
    [{ name: "x".repeat(65) }, /its name must be/],
    [{ name: "watch over loops" }, /its name must be/],
    [{ limitMs: 0 }, /its limit is 0/],
    [{ limitMs: NaN }, /its limit is NaN/],
    [{ every: { seconds: 0 } }, /repeats every 0 s/],
    [{ every: { seconds: 1e7 } }, /repeats every 10000000 s/],
    [{ every: { cron: "* * * * 1-5" } }, /name the weekday \(MON\)/],
    [{ every: { cron: "0 0 31 2 *" } }, /"0 0 31 2 \*" never comes/],
    [{ every: { cron: "* * * * * *" } }, /it must be minute, hour, day, month, weekday/],
    [{ every: { cron: "bogus" } }, /it must be minute, hour, day, month, weekday/],
    [{ every: { cron: "@daily" } }, /Cannot add the (job|cron) "pull"/],
  ];
  for (const [changes, expected] of cases) {
    throws(
      () => jobs.add(job(changes)),
      (error) => error instanceof RangeError && expected.test(error.message),
      `${expected}`,
    );
  }
  equal(jobs.list().length, 1);
  await jobs.stop();
});

Deno.test("many runs leave nothing behind", async () => {
  const { jobs, clock, status } = opened();
  jobs.add(job({ every: { seconds: 1 }, run: (signal) => clock.sleep(1, signal) }));
  await clock.advance(500_000);
  ok(status().runs > 450);
  ok(clock.sleepers <= 2, `${clock.sleepers}`);
  await jobs.stop();
  equal(clock.sleepers, 0);
});

Deno.test("a process whose jobs are stopped ends by itself", async () => {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `
    import { openJobs } from ${url("../../src/runtime/jobs.ts")};
    import { openLog } from ${url("../../src/runtime/log.ts")};
    import { systemClock as clock } from ${url("../../src/runtime/clock.ts")};
    const log = openLog("", { write: console.error, now: () => new Date(), secrets: [] });
    const jobs = openJobs({ log, clock });
    const run = (signal) => clock.sleep(60_000, signal);
    jobs.add({ name: "minute", every: { cron: "* * * * *" }, limitMs: 100_000, run });
    jobs.add({ name: "second", every: { seconds: 1 }, limitMs: 100_000, run });
    jobs.run("minute").then(() => console.log("over"));
    await clock.sleep(10);
    await jobs.stop();`;
  const { code: exit, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--unstable-cron", code],
    signal: AbortSignal.timeout(15_000),
  }).output();
  deepEqual([exit, ...[stdout, stderr].map((bytes) => new TextDecoder().decode(bytes))], [
    0,
    "over\n",
    "",
  ]);
});
