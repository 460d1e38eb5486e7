/**
 * The local Discord as discord.js sees it: a client that shares no code with ours, and that is held
 * to the real Discord by everybody who uses it. One scripted session, chapter by chapter; it fails
 * on any warning of the client and on any break of Discord's contract.
 * @module
 */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import {
  ActionRowBuilder,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  ChannelType,
  type ChatInputCommandInteraction,
  Client,
  type ClientEvents,
  DiscordAPIError,
  EmbedBuilder,
  Events,
  GatewayIntentBits as Intent,
  LabelBuilder,
  type Message,
  MessageFlags,
  ModalBuilder,
  OverwriteType,
  PermissionFlagsBits,
  RoleSelectMenuBuilder,
  Routes,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  type TextChannel,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
  type User,
} from "discord.js";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
  addPerson,
  addRole,
  forRole,
  removeMember,
} from "../../../src/sandbox/discord/build.ts";
import { opened, Person, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import type { LocalDiscord } from "../../../src/sandbox/discord/server.ts";
import type { World } from "../../../src/sandbox/discord/world.ts";
import { localDiscord } from "../../local_discord.ts";

const RIGHTS = Bit.ViewChannel | Bit.SendMessages | Bit.EmbedLinks | Bit.AttachFiles |
  Bit.ReadMessageHistory | Bit.AddReactions | Bit.SendMessagesInThreads | Bit.ManageThreads |
  Bit.CreatePublicThreads | Bit.CreatePrivateThreads | Bit.ManageChannels | Bit.ManageRoles |
  Bit.ManageMessages | Bit.PinMessages;
const INTENTS = Intent.Guilds | Intent.GuildMembers | Intent.GuildMessages |
  Intent.GuildMessageReactions | Intent.DirectMessages | Intent.MessageContent;

/** A guild with what the session needs. */
function buildWorld(world: World) {
  const guild = addGuild(world, { name: "Bliss" });
  const app = addApplication(world, { name: "Fidelity", privilegedIntents: INTENTS });
  const admin = addRole(world, guild, { name: "admin" });
  addBot(world, guild, { app, permissions: RIGHTS });
  const everyone = (rights: { allow?: bigint; deny?: bigint }) => [forRole(guild.id, rights)];
  const category = addChannel(world, guild, { name: "Servers", type: ChannelType.GuildCategory });
  const general = addChannel(world, guild, { name: "general", parent: category });
  const readOnly = addChannel(world, guild, {
    name: "rules",
    overwrites: everyone({ deny: Bit.SendMessages }),
  });
  const hidden = addChannel(world, guild, {
    name: "staff",
    overwrites: everyone({ deny: Bit.ViewChannel }),
  });
  const ann = addPerson(world, guild, { username: "ann", nick: "Annie", roles: [admin.id] });
  return { guild, app, admin, category, general, readOnly, hidden, ann };
}

/** Everything that a chapter of the session works with. */
interface Stage extends ReturnType<typeof buildWorld> {
  readonly discord: LocalDiscord;
  readonly client: Client<true>;
  readonly channel: TextChannel;
  readonly person: Person;
}

/** What the event brings when it happens next. */
function next<E extends keyof ClientEvents>(
  client: Client,
  event: E,
): Promise<ClientEvents[E][0]> {
  const happens = once(client, event as string, { signal: AbortSignal.timeout(8000) });
  return handled(happens.then(([value]) => value));
}

/** The next slash command, once it is answered by `answer`. */
function answering(
  { client }: Stage,
  answer: (interaction: ChatInputCommandInteraction) => Promise<unknown>,
): Promise<void> {
  return handled(
    next(client, Events.InteractionCreate).then(async (interaction) => {
      ok(interaction.isChatInputCommand());
      await answer(interaction);
    }),
  );
}

/** A promise that is awaited later: when the chapter fails before, it must not end the whole run. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function refusedWith(code: number, attempt: Promise<unknown>): Promise<void> {
  await rejects(attempt, (error) => {
    ok(error instanceof DiscordAPIError, String(error));
    equal(error.code, code, error.message);
    return true;
  });
}

const row = (...buttons: ButtonBuilder[]) =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(...buttons);
const button = (id: string, label: string) =>
  new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(ButtonStyle.Primary);

const CHAPTERS: Record<string, (stage: Stage) => Promise<void>> = {
  async "the caches hold the guild, its channels, roles and members"(stage) {
    const { client, guild, category, general, ann, admin, app } = stage;
    equal(client.user.id, app.id);
    equal(client.user.bot, true);
    const cached = client.guilds.cache.get(guild.id)!;
    equal(cached.name, "Bliss");
    equal(cached.memberCount, 3);
    equal(cached.channels.cache.get(general.id)?.parent?.id, category.id);
    equal(cached.roles.cache.get(admin.id)?.name, "admin");
    equal((await cached.fetchOwner()).user.username, "Bliss owner");
    const member = (await cached.members.fetch()).get(ann.user.id)!;
    equal(member.displayName, "Annie");
    deepEqual([...member.roles.cache.keys()].sort(), [guild.id, admin.id].sort());
    const me = await cached.members.fetchMe();
    ok(stage.channel.permissionsFor(me).has(PermissionFlagsBits.ManageThreads));
    const rules = cached.channels.cache.get(stage.readOnly.id)!;
    equal(rules.permissionsFor(me)?.has(PermissionFlagsBits.SendMessages), false);
    ok(!cached.channels.cache.get(stage.hidden.id)?.viewable);
    equal((await client.guilds.fetch(guild.id)).ownerId, guild.ownerId);
    equal((await client.users.fetch(ann.user.id, { force: true })).username, "ann");
    equal((await client.application.fetch()).id, app.id);
  },

  async "the caches follow what happens in the guild"({ client, discord, guild }) {
    const { world } = discord;
    const cached = client.guilds.cache.get(guild.id)!;
    const created = next(client, Events.ChannelCreate);
    const { id } = addChannel(world, guild, { name: "news" });
    equal((await created).id, id);
    equal(cached.channels.cache.get(id)?.name, "news");
    const joined = next(client, Events.GuildMemberAdd);
    const { user } = addPerson(world, guild, { username: "bob", globalName: "Bob" });
    equal((await joined).displayName, "Bob");
    const left = next(client, Events.GuildMemberRemove);
    removeMember(world, guild, user.id);
    equal((await left).id, user.id);
    const roleMade = next(client, Events.GuildRoleCreate);
    addRole(world, guild, { name: "VIP" });
    equal((await roleMade).name, "VIP");
  },

  async "messages are written, read, edited, answered, pinned and deleted"({ channel, person }) {
    const message = await channel.send({ content: "first", nonce: "1", enforceNonce: true });
    equal(message.author.id, channel.client.user.id);
    equal((await message.edit("second")).content, "second");
    ok((await channel.messages.fetch({ message: message.id, force: true })).editedTimestamp);
    const answer = await message.reply("third");
    equal((await answer.fetchReference()).id, message.id);
    deepEqual(
      [...(await channel.messages.fetch({ limit: 2 })).values()].map(({ content }) => content),
      ["third", "second"],
    );
    await message.pin();
    equal((await channel.messages.fetchPins()).items[0]?.message.id, message.id);
    await message.unpin();
    await message.delete();
    await refusedWith(10008, channel.messages.fetch({ message: message.id, force: true }));
    // The empty one is Discord's own line about the pin.
    deepEqual(person.sees(channel.id).map(textOf), ["third", ""]);
    await channel.sendTyping();
  },

  async "what people write arrives, with those whom it mentions"({ channel, person, client }) {
    const arrives = next(client, Events.MessageCreate);
    await person.says(channel.id, `<@${client.user.id}> look`);
    const message = await arrives;
    equal(message.content, `<@${client.user.id}> look`);
    equal(message.member?.displayName, "Annie");
    ok(message.mentions.has(client.user));
    const collected = handled(channel.awaitMessages({ max: 1, time: 5000, errors: ["time"] }));
    await person.says(channel.id, "collected");
    equal((await collected).first()?.content, "collected");
  },

  async "nobody is pinged whom allowedMentions leaves out"({ channel, person }) {
    await channel.send({ content: `<@${person.id}> @everyone`, allowedMentions: { parse: [] } });
    deepEqual(person.pinged, []);
    await channel.send(`<@${person.id}> come`);
    equal(person.pinged.length, 1);
  },

  async "embeds keep every part"({ channel }) {
    const embed = new EmbedBuilder().setTitle("Map").setDescription("Ragnarok").setColor(0x80ff00)
      .setURL("https://example.com/map").setTimestamp(1000)
      .setAuthor({ name: "Bliss" }).setFooter({ text: "Bliss Bot V2" })
      .addFields({ name: "Players", value: "3", inline: true });
    const message = await channel.send({ embeds: [embed] });
    const [read] = (await channel.messages.fetch({ message: message.id, force: true })).embeds;
    deepEqual(read?.data.fields, [{ name: "Players", value: "3", inline: true }]);
    equal(read?.hexColor, "#80ff00");
    equal(read?.footer?.text, "Bliss Bot V2");
    equal(Date.parse(read?.timestamp ?? ""), 1000);
  },

  async "files come back as they were sent, also inside embeds"({ channel }) {
    const bytes = new Uint8Array(70_000).map((_, index) => index % 251);
    const file = new AttachmentBuilder(Buffer.from(bytes), {
      name: "map.png",
      description: "A map",
    });
    const embeds = [new EmbedBuilder().setImage("attachment://map.png")];
    const message = await channel.send({ files: [file], embeds });
    const shownAt = message.embeds[0]?.image?.url ?? message.attachments.first()?.url;
    const response = await fetch(shownAt!);
    deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
    const both = await channel.send({
      files: [{ attachment: Buffer.from("one"), name: "a.txt" }, {
        attachment: Buffer.from("two"),
        name: "b.txt",
      }],
    });
    deepEqual(both.attachments.map(({ name, size }) => [name, size]), [["a.txt", 3], ["b.txt", 3]]);
    const [kept] = both.attachments.keys();
    const edited = await both.edit({ attachments: [{ id: kept! }] });
    deepEqual([...edited.attachments.keys()], [kept]);
  },

  async "components of the second version are kept"({ channel }) {
    const message = await channel.send({
      flags: MessageFlags.IsComponentsV2,
      components: [new TextDisplayBuilder().setContent("# Hi")],
    });
    const read = await channel.messages.fetch({ message: message.id, force: true });
    equal(read.components[0]?.type, 10);
    ok(read.flags.has(MessageFlags.IsComponentsV2));
  },

  async "reactions are counted, collected and removed"({ channel, person, client, discord }) {
    const message = await channel.send("vote");
    await message.react("✅");
    const filter = (_: unknown, user: User) => user.id === person.id;
    const collected = handled(
      message.awaitReactions({ filter, max: 1, time: 5000, errors: ["time"] }),
    );
    await person.reacts(stored(discord, message), "✅");
    equal((await collected).first()?.emoji.name, "✅");
    const reaction = message.reactions.cache.get("✅")!;
    deepEqual(
      [...(await reaction.users.fetch()).keys()].sort(),
      [client.user.id, person.id].sort(),
    );
    const isGone = next(client, Events.MessageReactionRemoveAll);
    await message.reactions.removeAll();
    await isGone;
    equal((await message.fetch(true)).reactions.cache.size, 0);
  },

  async "threads are opened, archived, reopened and found"({ channel, person, client }) {
    const thread = await channel.threads.create({
      name: "Ragnarok",
      autoArchiveDuration: 10080,
      type: ChannelType.PublicThread,
    });
    await thread.send("inside");
    await thread.setArchived(true);
    equal(thread.archived, true);
    ok((await channel.threads.fetchArchived()).threads.has(thread.id));
    await thread.setArchived(false);
    ok((await channel.threads.fetchActive()).threads.has(thread.id));
    const arrives = next(client, Events.MessageCreate);
    await person.says(thread.id, "from the game");
    const message = await arrives;
    equal(message.channelId, thread.id);
    equal(message.channel.isThread() && message.channel.parentId, channel.id);
    await thread.setArchived(true);
    await thread.send("opens it again");
    equal((await thread.fetch(true) as typeof thread).archived, false);
    await thread.setArchived(true);
    await refusedWith(50083, thread.setLocked(true));
    const topic = await channel.send("topic");
    equal((await topic.startThread({ name: "About it" })).id, topic.id);
    const again = Routes.threads(channel.id, topic.id); // discord.js itself would not ask twice
    await refusedWith(160004, client.rest.post(again, { body: { name: "Again" } }));
    await thread.delete();
    equal(channel.threads.cache.has(thread.id), false);
  },

  async "channels are made, hidden, renamed and removed"({ client, guild, category, person }) {
    const cached = client.guilds.cache.get(guild.id)!;
    const made = await cached.channels.create({
      name: "Chat Bridge",
      parent: category.id,
      permissionOverwrites: [
        { id: guild.id, deny: ["ViewChannel"] },
        { id: client.user.id, allow: ["ViewChannel", "SendMessages"], type: OverwriteType.Member },
      ],
    });
    equal(made.name, "chat-bridge");
    equal(made.parentId, category.id);
    await made.send("secret");
    deepEqual(person.sees(made.id), []);
    await made.permissionOverwrites.edit(person.id, { ViewChannel: true });
    deepEqual(person.sees(made.id).map(textOf), ["secret"]);
    equal((await made.setName("bridge")).name, "bridge");
    await made.permissionOverwrites.delete(person.id);
    await made.delete();
    await refusedWith(10003, client.channels.fetch(made.id, { force: true }));
  },

  async "roles are taken and given"({ client, guild, person, admin }) {
    const member = await client.guilds.cache.get(guild.id)!.members.fetch({
      user: person.id,
      force: true,
    });
    await member.roles.remove(admin.id, "lost the race: Müller");
    deepEqual(person.member.roles, []);
    const updated = next(client, Events.GuildMemberUpdate);
    await member.roles.add(admin.id);
    await updated;
    deepEqual(person.member.roles, [admin.id]);
    ok(member.roles.cache.has(admin.id));
  },

  async "many messages are deleted at once"({ channel, person }) {
    const many = await Promise.all(["a", "b", "c"].map((text) => channel.send(text)));
    equal((await channel.bulkDelete(many)).size, 3);
    equal(person.sees(channel.id).some((message) => textOf(message) === "b"), false);
  },

  async "commands are registered, and their options of every kind arrive"(stage) {
    const { client, guild, person, general, admin } = stage;
    const commands = await client.guilds.cache.get(guild.id)!.commands.set([
      new SlashCommandBuilder().setName("players").setDescription("Who is online")
        .setNameLocalizations({ de: "spieler" })
        .addStringOption((o) => o.setName("server").setDescription("Which").setRequired(true))
        .addIntegerOption((o) => o.setName("count").setDescription("How many").setMaxValue(9))
        .addNumberOption((o) => o.setName("share").setDescription("Part"))
        .addBooleanOption((o) => o.setName("all").setDescription("All of them"))
        .addUserOption((o) => o.setName("who").setDescription("Whose"))
        .addChannelOption((o) => o.setName("where").setDescription("Where"))
        .addRoleOption((o) => o.setName("role").setDescription("Role"))
        .addMentionableOption((o) => o.setName("any").setDescription("Anyone")),
      new SlashCommandBuilder().setName("server").setDescription("Servers")
        .addSubcommand((s) =>
          s.setName("restart").setDescription("Restart").addStringOption((o) =>
            o.setName("map").setDescription("Map").setAutocomplete(true)
          )
        ),
    ]);
    equal(commands.size, 2);
    const answered = answering(stage, async (interaction) => {
      const { options } = interaction;
      deepEqual([
        options.getString("server"),
        options.getInteger("count"),
        options.getNumber("share"),
        options.getBoolean("all"),
        options.getUser("who")?.username,
        options.getChannel("where")?.name,
        options.getRole("role")?.name,
        options.getMentionable("any") && "someone",
      ], ["island", 3, 0.5, true, "ann", "general", "admin", "someone"]);
      equal(interaction.inCachedGuild() && interaction.member.displayName, "Annie");
      ok(interaction.memberPermissions?.has(PermissionFlagsBits.SendMessages));
      ok(interaction.appPermissions.has(PermissionFlagsBits.ManageThreads));
      await interaction.reply("3 players");
    });
    const runs = person.runs("/players", {
      server: "island",
      count: 3,
      share: 0.5,
      all: true,
      who: { id: person.id },
      where: { id: general.id },
      role: { id: admin.id },
      any: { id: person.id },
    }, { channel: general });
    const [outcome] = await Promise.all([runs, answered]);
    equal(textOf(shown(outcome)), "3 players");
    person.locale = "de";
    const inGerman = answering(stage, async (interaction) => {
      deepEqual([interaction.commandName, interaction.locale], ["players", "de"]);
      await interaction.reply("3 Spieler");
    });
    await Promise.all([person.runs("/spieler", { server: "island" }), inGerman]);
    person.locale = "en-US";
    equal((await client.guilds.cache.get(guild.id)!.commands.fetch()).size, 2);
  },

  async "options are suggested while they are typed"({ client, person }) {
    const suggests = next(client, Events.InteractionCreate).then(async (interaction) => {
      ok(interaction.isAutocomplete());
      equal(interaction.options.getSubcommand(), "restart");
      const { name, value } = interaction.options.getFocused(true);
      deepEqual([name, value], ["map", "Rag"]);
      await interaction.respond([{ name: "Ragnarok", value: "rag" }]);
    });
    const types = person.types("/server restart", { map: "Rag" }, "map");
    const [choices] = await Promise.all([types, suggests]);
    deepEqual(choices, [{ name: "Ragnarok", value: "rag" }]);
  },

  async "answers may come later, in private, and more than one"(stage) {
    const { person, channel, client } = stage;
    const answered = answering(stage, async (interaction) => {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      await interaction.editReply("first");
      const more = await interaction.followUp({ content: "more", flags: MessageFlags.Ephemeral });
      ok(more.flags.has(MessageFlags.Ephemeral));
      const open = await interaction.followUp("for all");
      equal((await interaction.fetchReply()).content, "first");
      equal((await interaction.webhook.fetchMessage(open.id)).content, "for all");
      await interaction.editReply({ message: open, content: "for everybody" });
      await interaction.deleteReply(more);
      await interaction.deleteReply();
    });
    const runs = person.runs("/server restart", {}, { channel: channel.id });
    const [outcome] = await Promise.all([runs, answered]);
    equal(outcome.kind === "message" && outcome.isPrivate, true);
    deepEqual(person.sees(channel.id).map(textOf).slice(-1), ["for everybody"]);
    const seen = await client.rest.get(Routes.channelMessages(channel.id)) as { content: string }[];
    ok(!seen.some(({ content }) => content === "more"));
  },

  async "an interaction is answered once"(stage) {
    const { client, person } = stage;
    const answered = answering(stage, async (interaction) => {
      const { resource } = await interaction.reply({ content: "once", withResponse: true });
      equal(resource?.message?.content, "once");
      const path = Routes.interactionCallback(interaction.id, interaction.token);
      const body = { type: 4, data: { content: "twice" } };
      await refusedWith(40060, client.rest.post(path, { body, auth: false }));
    });
    await Promise.all([person.runs("/players", { server: "island" }), answered]);
  },

  async "buttons answer, update, and wait"({ channel, person, discord }) {
    const message = await channel.send({
      content: "page 1",
      components: [row(button("prev", "Previous"), button("next", "Next"))],
    });
    const pressed = message.awaitMessageComponent({ time: 5000 }).then(async (interaction) => {
      equal(interaction.customId, "next");
      equal(interaction.message.id, message.id);
      await interaction.update({ content: "page 2" });
    });
    const [outcome] = await Promise.all([
      person.presses(stored(discord, message), "Next"),
      pressed,
    ]);
    equal(outcome.kind, "updated");
    equal(textOf(shown(outcome)), "page 2");
    const deferred = message.awaitMessageComponent({ time: 5000 }).then(async (interaction) => {
      await interaction.deferUpdate();
      await interaction.editReply({ content: "page 1", components: [] });
    });
    await Promise.all([person.presses(stored(discord, message), "Previous"), deferred]);
    equal(textOf(stored(discord, message)), "page 1");
  },

  async "menus give what was picked"({ channel, person, admin, discord }) {
    const maps = new StringSelectMenuBuilder().setCustomId("map").setPlaceholder("Map")
      .setMaxValues(2).addOptions(
        { label: "Island", value: "island" },
        { label: "Ragnarok", value: "rag" },
      );
    const roles = new RoleSelectMenuBuilder().setCustomId("role").setPlaceholder("Role");
    const message = await channel.send({
      content: "pick",
      components: [
        new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(maps),
        new ActionRowBuilder<RoleSelectMenuBuilder>().addComponents(roles),
      ],
    });
    const picked = message.awaitMessageComponent({ time: 5000 }).then(async (interaction) => {
      ok(interaction.isStringSelectMenu());
      await interaction.reply({
        content: interaction.values.join(),
        flags: MessageFlags.Ephemeral,
      });
    });
    const picks = person.picks(stored(discord, message), ["Island", "Ragnarok"], { menu: "map" });
    const [outcome] = await Promise.all([picks, picked]);
    equal(textOf(shown(outcome)), "island,rag");
    const pickedRole = message.awaitMessageComponent({ time: 5000 }).then(async (interaction) => {
      ok(interaction.isRoleSelectMenu());
      equal(interaction.roles.first()?.name, "admin");
      await interaction.deferUpdate();
    });
    const picksRole = person.picks(stored(discord, message), [admin.id], { menu: "role" });
    await Promise.all([picksRole, pickedRole]);
  },

  async "forms with labels are opened and filled"(stage) {
    const { client, person } = stage;
    const modal = new ModalBuilder().setCustomId("ticket").setTitle("Ticket").addLabelComponents(
      new LabelBuilder().setLabel("Why").setDescription("In a few words").setTextInputComponent(
        new TextInputBuilder().setCustomId("why").setStyle(TextInputStyle.Paragraph),
      ),
      new LabelBuilder().setLabel("Map").setStringSelectMenuComponent(
        new StringSelectMenuBuilder().setCustomId("map").addOptions({
          label: "Island",
          value: "i",
        }),
      ),
    );
    const opensForm = answering(stage, (interaction) => interaction.showModal(modal));
    const runs = person.runs("/players", { server: "island" });
    const form = opened((await Promise.all([runs, opensForm]))[0]);
    const submitted = next(client, Events.InteractionCreate).then(async (interaction) => {
      ok(interaction.isModalSubmit());
      equal(interaction.fields.getTextInputValue("why"), "Lost my dino");
      deepEqual(interaction.fields.getStringSelectValues("map"), ["i"]);
      await interaction.reply({ content: "Thanks", flags: MessageFlags.Ephemeral });
    });
    const fills = person.fills(form, { why: "Lost my dino", map: ["Island"] });
    const [outcome] = await Promise.all([fills, submitted]);
    equal(textOf(shown(outcome)), "Thanks");
  },

  async "direct messages go both ways"({ client, person }) {
    const user = await client.users.fetch(person.id);
    const message = await user.send("hello");
    equal(message.channel.isDMBased(), true);
    deepEqual(person.directMessages.map(textOf), ["hello"]);
    const arrives = next(client, Events.MessageCreate);
    await person.says(message.channelId, "hello yourself");
    const answer = await arrives;
    equal(answer.content, "hello yourself");
    equal(answer.guildId, null);
  },

  async "what is not allowed is refused with Discord's codes"(stage) {
    const { client, readOnly, hidden, guild, channel, person } = stage;
    const post = (id: string) =>
      client.rest.post(Routes.channelMessages(id), { body: { content: "x" } });
    await refusedWith(50013, post(readOnly.id));
    await refusedWith(50001, post(hidden.id));
    await refusedWith(10003, post("123456789012345678"));
    await refusedWith(10004, client.guilds.fetch("123456789012345678"));
    await refusedWith(
      10007,
      client.guilds.cache.get(guild.id)!.members.fetch("123456789012345678"),
    );
    const own = await person.says(channel.id, "mine");
    await refusedWith(
      50005,
      client.rest.patch(Routes.channelMessage(channel.id, own.data.id), { body: { content: "x" } }),
    );
    const rights = { SendMessages: true, BanMembers: true };
    await refusedWith(50013, channel.permissionOverwrites.edit(person.id, rights));
  },

  async "limits are waited for, and nothing is lost or reordered"({ discord, channel, person }) {
    const route = "POST /channels/{channel_id}/messages";
    discord.rateLimits.set(route, { limit: 3, perMs: 400 });
    const texts = ["1", "2", "3", "4", "5", "6", "7"];
    await Promise.all(texts.map((text) => channel.send(text)));
    deepEqual(person.sees(channel.id).map(textOf).slice(-7), texts);
    for (const scope of ["user", "shared", "global"] as const) {
      discord.rateLimits.refuseNext(scope, { route, retryAfterMs: 200 });
      equal((await channel.send(scope)).content, scope);
    }
    discord.rateLimits.set(route, { limit: 50, perMs: 1000 });
  },

  async "op 7 makes it resume, and what was missed arrives"(stage) {
    const { discord, app } = stage;
    await resumesAfter(stage, () => discord.gateway.requestReconnect(app));
  },

  async "after close 4000 it resumes, and what was missed arrives"(stage) {
    const { discord, app } = stage;
    await resumesAfter(stage, () => discord.gateway.close(app, 4000, "Unknown error."));
  },

  async "after op 9 it starts a new session"({ discord, app, client, person, channel }) {
    const before = discord.gateway.identifies(app);
    const ready = next(client, Events.ShardReady);
    discord.gateway.invalidate(app, false);
    await ready;
    equal(discord.gateway.identifies(app), before + 1);
    const arrives = next(client, Events.MessageCreate);
    await person.says(channel.id, "still here?");
    equal((await arrives).content, "still here?");
  },
};

async function resumesAfter(stage: Stage, drop: () => void): Promise<void> {
  const { discord, client, app, person, channel } = stage;
  const { gateway } = discord;
  const [identifies, resumes] = [gateway.identifies(app), gateway.resumes(app)];
  const gone = gateway.until(app, "gone");
  const arrives = next(client, Events.MessageCreate);
  const resumed = next(client, Events.ShardResume);
  drop();
  await gone;
  await person.says(channel.id, "while you were away");
  await resumed;
  equal((await arrives).content, "while you were away");
  deepEqual([gateway.identifies(app), gateway.resumes(app)], [identifies, resumes + 1]);
}

/** The message as the world has it, for people to act on. */
function stored(discord: LocalDiscord, { channelId, id }: Message) {
  return discord.world.channels.get(channelId)!.messages.get(id)!;
}

Deno.test({
  name: "discord.js passes a whole session without a warning",
  // discord.js leaves the body of a 429 unread.
  sanitizeResources: false,
  async fn(t) {
    await using discord = await localDiscord();
    const world = buildWorld(discord.world);
    const client = new Client({ intents: INTENTS, rest: { api: discord.apiUrl, version: "10" } });
    const complaints: unknown[] = [];
    for (const event of ["warn", "error", "shardError", "invalidated"]) {
      client.on(event, (...details: unknown[]) => complaints.push([event, ...details]));
    }
    client.rest.on("invalidRequestWarning", (data) => complaints.push(data));
    const { guild, ann, general } = world;
    const ready = next(client, Events.ClientReady);
    await client.login(world.app.token);
    await ready;
    ok(client.isReady());
    const channel = await client.channels.fetch(general.id) as TextChannel;
    const person = new Person({ interactions: discord.interactions, guild, member: ann });
    const stage = { ...world, discord, client, channel, person };
    for (const [name, run] of Object.entries(CHAPTERS)) await t.step(name, () => run(stage));
    deepEqual(complaints, []);
    await client.destroy();
    await discord.gateway.until(world.app, "gone");
    deepEqual(discord.gateway.sessions(world.app), []);
  },
});
