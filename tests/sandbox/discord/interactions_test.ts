import { InteractionType } from "discord-api-types/v10";
import fc from "fast-check";
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { ApiError } from "../../../src/sandbox/discord/api.ts";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
  addPerson,
} from "../../../src/sandbox/discord/build.ts";
import { Interactions } from "../../../src/sandbox/discord/interactions.ts";
import { opened, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import { commandRoutes } from "../../../src/sandbox/discord/routes/commands.ts";
import { interactionRoutes } from "../../../src/sandbox/discord/routes/interactions.ts";
import { World } from "../../../src/sandbox/discord/world.ts";
import { community } from "../../discord_community.ts";
import { type Reply, ScriptedBot } from "./scripted_bot.ts";

const CHAT = 1, REPLY = 4, DEFER = 5, DEFER_UPDATE = 6, UPDATE = 7, CHOICES = 8, FORM = 9;
const EPHEMERAL = 1 << 6;

const HELLO = {
  name: "hello",
  description: "Says hello",
  type: CHAT,
  options: [{ type: 3, name: "to", description: "Whom", autocomplete: true }],
};
const BUTTON = { type: 1, components: [{ type: 2, style: 1, label: "Go", custom_id: "go" }] };
const TEXT_FORM = {
  custom_id: "form",
  title: "Tell us",
  components: [{
    type: 18,
    label: "Reason",
    component: { type: 4, custom_id: "reason", style: 1 },
  }],
};

/** A community whose Master is played by the test and offers `/hello`; its clock can be moved. */
async function scene() {
  let time = Date.now();
  const bliss = await community({ bots: ["master", "ap"], now: () => time });
  const bot = await ScriptedBot.login(bliss.discord, bliss.apps.master);
  await bot.offers(bliss.guild.id, [HELLO]);
  return {
    ...bliss,
    bot,
    ann: bliss.person("ann"),
    bob: bliss.person("bob"),
    pass: (ms: number) => time += ms,
    async [Symbol.asyncDispose]() {
      await bot[Symbol.asyncDispose]();
      await bliss[Symbol.asyncDispose]();
    },
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** What an answer was refused with. */
function refusal({ status, body }: Reply): [number, number] {
  return [status, body?.code];
}

/** Runs `/hello`; nobody waits for what comes of it. */
async function hello({ ann, bot }: Scene) {
  const outcome = ann.runs("/hello");
  outcome.catch(() => {});
  return { outcome, interaction: await bot.interaction() };
}

/** A message of the bot with one button, pressed by Ann. */
async function press({ ann, bot, general, discord }: Scene) {
  const { body } = await bot.rest("POST", `/channels/${general.id}/messages`, {
    content: "before",
    components: [BUTTON],
  });
  const message = discord.world.channels.get(general.id)!.messages.get(body.id)!;
  const outcome = ann.presses(message, "Go");
  outcome.catch(() => {});
  return { message, outcome, interaction: await bot.interaction() };
}

Deno.test("an interaction tells its own application who did what where, and nobody else", async () => {
  await using it = await scene();
  await using other = await ScriptedBot.login(it.discord, it.apps.ap);
  const { interaction, outcome } = await hello(it);
  const { member, app_permissions, token, id, ...rest } = interaction;
  equal(member.user.id, it.ann.id);
  equal(BigInt(member.permissions) & 0x800n, 0x800n); // may write
  equal(BigInt(app_permissions) & (1n << 28n), 0n); // the Master may not manage roles
  equal(rest.application_id, it.apps.master.id);
  equal(rest.type, 2);
  equal(rest.version, 1);
  equal(rest.guild_id, it.guild.id);
  equal(rest.channel_id, it.general.id);
  equal(rest.channel.name, "general");
  equal(rest.locale, "en-US");
  equal(rest.guild_locale, "en-US");
  deepEqual(rest.entitlements, []);
  deepEqual(rest.authorizing_integration_owners, { "0": it.guild.id });
  equal(rest.context, 0);
  equal(rest.attachment_size_limit, 10 * 1024 * 1024);
  equal(rest.data.name, "hello");
  match(token, /^[\w-]{100,}$/);
  await it.bot.answer({ id, token }, REPLY, { content: "hi" });
  equal(textOf(shown(await outcome)), "hi");
  await other.client.settled();
  deepEqual(other.client.frames.filter(({ t }) => t === "INTERACTION_CREATE"), []);
});

Deno.test("no two interactions have the same token", async () => {
  await using it = await scene();
  const one = await hello(it), two = await hello(it);
  notEqual(one.interaction.token, two.interaction.token);
  // The token of one does not answer the other.
  const mixed = { id: one.interaction.id, token: two.interaction.token };
  deepEqual(refusal(await it.bot.answer(mixed, REPLY, { content: "x" })), [404, 10062]);
  for (const { interaction } of [one, two]) await it.bot.answer(interaction, DEFER);
});

Deno.test("only the first of several first answers is taken", async () => {
  await using it = await scene();
  const { interaction } = await hello(it);
  const answers = await Promise.all(
    ["a", "b", "c"].map((content) => it.bot.answer(interaction, REPLY, { content })),
  );
  deepEqual(answers.map(({ status }) => status).sort(), [204, 400, 400]);
  deepEqual(answers.filter(({ status }) => status === 400).map(({ body }) => body.code), [
    40060,
    40060,
  ]);
  equal(it.ann.sees("general").length, 1);
});

Deno.test("the first answer has three seconds", async () => {
  await using it = await scene();
  const quick = await hello(it);
  it.pass(3000);
  equal((await it.bot.answer(quick.interaction, REPLY, { content: "just in time" })).status, 204);
  const slow = await hello(it);
  it.pass(3001);
  const late = await it.bot.answer(slow.interaction, REPLY, { content: "too late" });
  deepEqual(refusal(late), [404, 10062]);
  deepEqual(refusal(await it.bot.message(slow.interaction, "GET")), [404, 10015]);
});

Deno.test("an empty answer is refused as on Discord, and may be given again", async () => {
  await using it = await scene();
  const { interaction, outcome } = await hello(it);
  deepEqual(refusal(await it.bot.answer(interaction, REPLY, { content: "" })), [400, 50006]);
  equal(it.discord.takeViolations().length, 1);
  equal((await it.bot.answer(interaction, REPLY, { content: "hi" })).status, 204);
  equal(textOf(shown(await outcome)), "hi");
});

Deno.test("edits and follow-ups come after the first answer, within 15 minutes", async () => {
  await using it = await scene();
  const { interaction } = await hello(it);
  const edit = { body: { content: "later" } };
  deepEqual(refusal(await it.bot.message(interaction, "PATCH", edit)), [404, 10015]);
  deepEqual(refusal(await it.bot.followUp(interaction, { content: "x" })), [404, 10015]);
  await it.bot.answer(interaction, REPLY, { content: "now" });
  it.pass(15 * 60_000);
  equal((await it.bot.message(interaction, "PATCH", edit)).body.content, "later");
  it.pass(1);
  deepEqual(refusal(await it.bot.message(interaction, "PATCH", edit)), [401, 50027]);
  deepEqual(refusal(await it.bot.followUp(interaction, { content: "x" })), [401, 50027]);
  const another = await hello(it);
  await it.bot.answer(another.interaction, REPLY, { content: "now" });
  const path = `/webhooks/${it.apps.ap.id}/${another.interaction.token}`;
  deepEqual(refusal(await it.bot.rest("POST", path, { content: "x" })), [401, 50027]);
  const forged = { token: "forged" };
  deepEqual(refusal(await it.bot.followUp(forged, { content: "x" })), [401, 50027]);
});

Deno.test("each kind of interaction takes its own kinds of answers", async () => {
  await using it = await scene();
  /** Data that fits a kind of answer. */
  const data: Record<number, object | undefined> = {
    [REPLY]: { content: "x" },
    [UPDATE]: { content: "x" },
    [CHOICES]: { choices: [] },
    [FORM]: TEXT_FORM,
  };
  const check = async (start: () => Promise<{ interaction: object }>, allowed: number[]) => {
    for (const type of [1, REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, FORM]) {
      const { interaction } = await start();
      const { status, body } = await it.bot.answer(interaction, type, data[type]);
      const expected = allowed.includes(type) ? 204 : 400;
      equal(status, expected, `type ${type}: ${JSON.stringify(body)}`);
      if (status === 400) equal(body.code, 50035);
    }
  };
  const type = async () => {
    it.ann.types("/hello", { to: "x" }, "to").catch(() => {});
    return { interaction: await it.bot.interaction() };
  };
  const fill = (open: typeof hello | typeof press) => async () => {
    const { interaction, outcome } = await open(it);
    await it.bot.answer(interaction, FORM, TEXT_FORM);
    it.ann.fills(opened(await outcome), { reason: "x" }).catch(() => {});
    return { interaction: await it.bot.interaction() };
  };
  await check(() => hello(it), [REPLY, DEFER, FORM]);
  await check(() => press(it), [REPLY, DEFER, DEFER_UPDATE, UPDATE, FORM]);
  await check(type, [CHOICES]);
  await check(fill(hello), [REPLY, DEFER]);
  await check(fill(press), [REPLY, DEFER, DEFER_UPDATE, UPDATE]);
});

Deno.test("what was deferred privately stays private, however it is filled", async () => {
  await using it = await scene();
  const { interaction, outcome } = await hello(it);
  await it.bot.answer(interaction, DEFER, { flags: EPHEMERAL });
  // A follow-up to "thinking…" fills it, whatever it says about itself.
  const filled = await it.bot.followUp(interaction, { content: "secret", flags: 0 });
  const original = await it.bot.message(interaction, "GET");
  equal(filled.body.id, original.body.id);
  equal(original.body.flags, EPHEMERAL);
  const edited = await it.bot.message(interaction, "PATCH", {
    body: { content: "hush", flags: 4 },
  });
  equal(edited.body.flags & EPHEMERAL, EPHEMERAL);
  deepEqual(await outcome, { kind: "message", isPrivate: true, message: shown(await outcome) });
  deepEqual(it.ann.sees("general").map(textOf), ["hush"]);
  deepEqual(it.bob.sees("general"), []);
  const path = `/channels/${it.general.id}/messages`;
  deepEqual((await it.bot.rest("GET", path)).body, []);
});

Deno.test("what was deferred publicly is not made private by a follow-up", async () => {
  await using it = await scene();
  const { interaction, outcome } = await hello(it);
  await it.bot.answer(interaction, DEFER);
  await it.bot.followUp(interaction, { content: "for all", flags: EPHEMERAL });
  equal((await outcome).kind, "message");
  deepEqual(it.bob.sees("general").map(textOf), ["for all"]);
  // From now on each follow-up decides for itself.
  await it.bot.followUp(interaction, { content: "for Ann", flags: EPHEMERAL });
  deepEqual(it.bob.sees("general").map(textOf), ["for all"]);
  deepEqual(it.ann.sees("general").map(textOf), ["for all", "for Ann"]);
});

Deno.test("a deleted first answer may be followed by another message", async () => {
  await using it = await scene();
  const { interaction, outcome } = await hello(it);
  await it.bot.answer(interaction, DEFER);
  equal((await it.bot.message(interaction, "DELETE")).status, 204);
  deepEqual(refusal(await it.bot.message(interaction, "GET")), [404, 10008]);
  deepEqual(refusal(await it.bot.message(interaction, "DELETE")), [404, 10008]);
  await it.bot.followUp(interaction, { content: "instead" });
  equal(textOf(shown(await outcome)), "instead");
  deepEqual(it.ann.sees("general").map(textOf), ["instead"]);
});

Deno.test("follow-ups are read, changed and deleted through their own interaction only", async () => {
  await using it = await scene();
  const { interaction } = await hello(it);
  await it.bot.answer(interaction, REPLY, { content: "first" });
  const { body: { id } } = await it.bot.followUp(interaction, { content: "second" });
  const other = await hello(it);
  await it.bot.answer(other.interaction, REPLY, { content: "other" });
  deepEqual(refusal(await it.bot.message(other.interaction, "GET", { id })), [404, 10008]);
  equal((await it.bot.message(interaction, "GET", { id })).body.content, "second");
  await it.bot.message(interaction, "PATCH", { id, body: { content: "changed" } });
  deepEqual(it.ann.sees("general").map(textOf), ["first", "changed", "other"]);
  equal((await it.bot.message(interaction, "DELETE", { id })).status, 204);
  deepEqual(refusal(await it.bot.message(interaction, "GET", { id })), [404, 10008]);
});

Deno.test("with_response=true tells which message an answer became", async () => {
  await using it = await scene();
  const query = "?with_response=true";
  const one = await hello(it);
  const reply = await it.bot.answer(one.interaction, REPLY, { content: "hi" }, query);
  equal(reply.status, 200);
  equal(reply.body.resource.type, REPLY);
  equal(reply.body.resource.message.content, "hi");
  equal(reply.body.interaction.response_message_id, reply.body.resource.message.id);
  equal(reply.body.resource.message.interaction_metadata.user.id, it.ann.id);
  const two = await hello(it);
  const deferred = await it.bot.answer(two.interaction, DEFER, { flags: EPHEMERAL }, query);
  equal(deferred.body.interaction.response_message_loading, true);
  equal(deferred.body.interaction.response_message_ephemeral, true);
  const three = await press(it);
  const update = await it.bot.answer(three.interaction, UPDATE, { content: "new" }, query);
  equal(update.body.resource.message.id, three.message.data.id);
});

Deno.test("an answer brings its files with it", async () => {
  await using it = await scene();
  const { interaction, outcome } = await hello(it);
  const form = new FormData();
  const image = { url: "attachment://map.txt" };
  const payload = { type: REPLY, data: { embeds: [{ title: "Map", image }] } };
  form.set("payload_json", JSON.stringify(payload));
  form.set("files[0]", new File(["here be dragons"], "map.txt", { type: "text/plain" }));
  const path = `/interactions/${interaction.id}/${interaction.token}/callback`;
  equal((await it.bot.rest("POST", path, form)).status, 204);
  const url = shown(await outcome).data.embeds[0]!.image!.url;
  equal(await (await fetch(url)).text(), "here be dragons");
});

Deno.test("a press may change its message at once, or be acknowledged and change it later", async () => {
  await using it = await scene();
  const one = await press(it);
  equal(one.interaction.message.id, one.message.data.id);
  equal(one.interaction.data.custom_id, "go");
  await it.bot.answer(one.interaction, UPDATE, { content: "after", components: [] });
  deepEqual((await one.outcome).kind, "updated");
  equal(textOf(one.message), "after");
  const two = await press(it);
  await it.bot.answer(two.interaction, DEFER_UPDATE);
  equal((await two.outcome).kind, "acknowledged");
  equal(textOf(two.message), "before");
  await it.bot.message(two.interaction, "PATCH", { body: { content: "later" } });
  equal(textOf(two.message), "later");
});

Deno.test("a form that a button opened may change the message with the button", async () => {
  await using it = await scene();
  const { message, interaction, outcome } = await press(it);
  await it.bot.answer(interaction, FORM, TEXT_FORM);
  const sent = it.ann.fills(opened(await outcome), { Reason: "because" });
  const submit = await it.bot.interaction();
  equal(submit.type, 5);
  equal(submit.message.id, message.data.id);
  equal(submit.data.components[0].component.value, "because");
  await it.bot.answer(submit, UPDATE, { content: "thanks" });
  equal(shown(await sent), message);
  equal(textOf(message), "thanks");
});

Deno.test("a person waits three seconds for a first answer, and no longer", async () => {
  await using it = await scene();
  const typed = rejects(it.ann.types("/hello", { to: "x" }, "to"), /did not respond: \/hello/);
  const { interaction, outcome } = (await it.bot.interaction(), await hello(it));
  await rejects(outcome, /^Error: The application did not respond: \/hello$/);
  await typed;
  const late = await it.bot.answer(interaction, REPLY, { content: "sorry" });
  deepEqual(refusal(late), [404, 10062]);
  ok(it.ann.sees("general").length === 0);
});

Deno.test("no answer breaks the local Discord, whatever is in it", () => {
  const world = new World();
  const guild = addGuild(world, { name: "Bliss" });
  const app = addApplication(world, { name: "Master" });
  addBot(world, guild, { app, permissions: 0n });
  const { user } = addPerson(world, guild, { username: "ann" });
  const channel = addChannel(world, guild, { name: "general" });
  const interactions = new Interactions(world);
  const routes = { ...interactionRoutes(interactions), ...commandRoutes(world) };
  /** Whether it was carried out; a refusal is as good, anything else is not. */
  const isDone = (route: string, params: Record<string, string>, body: unknown) => {
    const query = new URLSearchParams("with_response=true");
    const rest = { query, files: [], app };
    try {
      return routes[route]!({ ...rest, params, body }) !== undefined;
    } catch (error) {
      ok(error instanceof ApiError, String(error));
      return false;
    }
  };
  const text = fc.oneof(fc.string(), fc.jsonValue());
  const whole = fc.oneof(fc.nat(200_000), fc.jsonValue());
  const list = fc.oneof(fc.array(fc.jsonValue(), { maxLength: 3 }), fc.jsonValue());
  const keys = { requiredKeys: [] };
  const data = fc.oneof(
    fc.record({ content: text, flags: whole, embeds: list, components: list, choices: list }, keys),
    fc.record({ content: fc.string(), flags: fc.nat(200_000) }, keys),
    fc.record({ name: fc.string(), description: text, options: list, type: whole }, keys),
    fc.jsonValue(),
  );
  let done = 0;
  fc.assert(
    fc.property(fc.nat(13), data, data, (type, first, later) => {
      const kind = InteractionType.ApplicationCommand;
      const action = { type: kind, app, channel, user, locale: "de", data: {} };
      const { id, token } = interactions.start(action);
      const webhook = { webhook_id: app.id, webhook_token: token };
      const callback = { interaction_id: id, interaction_token: token };
      const at = "/webhooks/{webhook_id}/{webhook_token}";
      const commands = "PUT /applications/{application_id}/commands";
      done += [
        isDone("POST /interactions/{interaction_id}/{interaction_token}/callback", callback, {
          type,
          data: first,
        }),
        isDone(`PATCH ${at}/messages/@original`, webhook, later),
        isDone(`POST ${at}`, webhook, later),
        isDone(commands, { application_id: app.id }, later),
        isDone(commands, { application_id: app.id }, [later, first]),
      ].filter(Boolean).length;
    }),
    { numRuns: 500 },
  );
  ok(done > 50, `only ${done} were carried out: the test tries too little`);
});
