/** What a bot makes of its events, its commands, and its calls, beside the session itself. */

import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { ChannelType } from "discord-api-types/v10";
import { type DiscordCommand, toDiscordCommands } from "../../src/discord/commands.ts";
import { DiscordRestError } from "../../src/discord/errors.ts";
import type { Interaction } from "../../src/discord/interaction.ts";
import { INTENTS } from "../../src/discord/rights.ts";
import { supervise } from "../../src/runtime/supervise.ts";
import {
  addBot,
  addGuild,
  addPerson,
  addRole,
  removeMember,
} from "../../src/sandbox/discord/build.ts";
import { tellChannel } from "../../src/sandbox/discord/events.ts";
import { type Attached, Person } from "../../src/sandbox/discord/people.ts";
import { makeThread } from "../../src/sandbox/discord/thread_life.ts";
import { deleteMessage, deleteMessages } from "../../src/sandbox/discord/messages.ts";
import type { Application, Message } from "../../src/sandbox/discord/world.ts";
import { briskClock, makeBot, openStage, runBot, type Stage } from "./running_bot.ts";

const PUT_COMMANDS = "PUT /applications/{application_id}/guilds/{guild_id}/commands";

function commandsOf(description: string): DiscordCommand[] {
  return toDiscordCommands([{
    name: { en: "health", de: "zustand" },
    description: { en: description, de: "Zeigt den Zustand" },
    who: "anyone",
    isPrivate: true,
    run: () => Promise.reject(new Error("never called: the bot knows no handlers")),
  }]);
}

function ann({ discord: { world, interactions }, guild }: Stage): Person {
  const member = addPerson(world, guild, { username: "ann" });
  return new Person({ interactions, guild, member });
}

function puts({ discord }: Stage, app: Application): number {
  return discord.requests.filter(({ method, route, appId }) =>
    `${method} ${route}` === PUT_COMMANDS && appId === app.id
  ).length;
}

Deno.test("what people write arrives in order, with the name that others see", async () => {
  await using stage = await openStage();
  await using running = runBot(stage, stage.app());
  await running.untilReady();
  const { world, interactions } = stage.discord;
  const member = addPerson(world, stage.guild, { username: "ann", nick: "Annie" });
  const person = new Person({ interactions, guild: stage.guild, member });
  const texts = Array.from({ length: 50 }, (_, index) => `message ${index}`);
  for (const text of texts) await person.says(stage.channel, text);
  await running.until(() => running.messages.length === texts.length);
  deepEqual(running.messages.map(({ text }) => text), texts);
  const { author, guildId, channelId } = running.messages[0]!;
  deepEqual(author, { id: person.id, isBot: false, displayName: "Annie" });
  deepEqual([guildId, channelId], [stage.guild.id, stage.channel.id]);
});

Deno.test("a message comes with what it has beside its text, and what it answers", async () => {
  await using stage = await openStage();
  await using running = runBot(stage, stage.app());
  await running.untilReady();
  const person = ann(stage);
  const says = (text: string, attached?: Attached) => person.says(stage.channel, text, attached);
  const bytes = new Uint8Array([1]);
  const files = ["image/png", "audio/ogg", "application/zip"]
    .map((type) => ({ name: "file", type, bytes }));
  await says("", { files });
  await says("", { stickers: ["Wumpus"] });
  const poll = { question: "Which map?", answers: ["Island", "Ragnarok"] };
  const asked = await says("", { poll });
  await says("plain");
  const answer = await says("Island!", { replyTo: asked });
  await says("", { forwards: answer });
  stage.writes("to what?", { type: 19, referenced_message: null });
  await running.until(() => running.messages.length === 7);
  const [withFiles, sticker, withPoll, plain, reply, forward, orphan] = running.messages;
  deepEqual(withFiles?.files, ["picture", "sound", "file"]);
  equal(sticker?.stickers, 1);
  deepEqual([withPoll?.hasPoll, withPoll?.text], [true, ""]);
  const { files: none, stickers, hasPoll, isForwarded, answers } = plain!;
  deepEqual([none, stickers, hasPoll, isForwarded, answers], [[], 0, false, false, undefined]);
  deepEqual([reply?.answers?.author.displayName, reply?.answers?.text], ["ann", ""]);
  deepEqual([forward?.isForwarded, forward?.text], [true, ""]);
  deepEqual([orphan?.text, orphan?.answers], ["to what?", undefined]);
});

Deno.test("mentions come with names, those of roles and channels as they are now", async () => {
  await using stage = await openStage();
  const { world, interactions } = stage.discord;
  const role = addRole(world, stage.guild, { name: "Admins" });
  const member = addPerson(world, stage.guild, { username: "ann", nick: "Annie" });
  const person = new Person({ interactions, guild: stage.guild, member });
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  await running.until(() => running.bot.isInGuild());
  const thread = makeThread(world, stage.channel, {
    name: "The Island",
    type: ChannelType.PublicThread,
    ownerId: app.id,
    autoArchive: 60,
  });
  const names = async (text: string) => {
    const { data } = await person.says(stage.channel, text);
    await running.until(() => running.messages.some(({ id }) => id === data.id));
    return running.messages.find(({ id }) => id === data.id)!.names;
  };
  const text = `<@${person.id}> <@&${role.id}> <#${stage.channel.id}> <#${thread.id}> <#7>`;
  const expected = {
    [person.id]: "Annie",
    [role.id]: "Admins",
    [stage.channel.id]: "general",
    [thread.id]: "The Island",
  };
  deepEqual(await names(text), expected);

  stage.channel.name = "talk";
  tellChannel(world, stage.channel, "UPDATE");
  await running.bot.surface.openThread(thread.id, "Ragnarok");
  deepEqual(await names(text), {
    ...expected,
    [stage.channel.id]: "talk",
    [thread.id]: "Ragnarok",
  });
});

Deno.test("messages of other servers are passed over", async () => {
  await using stage = await openStage();
  const app = stage.app();
  const other = addGuild(stage.discord.world, { name: "Elsewhere" });
  addBot(stage.discord.world, other, { app, permissions: 0n });
  await using running = runBot(stage, app);
  await running.untilReady();
  stage.writes("elsewhere", { guild_id: other.id });
  stage.writes("here");
  await running.until(() => running.messages.length > 0);
  deepEqual(running.messages.map(({ text }) => text), ["here"]);
});

Deno.test("what is deleted in the served guild is told, one by one or many at once", async () => {
  await using stage = await openStage();
  const { world } = stage.discord;
  const app = stage.app();
  const deleted: { readonly id: string; readonly channelId: string }[] = [];
  await using running = runBot(stage, app, {
    onMessageDelete: (message) => Promise.resolve(void deleted.push(message)),
  });
  await running.untilReady();
  const person = ann(stage);
  const messages: Message[] = [];
  for (const text of ["a", "b", "c", "stays"]) {
    messages.push(await person.says(stage.channel, text));
  }
  const elsewhere = { id: "9", channel_id: "8", guild_id: "7" };
  const raw = { op: 0, t: "MESSAGE_DELETE", s: null, d: elsewhere };
  stage.discord.gateway.sendRaw(app, JSON.stringify(raw));
  const [a, b, c] = messages.map(({ data }) => data.id);
  deleteMessage(world, messages[0]!);
  deleteMessages(world, stage.channel, [b!, c!]);
  await person.says(stage.channel, "later");
  await running.until(() => running.messages.some(({ text }) => text === "later"));
  deepEqual(deleted, [a, b, c].map((id) => ({ id, channelId: stage.channel.id })));
});

Deno.test("a handler that throws, at once or later, costs a line in the log and nothing else", async () => {
  await using stage = await openStage();
  const heard: string[] = [];
  const onMessage = ({ text }: { text: string }) => {
    heard.push(text);
    if (text === "at once") throw new Error("broken at once");
    if (text === "later") return Promise.reject(new Error("broken later"));
    return Promise.resolve();
  };
  await using running = runBot(stage, stage.app(), { onMessage });
  await running.untilReady();
  for (const text of ["at once", "later", "fine"]) stage.writes(text);
  await running.until(() =>
    running.logged.filter((line) => line.includes("Cannot handle")).length === 2
  );
  deepEqual(heard, ["at once", "later", "fine"]);
  const lines = running.logged.filter((line) => line.includes("Cannot handle a message"));
  match(lines[0]!, /"id":"[0-9A-F]{4}".*broken at once/);
  match(lines[1]!, /"id":"[0-9A-F]{4}".*broken later/);
  deepEqual(running.told, ["ready"]);
});

Deno.test("handlers that hang do not pile up without end, and interactions still get through", async () => {
  await using stage = await openStage();
  const app = stage.app();
  let called = 0;
  const onMessage = () => {
    called++;
    return new Promise<never>(() => {});
  };
  await using running = runBot(stage, app, { onMessage });
  await running.until(() => running.logged.some((line) => line.includes("as they were")));
  for (let index = 0; index < 1200; index++) stage.writes(`${index}`);
  const press = { id: "175928847299117063", type: 2, token: "t", user: app.user, data: {} };
  stage.discord.gateway.sendRaw(app, JSON.stringify({ op: 0, t: "INTERACTION_CREATE", d: press }));
  await running.until(() => running.interactions.length === 1);
  equal(called, 1000);
  equal(running.logged.filter((line) => line.includes("Passed over a message")).length, 1);
});

Deno.test("commands are registered once, and again only when they changed", async () => {
  await using stage = await openStage();
  const app = stage.app();
  const start = async (description: string) => {
    await using running = runBot(stage, app, { commands: commandsOf(description) });
    await running.until(() =>
      running.logged.some((line) => /commands are as|Registered/.test(line))
    );
  };
  await start("Shows the health");
  equal(puts(stage, app), 1);
  await start("Shows the health");
  equal(puts(stage, app), 1);
  await start("Shows how everything is");
  equal(puts(stage, app), 2);
  equal(app.commands.get(stage.guild.id)?.[0]?.description, "Shows how everything is");
});

Deno.test("commands that could not be registered are tried again until they are", async () => {
  await using stage = await openStage();
  const app = stage.app();
  stage.discord.faults.next({ route: PUT_COMMANDS, times: 4 }, { kind: "status", status: 500 });
  await using running = runBot(stage, app, { commands: commandsOf("Shows the health") });
  await running.until(() =>
    running.logged.some((line) => line.includes("Registered its commands: "))
  );
  ok(running.logged.some((line) => line.includes("Cannot register the commands")));
});

Deno.test("invited while it runs, the bot registers its commands; thrown out, it knows", async () => {
  await using stage = await openStage();
  const app = stage.app();
  removeMember(stage.discord.world, stage.guild, app.id);
  await using running = runBot(stage, app, { commands: commandsOf("Shows the health") });
  await running.untilReady();
  equal(running.bot.isInGuild(), false);
  const absences = () =>
    running.logged.filter((line) => line.includes(`not in the server ${stage.guild.id}`)).length;
  equal(absences(), 1);
  addBot(stage.discord.world, stage.guild, { app, permissions: 0n });
  await running.until(() => puts(stage, app) === 1 && running.bot.isInGuild());
  removeMember(stage.discord.world, stage.guild, app.id);
  stage.writes("after that");
  await running.until(() => running.messages.length === 1);
  equal(running.bot.isInGuild(), false);
  equal(absences(), 2);
});

Deno.test("a server with trouble at Discord is still the bot's server", async () => {
  await using stage = await openStage();
  const { gateway } = stage.discord;
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  const gone = { id: stage.guild.id, unavailable: true };
  gateway.sendRaw(app, JSON.stringify({ op: 0, t: "GUILD_DELETE", s: null, d: gone }));
  stage.writes("later");
  await running.until(() => running.messages.length === 1);
  equal(running.bot.isInGuild(), true);
});

Deno.test("calls go to api_url + /v10, and are refused in words while the bot does not run", async () => {
  await using stage = await openStage();
  const app = stage.app();
  const running = runBot(stage, app);
  await running.untilReady();
  const { id } = await running.bot.surface.post(stage.channel.id, { text: "hello" });
  equal(stage.channel.messages.get(id)?.data.content, "hello");
  await running.stop();
  await rejects(running.bot.surface.post(stage.channel.id, { text: "late" }), (error) => {
    ok(error instanceof DiscordRestError);
    match(error.message, /^Cannot POST \/channels\/\d+\/messages: the bot is not running; look/);
    return true;
  });
});

Deno.test("calls work while the session is interrupted", async () => {
  await using stage = await openStage();
  const app = stage.app();
  await using running = runBot(stage, app);
  await running.untilReady();
  const end = stage.discord.faults.flapping("hello");
  stage.discord.gateway.close(app, 1006);
  await running.until(() => running.told.length > 1);
  await running.bot.surface.post(stage.channel.id, { text: "still here" });
  await end();
});

Deno.test("the heartbeat's round trip is known after the first one", async () => {
  await using stage = await openStage();
  stage.discord.gateway.heartbeatMs = 1500;
  await using running = runBot(stage, stage.app());
  await running.untilReady();
  equal(running.bot.latencyMs(), undefined);
  while (running.bot.latencyMs() === undefined) {
    stage.writes("tick");
    const { length } = running.messages;
    await running.until(() => running.messages.length > length);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  ok(running.bot.latencyMs()! >= 0 && running.bot.latencyMs()! < 1000);
});

Deno.test("neither token nor interaction tokens reach the log, debug lines included", async () => {
  await using stage = await openStage();
  const app = stage.app();
  const tokens: string[] = [];
  const onInteraction = async ({ replies }: Interaction) => {
    const { token } = replies;
    tokens.push(token);
    await replies.reply({ text: "Fine" }, { isPrivate: true });
    await replies.editOriginal({ text: "Very fine" });
    throw new Error(`POST /interactions/1/${token}/callback with ${app.token}`);
  };
  await using running = runBot(stage, app, { onInteraction, commands: commandsOf("Health") });
  await running.until(() => running.logged.some((line) => line.includes("Registered")));
  equal((await ann(stage).runs("/health")).kind, "message");
  await running.until(() => running.logged.some((line) => line.includes("Cannot handle")));
  const all = running.logged.join("");
  equal(tokens.length, 1);
  for (const secret of [app.token, tokens[0]!]) equal(all.includes(secret), false);
  doesNotMatch(all, /"authorization":"Bot (?!\*)/i);
});

Deno.test("under the supervisor: an intent that is off disables the bot until it is switched on", async () => {
  await using stage = await openStage();
  const app = stage.app();
  app.privilegedIntents = 0;
  const { bot, log, until } = makeBot(stage, app);
  const part = supervise("master", { run: bot.run, offText: "", log, clock: briskClock });
  try {
    await until(() => part.status().state === "disabled");
    match(part.status().text, /"Message Content Intent"/);
    app.privilegedIntents = INTENTS.messageContent;
    part.restart();
    await until(() => part.status().state === "ready");
  } finally {
    await part.stop();
  }
});

Deno.test("under the supervisor: a Discord that is down at the start is found when it is back", async () => {
  await using stage = await openStage();
  const end = stage.discord.faults.outage();
  const { bot, log, until } = makeBot(stage, stage.app());
  const part = supervise("master", { run: bot.run, offText: "", log, clock: briskClock });
  try {
    await until(() => part.status().state === "waiting");
    await end();
    await until(() => part.status().state === "ready");
  } finally {
    await part.stop();
  }
});
