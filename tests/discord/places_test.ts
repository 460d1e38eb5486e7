/**
 * Places found again or made on the local Discord: by name, once, and private where asked for.
 */

import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { ChannelType } from "discord-api-types/v10";
import { createRestManager } from "discordeno";
import { DiscordRestError } from "../../src/discord/errors.ts";
import { InvalidRequests } from "../../src/discord/limits.ts";
import { openPlaces } from "../../src/discord/places.ts";
import { guardRest } from "../../src/discord/rest_guard.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openLog } from "../../src/runtime/log.ts";
import { addChannel } from "../../src/sandbox/discord/build.ts";
import { canSee } from "../../src/sandbox/discord/permissions.ts";
import { makeThread, setArchived } from "../../src/sandbox/discord/thread_life.ts";
import type { Application, Channel } from "../../src/sandbox/discord/world.ts";
import { type Community, community } from "../discord_community.ts";

/** Ways to make places as one of the community's bots. */
function placesOf({ discord, apps, guild }: Community, app: Application = apps.servers) {
  const log = openLog("test", { write: () => {}, now: () => new Date(), secrets: [] });
  const discordeno = createRestManager({ token: app.token });
  discordeno.baseUrl = discord.apiUrl;
  const invalidRequests = new InvalidRequests({ clock: systemClock });
  const rest = guardRest(discordeno, { bot: app.id, clock: systemClock, log, invalidRequests });
  const places = openPlaces({ rest, guildId: guild.id, botId: app.id });
  return { ...places, rest, [Symbol.dispose]: () => rest.stop() };
}

/** The places of a kind. */
function placesIn({ discord }: Community, type: ChannelType): Channel[] {
  return [...discord.world.channels.values()].filter((channel) => channel.type === type);
}

function placeOf({ discord }: Community, id: string): Channel {
  const channel = discord.world.channels.get(id);
  ok(channel, `there is no ${id}`);
  return channel;
}

Deno.test("ensureCategory() and ensureChannel() make what is missing and find it again", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const category = await bot.ensureCategory("Chat Bridge");
  const channel = await bot.ensureChannel(category, "The Island");
  equal(placeOf(it, category).name, "Chat Bridge");
  equal(placeOf(it, channel).name, "the-island");
  equal(placeOf(it, channel).parentId, category);

  using restarted = placesOf(it);
  equal(await restarted.ensureCategory(" chat  bridge "), category);
  equal(await restarted.ensureChannel(category, "the-island"), channel);
  equal(await restarted.ensureChannel(category, "The  Island!"), channel);
});

Deno.test("ensureChannel() looks only under its category, and only at text channels", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const [one, two] = [await bot.ensureCategory("One"), await bot.ensureCategory("Two")];
  addChannel(it.discord.world, it.guild, {
    name: "island",
    type: ChannelType.GuildVoice,
    parent: placeOf(it, one),
  });
  const elsewhere = await bot.ensureChannel(two, "island");
  const here = await bot.ensureChannel(one, "island");
  notEqual(here, elsewhere);
  equal(placeOf(it, here).type, ChannelType.GuildText);
});

Deno.test("of two places with one name the one that was there first is taken", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const { world } = it.discord;
  const type = ChannelType.GuildCategory;
  const first = addChannel(world, it.guild, { name: "Tickets", type, position: 9 });
  addChannel(world, it.guild, { name: "Tickets", type, position: 1 });
  equal(await bot.ensureCategory("Tickets"), first.id);
});

Deno.test("whoever asks at the same time gets the same place", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const names = ["Chat Bridge", "chat bridge", "CHAT  BRIDGE"];
  const categories = await Promise.all(names.map((name) => bot.ensureCategory(name)));
  equal(new Set(categories).size, 1);
  equal(placesIn(it, ChannelType.GuildCategory).length, 1);

  const [category] = categories as [string];
  const channels = await Promise.all(
    ["Island", "island", "island!"].map((name) => bot.ensureChannel(category, name)),
  );
  const threads = await Promise.all(
    ["Chat", "Chat", "chat"].map((name) => bot.ensureThread(channels[0]!, name)),
  );
  deepEqual([new Set(channels).size, new Set(threads).size], [1, 1]);
  equal(placesIn(it, ChannelType.PublicThread).length, 1);
});

Deno.test("a private place is seen by its roles and the bot, and by nobody else", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const { world } = it.discord;
  const { support, admin } = it.roles;
  // A role that stands in it twice, and @everyone, which nobody can mean.
  const privacy = { onlyRoles: [support.id, admin.id, support.id, it.guild.id] };
  const [sam, ann, eve] = [
    it.person("sam", { roles: ["support"] }),
    it.person("ann", { roles: ["admin"] }),
    it.person("eve", { roles: ["moderator"] }),
  ];
  const category = await bot.ensureCategory("Staff", privacy);
  const open = await bot.ensureCategory("Open");
  const channels = [
    category,
    await bot.ensureChannel(category, "inherits"),
    await bot.ensureChannel(open, "own", privacy),
  ];
  for (const channel of channels.map((id) => placeOf(it, id))) {
    const seeing = [sam.id, ann.id, eve.id, it.apps.servers.id, it.apps.gp.id]
      .map((id) => canSee(world, id, channel));
    deepEqual(seeing, [true, true, false, true, false], channel.name);
  }
  await bot.ensureThread(channels[1]!, "the bot can work there");
});

Deno.test("a place that exists keeps the overwrites that admins gave it", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const type = ChannelType.GuildCategory;
  const category = addChannel(it.discord.world, it.guild, { name: "Staff", type });
  equal(await bot.ensureCategory("Staff", { onlyRoles: [it.roles.admin.id] }), category.id);
  deepEqual(category.overwrites, []);
});

Deno.test("a bot without the permission is told which to give", async () => {
  await using it = await community();
  using bot = placesOf(it, it.apps.gp);
  await rejects(bot.ensureCategory("Staff"), (error) => {
    ok(error instanceof DiscordRestError);
    equal(error.code, 50013);
    match(error.message, /give the bot's role the missing permission/);
    return true;
  });
});

Deno.test("a full category is told as such", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const category = placeOf(it, await bot.ensureCategory("Full"));
  for (let n = 0; n < 50; n++) {
    addChannel(it.discord.world, it.guild, { name: `room-${n}`, parent: category });
  }
  await rejects(bot.ensureChannel(category.id, "one more"), /the category has 50 channels/);
  ok(await bot.ensureChannel(category.id, "room-7"));
  it.discord.takeViolations();
});

Deno.test("what an admin deleted is made anew", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const category = await bot.ensureCategory("Chat Bridge");
  const channel = await bot.ensureChannel(category, "island");
  const thread = await bot.ensureThread(channel, "Chat");
  await bot.rest.call("DELETE", `/channels/${channel}`);
  const again = await bot.ensureChannel(category, "island");
  notEqual(again, channel);
  notEqual(await bot.ensureThread(again, "Chat"), thread);
  await rejects(bot.ensureThread(channel, "Chat"), (error) => {
    ok(error instanceof DiscordRestError);
    return error.code === 10003 && error.isUnknown;
  });
});

Deno.test("ensureThread() finds an open thread, and reopens an archived one", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const id = await bot.ensureThread(it.general.id, "The Island");
  equal(await bot.ensureThread(it.general.id, "the island"), id);
  const thread = placeOf(it, id);
  equal(thread.name, "The Island");
  equal(thread.thread!.metadata.auto_archive_duration, 10_080);

  setArchived(it.discord.world, thread, true);
  equal(await bot.ensureThread(it.general.id, "The Island"), id);
  equal(thread.thread!.metadata.archived, false);
  equal(placesIn(it, ChannelType.PublicThread).length, 1);
});

Deno.test("ensureThread() reopens a locked thread where it may, and says so where it may not", async () => {
  await using it = await community();
  using bot = placesOf(it);
  using other = placesOf(it, it.apps.gp);
  const id = await bot.ensureThread(it.general.id, "Locked");
  await bot.rest.call("PATCH", `/channels/${id}`, { body: { archived: true, locked: true } });
  await rejects(other.ensureThread(it.general.id, "Locked"), (error) => {
    ok(error instanceof DiscordRestError);
    match(error.message, /Manage Threads|missing permission/);
    return error.code === 50083 || error.code === 50013;
  });
  equal(await bot.ensureThread(it.general.id, "Locked"), id);
  const { archived, locked } = placeOf(it, id).thread!.metadata;
  deepEqual([archived, locked], [false, true]);
});

Deno.test("openThread() reopens a thread, and names it where a name is given", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const id = await bot.ensureThread(it.general.id, "The Island");
  const thread = placeOf(it, id);
  const state = () => [thread.name, thread.thread!.metadata.archived];
  setArchived(it.discord.world, thread, true);
  await bot.openThread(id);
  deepEqual(state(), ["The Island", false]);
  setArchived(it.discord.world, thread, true);
  await bot.openThread(id, `  Bliss   Island ${"x".repeat(100)}`);
  deepEqual(state(), [`Bliss Island ${"x".repeat(87)}`, false]);
  await bot.openThread(id, "Open already");
  deepEqual(state(), ["Open already", false]);
  await rejects(bot.openThread("4"), (error) => {
    ok(error instanceof DiscordRestError);
    return error.isUnknown;
  });
});

Deno.test("ensureThread() finds a thread that was archived long before hundreds of others", async () => {
  let now = Date.now();
  await using it = await community({ now: () => now });
  using bot = placesOf(it);
  const { world } = it.discord;
  const wanted = await bot.ensureThread(it.general.id, "wanted");
  setArchived(world, placeOf(it, wanted), true);
  for (let n = 0; n < 205; n++) {
    now += 1_000;
    const type = ChannelType.PublicThread;
    const thread = { name: `other ${n}`, type, ownerId: it.apps.gp.id, autoArchive: 60 } as const;
    setArchived(world, makeThread(world, it.general, thread), true);
  }
  equal(await bot.ensureThread(it.general.id, "wanted"), wanted);
});

Deno.test("names that are too long are found again, and empty ones refused", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const long = `${"x".repeat(99)}🔥 and more`;
  const category = await bot.ensureCategory(long);
  equal(await bot.ensureCategory(long), category);
  const channel = await bot.ensureChannel(category, long);
  equal(await bot.ensureChannel(category, long), channel);
  const thread = await bot.ensureThread(channel, long);
  equal(await bot.ensureThread(channel, long), thread);
  equal(placeOf(it, thread).name, "x".repeat(99));

  for (const name of ["", "  ", "\n"]) {
    await rejects(bot.ensureCategory(name), RangeError);
    await rejects(bot.ensureThread(channel, name), RangeError);
  }
  await rejects(bot.ensureChannel(category, "?!"), /Cannot name a place "\?!"/);
});

Deno.test("a failure is told to all who waited, and the next one tries again", async () => {
  await using it = await community();
  using bot = placesOf(it);
  const route = "POST /guilds/{guild_id}/channels";
  it.discord.faults.next({ route }, { kind: "status", status: 500 });
  const tries = await Promise.allSettled([bot.ensureCategory("One"), bot.ensureCategory("one")]);
  deepEqual(tries.map(({ status }) => status), ["rejected", "rejected"]);
  ok(await bot.ensureCategory("One"));
  equal(placesIn(it, ChannelType.GuildCategory).length, 1);
});
