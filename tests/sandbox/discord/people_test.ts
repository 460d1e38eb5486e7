import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { addChannel, forMember, forRole, openDirect } from "../../../src/sandbox/discord/build.ts";
import { createMessage, deleteMessage } from "../../../src/sandbox/discord/messages.ts";
import { opened, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import { community } from "../../discord_community.ts";
import { type Interaction, ScriptedBot } from "./scripted_bot.ts";

const REPLY = 4, DEFER = 5, DEFER_UPDATE = 6, UPDATE = 7, CHOICES = 8, FORM = 9;
const EPHEMERAL = 1 << 6;

/** A community whose Master is played by the test, with two members. */
async function scene() {
  const bliss = await community({ bots: ["master", "ap"] });
  const bot = await ScriptedBot.login(bliss.discord, bliss.apps.master);
  return {
    ...bliss,
    world: bliss.discord.world,
    bot,
    ann: bliss.person("ann"),
    bob: bliss.person("bob"),
    offers: (...commands: object[]) => bot.offers(bliss.guild.id, commands),
    async [Symbol.asyncDispose]() {
      await bot[Symbol.asyncDispose]();
      await bliss[Symbol.asyncDispose]();
    },
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** The bot's next interaction, answered with its own data as text. */
async function echo(it: Scene): Promise<Interaction> {
  const interaction = await it.bot.interaction();
  await it.bot.answer(interaction, REPLY, { content: "ok" });
  return interaction;
}

/** A message of the bot in #general. */
async function post(it: Scene, components: readonly object[], more: object = {}) {
  const body = { content: "card", components, ...more };
  const reply = await it.bot.rest("POST", `/channels/${it.general.id}/messages`, body);
  return it.general.messages.get(reply.body.id)!;
}

function row(...components: object[]): object {
  return { type: 1, components };
}

function button(label: string, more: object = {}): object {
  return { type: 2, style: 1, label, custom_id: label.toLowerCase(), ...more };
}

Deno.test("a person writes where the guild lets them, and is refused as on Discord", async () => {
  await using it = await scene();
  const silent = addChannel(it.world, it.guild, {
    name: "news",
    overwrites: [forRole(it.guild.id, { deny: Bit.SendMessages })],
  });
  const staff = addChannel(it.world, it.guild, {
    name: "staff",
    overwrites: [
      forRole(it.guild.id, { deny: Bit.ViewChannel }),
      forRole(it.roles.support.id, { allow: Bit.ViewChannel }),
    ],
  });
  const helper = it.person("helper", { roles: ["support"] });
  const hello = await it.ann.says("general", "hello");
  const answer = await it.bob.says(it.general, "hi", { replyTo: hello });
  equal(answer.data.message_reference?.message_id, hello.data.id);
  await rejects(it.ann.says(silent, "me too"), { code: 50013 });
  await rejects(it.ann.says("staff", "let me in"), { code: 50001 });
  await helper.says("staff", "quiet here");
  deepEqual(it.ann.sees(staff), []);
  deepEqual(helper.sees(staff.id).map(textOf), ["quiet here"]);
  deepEqual(it.bob.sees("general").map(textOf), ["hello", "hi"]);
  await rejects(it.ann.says("general", "x".repeat(2001)), /longer than 2000/);
  await rejects(it.ann.says("general", "  "), { code: 50006 });
  await rejects(it.ann.says("nowhere", "x"), /no such channel/);
});

Deno.test("a person sends files", async () => {
  await using it = await scene();
  const bytes = new TextEncoder().encode("log");
  const file = { name: "log.txt", type: "text/plain", bytes };
  const { data } = await it.ann.says("general", "", { files: [file] });
  equal(data.attachments[0]?.filename, "log.txt");
  equal(await (await fetch(data.attachments[0].url)).text(), "log");
});

Deno.test("a person sends stickers, asks for votes and passes messages on", async () => {
  await using it = await scene();
  const { data: sticker } = await it.ann.says("general", "", { stickers: ["Wumpus"] });
  deepEqual(sticker.sticker_items?.map(({ name }) => name), ["Wumpus"]);
  const poll = { question: "Which map?", answers: ["Island", "Ragnarok"] };
  const { data: asked } = await it.ann.says("general", "", { poll });
  equal(asked.poll?.question.text, "Which map?");
  deepEqual(asked.poll?.answers.map(({ poll_media }) => poll_media.text), poll.answers);

  const hello = await it.ann.says("general", "hello");
  const elsewhere = addChannel(it.world, it.guild, { name: "elsewhere" });
  const { data } = await it.bob.says(elsewhere, "", { forwards: hello });
  deepEqual([data.content, data.type, data.message_reference?.type], ["", 0, 1]);
  equal(data.message_snapshots?.[0]?.message.content, "hello");
  const hidden = addChannel(it.world, it.guild, {
    name: "hidden",
    overwrites: [
      forRole(it.guild.id, { deny: Bit.ViewChannel }),
      forRole(it.roles.support.id, { allow: Bit.ViewChannel }),
    ],
  });
  const secret = await it.person("helper", { roles: ["support"] }).says(hidden, "secret");
  await rejects(it.bob.says(elsewhere, "", { forwards: secret }), { code: 50035 });
  // The contract looks at what a bot is shown of them.
  for (const { id } of [it.general, elsewhere]) {
    equal((await it.bot.rest("GET", `/channels/${id}/messages`)).status, 200);
  }
});

Deno.test("what a person writes reaches the bots", async () => {
  await using it = await scene();
  await it.ann.says("general", "hello");
  const { d } = await it.bot.client.event("MESSAGE_CREATE");
  equal(d.author.id, it.ann.id);
  equal(d.guild_id, it.guild.id);
  equal(d.content, ""); // the Master has no right to read it
});

Deno.test("a person sees a message as soon as it is there, or learns what was there instead", async () => {
  await using it = await scene();
  const seen = it.ann.seesSoon("general", (message) => textOf(message) === "second");
  await it.bob.says("general", "first");
  const written = await it.bob.says("general", "second");
  equal(await seen, written);
  equal(
    await it.ann.seesSoon("general", (message) => textOf(message) === "first"),
    it.ann.sees("general")[0],
  );
  const early = it.ann.seesSoon("later", () => true);
  addChannel(it.world, it.guild, { name: "later" });
  equal(await it.bob.says("later", "at last"), await early);
  await rejects(it.ann.seesSoon("general", () => false, 20), /within 20 ms.*first \| second/);
  await rejects(
    it.ann.seesSoon("general", () => {
      throw new Error("odd");
    }),
    /odd/,
  );
});

Deno.test("a person is pinged by name, by role and by everyone, but only where they can see it", async () => {
  await using it = await scene();
  const moderator = it.person("mod", { roles: ["moderator"] });
  const owner = it.person("boss", { roles: ["owner"] });
  addChannel(it.world, it.guild, {
    name: "hidden",
    overwrites: [forRole(it.guild.id, { deny: Bit.ViewChannel })],
  });
  await owner.says("general", `<@${it.ann.id}>`);
  await owner.says("general", `<@&${it.roles.moderator.id}>`);
  await owner.says("general", "@everyone");
  await owner.says("hidden", `<@${it.ann.id}> @everyone`);
  await it.bob.says("general", "@everyone"); // has no right to
  deepEqual(it.ann.pinged.map(textOf), [`<@${it.ann.id}>`, "@everyone"]);
  deepEqual(moderator.pinged.map(textOf), [`<@&${it.roles.moderator.id}>`, "@everyone"]);
  deepEqual(owner.pinged, []);
});

Deno.test("direct messages are seen by the two who talk, and nobody else", async () => {
  await using it = await scene();
  const direct = openDirect(it.world, it.bot.app.id, it.ann.id)!;
  await it.bot.rest("POST", `/channels/${direct.id}/messages`, { content: "psst" });
  await it.ann.says(direct, "yes?");
  deepEqual(it.ann.directMessages.map(textOf), ["psst", "yes?"]);
  deepEqual(it.bob.directMessages, []);
  deepEqual(it.bob.sees(direct), []);
});

Deno.test("a button in a direct conversation is pressed by a user, not by a member", async () => {
  await using it = await scene();
  const direct = openDirect(it.world, it.bot.app.id, it.ann.id)!;
  const components = [row(button("Stop"))];
  const path = `/channels/${direct.id}/messages`;
  const { body } = await it.bot.rest("POST", path, { content: "news", components });
  const outcome = it.ann.presses(direct.messages.get(body.id)!, "Stop");
  const { user, member, guild_id, context } = await echo(it);
  deepEqual([user.id, member, guild_id, context], [it.ann.id, undefined, undefined, 1]);
  equal(shown(await outcome).data.channel_id, direct.id);
  deepEqual(it.ann.directMessages.map(textOf), ["news", "ok"]);
});

Deno.test("a command is found by its name in English or in the person's language", async () => {
  await using it = await scene();
  await it.offers({
    name: "players",
    name_localizations: { de: "spieler" },
    description: "Who plays",
    options: [{
      type: 3,
      name: "server",
      name_localizations: { de: "karte" },
      description: "Where",
      required: true,
      choices: [{ name: "Island", name_localizations: { de: "Insel" }, value: "island" }],
    }],
  });
  const clara = it.person("clara", { locale: "de" });
  for (
    const [person, line, values] of [
      [it.ann, "/players", { server: "Island" }],
      [it.ann, "players", { server: "island" }],
      [clara, "/spieler", { karte: "Insel" }],
      [clara, "/players", { server: "island" }],
    ] as const
  ) {
    const outcome = person.runs(line, values);
    const { data, locale } = await echo(it);
    deepEqual([data.name, data.options, locale], [
      "players",
      [{ name: "server", type: 3, value: "island" }],
      person.locale,
    ]);
    equal((await outcome).kind, "message");
  }
  await rejects(it.ann.runs("/spieler", { karte: "Insel" }), /no such command/);
  await rejects(it.ann.runs("/players"), /option server is required/);
  await rejects(it.ann.runs("/players", { server: "Mars" }), /Cannot enter "Mars" for server/);
  await rejects(it.ann.runs("/players", { map: "island" }), /Cannot enter map: no such option/);
});

Deno.test("a command is run in the channel that is named, by the bot that is named", async () => {
  await using it = await scene();
  await using other = await ScriptedBot.login(it.discord, it.apps.ap);
  const help = { name: "help", description: "Helps" };
  await it.offers(help);
  await other.offers(it.guild.id, [help]);
  const side = addChannel(it.world, it.guild, { name: "side" });
  await rejects(it.ann.runs("/help"), /several bots have it/);
  const outcome = it.ann.runs("/help", {}, { of: it.apps.ap, channel: "side" });
  const interaction = await other.interaction();
  equal(interaction.channel_id, side.id);
  await other.answer(interaction, REPLY, { content: "here" });
  equal(shown(await outcome).data.channel_id, side.id);
});

Deno.test("commands are hidden from those without the permissions they ask for", async () => {
  await using it = await scene();
  await it.offers(
    { name: "kick", description: "x", default_member_permissions: String(Bit.KickMembers) },
    { name: "secret", description: "x", default_member_permissions: "0" },
    { name: "open", description: "x" },
  );
  const boss = it.person("boss", { roles: ["owner"] });
  for (const name of ["kick", "secret"]) {
    await rejects(it.ann.runs(`/${name}`), /not shown to this person/);
    const outcome = boss.runs(`/${name}`);
    await echo(it);
    await outcome;
  }
  addChannel(it.world, it.guild, {
    name: "mute",
    overwrites: [forMember(it.ann.id, { deny: Bit.UseApplicationCommands })],
  });
  await rejects(it.ann.runs("/open", {}, { channel: "mute" }), /not shown to this person/);
});

Deno.test("options take what the client takes, and nothing else", async () => {
  await using it = await scene();
  const option = (type: number, name: string, more = {}) => ({
    type,
    name,
    description: "x",
    ...more,
  });
  await it.offers({
    name: "all",
    description: "x",
    options: [
      option(3, "text", { min_length: 2, max_length: 4 }),
      option(4, "count", { min_value: 1, max_value: 9 }),
      option(5, "sure"),
      option(6, "who"),
      option(7, "where"),
      option(8, "role"),
      option(10, "share", { min_value: 0 }),
    ],
  });
  const values = {
    text: "abc",
    count: 3,
    sure: false,
    who: it.bob,
    where: it.general,
    role: it.roles.admin.id,
    share: 0.5,
  };
  const outcome = it.ann.runs("/all", values);
  const { data } = await echo(it);
  await outcome;
  deepEqual(data.options.map(({ value }: { value: unknown }) => value), [
    "abc",
    3,
    false,
    it.bob.id,
    it.general.id,
    it.roles.admin.id,
    0.5,
  ]);
  equal(data.resolved.users[it.bob.id].username, "bob");
  deepEqual(data.resolved.members[it.bob.id].roles, []);
  equal(data.resolved.members[it.bob.id].user, undefined);
  equal(data.resolved.channels[it.general.id].name, "general");
  equal(data.resolved.roles[it.roles.admin.id].name, "admin");
  for (
    const wrong of [
      { text: "a" },
      { text: "abcde" },
      { text: 12 },
      { count: 1.5 },
      { count: 10 },
      { count: "3" },
      { sure: "yes" },
      { who: "bob" },
      { who: "123456789012345678" },
      { share: -1 },
      { share: NaN },
    ]
  ) await rejects(it.ann.runs("/all", wrong), /Cannot enter/, JSON.stringify(wrong));
});

Deno.test("sub-commands are named after their command", async () => {
  await using it = await scene();
  const player = { type: 3, name: "player", description: "x", required: true };
  await it.offers({
    name: "ap",
    description: "x",
    options: [
      { type: 1, name: "me", description: "x" },
      {
        type: 2,
        name: "admin",
        description: "x",
        options: [{ type: 1, name: "show", description: "x", options: [player] }],
      },
    ],
  });
  const outcome = it.ann.runs("/ap admin show", { player: "Zed" });
  const { data } = await echo(it);
  await outcome;
  deepEqual(data.options, [{
    name: "admin",
    type: 2,
    options: [{ name: "show", type: 1, options: [{ name: "player", type: 3, value: "Zed" }] }],
  }]);
  await rejects(it.ann.runs("/ap"), /no sub-command/);
  await rejects(it.ann.runs("/ap you"), /no sub-command "you"/);
  await rejects(it.ann.runs("/ap me now"), /no sub-command "now"/);
  await rejects(it.ann.runs("/ap admin show"), /player is required/);
});

Deno.test("suggestions come while typing, before the other options are filled", async () => {
  await using it = await scene();
  await it.offers({
    name: "players",
    description: "x",
    options: [
      { type: 3, name: "server", description: "x", required: true, autocomplete: true },
      { type: 3, name: "tribe", description: "x", required: true },
    ],
  });
  const suggestions = it.ann.types("/players", { server: "isl" }, "server");
  const interaction = await it.bot.interaction();
  equal(interaction.type, 4);
  deepEqual(interaction.data.options, [{ name: "server", type: 3, value: "isl", focused: true }]);
  const choices = [{ name: "The Island", value: "island" }];
  await it.bot.answer(interaction, CHOICES, { choices });
  deepEqual(await suggestions, choices);
  await rejects(it.ann.types("/players", { tribe: "x" }, "tribe"), /tribe has none/);
});

Deno.test("buttons are pressed by label, emoji or custom id, and only those that can be", async () => {
  await using it = await scene();
  const message = await post(it, [row(
    button("Next", { emoji: { name: "➡️" } }),
    button("Off", { disabled: true }),
    { type: 2, style: 5, label: "Wiki", url: "https://example.org" },
    button("Twin", { custom_id: "twin1" }),
    button("Twin", { custom_id: "twin2" }),
  )]);
  for (const name of ["Next", "➡️", "next", "twin2"]) {
    const outcome = it.ann.presses(message, name);
    const { data } = await echo(it);
    await outcome;
    deepEqual([data.custom_id, data.component_type], [name === "twin2" ? "twin2" : "next", 2]);
  }
  await rejects(it.ann.presses(message, "Off"), /disabled/);
  await rejects(it.ann.presses(message, "Wiki"), /link/);
  await rejects(it.ann.presses(message, "Twin"), /several/);
  await rejects(it.ann.presses(message, "Back"), /not there, among "Next", "Off"/);
  deleteMessage(it.world, message);
  await rejects(it.ann.presses(message, "Next"), /it is gone/);
});

Deno.test("private answers are seen and used by the caller alone", async () => {
  await using it = await scene();
  await it.offers({ name: "me", description: "x" });
  const running = it.ann.runs("/me");
  const components = [row(button("More"))];
  const data = { content: "just you", flags: EPHEMERAL, components };
  await it.bot.answer(await it.bot.interaction(), REPLY, data);
  const outcome = await running;
  ok(outcome.kind === "message" && outcome.isPrivate);
  deepEqual(it.ann.sees("general"), [outcome.message]);
  deepEqual(it.bob.sees("general"), []);
  await rejects(it.bob.presses(outcome.message, "More"), /not shown to this person/);
  const pressing = it.ann.presses(outcome.message, "More");
  await it.bot.answer(await it.bot.interaction(), UPDATE, { content: "more" });
  const updated = await pressing;
  ok(updated.kind === "updated" && updated.isPrivate);
  equal(textOf(updated.message), "more");
});

Deno.test("menus are picked from by label or value, within their bounds", async () => {
  await using it = await scene();
  const menu = (custom_id: string, more: object) =>
    row({ type: 3, custom_id, placeholder: `Pick ${custom_id}`, ...more });
  const options = [
    { label: "Island", value: "island" },
    { label: "Ragnarok", value: "rag" },
    { label: "Fjordur", value: "fjord" },
  ];
  const message = await post(it, [
    menu("map", { options, min_values: 1, max_values: 2 }),
    row({ type: 5, custom_id: "who" }),
    menu("off", { options, disabled: true }),
  ]);
  const outcome = it.ann.picks(message, ["Island", "rag"], { menu: "Pick map" });
  const { data } = await echo(it);
  await outcome;
  deepEqual([data.custom_id, data.component_type, data.values], ["map", 3, ["island", "rag"]]);
  const ofPeople = it.ann.picks(message, [it.bob.id], { menu: "who" });
  const people = (await echo(it)).data;
  await ofPeople;
  equal(people.resolved.users[it.bob.id].username, "bob");
  await rejects(it.ann.picks(message, ["Island"]), /several/);
  await rejects(it.ann.picks(message, ["Island"], { menu: "off" }), /disabled/);
  await rejects(it.ann.picks(message, ["Mars"], { menu: "map" }), /offers "Island"/);
  await rejects(it.ann.picks(message, [], { menu: "map" }), /takes 1 to 2/);
  await rejects(
    it.ann.picks(message, ["island", "rag", "fjord"], { menu: "map" }),
    /takes 1 to 2/,
  );
});

Deno.test("forms are filled by label or custom id, and sent only when they are complete", async () => {
  await using it = await scene();
  const message = await post(it, [row(button("Report"))]);
  const pressing = it.ann.presses(message, "Report");
  await it.bot.answer(await it.bot.interaction(), FORM, {
    custom_id: "report",
    title: "Report",
    components: [
      {
        type: 18,
        label: "What happened",
        component: { type: 4, custom_id: "what", style: 2, min_length: 3, max_length: 10 },
      },
      {
        type: 18,
        label: "Where",
        component: {
          type: 3,
          custom_id: "where",
          options: [{ label: "Island", value: "island" }, { label: "Rag", value: "rag" }],
        },
      },
      row({ type: 4, custom_id: "who", label: "Who", style: 1, required: false, value: "me" }),
    ],
  });
  const form = opened(await pressing);
  equal(form.title, "Report");
  deepEqual(form.fields.map(({ label }) => label), ["What happened", "Where", "Who"]);
  await rejects(it.ann.fills(form, { where: "Island" }), /"What happened" has 0 characters/);
  await rejects(
    it.ann.fills(form, { what: "ab", where: "rag" }),
    /2 characters instead of 3 to 10/,
  );
  await rejects(it.ann.fills(form, { what: "x".repeat(11), where: "rag" }), /11 characters/);
  await rejects(it.ann.fills(form, { what: "abc" }), /takes 1 to 1/);
  await rejects(it.ann.fills(form, { why: "abc" }), /the form has "What happened"/);
  const filling = it.ann.fills(form, { "What happened": "raid", Where: "Island", who: "" });
  const { data, type } = await echo(it);
  await filling;
  equal(type, 5);
  deepEqual([data.custom_id, data.components.map(inputOf)], ["report", [
    { type: 4, custom_id: "what", value: "raid" },
    { type: 3, custom_id: "where", values: ["island"] },
    { type: 4, custom_id: "who", value: "" },
  ]]);
  const again = it.ann.fills(form, { what: "raid", where: "rag" });
  deepEqual(inputOf((await echo(it)).data.components[2]).value, "me"); // as it was opened with
  await again;
});

/** The input of a label or row, without its number. */
function inputOf(part: Interaction): Interaction {
  const { id: _, ...input } = part.component ?? part.components[0];
  return input;
}

Deno.test("an outcome is what is to be seen first", async () => {
  await using it = await scene();
  await it.offers({ name: "slow", description: "x" });
  // "Thinking…" counts once it is filled.
  const slow = it.ann.runs("/slow");
  const interaction = await it.bot.interaction();
  await it.bot.answer(interaction, DEFER, { flags: EPHEMERAL });
  await it.bot.message(interaction, "PATCH", { body: { embeds: [{ title: "Done" }] } });
  const outcome = await slow;
  ok(outcome.kind === "message" && outcome.isPrivate);
  equal(textOf(outcome.message), "Done");
  throws(() => opened(outcome), /it is message, not a form/);
  const message = await post(it, [row(button("Go"))]);
  const pressing = it.ann.presses(message, "Go");
  await it.bot.answer(await it.bot.interaction(), DEFER_UPDATE);
  deepEqual(await pressing, { kind: "acknowledged" });
  throws(() => shown({ kind: "acknowledged" }), /it is acknowledged, not a message/);
});

Deno.test("a person does not wait for ever for a deferred answer", async () => {
  await using it = await scene();
  await it.offers({ name: "slow", description: "x" });
  it.ann.patienceMs = 30;
  const outcome = rejects(it.ann.runs("/slow"), /Nothing came after "thinking…" within 30 ms/);
  await it.bot.answer(await it.bot.interaction(), DEFER);
  await outcome;
});

Deno.test("nobody waits any longer when Discord has stopped", async () => {
  const bliss = await community({ bots: ["master"] });
  const ann = bliss.person("ann");
  const waiting = rejects(ann.seesSoon("general", () => false), /Discord has stopped/);
  await bliss.discord.stop();
  await waiting;
  await rejects(ann.seesSoon("general", () => false), /Discord has stopped/);
});

Deno.test("a person reacts where they may", async () => {
  await using it = await scene();
  const message = await it.bob.says("general", "nice");
  await it.ann.reacts(message, "✅");
  deepEqual([...message.reactions.get("✅") ?? []], [it.ann.id]);
  const quiet = addChannel(it.world, it.guild, {
    name: "quiet",
    overwrites: [forRole(it.guild.id, { deny: Bit.AddReactions })],
  });
  const other = createMessage(it.world, quiet, it.bot.app.user, { content: "no applause" });
  await rejects(it.ann.reacts(other, "✅"), { code: 50013 });
  quiet.overwrites = [forRole(it.guild.id, { deny: Bit.ReadMessageHistory })];
  await rejects(it.ann.reacts(other, "✅"), { code: 50013 });
});

Deno.test("the six bots are in the community with the rights they ask for", async () => {
  await using bliss = await community();
  const { ap, gp, servers, assistant, master, ticket } = bliss.apps;
  const all = [ap, gp, servers, assistant, master, ticket];
  ok(all.every((app) => bliss.guild.members.has(app.id)));
  const managed = [...bliss.guild.roles.values()].filter(({ managed }) => managed);
  // Source: the invite numbers that were worked out for the six bots.
  deepEqual(managed.map(({ permissions }) => permissions), [
    "274877991936",
    "274877991936",
    "326686067792",
    "274878024704",
    "274877991936",
    "2252160859499600",
  ]);
  deepEqual(all.filter(({ privilegedIntents }) => privilegedIntents !== 0), [servers, ticket]);
  match(ap.token, /^[\w-]{24,}\.[\w-]{6}\.[\w-]{27,}$/);
});
