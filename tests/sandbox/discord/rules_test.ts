/**
 * The hand-written rules of Discord, as they hold without the API description: what passes, and for
 * each rule a request that gives exactly one line.
 * @module
 */

import { deepEqual, doesNotMatch } from "node:assert/strict";
import fc from "fast-check";
import type { SentFile } from "../../../src/sandbox/discord/api.ts";
import { openContract } from "../../../src/sandbox/discord/contract.ts";

const rules = await openContract(undefined);

const SEND = "POST /channels/{channel_id}/messages";
const EDIT = "PATCH /channels/{channel_id}/messages/{message_id}";
const FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}";
const CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback";
const COMMANDS = "PUT /applications/{application_id}/guilds/{guild_id}/commands";
const BULK_DELETE = "POST /channels/{channel_id}/messages/bulk-delete";
const THREAD = "POST /channels/{channel_id}/threads";
const V2 = 1 << 15;

function linesOf(key: string, body: unknown, files: SentFile[] = []): string[] {
  const [method, route] = key.split(" ") as [string, string];
  const params = { interaction_token: "secret-token", webhook_token: "secret-token" };
  const query = new URLSearchParams();
  return rules.checkRequest({ method, route, params, query, body, files })
    .map((line) => line.replace(`${key}: `, ""));
}

const button = (id: string, more = {}) => ({
  type: 2,
  style: 1,
  label: "Go",
  custom_id: id,
  ...more,
});
const link = (more = {}) => ({
  type: 2,
  style: 5,
  label: "Map",
  url: "https://example.com",
  ...more,
});
const row = (...components: unknown[]) => ({ type: 1, components });
const options = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ label: `Map ${n}`, value: `${n}` }));
const select = (id: string, count = 2) => ({ type: 3, custom_id: id, options: options(count) });
const input = (id: string, more = {}) => ({
  type: 4,
  custom_id: id,
  style: 1,
  label: "Why",
  ...more,
});
const label = (id: string) => ({
  type: 18,
  label: "Why",
  component: { type: 4, custom_id: id, style: 1 },
});
const says = (content: string) => ({ type: 10, content });
const modal = (components: unknown[], more = {}) => ({
  type: 9,
  data: { custom_id: "form", title: "Ticket", components, ...more },
});
const command = (more = {}) => ({ name: "players", description: "Who is online", ...more });
const option = (name: string, more = {}) => ({ type: 3, name, description: "A map", ...more });
const file = (index: number, size = 3): SentFile => ({
  index,
  name: "map.png",
  type: "image/png",
  bytes: new Uint8Array(size),
});

const GOOD: Record<string, [key: string, body: unknown, files?: SentFile[]]> = {
  "2000 characters, surrogate pairs counted once": [SEND, { content: "🔥".repeat(2000) }],
  "a file alone": [SEND, {}, [file(0)]],
  "a sticker alone": [SEND, { sticker_ids: ["1"] }],
  "a forwarded message": [SEND, { message_reference: { type: 1, message_id: "1" } }],
  "embeds of 6000 characters together": [SEND, {
    embeds: [{ description: "x".repeat(4000) }, { description: "x".repeat(2000) }],
  }],
  "an embed with a picture that comes along": [SEND, {
    embeds: [{ image: { url: "attachment://map.png" } }],
  }, [file(0)]],
  "an edit that takes the text away": [EDIT, { content: "", embeds: [], components: [] }],
  "an edit of a second-version message, its flag not repeated": [EDIT, { components: [says("#")] }],
  "five rows of five buttons": [SEND, {
    content: "x",
    components: [0, 1, 2, 3, 4].map((r) => row(...[0, 1, 2, 3, 4].map((b) => button(`${r}${b}`)))),
  }],
  "a link and a select": [SEND, { content: "x", components: [row(link()), row(select("s", 25))] }],
  "a button with an emoji alone": [SEND, {
    content: "x",
    components: [row(button("a", { label: undefined, emoji: { name: "✅" } }))],
  }],
  "second-version components in more than five rows": [SEND, {
    flags: V2,
    components: [
      { type: 17, components: [says("# Hi"), row(button("a"))] },
      { type: 9, components: [says("text")], accessory: button("b") },
      ...Array.from({ length: 6 }, (_, n) => row(button(`r${n}`))),
    ],
  }],
  "mentions by kind and by id of another kind": [SEND, {
    content: "x",
    allowed_mentions: { parse: ["users"], roles: ["1"], users: [] },
  }],
  "a form with labels, rows and text": [CALLBACK, modal([says("Hi"), row(input("a")), label("b")])],
  "a deferral": [CALLBACK, { type: 5 }],
  "25 suggestions": [CALLBACK, {
    type: 8,
    data: { choices: options(25).map(({ label }) => ({ name: label, value: label })) },
  }],
  "commands with options and translations": [COMMANDS, [
    command({
      name_localizations: { de: "spieler" },
      description_localizations: { de: "Wer ist da" },
      options: [option("server", { required: true, autocomplete: true }), option("count")],
    }),
    { type: 3, name: "Report Message" },
    command({ name: "ticket", options: [option("open", { type: 1, options: [option("topic")] })] }),
    command({ name: "खिलाड़ी" }),
  ]],
  "bulk delete of two": [BULK_DELETE, { messages: ["1", "2"] }],
  "a thread": [THREAD, { name: "Ragnarok", type: 11 }],
};

for (const [name, [key, body, files]] of Object.entries(GOOD)) {
  Deno.test(`the rules accept ${name}`, () => deepEqual(linesOf(key, body, files), []));
}

const manyOptions = Array.from({ length: 26 }, (_, n) => option(`o${n}`));
const longOption = (n: number) =>
  option(`o${n}`, {
    choices: Array.from({ length: 25 }, (_, c) => ({ name: `${c}`, value: "v".repeat(100) })),
  });

const BAD: [line: string, key: string, body: unknown, files?: SentFile[]][] = [
  ["content must be at most 2000 characters", SEND, { content: "x".repeat(2001) }],
  ["content must be at most 2000 characters", EDIT, { content: "x".repeat(2001) }],
  ["data.content must be at most 2000 characters", CALLBACK, {
    type: 7,
    data: { content: "x".repeat(2001) },
  }],
  ["body must not be an empty message", SEND, {}],
  ["body must not be an empty message", FOLLOW_UP, { content: " \n" }],
  ["body must not be an empty message", SEND, { embeds: [{}] }],
  ["data must not be an empty message", CALLBACK, { type: 4 }],
  ["message must not be an empty message", THREAD, {
    name: "Post",
    message: {},
  }],
  ["embeds must be at most 6000 characters in all embeds together", SEND, {
    embeds: [
      { title: "x".repeat(200), footer: { text: "x".repeat(2000) } },
      { description: "x".repeat(3000), author: { name: "x".repeat(200) } },
      { fields: [{ name: "x".repeat(100), value: "x".repeat(501) }] },
    ],
  }],
  ["embeds[0].footer.icon_url must be a web address", SEND, {
    embeds: [{ footer: { text: "Bliss", icon_url: "file:///icon.png" } }],
  }],
  ["components must be at most 5 rows", SEND, {
    content: "x",
    components: Array.from({ length: 6 }, (_, n) => row(button(`${n}`))),
  }],
  ["components[0].components must be at most 5 buttons", SEND, {
    content: "x",
    components: [row(...Array.from({ length: 6 }, (_, n) => button(`${n}`)))],
  }],
  ["components[0].components must be one select alone, or buttons", EDIT, {
    components: [row(button("a"), select("b"))],
  }],
  ["components[0].components[0].custom_id is missing", SEND, {
    content: "x",
    components: [row(button("a", { custom_id: undefined }))],
  }],
  ["components[0].components[0].url is missing", SEND, {
    content: "x",
    components: [row(link({ url: undefined }))],
  }],
  ["components[0].components[0].url must be a web address", SEND, {
    content: "x",
    components: [row(link({ url: "steam://connect/1" }))],
  }],
  ["components[0].components[0].custom_id must not be there with this style", SEND, {
    content: "x",
    components: [row(link({ custom_id: "a" }))],
  }],
  ["components[0].components[0].label must not be empty without an emoji", SEND, {
    content: "x",
    components: [row(button("a", { label: "" }))],
  }],
  ["components[1].components[0].custom_id must be unique", SEND, {
    content: "x",
    components: [row(button("a")), row(button("a"))],
  }],
  ["components[1].accessory.custom_id must be unique", SEND, {
    flags: V2,
    components: [row(button("a")), { type: 9, components: [says("x")], accessory: button("a") }],
  }],
  ["components[0].components[0].options must be 1 to 25", SEND, {
    content: "x",
    components: [row(select("a", 26))],
  }],
  ["components[0].components[0].options must not repeat a value", SEND, {
    content: "x",
    components: [row({ ...select("a"), options: [...options(1), ...options(1)] })],
  }],
  ["components[0].type needs the flag IS_COMPONENTS_V2", SEND, { components: [says("x")] }],
  ["content must not be used with IS_COMPONENTS_V2", SEND, {
    flags: V2,
    content: "x",
    components: [says("x")],
  }],
  ["embeds must not be used with IS_COMPONENTS_V2", EDIT, {
    embeds: [{ title: "x" }],
    components: [says("x")],
  }],
  ["components must be at most 40 components, nested ones counted", SEND, {
    flags: V2,
    components: [{ type: 17, components: Array.from({ length: 40 }, () => says("x")) }],
  }],
  ["components must be at most 4000 characters of text in all", SEND, {
    flags: V2,
    components: [says("x".repeat(2000)), { type: 17, components: [says("x".repeat(2001))] }],
  }],
  ['allowed_mentions.users must not list ids while parse has "users"', SEND, {
    content: "x",
    allowed_mentions: { parse: ["users"], users: ["1"] },
  }],
  ['allowed_mentions.roles must not list ids while parse has "roles"', SEND, {
    content: "x",
    allowed_mentions: { parse: ["roles"], roles: ["1"] },
  }],
  ["files must be at most 10 files", SEND, {}, Array.from({ length: 11 }, (_, n) => file(n))],
  [
    "data.components must be at most 5 inputs",
    CALLBACK,
    modal([1, 2, 3, 4, 5, 6].map((n) => label(`${n}`))),
  ],
  ["data.components must hold an input", CALLBACK, modal([says("x")])],
  ["data.title must not be empty", CALLBACK, modal([label("a")], { title: " " })],
  [
    "data.title must be at most 45 characters",
    CALLBACK,
    modal([label("a")], { title: "x".repeat(46) }),
  ],
  [
    "data.components[0].components must be one text input",
    CALLBACK,
    modal([row(input("a"), input("b"))]),
  ],
  [
    "data.components[0].components[0].label must not be empty",
    CALLBACK,
    modal([row(input("a", { label: undefined }))]),
  ],
  [
    "data.components[1].component.custom_id must be unique",
    CALLBACK,
    modal([label("a"), label("a")]),
  ],
  ["data.choices must be at most 25", CALLBACK, { type: 8, data: { choices: options(26) } }],
  ["data.choices[0].name must be at most 100 characters", CALLBACK, {
    type: 8,
    data: { choices: [{ name: "x".repeat(101), value: "x" }] },
  }],
  ["[0].name must be lower case", COMMANDS, [command({ name: "Players" })]],
  ["[0].name must be 1 to 32 letters, digits, hyphens or underscores", COMMANDS, [
    command({ name: "who is" }),
  ]],
  [
    "name must be 1 to 32 letters, digits, hyphens or underscores",
    COMMANDS.replace("PUT", "POST"),
    command({
      name: "x".repeat(33),
    }),
  ],
  ["[0].name_localizations.de must be lower case", COMMANDS, [
    command({ name_localizations: { de: "Spieler" } }),
  ]],
  ["[0].description must not be empty", COMMANDS, [command({ description: undefined })]],
  ["[0].description must be at most 100 characters", COMMANDS, [
    command({ description: "x".repeat(101) }),
  ]],
  ["[0].description must not be there with this type", COMMANDS, [command({ type: 2 })]],
  ["[0].options[1].required must not follow an optional option", COMMANDS, [
    command({ options: [option("a"), option("b", { required: true })] }),
  ]],
  ["[0].options[0].description must not be empty", COMMANDS, [
    command({ options: [option("a", { description: "" })] }),
  ]],
  ["[0].options[0].options[0].name must be lower case", COMMANDS, [
    command({ options: [option("open", { type: 1, options: [option("Topic")] })] }),
  ]],
  ["[0].options must be at most 25", COMMANDS, [command({ options: manyOptions })]],
  ["[0].options must not repeat a name", COMMANDS, [
    command({ options: [option("a"), option("a")] }),
  ]],
  ["[0].options must be all sub-commands or none", COMMANDS, [
    command({ options: [option("open", { type: 1 }), option("topic")] }),
  ]],
  ["[0].options[0].choices must be at most 25", COMMANDS, [
    command({ options: [option("a", { choices: options(26) })] }),
  ]],
  ["[0].options[0].choices must not be there with autocomplete", COMMANDS, [
    command({
      options: [option("a", { autocomplete: true, choices: [{ name: "a", value: "a" }] })],
    }),
  ]],
  [
    "[0] must be at most 8000 characters in names, descriptions and values of a command",
    COMMANDS,
    [
      command({ options: [1, 2, 3, 4].map(longOption) }),
    ],
  ],
  ["body must not repeat a name", COMMANDS, [command(), command()]],
  [
    "body must be at most 100 slash commands",
    COMMANDS,
    Array.from({ length: 101 }, (_, n) => command({ name: `c${n}` })),
  ],
  ["messages must be 2 to 100 ids", BULK_DELETE, { messages: ["1"] }],
  ["messages must not repeat an id", BULK_DELETE, { messages: ["1", "1"] }],
  ["name must not be empty", THREAD, { name: "  " }],
  ["name must be at most 100 characters", THREAD, { name: "x".repeat(101) }],
];

for (const [line, key, body, files] of BAD) {
  Deno.test(`the rules refuse: ${line} (${key})`, () =>
    deepEqual(linesOf(key, body, files), [line]));
}

Deno.test("refusals have a message and a code, 429s say how long to wait", () => {
  const check = (status: number, body: unknown) =>
    rules.checkAnswer({ method: "GET", route: "/gateway", status, body });
  deepEqual(check(403, { message: "Missing Access", code: 50001 }), []);
  deepEqual(check(429, { message: "Slow down", retry_after: 0.5, global: false }), []);
  deepEqual(check(429, { message: "Slow down" }), [
    "GET /gateway: retry_after must be a number",
    "GET /gateway: global must be a boolean",
  ]);
  deepEqual(check(404, { message: "Unknown Channel" }), ["GET /gateway: code must be a number"]);
  deepEqual(check(500, undefined), ["GET /gateway: body must be an object"]);
});

Deno.test("the rules take any JSON, and never repeat what was sent", () => {
  const keys = fc.constantFrom(SEND, EDIT, FOLLOW_UP, CALLBACK, COMMANDS, BULK_DELETE, THREAD);
  const typed = fc.record({ type: fc.integer({ min: 0, max: 20 }), data: fc.jsonValue() });
  fc.assert(fc.property(keys, fc.oneof(fc.jsonValue(), typed), (key, body) => {
    for (const line of linesOf(key, body)) doesNotMatch(line, /secret-token/);
  }));
});

Deno.test("a reason for the audit log has at most 512 characters", () => {
  const ask = (reason: string) =>
    rules.checkRequest({
      method: "DELETE",
      route: "/channels/{channel_id}",
      params: {},
      query: new URLSearchParams(),
      body: undefined,
      files: [],
      reason,
    });
  deepEqual(ask("ß".repeat(512)), []);
  deepEqual(ask("ß".repeat(513)), [
    "DELETE /channels/{channel_id}: reason must be at most 512 characters",
  ]);
});
