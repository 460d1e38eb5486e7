/**
 * The gateway session under everything that Discord, networks and Discordeno do to it. Pauses and
 * deadlines are ten times shorter here than they are for people.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { delay } from "es-toolkit";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { Unreachable, Unrecoverable } from "../../src/runtime/supervise.ts";
import { newToken } from "../../src/sandbox/discord/build.ts";
import type { Application } from "../../src/sandbox/discord/world.ts";
import { HandClock } from "../hand_clock.ts";
import { openStage, runBot, type RunningBot, type Stage } from "./running_bot.ts";

/** A hundred times shorter: for deadlines that a test sits out. */
const hastyClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
  after: (ms, run) => systemClock.after(ms / 100, run),
};

const texts = ({ messages }: RunningBot) => messages.map(({ text }) => text);

/** Stops it and returns how long that took, in milliseconds, and what it threw. */
async function timedStop(running: RunningBot): Promise<{ ms: number; error: unknown }> {
  const from = performance.now();
  const error = await running.stop();
  return { ms: performance.now() - from, error };
}

Deno.test("a bot logs in once, is ready, and knows who and where it is", async () => {
  await using stage = await openStage();
  const app = stage.app("Bliss Master");
  await using running = runBot(stage, app);
  equal(running.bot.user(), undefined);
  equal(running.bot.isInGuild(), false);
  await running.untilReady();
  const { id } = app;
  deepEqual(running.bot.user(), { id, applicationId: id, name: "Bliss Master", avatar: null });
  equal(running.bot.isInGuild(), true);
  equal(stage.discord.gateway.identifies(app), 1);
  const [session] = stage.discord.gateway.sessions(app);
  equal(session?.intents, 1 | 1 << 9 | 1 << 15);
  equal(await running.stop(), undefined);
  equal(running.bot.isInGuild(), false);
  deepEqual(stage.discord.gateway.sessions(app), [], "it is shown offline at once");
});

Deno.test("each fatal close code disables the bot with what to do, and is not retried", async () => {
  const remedies: [number, RegExp][] = [
    [4004, /refuses the token of Master: press Reset Token .*page Bot.* DISCORD_TOKEN_MASTER and/],
    [4010, /close code 4010: this is a mistake in BlissBot/],
    [4011, /too many servers/],
    [4012, /close code 4012: this is a mistake in BlissBot/],
    [4013, /close code 4013: this is a mistake in BlissBot/],
    [4014, /switch on "Message Content Intent" on the page Bot .*Privileged Gateway Intents/],
  ];
  for (const [code, remedy] of remedies) {
    await using stage = await openStage();
    const app = stage.app();
    await using running = runBot(stage, app);
    await running.untilReady();
    stage.discord.gateway.close(app, code);
    const error = await running.ended;
    ok(error instanceof Unrecoverable, `${code}: ${error}`);
    match(error.message, remedy);
    equal(stage.discord.gateway.connections, 1, `${code} was retried`);
  }
});

Deno.test("a token that was reset in the portal disables the bot at its next start", async () => {
  await using stage = await openStage();
  const app = stage.app();
  const { token } = app;
  app.token = newToken(app.id);
  await using running = runBot(stage, app, { token });
  const error = await running.ended;
  ok(error instanceof Unrecoverable);
  match(error.message, /DISCORD_TOKEN_MASTER/);
  equal(stage.discord.gateway.connections, 0);
});

Deno.test("a text that is no token disables the bot, and is sent nowhere", async () => {
  await using stage = await openStage();
  const app = stage.app();
  for (const token of ["", "§§§", "bm90IGFuIGlk.x.y", "sixteen words of prose"]) {
    await using running = runBot(stage, app, { token });
    const error = await running.ended;
    ok(error instanceof Unrecoverable, `${error}`);
    match(error.message, /^DISCORD_TOKEN_MASTER is no token of a Discord bot, .* such as quotes/);
  }
  equal(stage.discord.requests.length, 0);
});

Deno.test("an intent that is off in the portal disables the bot and names the switch", async () => {
  await using stage = await openStage();
  const app = stage.app();
  app.privilegedIntents = 0;
  await using running = runBot(stage, app);
  const error = await running.ended;
  ok(error instanceof Unrecoverable);
  match(error.message, /"Message Content Intent"/);
});

Deno.test("after each other close code the session is resumed and nothing is missed", async () => {
  for (const code of [1000, 1001, 1006, 4000, 4001, 4002, 4005, 4008, 4900]) {
    await using stage = await openStage();
    const { gateway } = stage.discord;
    const app = stage.app();
    await using running = runBot(stage, app);
    await running.untilReady();
    gateway.close(app, code);
    stage.writes("meanwhile");
    await running.untilReady(2);
    deepEqual(texts(running), ["meanwhile"], `${code}`);
    equal(gateway.identifies(app), 1, `${code}`);
    equal(gateway.resumes(app), 1, `${code}`);
    match(running.told[1]!, /^reconnecting: /);
  }
});

Deno.test("after 4003, 4007 and 4009 a new session is begun", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  for (const [index, code] of [4003, 4007, 4009].entries()) {
    gateway.close(app, code);
    await running.untilReady(index + 2);
  }
  equal(gateway.identifies(app), 4);
  equal(gateway.resumes(app), 0);
  equal(running.told.length, 1 + 3 * 2, "a RESUME in vain would be one more connection each");
});

Deno.test("op 7: the bot reconnects at once and resumes", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  const clock = new HandClock();
  await using running = runBot(stage, app, { clock });
  await running.untilReady();
  await clock.advance(61_000);
  gateway.requestReconnect(app);
  await running.until(() => running.told.length === 2);
  stage.writes("meanwhile");
  await clock.advance(0);
  await running.untilReady(2);
  deepEqual(texts(running), ["meanwhile"]);
  equal(gateway.identifies(app), 1);
});

Deno.test("op 9: resumes when it may, begins a new session when not, after a pause", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  const from = performance.now();
  gateway.invalidate(app, true);
  stage.writes("meanwhile");
  await running.untilReady(2);
  ok(performance.now() - from >= 95, "Discord asks for 1 to 5 s, here a tenth of it");
  equal(gateway.resumes(app), 1);
  deepEqual(texts(running), ["meanwhile"]);
  gateway.invalidate(app, false);
  await running.untilReady(3);
  equal(gateway.identifies(app), 2);
});

Deno.test("started again within the 5 s that Discord keeps between logins, a bot just logs in later", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  gateway.identifyEveryMs = 500; // the bot's pauses are a tenth as well
  const before = runBot(stage, app);
  await before.untilReady();
  await before.stop();
  await using running = runBot(stage, app);
  await running.untilReady();
  deepEqual(running.told, ["ready"], "nothing that would alarm anybody");
  ok(gateway.identifies(app) >= 3, "the first login came too soon");
});

Deno.test("a login that is refused again and again is given up, to be tried again later", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  gateway.identifyEveryMs = 60_000;
  const before = runBot(stage, app);
  await before.untilReady();
  await before.stop();
  const { connections } = gateway;
  await using running = runBot(stage, app);
  const error = await running.ended;
  ok(error instanceof Unreachable, `${error}`);
  equal(gateway.connections - connections, 5);
});

Deno.test("an outage of 3 s: few attempts, then RESUME, and what was written meanwhile arrives", async () => {
  await using stage = await openStage();
  const { gateway, faults } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  const end = faults.outage();
  stage.writes("during the outage");
  await delay(3000);
  await end();
  await running.untilReady(2);
  deepEqual(texts(running), ["during the outage"]);
  equal(gateway.identifies(app), 1);
  const attempts = running.told.filter((it) => it.startsWith("reconnecting")).length;
  // 3 s are 30 s of the bot's time: at 1, 2, 4 … s on average half of them.
  ok(attempts >= 2 && attempts <= 20, `${attempts} attempts`);
});

for (const at of ["open", "hello"] as const) {
  Deno.test(`a gateway that flaps (${at}) is not stormed, and costs no session`, async () => {
    await using stage = await openStage();
    const { gateway, faults } = stage.discord;
    const app = stage.app();
    await using running = runBot(stage, app);
    await running.untilReady();
    const end = faults.flapping(at);
    gateway.close(app, 1006);
    await delay(1000); // 10 s of the bot's time
    const attempts = gateway.connections - 1;
    await end();
    await running.untilReady(2);
    ok(attempts >= 1 && attempts <= 20, `${attempts} attempts`);
    equal(gateway.identifies(app), 1);
  });
}

Deno.test("a Discord that asks to reconnect again and again is not stormed", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  const asking = setInterval(() => gateway.requestReconnect(app), 2);
  await delay(1000); // 10 s of the bot's time
  clearInterval(asking);
  ok(gateway.connections >= 3 && gateway.connections <= 20, `${gateway.connections} connections`);
  equal(gateway.identifies(app), 1);
});

Deno.test("a long outage is pressed less and less, and afterwards all is as before", async () => {
  await using stage = await openStage();
  const { gateway, faults } = stage.discord;
  const app = stage.app();
  const clock = new HandClock();
  await using running = runBot(stage, app, { clock });
  await running.untilReady();
  const end = faults.outage();
  const from = clock.now();
  /** Moves time on in steps and returns the seconds at which an attempt failed. */
  const failures = async (seconds: number) => {
    const at: number[] = [];
    for (let passed = 0; passed < seconds; passed += 10) {
      const { length } = running.told;
      await clock.advance(10_000);
      await delay(4); // a refused connection takes about one
      at.push(...running.told.slice(length).map(() => (clock.now() - from) / 1000));
    }
    return at;
  };
  const gaps = (at: number[]) => at.slice(1).map((second, index) => second - at[index]!);
  const early = gaps(await failures(600));
  ok(early.length >= 15 && Math.max(...early) <= 50, `first ten minutes: ${early}`);
  const late = gaps(await failures(3600));
  ok(late.length >= 10 && late.length <= 80, `next hour: ${late}`);
  ok(Math.max(...late) > 50 && Math.max(...late) <= 320, `next hour: ${late}`);
  await end();
  await Promise.all([gateway.until(app, "resumed"), failures(310)]);
  equal(gateway.identifies(app), 1);
  // After a minute of health the next loss is a first one again.
  const resumed = gateway.until(app, "resumed");
  await clock.advance(61_000);
  gateway.close(app, 1006);
  await running.until(() => running.told.at(-1)!.startsWith("reconnecting"));
  await clock.advance(1_000);
  await resumed;
});

Deno.test("frames that make no sense are passed over, with one line a minute in the log", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  const frames = [
    "{",
    "",
    "null",
    "[]",
    "7",
    '{"op":"0"}',
    '{"op":10}',
    '{"op":0,"t":"READY","s":2}',
    '{"op":0,"t":"MESSAGE_CREATE","d":null}',
    '{"op":0,"t":"MESSAGE_CREATE","d":{"type":0}}',
    '{"op":0,"t":"INTERACTION_CREATE","d":{"id":"x"}}',
    '{"op":0,"t":"GUILD_CREATE"}',
    '{"op":99}',
    '{"op":11}',
  ];
  for (const frame of frames) gateway.sendRaw(app, frame);
  stage.writes("still here");
  await running.until(() => texts(running).includes("still here"));
  equal(running.logged.filter((line) => line.includes("cannot be read")).length, 1);
  // The number to resume from survives a frame without one: nothing comes twice.
  gateway.sendRaw(app, '{"op":11}');
  gateway.close(app, 4000);
  await gateway.until(app, "resumed");
  stage.writes("after that");
  await running.until(() => texts(running).includes("after that"));
  deepEqual(texts(running), ["still here", "after that"]);
  equal(gateway.identifies(app), 1);
});

Deno.test("absurd heartbeat intervals neither freeze the process nor flood Discord", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  for (const interval of [0, 1, -5, "x", null, 1e12]) {
    gateway.sendRaw(app, JSON.stringify({ op: 10, s: null, d: { heartbeat_interval: interval } }));
    await delay(50);
  }
  stage.writes("alive");
  await running.until(() => texts(running).includes("alive"));
  deepEqual(running.told, ["ready"], "a flood of heartbeats would have ended the connection");
});

Deno.test("a gateway that accepts and then says nothing is given up after 30 s", async () => {
  await using stage = await openStage();
  const { gateway, faults } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app, { clock: hastyClock });
  await running.untilReady();
  const end = faults.stall();
  gateway.close(app, 1006);
  await running.until(() => running.told.includes("reconnecting: no READY within 30 s"));
  await end();
  await running.untilReady(2);
  equal(gateway.identifies(app), 1);
});

Deno.test("a connection whose heartbeats stay unanswered is given up and resumed", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  gateway.heartbeatMs = 1500;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  gateway.dropAcks(app, true);
  await running.until(() => running.told.length > 1);
  gateway.dropAcks(app, false);
  match(running.told[1]!, /^reconnecting: a heartbeat was not answered$/);
  await running.untilReady(2);
  equal(gateway.identifies(app), 1);
  equal(gateway.resumes(app), 1);
});

Deno.test("a dead host for resuming: the main gateway is asked, and still to resume", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  const ready = {
    user: app.user,
    guilds: [],
    session_id: gateway.sessions(app)[0]!.id,
    resume_gateway_url: "ws://127.0.0.1:1",
  };
  gateway.sendRaw(app, JSON.stringify({ op: 0, t: "READY", s: null, d: ready }));
  await running.untilReady(2);
  gateway.close(app, 1006);
  stage.writes("meanwhile");
  await running.untilReady(3);
  deepEqual(texts(running), ["meanwhile"]);
  equal(gateway.identifies(app), 1);
});

Deno.test("few new sessions left: the bot waits for more and does not begin one", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  gateway.startLimit(app).remaining = 20;
  const clock = new HandClock();
  await using running = runBot(stage, app, { clock });
  await running.until(() => running.told.length > 0);
  match(running.told[0]!, /^reconnecting: only 20 new sessions left, waiting until 2026-03-15T/);
  equal(gateway.connections, 0);
  gateway.startLimit(app).remaining = 1000;
  await clock.advance(86_400_000);
  await running.untilReady();
});

Deno.test("a Discord that ends each session at once cannot use up the day's sessions", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  gateway.startLimit(app).remaining = 23;
  await using running = runBot(stage, app);
  for (const times of [1, 2, 3]) {
    await running.untilReady(times);
    gateway.close(app, 4009);
  }
  await running.until(() => running.told.some((it) => it.includes("only 20 new sessions left")));
  equal(gateway.identifies(app), 3);
});

Deno.test("at the start, a Discord that cannot be reached is the supervisor's to try again", async () => {
  const troubles = {
    "502 and HTML": { kind: "html", status: 502 },
    "401 of a proxy": { kind: "html", status: 401 },
    "HTML for JSON": { kind: "html" },
    "no answer": { kind: "stall" },
  } as const;
  for (const [name, trouble] of Object.entries(troubles)) {
    await using stage = await openStage();
    const app = stage.app();
    stage.discord.faults.next({ route: "GET /gateway/bot", times: 99 }, trouble);
    await using running = runBot(stage, app, { clock: hastyClock });
    const error = await running.ended;
    ok(error instanceof Unreachable, `${name}: ${error}`);
  }
});

Deno.test("at the start, a gateway that flaps ends the attempt after one connection", async () => {
  await using stage = await openStage();
  stage.discord.faults.flapping("hello");
  const app = stage.app();
  await using running = runBot(stage, app);
  const error = await running.ended;
  ok(error instanceof Unreachable);
  match(error.message, /^Cannot log in to Discord: /);
  equal(stage.discord.gateway.connections, 1);
});

type Start = (options?: Parameters<typeof runBot>[2]) => RunningBot;

/** Each starts a bot and brings it to the point at which it is then told to stop. */
const PHASES: Record<string, (stage: Stage, app: Application, start: Start) => Promise<unknown>> = {
  "before anything was sent": (_stage, _app, start) => Promise.resolve(start()),
  "while it asks for the gateway": ({ discord: { faults } }, _app, start) => {
    const fault = faults.next({ route: "GET /gateway/bot" }, { kind: "stall" });
    start();
    return fault.struck;
  },
  "while it connects": async ({ discord: { faults, gateway } }, app, start) => {
    const running = start();
    await running.untilReady();
    faults.stall();
    gateway.close(app, 1006);
    await running.until(() => running.told.length === 2);
    await delay(150); // the pause is 100 ms at most
  },
  "while it waits for READY": async ({ discord: { faults } }, _app, start) => {
    const running = start({ clock: systemClock });
    await running.until(() => running.logged.join().includes("received Hello"));
    faults.stall();
  },
  "when it is ready": (_stage, _app, start) => start().untilReady(),
  "while it pauses in an outage": async ({ discord: { faults } }, _app, start) => {
    const running = start();
    await running.untilReady();
    faults.outage();
    await running.until(() => running.told.length >= 4);
  },
  "while it pauses after op 9": async ({ discord: { gateway } }, app, start) => {
    const running = start({ clock: systemClock });
    await running.untilReady();
    gateway.invalidate(app, false);
    await running.until(() => running.told.length === 2);
  },
  "while it waits for more new sessions": async ({ discord: { gateway } }, app, start) => {
    gateway.startLimit(app).remaining = 0;
    const running = start();
    await running.until(() => running.told.length === 1);
  },
  "while it registers commands": async ({ discord: { faults } }, _app, start) => {
    const route = "GET /applications/{application_id}/guilds/{guild_id}/commands";
    const fault = faults.next({ route }, { kind: "stall" });
    start();
    await fault.struck;
  },
  "while a handler hangs": async (stage, _app, start) => {
    const called = Promise.withResolvers<void>();
    const onMessage = () => {
      called.resolve();
      return new Promise<never>(() => {});
    };
    await start({ onMessage }).untilReady();
    stage.writes("hang");
    await called.promise;
  },
};

for (const [phase, reach] of Object.entries(PHASES)) {
  Deno.test(`told to stop ${phase}, a bot stops within a second and stays away`, async () => {
    await using stage = await openStage();
    const app = stage.app();
    let running: RunningBot | undefined;
    await reach(stage, app, (options) => running = runBot(stage, app, options));
    const { ms, error } = await timedStop(running!);
    equal(error, undefined);
    ok(ms < 1500, `it took ${ms} ms`);
    const { connections } = stage.discord.gateway;
    const told = running!.told.length;
    await delay(50);
    equal(stage.discord.gateway.connections, connections);
    equal(running!.told.length, told);
  });
}

Deno.test("six bots: one is disabled for good, the other five notice nothing", async () => {
  await using stage = await openStage();
  const apps = ["AP", "GP", "Servers", "Assistant", "Master", "Ticket"].map(stage.app);
  const bots = apps.map((app) => runBot(stage, app));
  await Promise.all(bots.map((running) => running.untilReady()));
  stage.discord.gateway.close(apps[0]!, 4004);
  ok(await bots[0]!.ended instanceof Unrecoverable);
  stage.writes("hello");
  const others = bots.slice(1);
  await Promise.all(others.map((running) => running.until(() => texts(running)[0] === "hello")));
  for (const running of others) deepEqual(running.told, ["ready"]);
  await Promise.all(bots.map((running) => running.stop()));
});
