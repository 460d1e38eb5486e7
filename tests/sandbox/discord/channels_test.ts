import { deepEqual, equal } from "node:assert/strict";
import { ChannelType } from "discord-api-types/v10";
import { addChannel, forMember, forRole } from "../../../src/sandbox/discord/build.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import type { Channel } from "../../../src/sandbox/discord/world.ts";
import { scene } from "./scene.ts";

const READS = Bit.ViewChannel | Bit.ReadMessageHistory;

Deno.test("a bot makes a category and a text channel under it, named and hidden as Discord does", async () => {
  await using s = await scene({ permissions: READS | Bit.ManageChannels | Bit.ManageRoles });
  const heard = s.hears();
  const hidden = [
    { id: s.guild.id, type: 0, allow: "0", deny: "1024" },
    { id: s.app.id, type: 1, allow: "1024", deny: "0" },
  ];
  const { body: category } = await s.expect("201", `POST /guilds/${s.guild.id}/channels`, {
    name: "Chat Bridge",
    type: ChannelType.GuildCategory,
    permission_overwrites: hidden,
  });
  equal(category.name, "Chat Bridge");
  const { body: channel } = await s.expect("201", `POST /guilds/${s.guild.id}/channels`, {
    name: "The Island  No. 1",
    parent_id: category.id,
    topic: "chat",
  });
  equal(channel.name, "the-island-no-1");
  equal(channel.topic, "chat");
  deepEqual(channel.permission_overwrites, hidden, "a channel starts with its category's");
  deepEqual(heard.map(([name, data]) => [name, data.id]), [
    ["CHANNEL_CREATE", category.id],
    ["CHANNEL_CREATE", channel.id],
  ]);
  const { body: all } = await s.expect("200", `GET /guilds/${s.guild.id}/channels`);
  deepEqual(all.map((it: { name: string }) => it.name), [
    "general",
    "Chat Bridge",
    "the-island-no-1",
  ]);
});

Deno.test("channels that cannot be seen, changed or found answer with Discord's codes", async () => {
  await using s = await scene({ permissions: READS });
  const { world } = s.discord;
  const secret = addChannel(world, s.guild, {
    name: "secret",
    overwrites: [forRole(s.guild.id, { deny: Bit.ViewChannel })],
  });
  await s.expect("403 50001", `GET /channels/${secret.id}`);
  await s.expect("403 50001", `PATCH /channels/${secret.id}`, { name: "x" });
  await s.expect("404 10003", "GET /channels/123456789012345678");
  await s.expect("403 50013", `PATCH /channels/${s.channel.id}`, { name: "x" });
  await s.expect("403 50013", `DELETE /channels/${s.channel.id}`);
  await s.expect("403 50013", `POST /guilds/${s.guild.id}/channels`, { name: "x" });
  await s.expect("404 10004", "GET /guilds/123456789012345678/channels");
  const { body } = await s.expect("200", `GET /guilds/${s.guild.id}/channels`);
  equal(body.length, 2, "bots are told of hidden channels all the same");
});

Deno.test("overwrites take MANAGE_ROLES, and nobody gives or takes what it does not hold", async () => {
  await using s = await scene({ permissions: READS | Bit.ManageRoles });
  const put = `PUT /channels/${s.channel.id}/permissions/${s.guild.id}`;
  await s.expect("403 50013", put, { type: 0, deny: String(Bit.BanMembers) });
  const heard = s.hears();
  await s.expect("204", put, { type: 0, deny: String(Bit.SendMessages) });
  deepEqual(heard.map(([name]) => name), ["CHANNEL_UPDATE"]);
  equal(s.channel.overwrites.length, 1);
  await s.expect(
    "404 10009",
    `PUT /channels/${s.channel.id}/permissions/99`,
    { type: 0, allow: "0" },
  );
  await s.expect("204", `DELETE /channels/${s.channel.id}/permissions/${s.guild.id}`);
  await s.expect("404 10009", `DELETE /channels/${s.channel.id}/permissions/${s.guild.id}`);
  // What it does not hold stays untouched, also when it writes all of them anew.
  s.channel.overwrites = [forMember(s.ann.user.id, { allow: Bit.BanMembers })];
  await s.expect("403 50013", `DELETE /channels/${s.channel.id}/permissions/${s.ann.user.id}`);
});

Deno.test("only administrators give MANAGE_ROLES away; whom a channel gives it may do all there", async () => {
  await using s = await scene({
    permissions: READS | Bit.ManageRoles | Bit.ManageChannels | Bit.SendMessages,
  });
  const put = `PUT /channels/${s.channel.id}/permissions/${s.ann.user.id}`;
  const manages = { type: 1, allow: String(Bit.ManageRoles) };
  await s.expect("403 50013", put, manages);
  await s.expect("403 50013", `POST /guilds/${s.guild.id}/channels`, {
    name: "x",
    permission_overwrites: [{ id: s.app.id, ...manages }],
  });
  const bans = { type: 1, deny: String(Bit.BanMembers) };
  s.channel.overwrites = [forMember(s.app.id, { allow: Bit.BanMembers })];
  await s.expect("403 50013", put, bans); // held here alone, which is not enough
  s.channel.overwrites = [forMember(s.app.id, { allow: Bit.ManageRoles })];
  await s.expect("204", put, bans);
  await s.expect("204", put, manages);
});

Deno.test("a channel takes 100 overwrites, a thread none", async () => {
  await using s = await scene({
    permissions: READS | Bit.ManageRoles | Bit.SendMessages | Bit.CreatePublicThreads,
  });
  const put = (id: string) => `PUT /channels/${id}/permissions/${s.ann.user.id}`;
  const none = { type: 1, allow: "0" };
  s.channel.overwrites = Array.from({ length: 100 }, (_, n) => forMember(String(n + 1), {}));
  await s.expect("400 30060", put(s.channel.id), none);
  const { body } = await s.expect("201", `POST /channels/${s.channel.id}/threads`, {
    name: "t",
    type: 11,
  });
  await s.expect("400 50024", put(body.id), none);
});

Deno.test("a bot that hides a channel from all without allowing itself has locked itself out", async () => {
  await using s = await scene({ permissions: READS | Bit.ManageRoles | Bit.ManageChannels });
  await s.expect("204", `PUT /channels/${s.channel.id}/permissions/${s.guild.id}`, {
    type: 0,
    deny: String(Bit.ViewChannel),
  });
  await s.expect("403 50001", `GET /channels/${s.channel.id}`);
  await s.expect("403 50001", `DELETE /channels/${s.channel.id}/permissions/${s.guild.id}`);
});

Deno.test("a channel under a category takes the rights that the bot has in the category", async () => {
  await using s = await scene({ permissions: READS | Bit.ManageChannels });
  const [parent, open] = ["closed", "open"].map((name) =>
    addChannel(s.discord.world, s.guild, { name, type: ChannelType.GuildCategory })
  ) as [Channel, Channel];
  const overwrite = (rights: object) => [forMember(s.app.id, rights)];
  parent.overwrites = overwrite({ deny: Bit.ManageChannels });
  const create = `POST /guilds/${s.guild.id}/channels`;
  await s.expect("403 50013", create, { name: "x", parent_id: parent.id });
  await s.expect("403 50013", `PATCH /channels/${s.channel.id}`, { parent_id: parent.id });
  open.overwrites = overwrite({ allow: Bit.ManageChannels });
  s.guild.roles.get(s.guild.members.get(s.app.id)!.roles[0]!)!.permissions = String(READS);
  await s.expect("403 50013", create, { name: "x" });
  await s.expect("201", create, { name: "x", parent_id: open.id });
});

Deno.test("a category holds 50 channels, a guild 500", async () => {
  await using s = await scene({ permissions: READS | Bit.ManageChannels });
  const { world } = s.discord;
  const category = () => addChannel(world, s.guild, { name: "C", type: ChannelType.GuildCategory });
  const full = category();
  for (let i = 0; i < 50; i++) addChannel(world, s.guild, { name: "c", parent: full });
  const create = `POST /guilds/${s.guild.id}/channels`;
  const { body } = await s.expect("400 50035", create, { name: "one more", parent_id: full.id });
  equal(body.errors.parent_id._errors[0].code, "CHANNEL_PARENT_MAX_CHANNELS");
  while (world.channels.size < 500) category();
  await s.expect("400 30013", create, { name: "one more" });
});

Deno.test("a renamed, moved and deleted channel is told of; the channels of a deleted category stay", async () => {
  await using s = await scene({ permissions: READS | Bit.ManageChannels });
  const { world } = s.discord;
  const parent = addChannel(world, s.guild, { name: "Place", type: ChannelType.GuildCategory });
  const heard = s.hears();
  const { body } = await s.expect("200", `PATCH /channels/${s.channel.id}`, {
    name: "New Name",
    parent_id: parent.id,
    topic: null,
  });
  deepEqual([body.name, body.parent_id], ["new-name", parent.id]);
  await s.expect("200", `DELETE /channels/${parent.id}`);
  equal(s.channel.parentId, null);
  await s.expect("200", `DELETE /channels/${s.channel.id}`);
  await s.expect("404 10003", `GET /channels/${s.channel.id}`);
  deepEqual(heard.map(([name, data]) => [name, data.id]), [
    ["CHANNEL_UPDATE", s.channel.id],
    ["CHANNEL_DELETE", parent.id],
    ["CHANNEL_UPDATE", s.channel.id],
    ["CHANNEL_DELETE", s.channel.id],
  ]);
});

Deno.test("typing is told to those who see the channel", async () => {
  await using s = await scene({ permissions: READS | Bit.SendMessages });
  const heard = s.hears();
  await s.expect("204", `POST /channels/${s.channel.id}/typing`);
  deepEqual(heard.map(([name, data]) => [name, data.user_id]), [["TYPING_START", s.app.id]]);
});
