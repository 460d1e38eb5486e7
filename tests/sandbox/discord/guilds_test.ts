import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  addApplication,
  addBot,
  addPerson,
  addRole,
  removeMember,
} from "../../../src/sandbox/discord/build.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import { scene } from "./scene.ts";

const GUILD_MEMBERS = 1 << 1;

Deno.test("a bot reads its guild, roles and members as Discord describes them", async () => {
  await using s = await scene({ permissions: 0n, privilegedIntents: GUILD_MEMBERS });
  const at = `/guilds/${s.guild.id}`;
  const { body: guild } = await s.expect("200", `GET ${at}?with_counts=true`);
  deepEqual([guild.name, guild.approximate_member_count], ["Bliss", 3]);
  const { body: roles } = await s.expect("200", `GET ${at}/roles`);
  deepEqual(roles.map((it: { name: string }) => it.name), ["@everyone", "Bot"]);
  deepEqual([roles[1].managed, roles[1].tags.bot_id], [true, s.app.id]);
  await s.expect("404 10011", `GET ${at}/roles/1`);
  const { body: members } = await s.expect("200", `GET ${at}/members?limit=1000`);
  equal(members.length, 3);
  equal(
    (await s.expect("200", `GET ${at}/members?limit=1&after=${members[0].user.id}`)).body.length,
    1,
  );
  equal(
    (await s.expect("200", `GET ${at}/members/search?query=AN`)).body[0].user.id,
    s.ann.user.id,
  );
  await s.expect("200", `GET ${at}/members/${s.ann.user.id}`);
  await s.expect("404 10007", `GET ${at}/members/1`);
});

Deno.test("listing members takes the privileged intent; a guild it is not in is closed", async () => {
  await using s = await scene({ permissions: 0n });
  await s.expect("403 50001", `GET /guilds/${s.guild.id}/members`);
  const other = addApplication(s.discord.world, { name: "Other" });
  equal((await s.call(`GET /guilds/${s.guild.id}`, undefined, other)).body.code, 50001);
  await s.expect("404 10004", "GET /guilds/1");
});

Deno.test("roles are given and taken below the bot's own, with MANAGE_ROLES", async () => {
  await using s = await scene({ permissions: Bit.ManageRoles });
  const { world } = s.discord;
  const high = addRole(world, s.guild, { name: "high" });
  const bot = s.guild.members.get(s.app.id)!;
  const low = s.guild.roles.get(bot.roles[0]!)!;
  const at = `/guilds/${s.guild.id}/members/${s.ann.user.id}`;
  await s.expect("403 50013", `PUT ${at}/roles/${high.id}`);
  await s.expect("400 50028", `PUT ${at}/roles/${low.id}`);
  await s.expect("400 50028", `PUT ${at}/roles/${s.guild.id}`);
  await s.expect("404 10011", `PUT ${at}/roles/1`);
  await s.expect("403 50013", `PATCH ${at}`, { roles: [high.id] });
  low.position = 9;
  const heard = s.hears(GUILD_MEMBERS);
  const told = s.hears(1);
  await s.expect("204", `PUT ${at}/roles/${high.id}`);
  await s.expect("204", `PUT ${at}/roles/${high.id}`);
  deepEqual(s.ann.roles, [high.id]);
  deepEqual(heard.map(([name, data]) => [name, data.roles]), [["GUILD_MEMBER_UPDATE", [high.id]]]);
  deepEqual(told, [], "without the intent a bot learns only of itself");
  await s.expect("204", `DELETE ${at}/roles/${high.id}`);
  deepEqual(s.ann.roles, []);
  await s.expect("200", `PATCH ${at}`, { roles: [high.id] });
  deepEqual(s.ann.roles, [high.id]);
  low.permissions = "0";
  await s.expect("403 50013", `DELETE ${at}/roles/${high.id}`);
  await s.expect("403 50013", `PATCH ${at}`, { roles: [] });
});

Deno.test("nicknames: its own by CHANGE_NICKNAME, others' by MANAGE_NICKNAMES and rank", async () => {
  await using s = await scene({ permissions: Bit.ManageNicknames });
  const at = `/guilds/${s.guild.id}/members`;
  const told = s.hears(1);
  await s.expect("200", `PATCH ${at}/@me`, { nick: "Bliss Bot" });
  equal(told[0]![1].nick, "Bliss Bot", "a bot learns of itself without the intent");
  await s.expect("200", `PATCH ${at}/${s.ann.user.id}`, { nick: "Annie" });
  equal(s.ann.nick, "Annie");
  await s.expect("200", `PATCH ${at}/${s.ann.user.id}`, { nick: "" });
  equal(s.ann.nick, null);
  await s.expect("403 50013", `PATCH ${at}/${s.guild.ownerId}`, { nick: "x" });
});

Deno.test("users, the bot itself, its guilds and its application are read", async () => {
  await using s = await scene({ permissions: 0n, privilegedIntents: 1 << 1 | 1 << 15 });
  equal((await s.expect("200", "GET /users/@me")).body.id, s.app.id);
  equal((await s.expect("200", `GET /users/${s.ann.user.id}`)).body.username, "ann");
  await s.expect("404 10013", "GET /users/1");
  const { body: guilds } = await s.expect("200", "GET /users/@me/guilds?with_counts=true");
  deepEqual(guilds.map((it: { id: string }) => it.id), [s.guild.id]);
  equal((await s.expect("200", `GET /users/@me/guilds?after=${s.guild.id}`)).body.length, 0);
  const { body: app } = await s.expect("200", "GET /applications/@me");
  deepEqual([app.id, app.flags], [s.app.id, 1 << 15 | 1 << 19]);
  await s.expect("200", "GET /oauth2/applications/@me");
});

Deno.test("a bot that is invited gets the guild, one that is thrown out loses it", async () => {
  await using s = await scene({ permissions: 0n });
  const { world } = s.discord;
  const app = addApplication(world, { name: "New" });
  match(app.token, /^[\w-]{24,}\.[\w-]{6}\.[\w-]{27,}$/);
  const own = s.hears(1, app);
  const others = s.hears(1 | GUILD_MEMBERS);
  addBot(world, s.guild, { app, permissions: 0n });
  const created = own.find(([name]) => name === "GUILD_CREATE")![1];
  deepEqual(created.channels.map((it: { name: string }) => it.name), ["general"]);
  deepEqual(created.members.map((it: { user: { id: string } }) => it.user.id), [app.id]);
  deepEqual([created.member_count, created.unavailable, created.threads], [4, false, []]);
  ok(created.joined_at);
  equal(created.channels[0].guild_id, undefined, "Discord leaves it out there");
  removeMember(world, s.guild, app.id);
  equal(own.at(-1)![0], "GUILD_DELETE");
  deepEqual(others.map(([name]) => name), [
    "GUILD_ROLE_CREATE",
    "GUILD_MEMBER_ADD",
    "GUILD_MEMBER_REMOVE",
  ]);
});

Deno.test("one person may be in two guilds", async () => {
  await using s = await scene({ permissions: 0n });
  const member = addPerson(s.discord.world, s.guild, { username: "x", nick: "Z" });
  equal(member.nick, "Z");
  const again = addPerson(s.discord.world, s.guild, { username: "x", userId: member.user.id });
  equal(again.user, member.user);
});
