import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import { openLog } from "../../src/runtime/log.ts";
import {
  type PartRun,
  supervise,
  Unreachable,
  Unrecoverable,
} from "../../src/runtime/supervise.ts";
import { HandClock } from "../hand_clock.ts";

const SECOND = 1_000, MINUTE = 60_000;

/** A run that is told the time as well. */
type TimedRun = (control: Parameters<PartRun>[0], clock: HandClock) => Promise<void>;

/** Resolves never, rejects with the signal's reason. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}

/** A part under a clock moved by hand; counts its starts and keeps its log. */
function watched(run: TimedRun | undefined, secrets: string[] = []) {
  const clock = new HandClock();
  const began = clock.now();
  const events: Record<string, unknown>[] = [];
  const starts: number[] = [];
  const log = openLog("", {
    write: (line) => events.push(JSON.parse(line)),
    now: () => new Date(clock.now()),
    secrets,
  });
  const part = supervise("master", {
    run: run && ((control) => {
      starts.push((clock.now() - began) / SECOND);
      return run(control, clock);
    }),
    offText: "DISCORD_TOKEN_MASTER is not set",
    log,
    clock,
    random: () => 0.5,
  });
  const states = () => events.map(({ message }) => String(message).toLowerCase().split(":")[0]);
  return { part, clock, events, starts, states };
}

const crashing = (error: unknown = new Error("boom")): PartRun => () => Promise.reject(error);

/** Is ready at once, lives for so long, then crashes. */
function livingFor(lifeMs: number): TimedRun {
  return async ({ signal, ready }, clock) => {
    ready();
    await clock.sleep(lifeMs, signal);
    throw new Error("boom");
  };
}

Deno.test("a part without configuration is off, says why, and is never tried", async () => {
  const { part, clock, events, starts } = watched(undefined);
  part.restart();
  await clock.advance(60 * MINUTE);
  const { state, text, restarts } = part.status();
  deepEqual([state, text, restarts], ["off", "DISCORD_TOKEN_MASTER is not set", 0]);
  await part.stop();
  equal(part.status().state, "off");
  deepEqual(starts, []);
  deepEqual(events.map(({ message }) => message), ["off: DISCORD_TOKEN_MASTER is not set"]);
});

Deno.test("a crashed part starts again after 5 s, then 10, 20, 40; the fifth crash within ten minutes is the last", async () => {
  const { part, clock, starts } = watched(crashing());
  await clock.advance(4_999);
  deepEqual(starts, [0]);
  const { state, nextTry, lastError } = part.status();
  deepEqual([state, nextTry!.getTime() - clock.now(), lastError!.text], ["waiting", 1, "boom"]);
  await clock.advance(10 * MINUTE);
  deepEqual(starts, [0, 5, 15, 35, 75]);
  const stopped = part.status();
  deepEqual([stopped.state, stopped.restarts, stopped.nextTry], ["stopped", 4, undefined]);
  match(stopped.text, /^Crashed too often: boom; see 8000 in the log/);
  await clock.advance(24 * 60 * MINUTE);
  equal(starts.length, 5);
  await part.stop();
});

Deno.test("a stopped part that is asked to restart begins at once, with a clean record", async () => {
  const { part, clock, starts } = watched(crashing());
  await clock.advance(75 * SECOND);
  equal(part.status().state, "stopped");
  part.restart();
  await clock.advance(75 * SECOND);
  deepEqual(starts, [0, 5, 15, 35, 75, 75, 80, 90, 110, 150]);
  equal(part.status().state, "stopped");
  await part.stop();
});

Deno.test("a world that does not answer is tried for ever, every 5 minutes at last", async () => {
  const { part, clock, starts } = watched(crashing(new Unreachable("Cannot reach Discord")));
  await clock.advance(60 * MINUTE);
  deepEqual(starts.slice(0, 10), [0, 5, 15, 35, 75, 155, 315, 615, 915, 1215]);
  deepEqual([part.status().state, part.status().text], ["waiting", "Cannot reach Discord"]);
  await part.stop();
});

Deno.test("crashes further apart than ten minutes for five never stop a part", async () => {
  const { part, clock, starts } = watched(livingFor(3 * MINUTE));
  await clock.advance(5 * 60 * MINUTE);
  ok(starts.length > 30, `${starts.length}`);
  notEqual(part.status().state, "stopped");
  await part.stop();
});

Deno.test("the first of five crashes counts for ten minutes, not a moment longer", async () => {
  for (const [lateMs, state] of [[-1, "stopped"], [0, "waiting"]] as const) {
    let runs = 0;
    const lifeMs = 10 * MINUTE - 75 * SECOND + lateMs; // of the fifth run, which begins after 75 s
    const { part, clock } = watched(async (control, clock) => {
      if (++runs === 5) await livingFor(lifeMs)(control, clock);
      throw new Error("early");
    });
    await clock.advance(10 * MINUTE + lateMs);
    deepEqual([runs, part.status().state], [5, state]);
    await part.stop();
  }
});

/** Seconds that a part waits after the end of `life`, which came after two early crashes. */
async function waitAfter(lifeMs: number, life: TimedRun): Promise<number> {
  let crashes = 0;
  const { part, clock } = watched(async (control, clock) => {
    if (crashes++ < 2) throw new Error("early");
    await life(control, clock);
  });
  await clock.advance(15 * SECOND + lifeMs);
  const { nextTry } = part.status();
  await part.stop();
  return (nextTry!.getTime() - clock.now()) / SECOND;
}

Deno.test("ten minutes of health make the next wait a first one, nine do not", async () => {
  equal(await waitAfter(10 * MINUTE, livingFor(10 * MINUTE)), 5);
  equal(await waitAfter(9 * MINUTE, livingFor(9 * MINUTE)), 20);
});

Deno.test("health counts though the connection was lost just before the crash; a flapping one has none", async () => {
  const flapping =
    (spellMs: number): TimedRun => async ({ signal, ready, reconnecting }, clock) => {
      for (let spell = 0; spell < 3; spell++) {
        ready();
        await clock.sleep(spellMs, signal);
        reconnecting("closed with 1006");
        await clock.sleep(SECOND, signal);
      }
      throw new Error("gave up");
    };
  equal(await waitAfter(3 * (11 * MINUTE + SECOND), flapping(11 * MINUTE)), 5);
  equal(await waitAfter(3 * (6 * MINUTE + SECOND), flapping(6 * MINUTE)), 20);
});

Deno.test("what nobody but the owner can mend disables the part, with the remedy, until it is asked again", async () => {
  let isMended = false;
  const { part, clock, starts } = watched(async ({ signal, ready }) => {
    if (!isMended) throw new Unrecoverable("Switch on MESSAGE CONTENT INTENT in the portal");
    ready();
    await untilAborted(signal);
  });
  await clock.advance(60 * MINUTE);
  deepEqual(starts, [0]);
  const { state, text, lastError } = part.status();
  deepEqual([state, text], ["disabled", "Switch on MESSAGE CONTENT INTENT in the portal"]);
  equal(lastError!.id, "8000");
  isMended = true;
  part.restart();
  await clock.advance(0);
  equal(part.status().state, "ready");
  await part.stop();
});

Deno.test("a run that throws at once, rejects with nothing, or just ends, is a crash like any other", async () => {
  const runs: [PartRun, string][] = [
    [() => {
      throw new TypeError("bad token");
    }, "bad token"],
    [() => Promise.reject(undefined), "undefined"],
    [crashing(new TypeError()), "TypeError"],
    [() => Promise.resolve(), "It ended without being asked to"],
  ];
  for (const [run, text] of runs) {
    const { part, clock } = watched(run);
    await clock.advance(0);
    deepEqual([part.status().state, part.status().lastError?.text], ["waiting", text]);
    await part.stop();
  }
});

Deno.test("each change of state is one log line; a crash has id and stack, and the status the same id", async () => {
  let control: Parameters<PartRun>[0];
  const crash = Promise.withResolvers<void>();
  const { part, clock, events, states } = watched((given) => {
    control = given;
    return crash.promise;
  });
  await clock.advance(0);
  control!.ready();
  control!.ready();
  control!.reconnecting("closed with 1006");
  control!.reconnecting("closed with 1001");
  equal(part.status().text, "closed with 1001");
  control!.ready();
  crash.reject(new Error("out of sequence"));
  await clock.advance(0);
  deepEqual(states(), ["starting", "ready", "reconnecting", "ready", "waiting"]);
  deepEqual(events.map(({ level }) => level), ["info", "info", "warn", "info", "error"]);
  const { id, error, part: name, waitSeconds } = events.at(-1)!;
  deepEqual([id, name, waitSeconds], [part.status().lastError!.id, "master", 5]);
  match(String(error), /out of sequence at .*supervise_test\.ts/);
  await part.stop();
  deepEqual(states().slice(5), ["stopped"]);
  equal(events.at(-1)!["level"], "info"); // it was asked to
});

Deno.test("what is left of a run that has crashed can no longer say it is ready, and is told to stop", async () => {
  let left: Parameters<PartRun>[0];
  const { part, clock } = watched((control) => {
    left = control;
    return Promise.reject(new Error("boom"));
  });
  await clock.advance(0);
  equal(left!.signal.aborted, true);
  left!.ready();
  left!.reconnecting("still here");
  equal(part.status().state, "waiting");
  await part.stop();
});

Deno.test("since tells when the state began, readySince when it became ready without a break", async () => {
  let control: Parameters<PartRun>[0];
  const { part, clock } = watched((given) => {
    control = given;
    return untilAborted(given.signal);
  });
  const times: (number | undefined)[][] = [];
  const began = clock.now();
  const note = () => {
    const { since, readySince } = part.status();
    times.push([since, readySince].map((date) => date && (date.getTime() - began) / SECOND));
  };
  for (
    const change of [() => control.ready(), () => control.reconnecting("x"), () => control.ready()]
  ) {
    await clock.advance(SECOND);
    change();
    control!.signal.throwIfAborted();
    await clock.advance(SECOND);
    note();
  }
  deepEqual(times, [[1, 1], [3, undefined], [5, 5]]);
  await part.stop();
});

Deno.test("a status is a snapshot that nobody can change", async () => {
  const { part, clock } = watched(crashing());
  const before = part.status();
  throws(() => Object.assign(before, { state: "ready" }), TypeError);
  await clock.advance(0);
  deepEqual([before.state, part.status().state], ["starting", "waiting"]);
  await part.stop();
});

Deno.test("restart() ends a running part first, and never runs it twice at once", async () => {
  let running = 0, most = 0;
  const { part, clock, starts } = watched(async ({ signal, ready }) => {
    most = Math.max(most, ++running);
    ready();
    await untilAborted(signal).catch(() => clock.sleep(2 * SECOND)); // takes its time to end
    running--;
  });
  await clock.advance(SECOND);
  part.restart();
  part.restart();
  part.restart();
  equal(part.status().state, "starting");
  await clock.advance(SECOND);
  deepEqual(starts, [0]);
  await clock.advance(5 * SECOND);
  deepEqual([starts, most, part.status().restarts], [[0, 3], 1, 1]);
  equal(part.status().state, "ready");
  const stopped = part.stop();
  await clock.advance(2 * SECOND);
  await stopped;
  equal(clock.sleepers, 0);
});

Deno.test("restart() of a waiting part does not wait any longer", async () => {
  const { part, clock, starts } = watched(crashing(new Unreachable("no network")));
  await clock.advance(20 * SECOND);
  part.restart();
  await clock.advance(0);
  deepEqual(starts, [0, 5, 15, 20]);
  await part.stop();
  equal(clock.sleepers, 0);
});

Deno.test("a part that does not end is given up after 8 s, at a restart and at the stop", async () => {
  const { part, clock, events, starts } = watched(() => new Promise(() => {}));
  await clock.advance(0);
  part.restart();
  await clock.advance(7_999);
  deepEqual(starts, [0]);
  await clock.advance(1);
  deepEqual(starts, [0, 8]);
  const stopped = part.stop();
  await clock.advance(8 * SECOND);
  await stopped;
  equal(part.status().state, "stopped");
  equal(events.filter(({ message }) => /^does not end/.test(String(message))).length, 2);
});

Deno.test("stop() ends a part in whatever state it is, for good, and may be called twice", async () => {
  const runs: [PartRun, number][] = [
    [({ signal }) => untilAborted(signal), 0], // starting
    [async ({ signal, ready }) => (ready(), await untilAborted(signal)), 0], // ready
    [crashing(), 0], // waiting
    [crashing(new Unrecoverable("remedy")), 0], // disabled
    [crashing(), 75 * SECOND], // stopped
  ];
  for (const [run, ms] of runs) {
    const { part, clock, starts } = watched(run);
    await clock.advance(ms);
    const before = starts.length;
    part.restart(); // overtaken by the stop
    await Promise.all([part.stop(), part.stop()]);
    part.restart();
    await clock.advance(60 * MINUTE);
    equal(starts.length, before);
    deepEqual([part.status().state, part.status().text], ["stopped", "Stopped"]);
    equal(clock.sleepers, 0);
  }
});

Deno.test("a crash of one part never touches another", async () => {
  const clock = new HandClock();
  const log = openLog("", { write: () => {}, now: () => new Date(clock.now()), secrets: [] });
  const others = ["a", "b", "c"].map((name) =>
    supervise(name, {
      run: async ({ signal, ready }) => {
        ready();
        await untilAborted(signal);
      },
      offText: "",
      log,
      clock,
    })
  );
  const bad = supervise("bad", { run: crashing(), offText: "", log, clock });
  await clock.advance(60 * MINUTE);
  equal(bad.status().state, "stopped");
  deepEqual(others.map((part) => [part.status().state, part.status().restarts]), [
    ["ready", 0],
    ["ready", 0],
    ["ready", 0],
  ]);
  await Promise.all([bad, ...others].map((part) => part.stop()));
});

Deno.test("no secret in a status: it is shown to people", async () => {
  const { part, clock, events } = watched(crashing(new Error("login with tok3n-abc failed")), [
    "tok3n-abc",
  ]);
  await clock.advance(0);
  equal(part.status().lastError!.text, "login with *** failed");
  equal(part.status().text, "login with *** failed");
  equal(JSON.stringify(events).includes("tok3n"), false);
  await part.stop();
});
