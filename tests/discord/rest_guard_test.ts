/**
 * A guarded Discordeno against the local Discord: every way in which a call can go wrong, and what
 * the caller then sees. Tests that wait for a deadline move the clock by hand.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { createRestManager, type RestManager } from "discordeno";
import { DiscordRestError } from "../../src/discord/errors.ts";
import { InvalidRequests } from "../../src/discord/limits.ts";
import { type GuardedRest, guardRest } from "../../src/discord/rest_guard.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { openLog } from "../../src/runtime/log.ts";
import { addChannel } from "../../src/sandbox/discord/build.ts";
import type { Application } from "../../src/sandbox/discord/world.ts";
import { type Community, community } from "../discord_community.ts";
import { HandClock } from "../hand_clock.ts";

const POST = "POST /channels/{channel_id}/messages";
const CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback";
const TOKEN = "aW50ZXJhY3Rpb246c2VjcmV0c2VjcmV0";

/** One bot at the local Discord. */
interface Bot extends Disposable {
  readonly rest: GuardedRest;
  readonly discordeno: RestManager;
  readonly lines: string[];
  post(text: string, channelId?: string): Promise<unknown>;
}

interface BotOptions {
  readonly clock?: Clock;
  readonly app?: Application;
  readonly invalidRequests?: InvalidRequests;
}

function botOf({ discord, apps, general }: Community, options: BotOptions = {}): Bot {
  const { clock = systemClock, app = apps.servers } = options;
  const { invalidRequests = new InvalidRequests({ clock }) } = options;
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = openLog("test", { write, now: () => new Date(), secrets: [], level: "debug" });
  const discordeno = createRestManager({ token: app.token });
  discordeno.baseUrl = discord.apiUrl;
  const rest = guardRest(discordeno, { bot: app.id, clock, log, invalidRequests });
  return {
    rest,
    discordeno,
    lines,
    post(content, channelId = general.id) {
      const sent = rest.call("POST", `/channels/${channelId}/messages`, { body: { content } });
      sent.catch(() => {}); // a test that fails meanwhile must not fail the others too
      return sent;
    },
    [Symbol.dispose]: () => rest.stop(),
  };
}

/** The error of a call that must fail. */
async function errorOf(call: Promise<unknown>): Promise<DiscordRestError> {
  const error = await call.then(() => undefined, (error) => error);
  ok(error instanceof DiscordRestError, `it was ${error}`);
  return error;
}

/** What was written into a channel, oldest first. */
function textsIn({ messages }: Community["general"]): string[] {
  return [...messages.values()].map(({ data }) => data.content);
}

/** Whether Discord got a request of this kind, and how many. */
function sent({ discord }: Community, route: string): number {
  return discord.requests.filter((it) => `${it.method} ${it.route}` === route).length;
}

/** Waits for what comes over a socket and tells nobody. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(5_000);
  while (!isSo()) {
    deadline.throwIfAborted();
    await setImmediate();
  }
}

Deno.test("a call sends Discord's own JSON both ways, and so do Discordeno's helpers", async () => {
  await using it = await community();
  using bot = botOf(it);
  const message = await bot.post("hello") as { id: string; channel_id: string };
  equal(message.channel_id, it.general.id);
  const again = await bot.discordeno.getMessage(it.general.id, message.id);
  equal(again.content, "hello");
  const path = `/channels/${it.general.id}/messages/${message.id}`;
  equal(await bot.rest.call("DELETE", path, { reason: "cleanup ✓ \ud800" }), undefined);
  deepEqual(textsIn(it.general), []);
});

Deno.test("a call sends files with their names", async () => {
  await using it = await community();
  using bot = botOf(it, { app: it.apps.assistant });
  const files = [{ name: "map.png", type: "image/png", bytes: new Uint8Array([1, 2, 3]) }];
  await bot.rest.call("POST", `/channels/${it.general.id}/messages`, {
    body: { content: "a map", attachments: [{ id: "0", filename: "map.png" }] },
    files,
  });
  const names = [...it.general.messages.values()].flatMap(({ data }) => data.attachments)
    .map(({ filename }) => filename);
  deepEqual(names, ["map.png"]);
});

Deno.test("a refusal comes out with status, code and route", async () => {
  await using it = await community();
  using bot = botOf(it);
  const hidden = addChannel(it.discord.world, it.guild, {
    name: "hidden",
    overwrites: [{ id: it.guild.id, type: 0, allow: "0", deny: "1024" }],
  });
  const refused = await errorOf(bot.post("hello", hidden.id));
  deepEqual([refused.status, refused.code], [403, 50001]);
  const unknown = await errorOf(bot.post("hello", "4"));
  deepEqual([unknown.status, unknown.code, unknown.isUnknown], [404, 10003, true]);
  const wrong = await errorOf(bot.post(""));
  deepEqual([wrong.status, wrong.route], [400, `POST /channels/${it.general.id}/messages`]);
  it.discord.takeViolations();
});

Deno.test("a wrong token is a 401 that says where to get a new one", async () => {
  await using it = await community();
  using bot = botOf(it);
  bot.discordeno.token = "MTIz.wrong.token";
  const error = await errorOf(bot.rest.call("GET", "/gateway/bot"));
  equal(error.status, 401);
  match(error.message, /reset the token in Discord's developer portal/);
});

Deno.test("a call that is not answered ends after 15 s, and the next one goes through", async () => {
  await using it = await community();
  const clock = new HandClock();
  using bot = botOf(it, { clock });
  const stall = it.discord.faults.next({ route: POST }, { kind: "stall" });
  const stalled = errorOf(bot.post("one"));
  const next = bot.post("two");
  await stall.struck;
  await clock.advance(14_999);
  equal(sent(it, POST), 1, "the second one waits for the first");
  await clock.advance(1);
  const error = await stalled;
  equal(error.status, 0);
  match(error.message, /no answer within 15 s; check the network and discordstatus\.com/);
  await next;
  deepEqual(textsIn(it.general), ["two"]);
});

Deno.test("a call that waits too long for its turn is given up, and its place stays in order", async () => {
  await using it = await community();
  const clock = new HandClock();
  using bot = botOf(it, { clock });
  const stall = it.discord.faults.next({ route: POST }, { kind: "stall" });
  const first = errorOf(bot.post("one"));
  const path = `/channels/${it.general.id}/messages`;
  const body = { content: "impatient" };
  const impatient = errorOf(bot.rest.call("POST", path, { body, deadlineMs: 5_000 }));
  const third = bot.post("three");
  await stall.struck;
  await clock.advance(5_000);
  match((await impatient).message, /no answer within 5 s/);
  equal(sent(it, POST), 1, "the third one still waits");
  await clock.advance(10_000);
  await first;
  await third;
  deepEqual(textsIn(it.general), ["three"]);
});

Deno.test("an answer to an interaction that is not taken ends after 3 s, without stray errors", async () => {
  await using it = await community();
  const clock = new HandClock();
  using bot = botOf(it, { clock });
  const stall = it.discord.faults.next({ route: CALLBACK }, { kind: "stall" });
  const answer = errorOf(bot.discordeno.sendInteractionResponse("1", TOKEN, { type: 5 }));
  await stall.struck;
  await clock.advance(3_000);
  const { message } = await answer;
  match(message, /POST \/interactions\/1\/\*\*\*\/callback: no answer within 3 s/);

  // Discordeno would reject twice here, once where nobody can catch it: that ends the process.
  const up = it.discord.faults.outage();
  equal((await errorOf(bot.discordeno.sendInteractionResponse("1", TOKEN, { type: 5 }))).status, 0);
  await up();
});

Deno.test("an answer to an unknown interaction is a 404 that says what happened", async () => {
  await using it = await community();
  using bot = botOf(it);
  const error = await errorOf(bot.discordeno.sendInteractionResponse("1", TOKEN, { type: 5 }));
  deepEqual([error.status, error.code], [404, 10062]);
  match(error.message, /later than 3 seconds/);
});

for (const kind of ["reset", "html", "stall"] as const) {
  Deno.test(`a first call on a channel that ends in "${kind}" does not block the channel`, async () => {
    await using it = await community();
    const clock = new HandClock();
    using bot = botOf(it, { clock });
    const fault = it.discord.faults.next({ route: POST }, { kind });
    const failed = errorOf(bot.post("one"));
    await fault.struck;
    if (kind === "stall") await clock.advance(15_000);
    equal((await failed).status, kind === "html" ? 200 : 0);
    await Promise.all([bot.post("two"), bot.post("three")]);
    deepEqual(textsIn(it.general), ["two", "three"]);
  });
}

Deno.test("an answer that is not JSON says so", async () => {
  await using it = await community();
  using bot = botOf(it);
  it.discord.faults.next({ route: POST }, { kind: "html" });
  const error = await errorOf(bot.post("hello"));
  match(error.message, /the answer \(200\) is not JSON; check discordstatus\.com, and api_url/);
  it.discord.faults.next({ route: POST }, { kind: "html", status: 502 });
  equal((await errorOf(bot.post("hello"))).status, 502);
});

Deno.test("while Discord is down every call fails soon, and works again right after", async () => {
  await using it = await community();
  using bot = botOf(it);
  const up = it.discord.faults.outage();
  for (const text of ["one", "two"]) {
    const error = await errorOf(bot.post(text));
    equal(error.status, 0);
    match(error.message, /Connect|refused|reset/i);
    ok(!error.message.includes("127.0.0.1"));
  }
  await up();
  await bot.post("three");
  deepEqual(textsIn(it.general), ["three"]);
});

Deno.test("what does no harm twice is tried three times after 5xx and lost connections", async () => {
  await using it = await community();
  using bot = botOf(it);
  const { faults } = it.discord;
  const channel = `/channels/${it.general.id}`;
  const GET = "GET /channels/{channel_id}";
  faults.next({ route: GET }, { kind: "status", status: 502 });
  faults.next({ route: GET }, { kind: "reset" });
  await bot.rest.call("GET", channel);
  equal(sent(it, GET), 3);

  faults.next({ route: GET, times: 3 }, { kind: "status", status: 503 });
  equal((await errorOf(bot.rest.call("GET", channel))).status, 503);
  equal(sent(it, GET), 6);
});

Deno.test("what might double something is sent once, unless the caller knows better", async () => {
  await using it = await community();
  using bot = botOf(it);
  const { faults } = it.discord;
  // The connection was used before: then Deno itself repeats after a reset.
  await bot.rest.call("GET", `/channels/${it.general.id}`);
  for (const trouble of [{ kind: "status", status: 500 }, { kind: "reset" }] as const) {
    const before = sent(it, POST);
    faults.next({ route: POST, isCarriedOut: true }, trouble);
    await errorOf(bot.post(trouble.kind));
    equal(sent(it, POST), before + 1);
  }
  deepEqual(textsIn(it.general), ["status", "reset"]);

  faults.next({ route: POST }, { kind: "status", status: 500 });
  const options = { body: { content: "two" }, isIdempotent: true };
  await bot.rest.call("POST", `/channels/${it.general.id}/messages`, options);
  deepEqual(textsIn(it.general), ["status", "reset", "two"]);
});

Deno.test("deleting what is gone succeeds, also when the first answer got lost", async () => {
  await using it = await community();
  using bot = botOf(it);
  const { id } = await bot.post("hello") as { id: string };
  const route = "DELETE /channels/{channel_id}/messages/{message_id}";
  it.discord.faults.next({ route, isCarriedOut: true }, { kind: "reset" });
  await bot.rest.call("DELETE", `/channels/${it.general.id}/messages/${id}`);
  deepEqual(textsIn(it.general), []);
  await bot.rest.call("DELETE", `/channels/${it.general.id}/messages/${id}`);
});

for (const scope of ["user", "shared", "global"] as const) {
  Deno.test(`a 429 of scope "${scope}" is waited for, then the call goes through`, async () => {
    await using it = await community();
    using bot = botOf(it);
    it.discord.rateLimits.refuseNext(scope, { route: POST, retryAfterMs: 300 });
    const start = performance.now();
    await bot.post("hello");
    ok(performance.now() - start >= 290);
    equal(sent(it, POST), 2);
  });
}

Deno.test("a used-up limit of the whole bot holds its other channels, but no interaction", async () => {
  await using it = await community();
  const clock = new HandClock();
  const invalidRequests = new InvalidRequests({ clock });
  using bot = botOf(it, { clock, invalidRequests });
  it.discord.rateLimits.refuseNext("global", { route: POST, retryAfterMs: 5_000 });
  const held = bot.post("one");
  // The refusal has come; what sleeps is the deadline, and the wait for the limit.
  await until(() => invalidRequests.inWindow() === 1 && clock.sleepers === 2);
  const other = bot.rest.call("GET", `/channels/${it.general.id}`);
  equal(
    (await errorOf(bot.discordeno.sendInteractionResponse("1", TOKEN, { type: 5 }))).code,
    10062,
  );
  equal(sent(it, "GET /channels/{channel_id}"), 0);
  await clock.advance(5_000);
  await Promise.all([held, other]);
});

Deno.test("in a channel with slow mode a message waits its turn and is refused once at most", async () => {
  await using it = await community();
  using bot = botOf(it);
  it.general.rateLimitPerUser = 2;
  await bot.post("one");
  await bot.post("two");
  deepEqual(textsIn(it.general), ["one", "two"]);
  equal(sent(it, POST), 3);
});

Deno.test("an answer to an interaction that meets a limit is sent again in time", async () => {
  await using it = await community();
  const clock = new HandClock();
  const invalidRequests = new InvalidRequests({ clock });
  using bot = botOf(it, { clock, invalidRequests });
  it.discord.rateLimits.refuseNext("global", { route: CALLBACK, retryAfterMs: 1_000 });
  const answer = errorOf(bot.discordeno.sendInteractionResponse("1", TOKEN, { type: 5 }));
  await until(() => invalidRequests.inWindow() === 1 && clock.sleepers === 2);
  equal(sent(it, CALLBACK), 1);
  await bot.post("the bot's other calls go on");
  await clock.advance(1_000);
  equal((await answer).code, 10062);
  equal(sent(it, CALLBACK), 2);
});

Deno.test("a limit that lasts longer than anybody waits is told at once", async () => {
  await using it = await community();
  using bot = botOf(it);
  const route = "PATCH /channels/{channel_id}";
  it.discord.rateLimits.refuseNext("shared", { route, retryAfterMs: 600_000 });
  const path = `/channels/${it.general.id}`;
  const error = await errorOf(bot.rest.call("PATCH", path, { body: { name: "renamed" } }));
  equal(error.status, 429);
  match(error.message, /allows the next one in 600 s; wait a little/);
  await bot.post("the channel's other calls go on");
});

Deno.test("a limit that never ends is not asked more than five times", async () => {
  await using it = await community();
  using bot = botOf(it);
  it.discord.rateLimits.refuseNext("user", { route: POST, times: 100, retryAfterMs: 1 });
  equal((await errorOf(bot.post("hello"))).status, 429);
  equal(sent(it, POST), 5);
});

Deno.test("a 429 without Discord's headers stops this bot for as long as it says", async () => {
  await using it = await community();
  const clock = new HandClock();
  using bot = botOf(it, { clock });
  using other = botOf(it, { clock, app: it.apps.ticket });
  it.discord.rateLimits.refuseNext("cloudflare", { route: POST, retryAfterMs: 120_000 });
  const error = await errorOf(bot.post("one"));
  match(error.message, /turns this address away .* nothing is sent for 120 s/);
  await clock.advance(119_000);
  match((await errorOf(bot.post("two"))).message, /for 1 s/);
  equal(sent(it, POST), 1);
  await other.post("the other bot finds out by itself");
  await clock.advance(1_000);
  await bot.post("three");
  equal(bot.lines.filter((line) => line.includes("turns this address away")).length, 1);
});

Deno.test('a 429 without Discord\'s headers that says "at once" is believed after a second', async () => {
  await using it = await community();
  const clock = new HandClock();
  using bot = botOf(it, { clock });
  it.discord.rateLimits.refuseNext("cloudflare", { route: POST, retryAfterMs: 0 });
  match((await errorOf(bot.post("one"))).message, /nothing is sent for 1 s/);
  equal(sent(it, POST), 1);
  await clock.advance(1_000);
  await bot.post("two");
});

Deno.test("messages keep their order and do not wait for a poll", async () => {
  await using it = await community();
  using bot = botOf(it);
  const texts = Array.from({ length: 20 }, (_, n) => `message ${n}`);
  const start = performance.now();
  await Promise.all(texts.slice(0, 8).map((text) => bot.post(text)));
  ok(performance.now() - start < 900, "Discordeno takes more than a second for this");
  await Promise.all(texts.slice(8).map((text) => bot.post(text)));
  deepEqual(textsIn(it.general), texts);
});

Deno.test("a bot keeps to the limits that Discord tells it and is never refused", async () => {
  await using it = await community();
  using bot = botOf(it);
  it.discord.rateLimits.set(POST, { limit: 2, perMs: 300 });
  const start = performance.now();
  await Promise.all(["one", "two", "three", "four", "five"].map((text) => bot.post(text)));
  const tookMs = performance.now() - start;
  ok(tookMs >= 590 && tookMs < 1_500, `it took ${tookMs} ms`);
  equal(it.discord.rateLimits.invalidRequests, 0);
});

Deno.test("120 messages to 120 channels leave over more than two seconds, and none is refused", async () => {
  await using it = await community();
  using bot = botOf(it);
  const channels = Array.from(
    { length: 120 },
    (_, n) => addChannel(it.discord.world, it.guild, { name: `room-${n}` }),
  );
  const start = performance.now();
  await Promise.all(channels.map(({ id }) => bot.post("hello", id)));
  ok(performance.now() - start > 2_000);
  equal(it.discord.rateLimits.invalidRequests, 0);
});

Deno.test("20 refusals in a row silence the bot that gets them, not the others", async () => {
  await using it = await community();
  const clock = new HandClock();
  const invalidRequests = new InvalidRequests({ clock });
  using bot = botOf(it, { clock, invalidRequests });
  using other = botOf(it, { clock, invalidRequests, app: it.apps.ticket });
  const { token } = bot.discordeno;
  bot.discordeno.token = "MTIz.wrong.token";
  for (let n = 0; n < 25; n++) {
    const failed = errorOf(bot.post("hello"));
    await clock.advance(50);
    await failed;
  }
  equal(it.discord.rateLimits.invalidRequests, 20);
  match((await errorOf(bot.rest.call("GET", "/gateway/bot"))).message, /last 20 calls of this bot/);
  await other.post("still here");
  equal(invalidRequests.inWindow(), 20);
  ok(bot.lines.some((line) => line.includes("pauses for a minute")));

  bot.discordeno.token = token;
  await clock.advance(60_000);
  await bot.post("back again");
  deepEqual(textsIn(it.general), ["still here", "back again"]);
});

Deno.test("a dead Discord piles up no more than 1,000 calls, and interactions still pass", async () => {
  await using it = await community();
  const clock = new HandClock();
  using bot = botOf(it, { clock });
  const stall = it.discord.faults.next({ route: POST }, { kind: "stall" });
  const waiting = Array.from({ length: 1_000 }, () => errorOf(bot.post("hello")));
  await stall.struck;
  match((await errorOf(bot.post("one more"))).message, /1000 calls are waiting already/);
  equal(
    (await errorOf(bot.discordeno.sendInteractionResponse("1", TOKEN, { type: 5 }))).code,
    10062,
  );
  bot.rest.stop();
  await Promise.all(waiting);
  equal(clock.sleepers, 0);
});

Deno.test("stop() ends whatever waits, leaves no timer, and refuses what comes", async () => {
  await using it = await community();
  const clock = new HandClock();
  const invalidRequests = new InvalidRequests({ clock });
  using bot = botOf(it, { clock, invalidRequests });
  const stall = it.discord.faults.next({ route: POST }, { kind: "stall" });
  it.discord.rateLimits.refuseNext("user", {
    route: "GET /channels/{channel_id}",
    retryAfterMs: 50_000,
  });
  const calls = [
    bot.post("stalled"),
    bot.post("behind it"),
    bot.rest.call("GET", `/channels/${it.general.id}`),
    bot.rest.call("GET", `/channels/${it.general.id}`),
  ].map(errorOf);
  await stall.struck;
  // Four deadlines of calls and one of an attempt sleep, and the wait for the limit.
  await until(() => invalidRequests.inWindow() === 1 && clock.sleepers === 6);
  bot.rest.stop();
  for (const error of await Promise.all([...calls, errorOf(bot.post("too late"))])) {
    match(error.message, /the bot is stopping/);
  }
  equal(clock.sleepers, 0);
  equal(sent(it, POST), 1);
});

Deno.test("neither errors nor log lines hold a token, whatever fails", async () => {
  await using it = await community();
  using bot = botOf(it);
  const webhook = `/webhooks/${it.apps.servers.id}/${TOKEN}/messages/@original`;
  const shown: string[] = [];
  const fail = async (call: Promise<unknown>) => {
    const error = await errorOf(call);
    shown.push(error.message, error.route, String(error.stack), Deno.inspect(error));
  };
  const all = async () => {
    await fail(bot.rest.call("POST", `/interactions/1/${TOKEN}/callback`, { body: { type: 5 } }));
    await fail(bot.rest.call("PATCH", webhook, { body: { content: "x" } }));
    await fail(bot.rest.call("GET", webhook));
  };
  await all();
  it.discord.faults.next({ times: 2 }, { kind: "html" });
  await all();
  const up = it.discord.faults.outage();
  await all();
  await fail(bot.rest.call("GET", "/gateway/bot"));
  await up();
  ok(bot.lines.length > 0 && shown.length > 0);
  for (const text of [...shown, ...bot.lines]) {
    ok(!text.includes(TOKEN) && !text.includes(it.apps.servers.token), text);
  }
});

Deno.test("a redirect is not followed: the token goes nowhere else", async () => {
  await using it = await community();
  using bot = botOf(it);
  const asked: string[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    return new Response(null, { status: 302, headers: { location: "/elsewhere" } });
  });
  bot.discordeno.baseUrl = `http://127.0.0.1:${server.addr.port}/api`;
  const error = await errorOf(bot.rest.call("GET", "/gateway/bot"));
  equal(error.status, 302);
  match(error.message, /check api_url/);
  deepEqual(asked, ["/api/v10/gateway/bot"]);
});

Deno.test("an answer without end is given up before it fills the memory", async () => {
  await using it = await community();
  using bot = botOf(it);
  let sent = 0;
  const endless = () =>
    new ReadableStream({
      pull(controller) {
        sent++;
        controller.enqueue(new Uint8Array(1_000_000));
      },
    });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(endless()),
  );
  bot.discordeno.baseUrl = `http://127.0.0.1:${server.addr.port}/api`;
  const error = await errorOf(bot.rest.call("GET", "/gateway/bot"));
  match(error.message, /the answer does not end; check discordstatus.com, and api_url/);
  ok(sent < 40, `${sent} MB were sent`);
});
