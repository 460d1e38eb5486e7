import { deepEqual, equal, ok } from "node:assert/strict";
import { ChannelType } from "discord-api-types/v10";
import { addApplication, addBot, addChannel } from "../../../src/sandbox/discord/build.ts";
import { createMessage, demandWriting } from "../../../src/sandbox/discord/messages.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import { archiveIdleThreads, makeThread } from "../../../src/sandbox/discord/thread_life.ts";
import { scene } from "./scene.ts";

const BASE = Bit.ViewChannel | Bit.SendMessages | Bit.ReadMessageHistory;
const WRITES = BASE | Bit.SendMessagesInThreads | Bit.CreatePublicThreads |
  Bit.CreatePrivateThreads;
const MINUTE_MS = 60_000;

/** Only the bot's own role counts; Ann may do what @everyone may by default in threads. */
async function strict(permissions: bigint, more: { now?: () => number; intents?: number } = {}) {
  const s = await scene({
    permissions,
    privilegedIntents: more.intents ?? 0,
    ...(more.now && { now: more.now }),
  });
  s.guild.roles.get(s.guild.id)!.permissions = String(Bit.ViewChannel);
  const start = async (body: Record<string, unknown> = {}) => {
    const line = `POST /channels/${s.channel.id}/threads`;
    const { body: thread } = await s.expect("201", line, { name: "Ragnarok", type: 11, ...body });
    return s.discord.world.channels.get(thread.id)!;
  };
  return { ...s, start };
}

Deno.test("starting a thread takes the right for its kind", async () => {
  await using s = await strict(BASE);
  const start = `POST /channels/${s.channel.id}/threads`;
  await s.expect("403 50013", start, { name: "t", type: 11 });
  await s.expect("403 50013", start, { name: "t", type: 12 });
  await using open = await strict(BASE | Bit.CreatePublicThreads);
  await open.start();
  await open.expect("403 50013", `POST /channels/${open.channel.id}/threads`, { name: "t" });
  await open.expect("400 50035", `POST /channels/${open.channel.id}/threads`, { name: " " });
  equal(open.discord.takeViolations().length, 1);
});

Deno.test("a public thread is announced in its channel, a private one is not", async () => {
  await using s = await strict(WRITES);
  const heard = s.hears();
  const thread = await s.start({ auto_archive_duration: 10080 });
  deepEqual(heard.map(([name]) => name), ["THREAD_CREATE", "MESSAGE_CREATE"]);
  const [, created] = heard[0]!;
  deepEqual([created.newly_created, created.member.user_id, created.name], [
    true,
    s.app.id,
    "Ragnarok",
  ]);
  equal(thread.thread!.metadata.auto_archive_duration, 10080);
  equal([...s.channel.messages.values()][0]!.data.type, 18);
  const hidden = await s.start({ type: 12, name: "hidden" });
  equal(s.channel.messages.size, 1);
  equal(hidden.thread!.metadata.invitable, true);
});

Deno.test("a thread from a message has its id, once", async () => {
  await using s = await strict(WRITES);
  const { data } = createMessage(s.discord.world, s.channel, s.ann.user, { content: "topic" });
  const start = `POST /channels/${s.channel.id}/messages/${data.id}/threads`;
  const { body } = await s.expect("201", start, { name: "Talk" });
  equal(body.id, data.id);
  await s.expect("400 160004", start, { name: "Talk" });
  const { body: message } = await s.expect(
    "200",
    `GET /channels/${s.channel.id}/messages/${data.id}`,
  );
  deepEqual([message.flags & 32, message.thread.name], [32, "Talk"]);
  const { body: inside } = await s.expect("200", `GET /channels/${body.id}/messages`);
  deepEqual(inside.map((it: { type: number }) => it.type), [21]);
  await s.expect("404 10008", start.replace(data.id, "1"), { name: "Talk" });
});

Deno.test("writing in a thread takes SEND_MESSAGES_IN_THREADS, not SEND_MESSAGES", async () => {
  await using s = await strict(WRITES & ~Bit.SendMessagesInThreads);
  const thread = await s.start();
  await s.expect("403 50013", `POST /channels/${thread.id}/messages`, { content: "hi" });
  await using t = await strict(WRITES & ~Bit.SendMessages);
  const other = await t.start();
  await t.expect("200", `POST /channels/${other.id}/messages`, { content: "hi" });
  await t.expect("403 50013", `POST /channels/${t.channel.id}/messages`, { content: "hi" });
});

Deno.test("writing opens an archived thread; a locked one stays shut without MANAGE_THREADS", async () => {
  await using s = await strict(WRITES);
  const { world } = s.discord;
  const thread = await s.start();
  const write = `POST /channels/${thread.id}/messages`;
  const { body: first } = await s.expect("200", write, { content: "1" });
  await s.expect("200", `PATCH /channels/${thread.id}`, { archived: true });
  await s.expect("400 50083", `PATCH /channels/${thread.id}/messages/${first.id}`, {
    content: "x",
  });
  await s.expect("400 50083", `PATCH /channels/${thread.id}`, { name: "x" });
  const heard = s.hears();
  await s.expect("200", write, { content: "2" });
  deepEqual(heard.map(([name]) => name), ["THREAD_UPDATE", "MESSAGE_CREATE"]);
  equal(heard[0]![1].thread_metadata.archived, false);

  // Who started a thread may lock it, and then no more than anybody else.
  await s.expect("200", `PATCH /channels/${thread.id}`, { locked: true });
  await s.expect("403 160005", write, { content: "3" });
  await s.expect("403 160005", `PATCH /channels/${thread.id}/messages/${first.id}`, {
    content: "x",
  });
  await s.expect("403 50013", `PATCH /channels/${thread.id}`, { locked: false });
  await s.expect("403 50013", `PATCH /channels/${thread.id}`, { archived: true });
  await s.expect("200", `GET /channels/${thread.id}/messages/${first.id}`);
  thread.thread!.metadata = { ...thread.thread!.metadata, archived: true };
  await s.expect("400 50083", write, { content: "3" });
  await s.expect("403 50013", `PATCH /channels/${thread.id}`, { archived: false });
  s.guild.roles.get(s.guild.id)!.permissions = String(Bit.ManageThreads | Bit.ViewChannel);
  await s.expect("200", write, { content: "3" });
  equal(thread.thread!.metadata.archived, false);
  equal(thread.thread!.sent, 3);
  equal(world.channels.get(thread.id)!.lastMessageId, [...thread.messages.keys()].at(-1));
});

Deno.test("opening a thread again takes only the right to write; renaming somebody else's does not go", async () => {
  await using s = await strict(WRITES);
  const other = addApplication(s.discord.world, { name: "Other" });
  addBot(s.discord.world, s.guild, { app: other, permissions: WRITES });
  const thread = await s.start();
  await s.expect("200", `PATCH /channels/${thread.id}`, { archived: true });
  equal((await s.call(`PATCH /channels/${thread.id}`, { name: "x" }, other)).body.code, 50083);
  equal((await s.call(`PATCH /channels/${thread.id}`, { archived: false }, other)).status, 200);
  equal((await s.call(`PATCH /channels/${thread.id}`, { name: "x" }, other)).body.code, 50013);
  equal((await s.call(`DELETE /channels/${thread.id}`, undefined, other)).body.code, 50013);
  equal((await s.expect("200", `PATCH /channels/${thread.id}`, { name: "y" })).body.name, "y");
});

Deno.test("a thread archives itself after its time without a message", async () => {
  let now = Date.now();
  await using s = await strict(WRITES, { now: () => now });
  const thread = await s.start({ auto_archive_duration: 60 });
  now += 59 * MINUTE_MS;
  await s.expect("200", `POST /channels/${thread.id}/messages`, { content: "awake" });
  now += 59 * MINUTE_MS;
  archiveIdleThreads(s.discord.world);
  equal(thread.thread!.metadata.archived, false);
  now += MINUTE_MS;
  const heard = s.hears();
  const { body } = await s.expect("200", `GET /guilds/${s.guild.id}/threads/active`);
  deepEqual(body.threads, []);
  deepEqual(heard.map(([name, data]) => [name, data.thread_metadata.archived]), [
    ["THREAD_UPDATE", true],
  ]);
  await s.expect("200", `PATCH /channels/${thread.id}`, { archived: false });
  archiveIdleThreads(s.discord.world);
  equal(thread.thread!.metadata.archived, false, "opening counts as activity");
});

Deno.test("threads are listed: open ones of the guild, archived ones of a channel, in pages", async () => {
  let now = Date.now();
  await using s = await strict(WRITES, { now: () => now });
  const threads = [];
  for (const name of ["a", "b", "c"]) {
    const thread = await s.start({ name });
    threads.push(thread);
    now += 1000;
    await s.expect("200", `PATCH /channels/${thread.id}`, { archived: true });
  }
  const open = await s.start({ name: "open" });
  const { body: active } = await s.expect("200", `GET /guilds/${s.guild.id}/threads/active`);
  deepEqual(active.threads.map((it: { id: string }) => it.id), [open.id]);
  deepEqual(active.members.map((it: { id: string }) => it.id), [open.id]);
  const list = `GET /channels/${s.channel.id}/threads/archived/public`;
  const { body: page } = await s.expect("200", `${list}?limit=2`);
  deepEqual(page.threads.map((it: { name: string }) => it.name), ["c", "b"]);
  equal(page.has_more, true);
  const before = encodeURIComponent(page.threads[1].thread_metadata.archive_timestamp);
  const { body: rest } = await s.expect("200", `${list}?limit=2&before=${before}`);
  deepEqual(rest.threads.map((it: { name: string }) => it.name), ["a"]);
  equal(rest.has_more, false);
  await s.expect("403 50013", `GET /channels/${s.channel.id}/threads/archived/private`);
});

Deno.test("a private thread is for its members: others neither see nor hear it", async () => {
  await using s = await strict(WRITES);
  const { world } = s.discord;
  const other = addApplication(world, { name: "Other" });
  addBot(world, s.guild, { app: other, permissions: WRITES });
  const told = s.hears(1 | 1 << 9, other);
  const thread = await s.start({ type: 12, name: "ticket" });
  await s.expect("200", `POST /channels/${thread.id}/messages`, { content: "hi" });
  equal(told.length, 0);
  equal((await s.call(`GET /channels/${thread.id}`, undefined, other)).body.code, 50001);
  await s.expect("204", `PUT /channels/${thread.id}/thread-members/${other.id}`);
  deepEqual(told.map(([name]) => name), ["THREAD_CREATE", "THREAD_MEMBERS_UPDATE"]);
  equal((await s.call(`GET /channels/${thread.id}`, undefined, other)).status, 200);
  await s.expect("204", `DELETE /channels/${thread.id}/thread-members/${other.id}`);
  equal((await s.call(`GET /channels/${thread.id}`, undefined, other)).body.code, 50001);
  const before = told.length;
  await s.expect("200", `PATCH /channels/${thread.id}`, { archived: true });
  equal(told.length, before);
  const { body } = await s.expect(
    "200",
    `GET /channels/${s.channel.id}/users/@me/threads/archived/private`,
  );
  equal(body.threads[0].id, thread.id);
});

Deno.test("members join, are brought in by a mention, leave, and are listed", async () => {
  await using s = await strict(WRITES, { intents: 1 << 1 });
  const thread = await s.start();
  const { world } = s.discord;
  const heard = s.hears();
  await s.expect("200", `POST /channels/${thread.id}/messages`, {
    content: `<@${s.ann.user.id}>`,
  });
  deepEqual(heard.map(([name]) => name), ["THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE"]);
  const members = `/channels/${thread.id}/thread-members`;
  equal((await s.expect("200", `GET ${members}`)).body.length, 2);
  await s.expect("204", `DELETE ${members}/@me`);
  await s.expect("404 10007", `GET ${members}/${s.app.id}`);
  await s.expect("204", `PUT ${members}/@me`);
  const { body } = await s.expect("200", `GET ${members}/${s.ann.user.id}?with_member=true`);
  equal(body.member.user.username, "ann");
  await s.expect("404 10013", `PUT ${members}/1`);
  await s.expect("403 50013", `DELETE ${members}/${s.ann.user.id}`);
  await s.expect("200", `PATCH /channels/${thread.id}`, { archived: true });
  await s.expect("400 50083", `PUT ${members}/@me`);
  ok(world.channels.get(thread.id));
});

Deno.test("people follow the same rules as bots", async () => {
  await using s = await strict(WRITES);
  const thread = await s.start();
  const check = () => {
    try {
      demandWriting(s.discord.world, s.ann.user.id, { channel: thread, payload: {} });
      return 0;
    } catch (error) {
      return (error as { code: number }).code;
    }
  };
  equal(check(), 50013);
  s.guild.roles.get(s.guild.id)!.permissions = String(Bit.ViewChannel | Bit.SendMessagesInThreads);
  equal(check(), 0);
});

Deno.test("deleting a channel takes its threads with it, deleting a thread takes MANAGE_THREADS", async () => {
  await using s = await strict(WRITES | Bit.ManageChannels | Bit.ManageThreads);
  const place = addChannel(s.discord.world, s.guild, { name: "place" });
  const { body } = await s.expect("201", `POST /channels/${place.id}/threads`, {
    name: "t",
    type: 11,
  });
  await s.expect("200", `DELETE /channels/${place.id}`);
  await s.expect("404 10003", `GET /channels/${body.id}`);
  const thread = await s.start();
  const heard = s.hears();
  await s.expect("200", `DELETE /channels/${thread.id}`);
  deepEqual(heard, [["THREAD_DELETE", {
    id: thread.id,
    guild_id: s.guild.id,
    parent_id: s.channel.id,
    type: 11,
  }]]);
});

Deno.test("a bot that is let into a channel is told of the threads there", async () => {
  await using s = await strict(WRITES | Bit.ManageRoles);
  const { world } = s.discord;
  const thread = await s.start();
  const other = addApplication(world, { name: "Other" });
  addBot(world, s.guild, { app: other, permissions: WRITES });
  const put = `PUT /channels/${s.channel.id}/permissions/${other.id}`;
  await s.expect("204", put, { type: 1, deny: String(Bit.ViewChannel) });
  const [told, own] = [s.hears(1, other), s.hears(1)];
  await s.expect("204", `DELETE ${put.slice(4)}`);
  deepEqual(told.map(([name]) => name), ["CHANNEL_UPDATE", "THREAD_LIST_SYNC"]);
  deepEqual(told[1]![1].threads.map((it: { id: string }) => it.id), [thread.id]);
  deepEqual(own.map(([name]) => name), ["CHANNEL_UPDATE"]);
});

Deno.test("a private thread may be closed to guests of guests", async () => {
  await using s = await strict(WRITES);
  const { world } = s.discord;
  const other = addApplication(world, { name: "Other" });
  addBot(world, s.guild, { app: other, permissions: WRITES });
  const thread = await s.start({ type: 12, invitable: false });
  const members = `/channels/${thread.id}/thread-members`;
  await s.expect("204", `PUT ${members}/${other.id}`);
  const add = `PUT ${members}/${s.ann.user.id}`;
  equal((await s.call(add, undefined, other)).body.code, 50013);
  await s.expect("204", add);
});

Deno.test("a guild has at most 1000 open threads, and threads start in text channels only", async () => {
  await using s = await strict(WRITES);
  const { world } = s.discord;
  const voice = addChannel(world, s.guild, { name: "Voice", type: ChannelType.GuildVoice });
  await s.expect("400 50024", `POST /channels/${voice.id}/threads`, { name: "t", type: 11 });
  await s.expect("400 50024", `PUT /channels/${s.channel.id}/thread-members/@me`);
  const options = { type: 11, ownerId: s.app.id, autoArchive: 1440 } as const;
  for (let n = 0; n < 1000; n++) makeThread(world, s.channel, { ...options, name: `t${n}` });
  const start = `POST /channels/${s.channel.id}/threads`;
  await s.expect("400 160006", start, { name: "t", type: 11 });
});
