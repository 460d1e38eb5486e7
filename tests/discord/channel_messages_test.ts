/**
 * Writing into channels of the local Discord, as people then see it.
 */

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createRestManager } from "discordeno";
import { openChannelMessages } from "../../src/discord/channel_messages.ts";
import { InvalidRequests } from "../../src/discord/limits.ts";
import { guardRest } from "../../src/discord/rest_guard.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openLog } from "../../src/runtime/log.ts";
import { createMessage, deleteMessage } from "../../src/sandbox/discord/messages.ts";
import { type Community, community } from "../discord_community.ts";

const ROUTE = "POST /channels/{channel_id}/messages";

function messagesOf({ discord, apps: { ticket: app } }: Community) {
  const log = openLog("test", { write: () => {}, now: () => new Date(), secrets: [] });
  const discordeno = createRestManager({ token: app.token });
  discordeno.baseUrl = discord.apiUrl;
  const invalidRequests = new InvalidRequests({ clock: systemClock });
  const rest = guardRest(discordeno, { bot: app.id, clock: systemClock, log, invalidRequests });
  const look = { botName: "Bliss Bot V2", iconUrl: undefined, color: 0xf97316 };
  return {
    ...openChannelMessages({ rest, look, botId: app.id }),
    [Symbol.dispose]: () => rest.stop(),
  };
}

Deno.test("post() writes a message that pings nobody, and edit() replaces all of it", async () => {
  await using it = await community();
  using bot = messagesOf(it);
  const ann = it.person("ann");
  const { id } = await bot.post(it.general.id, {
    text: `@everyone <@${ann.id}>`,
    embeds: [{ title: "Map" }],
    rows: [[{ kind: "button", id: "a", label: "Press" }]],
    files: [{ name: "map.png", type: "image/png", bytes: new Uint8Array([1]) }],
  });
  const message = it.general.messages.get(id)!;
  deepEqual(message.pings, { everyone: false, users: [], roles: [] });
  equal(message.data.embeds[0]!.footer!.text, "Bliss Bot V2");

  const rows = [[{ kind: "button", id: "a", label: "Press", isDisabled: true } as const]];
  await bot.edit(it.general.id, id, { rows });
  equal(it.general.messages.get(id)!.data.attachments.length, 1, "only the rows were changed");

  await bot.edit(it.general.id, id, { text: "over" });
  const { content, embeds, components, attachments } = it.general.messages.get(id)!.data;
  deepEqual({ content, embeds, components, attachments }, {
    content: "over",
    embeds: [],
    components: [],
    attachments: [],
  });
});

for (const kind of ["reset", "html", "status"] as const) {
  Deno.test(`a message whose answer got lost (${kind}) is there once`, async () => {
    await using it = await community();
    using bot = messagesOf(it);
    const trouble = kind === "status" ? { kind, status: 502 } : { kind };
    it.discord.faults.next({ route: ROUTE, isCarriedOut: true }, trouble);
    const { id } = await bot.post(it.general.id, { text: "hello" });
    deepEqual([...it.general.messages.keys()], [id]);
    await bot.post(it.general.id, { text: "hello" });
    equal(it.general.messages.size, 2, "the same text again is another message");
  });
}

Deno.test("react() takes characters and custom emoji", async () => {
  await using it = await community();
  using bot = messagesOf(it);
  const message = await it.person("ann").says(it.general, "hello");
  const emoji = { id: "1234567890", name: "raptor" };
  it.guild.emojis.set(emoji.id, emoji as never);
  for (const sign of ["✅", "⚠️", "#️⃣", `<:raptor:${emoji.id}>`]) {
    await bot.react(it.general.id, message.data.id, sign);
  }
  deepEqual([...message.reactions.keys()], ["✅", "⚠️", "#️⃣", `raptor:${emoji.id}`]);
});

Deno.test("what cannot be sent is refused before Discord sees it", async () => {
  await using it = await community();
  using bot = messagesOf(it);
  await rejects(bot.post(it.general.id, {}), RangeError);
  equal(it.discord.requests.length, 0);
  await rejects(bot.edit(it.general.id, "4", { text: "x" }), (error) => {
    match(String(error), /Unknown Message \(10008\)/);
    return true;
  });
});

Deno.test("post() with the nonce of a message that is there already is that message", async () => {
  await using it = await community();
  using bot = messagesOf(it);
  const nonce = "a-line-of-the-game-12345";
  const first = await bot.post(it.general.id, { text: "hello" }, { nonce });
  const again = await bot.post(it.general.id, { text: "hello" }, { nonce });
  deepEqual(again, first);
  await bot.post(it.general.id, { text: "hello" }, { nonce: `${nonce}6` });
  equal(it.general.messages.size, 2);
});

Deno.test("post() answers a message without pinging its author, also one that is gone meanwhile", async () => {
  await using it = await community();
  using bot = messagesOf(it);
  const ann = it.person("ann");
  const question = await ann.says(it.general, "who is online?");
  const answers = question.data.id;
  const { id } = await bot.post(it.general.id, { text: "nobody" }, { answers });
  equal(it.general.messages.get(id)!.data.message_reference?.message_id, answers);
  deepEqual(ann.pinged, []);

  deleteMessage(it.discord.world, question);
  const late = await bot.post(it.general.id, { text: "nobody" }, { answers });
  equal(it.general.messages.get(late.id)!.data.message_reference, undefined);
});

Deno.test("unreact() takes the bot's own reaction away and no other, also twice", async () => {
  await using it = await community();
  using bot = messagesOf(it);
  const ann = it.person("ann");
  const message = await ann.says(it.general, "hello");
  const { id } = message.data;
  await bot.react(it.general.id, id, "🕒");
  await ann.reacts(message, "🕒");
  await bot.unreact(it.general.id, id, "🕒");
  await bot.unreact(it.general.id, id, "🕒");
  deepEqual([...message.reactions.get("🕒")!], [ann.id]);
});

Deno.test("ownMessagesAfter() gives the bot's own messages alone, oldest first, over several pages", async () => {
  await using it = await community();
  using bot = messagesOf(it);
  const ann = it.person("ann");
  const { world } = it.discord;
  const write = (content: string) =>
    createMessage(world, it.general, it.apps.ticket.user, { content }).data.id;
  const first = write("before");
  const expected = [];
  for (let n = 0; n < 230; n++) {
    if (n % 3 === 0) await ann.says(it.general, `of ann ${n}`);
    expected.push({ id: write(`line ${n}`), text: `line ${n}` });
  }
  deepEqual(await bot.ownMessagesAfter(it.general.id, first), expected);
  deepEqual(await bot.ownMessagesAfter(it.general.id, expected.at(-1)!.id), []);
});

Deno.test("ownMessagesAfter() reads exactly 100, and ends after 1,000", async () => {
  await using it = await community();
  using bot = messagesOf(it);
  const { world } = it.discord;
  const ids = Array.from(
    { length: 1_150 },
    (_, n) => createMessage(world, it.general, it.apps.ticket.user, { content: `${n}` }).data.id,
  );
  const read = async (after: string) => {
    const found = await bot.ownMessagesAfter(it.general.id, after);
    return found.map(({ id }) => id);
  };
  deepEqual(await read(ids.at(-101)!), ids.slice(-100));
  deepEqual(await read(ids[0]!), ids.slice(1, 1_001));
});
