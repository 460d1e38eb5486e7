/** The gateway, by a client that is a WebSocket and nothing more. */

import { deepEqual, equal, match, notEqual, ok, rejects, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
  addPerson,
  newToken,
} from "../../../src/sandbox/discord/build.ts";
import { EVENTS_KEPT } from "../../../src/sandbox/discord/session.ts";
import type { LocalDiscord } from "../../../src/sandbox/discord/server.ts";
import { localDiscord } from "../../local_discord.ts";
import { GatewayClient, INTENTS } from "./gateway_client.ts";

const PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15;
const READ_AND_WRITE = 1n << 10n | 1n << 11n | 1n << 16n;

/** A local Discord with one bot in one guild. Identifying again takes no waiting. */
async function started() {
  const discord = await localDiscord();
  discord.gateway.identifyEveryMs = 0;
  const { world } = discord;
  const app = addApplication(world, { name: "Bliss", privilegedIntents: PRIVILEGED });
  const guild = addGuild(world, { name: "Island" });
  addBot(world, guild, { app, permissions: READ_AND_WRITE });
  return { discord, world, app, guild, gateway: discord.gateway };
}

/** Something that every session hears of. */
function happen(discord: LocalDiscord, what: string): void {
  discord.world.tell({ name: "TYPING_START", intents: 0, dataFor: () => ({ what }) });
}

Deno.test("a client is greeted, identifies, and learns who and where it is", async () => {
  const { discord, app, guild, gateway } = await started();
  await using _ = discord;
  const channel = addChannel(discord.world, guild, { name: "general" });
  await using client = new GatewayClient(`${gateway.url}?v=10&encoding=json`);
  const hello = await client.take(({ op }) => op === 10);
  equal(hello.d.heartbeat_interval, 41_250);
  deepEqual([hello.t, hello.s], [null, null]);
  client.identify(app.token);
  const ready = await client.event("READY");
  equal(ready.s, 1);
  equal(ready.d.v, 10);
  equal(ready.d.user.id, app.id);
  deepEqual(ready.d.guilds, [{ id: guild.id, unavailable: true }]);
  deepEqual(ready.d.application, { id: app.id, flags: 1 << 13 | 1 << 15 | 1 << 19 });
  equal(ready.d.resume_gateway_url, gateway.url);
  const created = await client.event("GUILD_CREATE");
  equal(created.s, 2);
  equal(created.d.id, guild.id);
  deepEqual(created.d.channels.map(({ id }: { id: string }) => id), [channel.id]);
  equal(gateway.identifies(app), 1);
  equal(gateway.connections, 1);
  const [session] = gateway.sessions(app);
  equal(session?.id, ready.d.session_id);
  equal(session?.intents, INTENTS);
  equal(session?.isConnected, true);
});

Deno.test("clients can be sent to a dead place for resuming", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  gateway.resumeUrl = "ws://127.0.0.1:9";
  const { client, ready } = await GatewayClient.login(discord, app);
  equal(ready.d.resume_gateway_url, "ws://127.0.0.1:9");
  await client.leave();
});

Deno.test("a token may be written as in REST's header", async () => {
  const { discord, app } = await started();
  await using _ = discord;
  await using client = await GatewayClient.open(discord);
  client.identify(`Bot ${app.token}`);
  await client.event("READY");
});

Deno.test("without the GUILDS intent there is no GUILD_CREATE", async () => {
  const { discord, app } = await started();
  await using _ = discord;
  const { client } = await GatewayClient.login(discord, app, 1 << 9);
  await client.settled();
  deepEqual(client.frames, []);
  await client.leave();
});

/** Each way of being thrown out: what the client sends, after HELLO, and the code it is closed with. */
const REFUSALS: Record<string, [number, (client: GatewayClient, token: string) => unknown]> = {
  "an opcode that does not exist": [4001, (client) => client.send(99, null)],
  "text that is not JSON": [4002, (client) => client.sendRaw("{")],
  "JSON that is no payload": [4002, (client) => client.sendRaw("[]")],
  "more than 4096 bytes": [
    4002,
    (client, token) => client.identify(token, 1, { x: "ä".repeat(2100) }),
  ],
  "an IDENTIFY without properties": [
    4002,
    (client, token) => client.send(2, { token, intents: 1 }),
  ],
  "an IDENTIFY that is null": [4002, (client) => client.send(2, null)],
  "a RESUME that is null": [4002, (client) => client.send(6, null)],
  "a presence before IDENTIFY": [4003, (client) => client.send(3, {})],
  "a wrong token": [4004, (client) => client.identify("MTIz.x.y")],
  "a RESUME with a wrong token": [4004, (client) => client.send(6, { token: "MTIz.x.y" })],
  "a second shard": [4010, (client, token) => client.identify(token, 1, { shard: [1, 2] })],
  "intents as text": [4013, (client, token) => client.identify(token, "1")],
  "intents that do not exist": [4013, (client, token) => client.identify(token, 1 << 30)],
  "intents beyond 32 bits": [4013, (client, token) => client.identify(token, 2 ** 40 + 1)],
  "a presence that is no object": [4002, async (client, token) => {
    client.identify(token);
    await client.event("READY");
    client.send(3, "online");
  }],
  "a second IDENTIFY": [4005, async (client, token) => {
    client.identify(token);
    await client.event("READY");
    client.identify(token);
  }],
  "a RESUME after IDENTIFY": [4005, async (client, token) => {
    client.identify(token);
    await client.event("READY");
    client.send(6, { token });
  }],
  "a seq from the future": [4007, async (client, token) => {
    client.identify(token);
    const { d } = await client.event("READY");
    await client.leave(4000);
    const again = new GatewayClient(client.url);
    await again.take(({ op }) => op === 10);
    again.send(6, { token, session_id: d.session_id, seq: 1000 });
    return again;
  }],
  "121 sends within a minute": [4008, (client) => {
    for (let sent = 0; sent < 121; sent++) client.send(1, null);
  }],
};

for (const [name, [code, offend]] of Object.entries(REFUSALS)) {
  Deno.test(`${name} ends the connection with ${code}`, async () => {
    const { discord, app } = await started();
    await using _ = discord;
    const client = await GatewayClient.open(discord);
    const other = await offend(client, app.token);
    equal(await (other instanceof GatewayClient ? other : client).closed, code);
  });
}

Deno.test("120 sends within a minute are fine", async () => {
  const { discord } = await started();
  await using _ = discord;
  await using client = await GatewayClient.open(discord);
  for (let sent = 0; sent < 120; sent++) client.send(1, null);
  for (let sent = 0; sent < 120; sent++) await client.take(({ op }) => op === 11);
});

Deno.test("a privileged intent that is off in the portal ends the connection with 4014", async () => {
  const { discord, app } = await started();
  await using _ = discord;
  app.privilegedIntents = 0;
  const client = await GatewayClient.open(discord);
  client.identify(app.token, 1 << 15);
  equal(await client.closed, 4014);
});

Deno.test("an address with what is not offered ends the connection", async () => {
  const { discord, gateway } = await started();
  await using _ = discord;
  equal(await new GatewayClient(`${gateway.url}?v=5`).closed, 4012);
  equal(await new GatewayClient(`${gateway.url}?v=10&encoding=etf`).closed, 4002);
  equal(await new GatewayClient(`${gateway.url}?v=10&compress=zlib-stream`).closed, 4002);
});

Deno.test("whatever a client sends, it gets an answer or is closed, and nothing fails", async () => {
  const { discord, app, guild } = await started();
  const fields = fc.record({
    token: fc.constantFrom(app.token, "x", 1),
    intents: fc.oneof(fc.constant(1), fc.jsonValue()),
    properties: fc.constantFrom({}, null),
    session_id: fc.jsonValue(),
    seq: fc.jsonValue(),
    guild_id: fc.constantFrom(guild.id, "1", null),
    user_ids: fc.jsonValue(),
    query: fc.jsonValue(),
    limit: fc.jsonValue(),
  }, { requiredKeys: [] });
  const payload = fc.record({
    op: fc.integer({ min: -1, max: 12 }),
    d: fc.oneof(fields, fc.jsonValue()),
  });
  const frame = fc.oneof(payload.map((it) => JSON.stringify(it)), fc.json(), fc.string());
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(frame, { maxLength: 5 }), async (isKnown, frames) => {
      const client = await GatewayClient.open(discord);
      if (isKnown) client.identify(app.token);
      for (const text of frames) client.sendRaw(text);
      await client.settled().catch((error) => {
        if (!client.isClosed) throw error;
      });
      await client.leave();
    }),
    { numRuns: 60 },
  );
  await discord.stop();
});

Deno.test("a client whose heartbeats stop is closed with 4009 and cannot resume", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  gateway.heartbeatMs = 1500;
  const { client } = await GatewayClient.login(discord, app);
  equal(await client.closed, 4009);
  deepEqual(gateway.sessions(app), []);
});

Deno.test("a heartbeat that no client bears is refused", async () => {
  const { discord, gateway } = await started();
  await using _ = discord;
  throws(() => gateway.heartbeatMs = 1000, /Cannot set the heartbeat to 1000 ms/);
});

Deno.test("a resumed session gets what it missed, numbered on, and RESUMED", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  const { client, ready } = await GatewayClient.login(discord, app);
  const { s: seq } = await client.event("GUILD_CREATE");
  await client.leave(4000);
  await gateway.until(app, "gone");
  happen(discord, "one");
  happen(discord, "two");
  equal(gateway.sessions(app)[0]?.isConnected, false);
  await using again = await GatewayClient.open(discord);
  const resumed = gateway.until(app, "resumed");
  again.send(6, { token: app.token, session_id: ready.d.session_id, seq });
  await again.event("RESUMED");
  await resumed;
  deepEqual(again.frames.map(({ t, s, d }) => [t, s, d.what]), [
    ["TYPING_START", seq! + 1, "one"],
    ["TYPING_START", seq! + 2, "two"],
  ]);
  happen(discord, "three");
  equal((await again.take(({ d }) => d.what === "three")).s, seq! + 4);
  equal(gateway.resumes(app), 1);
  equal(gateway.identifies(app), 1);
});

Deno.test("a session resumed while still connected moves to the new connection", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  const { client, ready } = await GatewayClient.login(discord, app);
  await using again = await GatewayClient.open(discord);
  again.send(6, { token: app.token, session_id: ready.d.session_id, seq: 2 });
  await again.event("RESUMED");
  equal(await client.closed, 4000);
  equal(gateway.sessions(app)[0]?.isConnected, true);
});

Deno.test("a session cannot be resumed: unknown, left for good, too old, or by another bot", async () => {
  const { discord, world, app, gateway } = await started();
  await using _ = discord;
  const other = addApplication(world, { name: "Other" });
  const { client, ready } = await GatewayClient.login(discord, app);
  const { session_id } = ready.d;
  await client.leave(4000);
  await gateway.until(app, "gone");
  await using again = await GatewayClient.open(discord);
  async function refuses(resume: object) {
    again.send(6, resume);
    deepEqual((await again.take(({ op }) => op === 9)).d, false);
  }
  await refuses({ token: app.token, session_id: "nonsense", seq: 1 });
  await refuses({ token: other.token, session_id, seq: 1 });
  for (let missed = 0; missed <= EVENTS_KEPT; missed++) happen(discord, "much");
  await refuses({ token: app.token, session_id, seq: 1 });
  gateway.keepSessionsMs = 0;
  await refuses({ token: app.token, session_id, seq: EVENTS_KEPT });
  gateway.keepSessionsMs = 60_000;
  again.identify(app.token);
  const left = (await again.event("READY")).d.session_id;
  await again.leave(1000);
  await gateway.until(app, "gone");
  ok(!gateway.sessions(app).some(({ id }) => id === left));
});

Deno.test("op 7 and op 9 reach the client", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  const { client, ready } = await GatewayClient.login(discord, app);
  gateway.requestReconnect(app);
  await client.take(({ op }) => op === 7);
  gateway.invalidate(app, true);
  equal((await client.take(({ op }) => op === 9)).d, true);
  client.send(6, { token: app.token, session_id: ready.d.session_id, seq: 2 });
  await client.event("RESUMED");
  gateway.invalidate(app, false);
  equal((await client.take(({ op }) => op === 9)).d, false);
  deepEqual(gateway.sessions(app), []);
  client.identify(app.token);
  notEqual((await client.event("READY")).d.session_id, ready.d.session_id);
  await client.leave();
});

/** Closed with these, a client has to start anew, or stay away. */
const ENDING = [4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014];

for (const code of [1000, 1001, 1011, 4000, 4001, 4002, 4005, 4008, ...ENDING]) {
  Deno.test(`a test can close a bot's connection with ${code}`, async () => {
    const { discord, app, gateway } = await started();
    await using _ = discord;
    const { client } = await GatewayClient.login(discord, app);
    gateway.close(app, code, "because");
    equal(await client.closed, code);
    equal(gateway.sessions(app).length, ENDING.includes(code) ? 0 : 1);
  });
}

Deno.test("a connection can be cut without a word, which no close code says", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  const { client } = await GatewayClient.login(discord, app);
  gateway.close(app, 1006);
  ok([0, 1006].includes(await client.closed), "Deno says 0, browsers 1006");
});

Deno.test("heartbeats go unanswered on demand, and malformed frames arrive", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  const { client } = await GatewayClient.login(discord, app);
  await client.event("GUILD_CREATE");
  gateway.dropAcks(app, true);
  client.send(1, 2);
  gateway.sendRaw(app, '{"op":77}');
  await client.take(({ op }) => op === 77);
  client.send(3, { status: "idle", since: null, activities: [], afk: false });
  gateway.dropAcks(app, false);
  await client.settled();
  deepEqual(client.frames, []);
  deepEqual(gateway.sessions(app)[0]?.presence, {
    status: "idle",
    since: null,
    activities: [],
    afk: false,
  });
  await client.leave();
});

Deno.test("identifying too often gets op 9, and counts against the day's limit", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  gateway.identifyEveryMs = 60_000;
  const { client } = await GatewayClient.login(discord, app);
  await using again = await GatewayClient.open(discord);
  again.identify(app.token);
  equal((await again.take(({ op }) => op === 9)).d, false);
  gateway.startLimit(app).maxConcurrency = 2;
  again.identify(app.token);
  await again.event("READY");
  equal(gateway.startLimit(app).remaining, 997);
  equal(gateway.identifies(app), 3);
  await client.leave();
});

Deno.test("identifying beyond the day's limit ends all sessions and resets the token", async () => {
  const { discord, app, gateway } = await started();
  await using _ = discord;
  const before = app.token;
  gateway.startLimit(app).remaining = 1;
  const { client } = await GatewayClient.login(discord, app);
  const again = await GatewayClient.open(discord);
  again.identify(before);
  deepEqual(await Promise.all([again.closed, client.closed]), [4004, 4004]);
  deepEqual(gateway.sessions(app), []);
  notEqual(app.token, before);
  match(app.token, /^[\w-]{10,}\.[\w-]{6}\.[\w-]{27,}$/);
});

Deno.test("a token that was reset is wrong from then on", async () => {
  const { discord, app } = await started();
  await using _ = discord;
  const before = app.token;
  app.token = newToken(app.id);
  const client = await GatewayClient.open(discord);
  client.identify(before);
  equal(await client.closed, 4004);
});

Deno.test("events reach those who asked for them", async () => {
  const { discord, world, app } = await started();
  await using _ = discord;
  const { client } = await GatewayClient.login(discord, app, 1 << 0);
  await client.event("GUILD_CREATE");
  world.tell({ name: "MESSAGE_CREATE", intents: 1 << 9, dataFor: () => ({}) });
  world.tell({ name: "CHANNEL_CREATE", intents: 1 << 0, dataFor: () => undefined });
  world.tell({
    name: "CHANNEL_UPDATE",
    intents: 1 << 0,
    dataFor: (viewer, intents) => ({ viewer: viewer.id, intents }),
  });
  deepEqual(await client.take(() => true), {
    op: 0,
    t: "CHANNEL_UPDATE",
    s: 3,
    d: { viewer: app.id, intents: 1 },
  });
  await client.leave();
});

Deno.test("op 8 lists members in parts, once in 30 s, and finds them by name and id", async () => {
  const { discord, world, app, guild } = await started();
  await using _ = discord;
  const anna = addPerson(world, guild, { username: "Anna" });
  for (let n = 0; n < 1000; n++) addPerson(world, guild, { username: `person${n}` });
  const { client } = await GatewayClient.login(discord, app, 1 << 0 | 1 << 1);
  const guild_id = guild.id;
  client.send(8, { guild_id, query: "", limit: 0, nonce: "n" });
  const parts = [
    await client.event("GUILD_MEMBERS_CHUNK"),
    await client.event("GUILD_MEMBERS_CHUNK"),
  ];
  deepEqual(parts.map(({ d }) => [d.chunk_index, d.chunk_count, d.members.length, d.nonce]), [
    [0, 2, 1000, "n"],
    [1, 2, 3, "n"],
  ]);
  client.send(8, { guild_id, query: "", limit: 0 });
  const limited = await client.event("RATE_LIMITED");
  equal(limited.d.opcode, 8);
  deepEqual(limited.d.meta, { guild_id });
  ok(limited.d.retry_after > 25 && limited.d.retry_after <= 30);
  client.send(8, { guild_id, query: "ann", limit: 5 });
  const found = await client.event("GUILD_MEMBERS_CHUNK");
  deepEqual(found.d.members.map((it: { user: { id: string } }) => it.user.id), [anna.user.id]);
  client.send(8, { guild_id, user_ids: [anna.user.id, "1"] });
  const byId = await client.event("GUILD_MEMBERS_CHUNK");
  deepEqual([byId.d.members.length, byId.d.not_found], [1, ["1"]]);
  await client.leave();
});

Deno.test("six bots: one is thrown out, five notice nothing", async () => {
  const { discord, world, gateway } = await started();
  await using _ = discord;
  const apps = Array.from({ length: 6 }, (_, n) => addApplication(world, { name: `Bot ${n}` }));
  const clients = await Promise.all(
    apps.map(async (app) => (await GatewayClient.login(discord, app, 1)).client),
  );
  gateway.close(apps[0]!, 4014);
  equal(await clients[0]!.closed, 4014);
  happen(discord, "later");
  for (const client of clients.slice(1)) await client.event("TYPING_START");
  for (const client of clients.slice(1)) await client.leave();
});

Deno.test("until() gives up after its time and when all stops", async () => {
  const { discord, app, gateway } = await started();
  await gateway.until(app, "gone");
  await rejects(gateway.until(app, "ready", 1), /Bliss was not ready within 1 ms/);
  const waiting = rejects(gateway.until(app, "ready"), /stopped/);
  await discord.stop();
  await waiting;
});

Deno.test("stopping ends every connection", async () => {
  const { discord, app } = await started();
  const { client } = await GatewayClient.login(discord, app);
  await discord.stop();
  await client.closed;
});
