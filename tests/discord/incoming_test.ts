import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { readInteraction, readMessage } from "../../src/discord/incoming.ts";
import type { RawInteraction, RawMessage } from "../../src/discord/incoming.ts";
import type { Interaction, Replies } from "../../src/discord/interaction.ts";

const USER = { id: "1", username: "ann", global_name: "Ann" };
const MESSAGE: RawMessage = { id: "9", type: 0, channel_id: "5", author: USER, content: "hi" };
const INTERACTION: RawInteraction = {
  id: "175928847299117063", // Discord's own example of a snowflake: 2016-04-30 11:18:25.796 UTC
  type: 2,
  token: "secret",
  guild_id: "7",
  channel_id: "5",
  member: { user: USER, nick: "Annie", roles: ["3", "4"] },
  locale: "en-GB",
  data: { name: "players" },
};

function read(parts: Partial<RawInteraction>): Interaction | undefined {
  const replies = {} as Replies;
  return readInteraction({ ...INTERACTION, ...parts }, { replies, now: 1462015105796 + 250 });
}

Deno.test("readMessage() takes the nickname, else the global name, else the user name", () => {
  const name = (parts: Partial<RawMessage>) =>
    readMessage({ ...MESSAGE, ...parts })?.author.displayName;
  equal(name({ member: { nick: "Annie" } }), "Annie");
  equal(name({ member: { nick: null } }), "Ann");
  equal(name({}), "Ann");
  equal(name({ author: { ...USER, global_name: null } }), "ann");
  equal(name({ author: { id: "1", username: "ann" }, member: { nick: "" } }), "ann");
});

Deno.test("readMessage() counts files, knows bots and webhooks, and takes a missing text as empty", () => {
  deepEqual(readMessage({ ...MESSAGE, guild_id: "7", attachments: [{}, {}] }), {
    id: "9",
    channelId: "5",
    guildId: "7",
    author: { id: "1", isBot: false, displayName: "Ann" },
    text: "hi",
    files: ["file", "file"],
    stickers: 0,
    hasPoll: false,
    isForwarded: false,
    answers: undefined,
    names: {},
  });
  equal(readMessage({ ...MESSAGE, author: { ...USER, bot: true } })?.author.isBot, true);
  equal(readMessage({ ...MESSAGE, webhook_id: "8" })?.author.isBot, true);
  const { content: _, ...withoutText } = MESSAGE;
  equal(readMessage(withoutText)?.text, "");
});

Deno.test("readMessage() tells files by kind, and what a message without text is", () => {
  const types = ["image/png", "video/mp4", "audio/ogg; codecs=opus", "text/plain", undefined, ""];
  const attachments = types.map((type) => type === undefined ? {} : { content_type: type });
  const { files } = readMessage({ ...MESSAGE, attachments })!;
  deepEqual(files, ["picture", "video", "sound", "file", "file", "file"]);
  const kind = (parts: Partial<RawMessage>) => {
    const { stickers, hasPoll, isForwarded } = readMessage({ ...MESSAGE, ...parts })!;
    return { stickers, hasPoll, isForwarded };
  };
  const plain = { stickers: 0, hasPoll: false, isForwarded: false };
  deepEqual(kind({ sticker_items: [{}, {}] }), { ...plain, stickers: 2 });
  deepEqual(kind({ poll: { question: { text: "?" } } }), { ...plain, hasPoll: true });
  deepEqual(kind({ message_snapshots: [{}] }), { ...plain, isForwarded: true });
});

Deno.test("readMessage() knows what is answered, unless that was deleted", () => {
  const answers = (referenced_message: RawMessage | null) =>
    readMessage({ ...MESSAGE, type: 19, referenced_message })?.answers;
  deepEqual(answers({ ...MESSAGE, content: "who is in?" }), {
    author: { id: "1", isBot: false, displayName: "Ann" },
    text: "who is in?",
  });
  const bot = { ...USER, bot: true };
  equal(answers({ ...MESSAGE, author: bot })?.author.isBot, true);
  equal(answers(null), undefined);
});

Deno.test("readMessage() names who and what is mentioned, as far as it is known", () => {
  const content = "<@2> <@!3> <@&40> <#50> <#51> <@&constructor> <#99999999999999999999999>";
  const mentions = [
    { id: "2", username: "bob", global_name: "Bob", member: { nick: "Bobby" } },
    { id: "3", username: "eve" },
  ];
  const known = new Map([["40", "Admins"], ["50", "chat"], ["60", "not mentioned"]]);
  deepEqual(readMessage({ ...MESSAGE, content, mentions }, known)?.names, {
    "2": "Bobby",
    "3": "eve",
    "40": "Admins",
    "50": "chat",
  });
});

Deno.test("readMessage() passes over what nobody wrote: joins, pins, boosts, new threads", () => {
  equal(readMessage({ ...MESSAGE, type: 19 })?.text, "hi", "an answer to another message counts");
  for (const type of [1, 6, 7, 8, 12, 18, 21, 24, 46]) {
    equal(readMessage({ ...MESSAGE, type }), undefined);
  }
});

Deno.test("readInteraction() tells who called, where, in which language and how long ago", () => {
  const { replies: _, what: __, ...rest } = read({})!;
  deepEqual(rest, {
    id: "175928847299117063",
    guildId: "7",
    channelId: "5",
    user: { id: "1", displayName: "Annie", roleIds: ["3", "4"] },
    language: "en",
    ageMs: 250,
  });
  equal(read({ locale: "de" })?.language, "de");
  const { locale: _locale, ...without } = INTERACTION;
  equal(readInteraction(without, { replies: {} as Replies, now: 0 })?.language, "en");
});

Deno.test("readInteraction() of a direct conversation has a user and no guild", () => {
  const { member: _, guild_id: __, ...direct } = INTERACTION;
  const interaction = readInteraction(
    { ...direct, user: USER },
    { replies: {} as Replies, now: 0 },
  );
  equal(interaction?.guildId, undefined);
  deepEqual(interaction?.user, { id: "1", displayName: "Ann", roleIds: [] });
});

Deno.test("readInteraction() flattens options, those of subcommands too, and keeps false and 0", () => {
  const options = [
    {
      name: "restart",
      type: 1,
      options: [
        { name: "map", type: 3, value: "island" },
        { name: "count", type: 4, value: 0 },
        { name: "force", type: 5, value: false },
        { name: "who", type: 6, value: "1" },
        { name: "__proto__", type: 3, value: "x" },
      ],
    },
  ];
  deepEqual(read({ data: { name: "server", options } })?.what, {
    kind: "command",
    name: "server",
    options: Object.fromEntries([
      ["map", "island"],
      ["count", 0],
      ["force", false],
      ["who", "1"],
      ["__proto__", "x"],
    ]),
  });
});

Deno.test("readInteraction() of typing names the option that is being typed", () => {
  const options = [{ name: "map", value: "isl", focused: true }, { name: "count", value: 2 }];
  deepEqual(read({ type: 4, data: { name: "players", options } })?.what, {
    kind: "suggest",
    name: "players",
    options: { map: "isl", count: 2 },
    focused: "map",
  });
});

Deno.test("readInteraction() of a press has id, values and message", () => {
  const message = { id: "77" };
  deepEqual(read({ type: 3, message, data: { custom_id: "pages:1" } })?.what, {
    kind: "press",
    customId: "pages:1",
    values: [],
    messageId: "77",
  });
  deepEqual(read({ type: 3, message, data: { custom_id: "m", values: ["a", "b"] } })?.what, {
    kind: "press",
    customId: "m",
    values: ["a", "b"],
    messageId: "77",
  });
});

Deno.test("readInteraction() finds a form's fields in labels and in rows", () => {
  const components = [
    { type: 18, component: { type: 4, custom_id: "name", value: "Rex" } },
    { type: 1, components: [{ type: 4, custom_id: "note", value: "" }] },
    { type: 10, content: "only text" },
  ];
  deepEqual(read({ type: 5, data: { custom_id: "ticket", components } })?.what, {
    kind: "form",
    customId: "ticket",
    fields: { name: "Rex", note: "" },
    hasMessage: false,
  });
});

Deno.test("readInteraction() does not know kinds that do not exist yet", () => {
  equal(read({ type: 1 }), undefined);
  equal(read({ type: 6 }), undefined);
});

Deno.test("the reading of events keeps every text as it came", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    equal(readMessage({ ...MESSAGE, content: text })?.text, text);
    const components = [{ type: 18, component: { custom_id: "a", value: text } }];
    const what = read({ type: 5, data: { custom_id: text, components } })?.what;
    deepEqual(what, { kind: "form", customId: text, fields: { a: text }, hasMessage: false });
  }));
});

Deno.test("no odd message makes the reading of it fail", () => {
  const odd = fc.oneof(fc.constant(null), fc.constant(undefined), fc.string({ unit: "binary" }));
  const user = fc.record({ id: fc.string(), username: fc.string(), global_name: odd, bot: odd });
  const member = fc.record({ nick: odd, roles: odd });
  const list = (item: fc.Arbitrary<unknown>) => fc.oneof(fc.constant(null), fc.array(item));
  const message = fc.record({
    id: fc.string(),
    type: fc.constantFrom(0, 19),
    channel_id: fc.string(),
    guild_id: odd,
    author: user,
    member: fc.option(member),
    webhook_id: odd,
    content: fc.oneof(odd, fc.stringMatching(/^(<(@&|#|@)\d{0,30}>){0,9}$/)),
    attachments: list(fc.record({ content_type: odd })),
    sticker_items: list(fc.anything()),
    poll: fc.anything(),
    message_snapshots: list(fc.anything()),
    mentions: list(user),
  }, { requiredKeys: ["id", "type", "channel_id", "author"] });
  const answering = fc.tuple(message, fc.option(message))
    .map(([message, referenced_message]) => ({ ...message, referenced_message }));
  fc.assert(fc.property(answering, (raw) => {
    const read = readMessage(raw as unknown as RawMessage, new Map([["1", "one"]]));
    equal(typeof read?.text, "string");
  }));
});
