/**
 * Requests and answers against Discord's own API description, which is not part of the project:
 * where it is absent these tests are ignored, and the hand-written rules are tested alone.
 * @module
 */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { openContract } from "../../../src/sandbox/discord/contract.ts";
import { sharedPath, sharedTest } from "../../shared.ts";
import { withTempFolder } from "../../temp_folder.ts";

const open = () => openContract(sharedPath("discord/discord-openapi.json"));

const CHANNEL = "/channels/{channel_id}";
const MESSAGES = `${CHANNEL}/messages`;
const GUILD_CHANNELS = "/guilds/{guild_id}/channels";
const CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback";
const FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}";
const COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands";

async function requestLines(key: string, body?: unknown): Promise<string[]> {
  const [method = "", target = ""] = key.split(" ");
  const [route = "", query] = target.split("?");
  const sent = { method, route, params: {}, query: new URLSearchParams(query), body, files: [] };
  return (await open()).checkRequest(sent).map((line) => line.replace(`${method} ${route}: `, ""));
}

async function answerLines(key: string, status: number, body?: unknown): Promise<string[]> {
  const [method = "", route = ""] = key.split(" ");
  return (await open()).checkAnswer({ method, route, status, body })
    .map((line) => line.replace(`${key}: `, ""));
}

const user = {
  id: "1",
  username: "ann",
  avatar: null,
  discriminator: "0",
  public_flags: 0,
  flags: 0,
  global_name: null,
  primary_guild: null,
};
const message = {
  type: 0,
  content: "hi",
  mentions: [],
  mention_roles: [],
  attachments: [],
  embeds: [],
  timestamp: "2026-01-01T00:00:00.000000+00:00",
  edited_timestamp: null,
  flags: 0,
  components: [],
  id: "1",
  channel_id: "2",
  author: user,
  pinned: false,
  mention_everyone: false,
  tts: false,
};

const GOOD: Record<string, [key: string, body?: unknown]> = {
  "a message": [`POST ${MESSAGES}`, { content: "hi", nonce: "a", enforce_nonce: true, tts: false }],
  "what discord.js adds to an edit": [`PATCH ${MESSAGES}/{message_id}`, {
    content: "x",
    tts: false,
  }],
  "a follow-up": [`POST ${FOLLOW_UP}?wait=true`, { content: "hi", flags: 64 }],
  "an id in the query": [`GET ${MESSAGES}?limit=100&before=123`],
  "a list in the query": ["GET /guilds/{guild_id}/messages/search?author_id=1&author_id=2"],
  "permission bits as text": [`POST ${GUILD_CHANNELS}`, {
    name: "Chat Bridge",
    type: 4,
    permission_overwrites: [{ id: "1", type: 0, allow: "0", deny: "1024" }],
  }],
  "permission bits as numbers": [`PATCH ${CHANNEL}`, {
    permission_overwrites: [{ id: "1", type: 0, allow: 0, deny: 1024 }],
  }],
  "the id repeated in an overwrite": [`PUT ${CHANNEL}/permissions/{overwrite_id}`, {
    id: "1",
    type: 1,
    allow: "1024",
    deny: "0",
  }],
  "a thread": [`POST ${CHANNEL}/threads`, { name: "x", type: 11, auto_archive_duration: 10080 }],
  "an unarchived thread": [`PATCH ${CHANNEL}`, { archived: false }],
  "a renamed channel": [`PATCH ${CHANNEL}`, { name: "chat", topic: null }],
  "suggestions": [`POST ${CALLBACK}`, { type: 8, data: { choices: [{ name: "a", value: "a" }] } }],
  "suggested numbers": [`POST ${CALLBACK}`, {
    type: 8,
    data: { choices: [{ name: "a", value: 1.5 }] },
  }],
  "a form": [`POST ${CALLBACK}`, {
    type: 9,
    data: {
      custom_id: "f",
      title: "Ticket",
      components: [{ type: 18, label: "Why", component: { type: 4, custom_id: "w", style: 2 } }],
    },
  }],
  "commands": [`PUT ${COMMANDS}`, [{
    name: "players",
    description: "Who is online",
    default_member_permissions: "32",
    options: [{ type: 3, name: "server", description: "Which", required: true }],
  }]],
};

for (const [name, [key, body]] of Object.entries(GOOD)) {
  sharedTest(`the description accepts ${name}`, async () => {
    deepEqual(await requestLines(key, body), []);
  });
}

const button = (more: Record<string, unknown>) => ({
  content: "x",
  components: [{
    type: 1,
    components: [{ type: 2, style: 1, label: "Go", custom_id: "a", ...more }],
  }],
});

const BAD: [line: string, key: string, body?: unknown][] = [
  ["body is missing", `POST ${GUILD_CHANNELS}`],
  ["body must be object", `POST ${GUILD_CHANNELS}`, []],
  ["body must not be an empty message", `POST ${MESSAGES}`],
  ["allowedMentions is not documented", `POST ${MESSAGES}`, { content: "x", allowedMentions: {} }],
  ["embeds[0].title must be at most 256 characters", `POST ${MESSAGES}`, {
    embeds: [{ title: "x".repeat(257) }],
  }],
  ["embeds[0].fields[1].value is missing", `POST ${MESSAGES}`, {
    embeds: [{ fields: [{ name: "a", value: "b" }, { name: "a" }] }],
  }],
  ["embeds must be at most 10", `POST ${MESSAGES}`, {
    embeds: Array.from({ length: 11 }, () => ({ title: "x" })),
  }],
  [
    "components[0].components[0].label must be at most 80 characters",
    `POST ${MESSAGES}`,
    button({
      label: "x".repeat(81),
    }),
  ],
  [
    "components[0].components[0].custom_id must be at most 100 characters",
    `POST ${MESSAGES}`,
    button({
      custom_id: "x".repeat(101),
    }),
  ],
  [
    "components[0].components[0].customId is not documented",
    `POST ${MESSAGES}`,
    button({
      customId: "a",
    }),
  ],
  [
    "components[0].components[0].type must be one of 2, 3, 5, 6, 7, 8",
    `POST ${MESSAGES}`,
    button({
      type: 99,
    }),
  ],
  ["components[0].type must be one of 1, 9, 10, 12, 13, 14, 17", `POST ${MESSAGES}`, {
    content: "x",
    components: [{ type: 77 }],
  }],
  ["message_reference.message_id must be string", `POST ${MESSAGES}`, {
    content: "x",
    message_reference: { message_id: 123 },
  }],
  ["message_reference must be null or object", `POST ${MESSAGES}`, {
    content: "x",
    message_reference: "1",
  }],
  ["query.limit must be at most 100", `GET ${MESSAGES}?limit=101`],
  ["query.limit must be integer", `GET ${MESSAGES}?limit=ten`],
  ["query.withCounts is not documented", "GET /guilds/{guild_id}?withCounts=true"],
  ["query.with_counts must be boolean", "GET /guilds/{guild_id}?with_counts=maybe"],
  ["permission_overwrites[0].deny must be a decimal number", `PATCH ${CHANNEL}`, {
    permission_overwrites: [{ id: "1", type: 0, allow: "0", deny: "VIEW_CHANNEL" }],
  }],
  ["auto_archive_duration must be one of 60, 1440, 4320, 10080", `POST ${CHANNEL}/threads`, {
    name: "x",
    auto_archive_duration: 30,
  }],
  ["messages must be 2 to 100 ids", `POST ${MESSAGES}/bulk-delete`, { messages: ["1"] }],
  ["type must be one of 1, 4, 5, 6, 7, 8, 9, 12, 13", `POST ${CALLBACK}`, { type: 2 }],
  ["data.choices[0].name must be at most 100 characters", `POST ${CALLBACK}`, {
    type: 8,
    data: { choices: [{ name: "x".repeat(101), value: 1 }] },
  }],
  ["data.components[0].component.style must be one of 1, 2", `POST ${CALLBACK}`, {
    type: 9,
    data: {
      custom_id: "f",
      title: "Ticket",
      components: [{ type: 18, label: "Why", component: { type: 4, custom_id: "w", style: 3 } }],
    },
  }],
  ["[1].options[0].type must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11", `PUT ${COMMANDS}`, [
    { name: "a", description: "a" },
    { name: "b", description: "b", options: [{ type: 12, name: "c", description: "c" }] },
  ]],
  ["route is not documented", "POST /channels/{channel_id}/shout", {}],
];

for (const [line, key, body] of BAD) {
  sharedTest(`the description refuses: ${line} (${key})`, async () => {
    deepEqual(await requestLines(key, body), [line]);
  });
}

sharedTest("an answer must have a documented status and its shape", async () => {
  deepEqual(await answerLines(`POST ${MESSAGES}`, 200, message), []);
  deepEqual(await answerLines(`POST ${MESSAGES}`, 201, message), ["status 201 is not documented"]);
  deepEqual(await answerLines(`POST ${MESSAGES}`, 200, { ...message, author: { id: "1" } }), [
    "author.username is missing",
    "author.avatar is missing",
    "author.discriminator is missing",
    "author.public_flags is missing",
    "author.flags is missing",
    "author.global_name is missing",
    "author.primary_guild is missing",
  ]);
  deepEqual(await answerLines(`POST ${MESSAGES}`, 200), ["body must be object"]);
  deepEqual(await answerLines(`DELETE ${MESSAGES}/{message_id}`, 204), []);
  deepEqual(await answerLines(`DELETE ${MESSAGES}/{message_id}`, 204, {}), ["body must be empty"]);
  deepEqual(
    await answerLines(`GET ${CHANNEL}`, 403, { message: "Missing Access", code: 50001 }),
    [],
  );
  deepEqual(await answerLines("GET /nowhere", 404, { message: "404: Not Found", code: 0 }), []);
});

sharedTest("every operation can be checked, and routes with fixed parts come first", async () => {
  const { routes, checkAnswer, checkRequest, isComplete } = await open();
  ok(isComplete);
  ok(routes.length > 200);
  ok(routes.indexOf("GET /users/@me") < routes.indexOf("GET /users/{user_id}"));
  for (const key of routes) {
    const [method = "", route = ""] = key.split(" ");
    const sent = {
      method,
      route,
      params: {},
      query: new URLSearchParams("x=1"),
      body: 1,
      files: [],
    };
    ok(checkRequest(sent).some((line) => line.includes("query.x is not documented")), key);
    checkAnswer({ method, route, status: 200, body: 1 });
  }
});

sharedTest("the description takes any JSON", async () => {
  const contract = await open();
  const keys = fc.constantFrom(...contract.routes);
  const typed = fc.record({ type: fc.integer({ min: 0, max: 20 }), data: fc.jsonValue() });
  const query = new URLSearchParams("limit=__proto__&limit=2&__proto__=1");
  fc.assert(fc.property(keys, fc.oneof(fc.jsonValue(), typed), (key, body) => {
    const [method = "", route = ""] = key.split(" ");
    contract.checkRequest({ method, route, params: {}, query, body, files: [] });
    contract.checkAnswer({ method, route, status: 200, body });
  }));
});

sharedTest("a document is read once per process", async () => {
  equal(await open(), await open());
});

Deno.test("without a document the hand-written rules remain", async () => {
  const { checkRequest, checkAnswer, ...contract } = await openContract(undefined);
  deepEqual(contract, { isComplete: false, routes: [] });
  const sent = {
    method: "POST",
    route: MESSAGES,
    params: {},
    query: new URLSearchParams(),
    files: [],
  };
  deepEqual(checkRequest({ ...sent, body: { content: "x".repeat(2001), camelCase: 1 } }), [
    `POST ${MESSAGES}: content must be at most 2000 characters`,
  ]);
  deepEqual(checkAnswer({ method: "POST", route: MESSAGES, status: 299, body: "anything" }), []);
});

Deno.test("a document that is missing or of another kind is refused by its path", async () => {
  await withTempFolder(async (folder) => {
    await rejects(
      openContract(`${folder}/none.json`),
      /Cannot read Discord's OpenAPI document .*none\.json/,
    );
    for (const content of ["{", "[]", '{"openapi":"3.1.0","paths":{},"components":{}}']) {
      const path = `${folder}/${content.length}.json`;
      await Deno.writeTextFile(path, content);
      await rejects(openContract(path), /Cannot read Discord's OpenAPI document .*; give the path/);
    }
  });
});
