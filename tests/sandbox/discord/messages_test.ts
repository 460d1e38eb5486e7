import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  addApplication,
  addBot,
  addChannel,
  addPerson,
  forRole,
  removeMember,
} from "../../../src/sandbox/discord/build.ts";
import {
  createMessage,
  demandWriting,
  editMessage,
} from "../../../src/sandbox/discord/messages.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import { scene } from "./scene.ts";

const WRITES = Bit.ViewChannel | Bit.SendMessages | Bit.ReadMessageHistory | Bit.EmbedLinks |
  Bit.AttachFiles;
const MESSAGE_CONTENT = 1 << 15;
const DAY_MS = 24 * 60 * 60_000;

/** The guild's own right to write is taken, so that only the bot's own role counts. */
async function strict(permissions: bigint, more: { now?: () => number; intents?: number } = {}) {
  const s = await scene({
    permissions,
    privilegedIntents: more.intents ?? 0,
    ...(more.now && { now: more.now }),
  });
  s.guild.roles.get(s.guild.id)!.permissions = "0";
  const says = (content: string) =>
    createMessage(s.discord.world, s.channel, s.ann.user, { content });
  return { ...s, says, at: `/channels/${s.channel.id}/messages` };
}

Deno.test("writing takes the right to write, to embed and to attach, each with Discord's code", async () => {
  const cases: [bigint, string, string, string][] = [
    [0n, "403 50001", "403 50001", "403 50001"],
    [Bit.ViewChannel, "403 50013", "403 50013", "403 50013"],
    [Bit.ViewChannel | Bit.SendMessages, "200", "403 50013", "403 50013"],
    [Bit.ViewChannel | Bit.SendMessages | Bit.EmbedLinks, "200", "200", "403 50013"],
    [Bit.ViewChannel | Bit.SendMessages | Bit.AttachFiles, "200", "403 50013", "200"],
  ];
  for (const [permissions, text, embed, file] of cases) {
    await using s = await strict(permissions);
    await s.expect(text, `POST ${s.at}`, { content: "hi" });
    await s.expect(embed, `POST ${s.at}`, { embeds: [{ title: "hi" }] });
    const form = new FormData();
    form.set("files[0]", new File(["x"], "x.txt"));
    await s.expect(file, `POST ${s.at}`, form);
  }
});

Deno.test("a message comes back as Discord shows it: defaults, component ids, a resolved picture", async () => {
  await using s = await strict(WRITES);
  const form = new FormData();
  form.set(
    "payload_json",
    JSON.stringify({
      embeds: [{
        title: "Map",
        fields: [{ name: "a", value: "b" }],
        image: { url: "attachment://my_map.png" },
      }],
      components: [{
        type: 1,
        components: [
          { type: 2, style: 1, label: "A", custom_id: "a" },
          { type: 2, style: 5, label: "B", url: "https://example.org/" },
        ],
      }, {
        type: 1,
        components: [{ type: 3, custom_id: "s", options: [{ label: "x", value: "x" }] }],
      }],
      attachments: [{ id: "0", description: "the map" }],
    }),
  );
  form.set("files[0]", new File(["png"], "my map.png", { type: "image/png" }));
  form.set("files[1]", new File(["text"], "log.txt", { type: "text/plain" }));
  const { body } = await s.expect("200", `POST ${s.at}`, form);
  const [embed] = body.embeds;
  equal(embed.type, "rich");
  equal(embed.fields[0].inline, false);
  match(embed.image.url, /\/attachments\/\d+\/\d+\/my_map\.png$/);
  deepEqual(body.attachments.map((it: { filename: string }) => it.filename), ["log.txt"]);
  const [first, second] = body.components;
  deepEqual([first.id, first.components[0].id, first.components[1].id, second.id], [1, 2, 3, 4]);
  equal(second.components[0].max_values, 1);
  equal(await (await fetch(embed.image.url)).text(), "png");
  // The picture goes when the embed goes, and the file is seen again.
  const { body: edited } = await s.expect("200", `PATCH ${s.at}/${body.id}`, {
    content: "no embed",
    embeds: [],
  });
  equal(edited.attachments.length, 2);
  ok(edited.edited_timestamp);
  const { body: bare } = await s.expect("200", `PATCH ${s.at}/${body.id}`, { attachments: [] });
  equal(bare.attachments.length, 0);
  for (const flags of [1 << 2, 0]) { // embeds hidden, and shown again
    equal((await s.expect("200", `PATCH ${s.at}/${body.id}`, { flags })).body.flags, flags);
  }
});

Deno.test("components v2 keep their kinds, and their texts are mentions too", async () => {
  await using s = await strict(WRITES);
  const { body } = await s.expect("200", `POST ${s.at}`, {
    flags: 1 << 15,
    components: [{
      type: 17,
      components: [
        { type: 10, content: `# Hi <@${s.ann.user.id}>` },
        {
          type: 9,
          components: [{ type: 10, content: "more" }],
          accessory: { type: 2, style: 1, label: "Go", custom_id: "go" },
        },
        { type: 14 },
      ],
    }],
  });
  const [container] = body.components;
  deepEqual(container.components.map((it: { type: number }) => it.type), [10, 9, 14]);
  deepEqual(container.components.map((it: { id: number }) => it.id).length, 3);
  deepEqual(body.mentions.map((it: { id: string }) => it.id), [s.ann.user.id]);
});

Deno.test("an empty message, an unknown picture and a reply to nothing are refused", async () => {
  await using s = await strict(WRITES);
  const { body } = await s.expect("400 50035", `POST ${s.at}`, {
    embeds: [{ image: { url: "attachment://none.png" } }],
  });
  ok(body.errors.embeds[0].image.url);
  await s.expect("400 50035", `POST ${s.at}`, {
    content: "re",
    message_reference: { message_id: "1" },
  });
  await s.expect("200", `POST ${s.at}`, {
    content: "re",
    message_reference: { message_id: "1", fail_if_not_exists: false },
  });
  await s.expect("400 50006", `POST ${s.at}`, {});
  await s.expect("400 50006", `POST ${s.at}`, { content: " ", embeds: [{}] });
  equal(s.discord.takeViolations().length, 1, "the empty message alone breaks the contract");
});

Deno.test("components of the second version and text exclude each other, in an edit too", async () => {
  await using s = await strict(WRITES);
  const shown = { flags: 1 << 15, components: [{ type: 10, content: "# Hi" }] };
  const { body: message } = await s.expect("200", `POST ${s.at}`, shown);
  const edit = `PATCH ${s.at}/${message.id}`;
  await s.expect("400 50035", edit, { content: "text" });
  await s.expect("400 50035", edit, { embeds: [{ title: "embed" }] });
  const { body: kept } = await s.expect("200", edit, { flags: 0, components: shown.components });
  equal(kept.flags, 1 << 15, "what has become one stays one");
  const { body: old } = await s.expect("200", `POST ${s.at}`, { content: "text" });
  await s.expect("400 50035", `PATCH ${s.at}/${old.id}`, shown);
  await s.expect("200", `PATCH ${s.at}/${old.id}`, { ...shown, content: null });
});

Deno.test("slow mode holds bots and people, each for itself, but not who may bypass it", async () => {
  let now = Date.now();
  await using s = await strict(WRITES, { now: () => now });
  const write = (wanted: string) => s.expect(wanted, `POST ${s.at}`, { content: "hi" });
  await write("200");
  s.channel.rateLimitPerUser = 10;
  now += 4000;
  const { body, headers } = await write("429 20016");
  deepEqual([body.retry_after, body.global, headers.get("retry-after")], [6, false, "6"]);
  const { world } = s.discord;
  const owner = s.guild.ownerId;
  createMessage(world, s.channel, world.users.get(owner)!, { content: "hi" });
  demandWriting(world, owner, { channel: s.channel, payload: {} });
  await s.expect("204", `DELETE ${s.at}/${[...s.channel.messages.keys()][0]}`);
  await write("429 20016");
  // An answer to an interaction neither waits nor makes wait.
  createMessage(world, s.channel, s.app.user, { content: "hi" }, { applicationId: s.app.id });
  now += 6000;
  await write("200");
  s.guild.roles.get(s.guild.id)!.permissions = String(Bit.BypassSlowmode);
  await write("200");
});

Deno.test("a channel takes 250 pins; a deleted message is pinned no more", async () => {
  await using s = await strict(WRITES | Bit.PinMessages | Bit.ManageMessages);
  const { data: first } = s.says("first");
  await s.expect("204", `PUT ${s.at}/pins/${first.id}`);
  while (s.channel.pins.size < 250) s.channel.pins.set(s.says("next").data.id, "2026-01-01");
  const { data: last } = s.says("last");
  await s.expect("400 30003", `PUT ${s.at}/pins/${last.id}`);
  await s.expect("204", `DELETE ${s.at}/${first.id}`);
  await s.expect("204", `PUT ${s.at}/pins/${last.id}`);
  const { body } = await s.expect("200", `GET ${s.at}/pins?limit=1`);
  deepEqual([body.items[0].message.id, body.has_more], [last.id, true]);
});

Deno.test("what is no place for messages, nobody's to delete or Discord's own is refused", async () => {
  await using s = await strict(WRITES | Bit.PinMessages | Bit.ManageMessages);
  const { world } = s.discord;
  const category = addChannel(world, s.guild, { name: "C", type: 4 });
  await s.expect("400 50008", `POST /channels/${category.id}/messages`, { content: "hi" });
  await s.expect("204", `PUT ${s.at}/pins/${s.says("rules").data.id}`);
  const notice = [...s.channel.messages.keys()].at(-1)!;
  await s.expect("403 50021", `PATCH ${s.at}/${notice}`, { content: "x" });
  const { body: direct } = await s.expect("200", "POST /users/@me/channels", {
    recipient_id: s.ann.user.id,
  });
  const channel = world.channels.get(direct.id)!;
  const { data } = createMessage(world, channel, s.ann.user, { content: "mine" });
  const there = `/channels/${direct.id}`;
  await s.expect("403 50003", `DELETE ${there}/messages/${data.id}`);
  await s.expect("403 50003", `POST ${there}/messages/bulk-delete`, { messages: ["1", "2"] });
  await s.expect("400 50003", `PATCH ${there}`, { name: "x" });
});

Deno.test("a reply shows what it answers, without it once that is deleted", async () => {
  await using s = await strict(WRITES);
  const original = s.says("question");
  const { body } = await s.expect("200", `POST ${s.at}`, {
    content: "answer",
    message_reference: { message_id: original.data.id },
  });
  equal(body.type, 19);
  equal(body.referenced_message.id, original.data.id);
  s.channel.messages.delete(original.data.id);
  const { body: later } = await s.expect("200", `GET ${s.at}/${body.id}`);
  equal(later.referenced_message, null);
});

Deno.test("a nonce that must be unique makes a repeated message safe", async () => {
  await using s = await strict(WRITES);
  const body = { content: "once", nonce: "n1", enforce_nonce: true };
  const first = await s.expect("200", `POST ${s.at}`, body);
  const second = await s.expect("200", `POST ${s.at}`, body);
  equal(second.body.id, first.body.id);
  const third = await s.expect("200", `POST ${s.at}`, { ...body, nonce: "n2" });
  ok(third.body.id !== first.body.id);
  equal(s.channel.messages.size, 2);
  await s.expect("204", `DELETE ${s.at}/${first.body.id}`);
  const fourth = await s.expect("200", `POST ${s.at}`, body);
  ok(fourth.body.id !== first.body.id, "what was deleted is not sent again");
});

Deno.test("messages are listed newest first, around, before and after one", async () => {
  await using s = await strict(WRITES);
  const ids = Array.from({ length: 9 }, (_, i) => s.says(String(i)).data.id);
  const listed = async (query: string) => {
    const { body } = await s.expect("200", `GET ${s.at}?${query}`);
    return body.map((it: { id: string }) => ids.indexOf(it.id));
  };
  deepEqual(await listed(""), [8, 7, 6, 5, 4, 3, 2, 1, 0]);
  deepEqual(await listed("limit=2"), [8, 7]);
  deepEqual(await listed(`before=${ids[4]}&limit=2`), [3, 2]);
  deepEqual(await listed(`after=${ids[4]}&limit=2`), [6, 5]);
  deepEqual(await listed(`around=${ids[4]}&limit=5`), [6, 5, 4, 3, 2]);
  deepEqual(await listed(`around=${ids[4]}&limit=1`), [4]);
  deepEqual(await listed(`after=${ids[8]}`), []);
});

Deno.test("without READ_MESSAGE_HISTORY the list is empty and single messages are refused", async () => {
  await using s = await strict(WRITES & ~Bit.ReadMessageHistory);
  const { data } = s.says("hi");
  deepEqual((await s.expect("200", `GET ${s.at}`)).body, []);
  await s.expect("403 50013", `GET ${s.at}/${data.id}`);
  await s.expect("403 160002", `POST ${s.at}`, {
    content: "re",
    message_reference: { message_id: data.id },
  });
});

Deno.test("only its own messages can be edited; deleting others' takes MANAGE_MESSAGES", async () => {
  await using s = await strict(WRITES);
  const { data } = s.says("mine");
  await s.expect("403 50005", `PATCH ${s.at}/${data.id}`, { content: "yours" });
  await s.expect("403 50013", `DELETE ${s.at}/${data.id}`);
  await s.expect("404 10008", `DELETE ${s.at}/1`);
  const { body: own } = await s.expect("200", `POST ${s.at}`, { content: "own" });
  await s.expect("400 50006", `PATCH ${s.at}/${own.id}`, { content: "" }).finally(() =>
    s.discord.takeViolations()
  );
  const heard = s.hears();
  await s.expect("204", `DELETE ${s.at}/${own.id}`);
  deepEqual(heard, [["MESSAGE_DELETE", {
    id: own.id,
    channel_id: s.channel.id,
    guild_id: s.guild.id,
  }]]);
});

Deno.test("bulk delete takes 2 to 100 ids, and nothing goes when one is two weeks old", async () => {
  let now = Date.now() - 15 * DAY_MS;
  await using s = await strict(WRITES | Bit.ManageMessages, { now: () => now });
  const old = s.says("old").data.id;
  now += 15 * DAY_MS;
  const ids = [s.says("a").data.id, s.says("b").data.id, "175928847299117063"];
  await s.expect("400 50034", `POST ${s.at}/bulk-delete`, { messages: [...ids, old] });
  equal(s.channel.messages.size, 3);
  await s.expect("400 50034", `POST ${s.at}/bulk-delete`, { messages: ids });
  const heard = s.hears();
  await s.expect("204", `POST ${s.at}/bulk-delete`, { messages: ids.slice(0, 2) });
  deepEqual(heard.map(([name, data]) => [name, data.ids]), [[
    "MESSAGE_DELETE_BULK",
    ids.slice(0, 2),
  ]]);
  await s.expect("400 50035", `POST ${s.at}/bulk-delete`, { messages: [old, old] });
  s.discord.takeViolations();
});

Deno.test("content of others is withheld without the intent, over REST and in events", async () => {
  await using s = await strict(WRITES);
  const heard = s.hears(1 << 9);
  const { data } = s.says("secret");
  const { body } = await s.expect("200", `GET ${s.at}/${data.id}`);
  equal(body.content, "");
  const named = s.says(`<@${s.app.id}> come`);
  equal((await s.expect("200", `GET ${s.at}/${named.data.id}`)).body.content, named.data.content);
  const { body: own } = await s.expect("200", `POST ${s.at}`, { content: "own" });
  deepEqual(heard.map(([name, it]) => [name, it.content, it.guild_id, it.member.nick]), [
    ["MESSAGE_CREATE", "", s.guild.id, null],
    ["MESSAGE_CREATE", named.data.content, s.guild.id, null],
    ["MESSAGE_CREATE", "own", s.guild.id, null],
  ]);
  equal((await s.expect("200", `GET ${s.at}/${own.id}`)).body.content, "own");
});

Deno.test("with the intent everything is read; without access nothing is even told", async () => {
  await using s = await strict(WRITES, { intents: MESSAGE_CONTENT });
  const { data } = s.says("open");
  equal((await s.expect("200", `GET ${s.at}/${data.id}`)).body.content, "open");
  const heard = s.hears();
  s.channel.overwrites = [forRole(s.guild.id, { deny: Bit.ViewChannel })];
  s.says("hidden");
  s.channel.overwrites = [];
  const other = addApplication(s.discord.world, { name: "Other" });
  const told = s.hears(undefined, other);
  s.says("seen");
  deepEqual(heard.map(([, it]) => it.content), ["seen"]);
  deepEqual(told, [], "a bot outside the guild learns nothing");
});

Deno.test("an ephemeral message does not exist for the routes, nor for other bots", async () => {
  await using s = await strict(WRITES);
  const { world } = s.discord;
  const other = addApplication(world, { name: "Other" });
  addBot(world, s.guild, { app: other, permissions: WRITES });
  const [heard, told] = [s.hears(), s.hears(undefined, other)];
  const message = createMessage(world, s.channel, s.app.user, {}, {
    applicationId: s.app.id,
    onlyFor: s.ann.user.id,
    flags: 1 << 7,
  });
  editMessage(world, message, { content: `for <@${s.guild.ownerId}>` });
  equal(message.data.flags, 1 << 6, "no longer thinking, still ephemeral");
  deepEqual(message.pings, { everyone: false, users: [], roles: [] });
  await s.expect("404 10008", `GET ${s.at}/${message.data.id}`);
  deepEqual((await s.expect("200", `GET ${s.at}`)).body, []);
  deepEqual(heard.map(([name]) => name), ["MESSAGE_CREATE", "MESSAGE_UPDATE"]);
  deepEqual(told, []);
});

Deno.test("pinning takes PIN_MESSAGES; pins are listed by both routes", async () => {
  await using s = await strict(WRITES | Bit.ManageMessages);
  const { data } = s.says("rules");
  await s.expect("403 50013", `PUT ${s.at}/pins/${data.id}`);
  s.guild.roles.get(s.guild.id)!.permissions = String(Bit.PinMessages);
  const heard = s.hears();
  await s.expect("204", `PUT ${s.at}/pins/${data.id}`);
  await s.expect("204", `PUT /channels/${s.channel.id}/pins/${data.id}`);
  deepEqual(heard.map(([name]) => name), [
    "MESSAGE_UPDATE",
    "CHANNEL_PINS_UPDATE",
    "MESSAGE_CREATE",
  ]);
  const { body } = await s.expect("200", `GET ${s.at}/pins`);
  deepEqual([body.items.length, body.has_more], [1, false]);
  equal((await s.expect("200", `GET /channels/${s.channel.id}/pins`)).body[0].id, data.id);
  await s.expect("204", `DELETE ${s.at}/pins/${data.id}`);
  equal((await s.expect("200", `GET ${s.at}/pins`)).body.items.length, 0);
});

Deno.test("direct messages reach a member unless it closed them or left", async () => {
  await using s = await strict(WRITES);
  const { world } = s.discord;
  const ann = s.ann.user.id;
  const { body: channel } = await s.expect("200", "POST /users/@me/channels", {
    recipient_id: ann,
  });
  deepEqual(channel.recipients.map((it: { id: string }) => it.id), [ann]);
  const again = await s.expect("200", "POST /users/@me/channels", { recipient_id: ann });
  equal(again.body.id, channel.id);
  const heard = s.hears(1 << 12);
  const write = `POST /channels/${channel.id}/messages`;
  await s.expect("200", write, { content: "psst" });
  const answer = createMessage(world, world.channels.get(channel.id)!, s.ann.user, {
    content: "what?",
  });
  deepEqual(heard.map(([name, it]) => [name, it.guild_id, it.content]), [
    ["MESSAGE_CREATE", undefined, "psst"],
    ["MESSAGE_CREATE", undefined, "what?"],
  ], "which takes no intent to read");
  const read = `GET /channels/${channel.id}/messages/${answer.data.id}`;
  equal((await s.expect("200", read)).body.content, "what?");
  world.closedDirects.add(ann);
  await s.expect("403 50007", write, { content: "psst" });
  world.closedDirects.delete(ann);
  removeMember(world, s.guild, ann);
  await s.expect("403 50007", write, { content: "psst" });
  await s.expect("404 10013", "POST /users/@me/channels", { recipient_id: "1" });
  const bob = addPerson(world, s.guild, { username: "bob" });
  await s.expect("200", "POST /users/@me/channels", { recipient_id: bob.user.id });
  const other = addApplication(world, { name: "Other" });
  addBot(world, s.guild, { app: other, permissions: WRITES });
  const { body: { id } } = await s.expect("200", "POST /users/@me/channels", {
    recipient_id: other.id,
  });
  await s.expect("403 50007", `POST /channels/${id}/messages`, { content: "bots do not talk" });
});

Deno.test("a file larger than 10 MiB is too large", async () => {
  await using s = await strict(WRITES);
  const form = new FormData();
  form.set("files[0]", new File([new Uint8Array(10 * 1024 * 1024 + 1)], "big.bin"));
  await s.expect("413 40005", `POST ${s.at}`, form);
});
