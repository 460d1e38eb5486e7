import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
} from "../../../src/sandbox/discord/build.ts";
import { ApiError, type RestRequest, type Routes } from "../../../src/sandbox/discord/api.ts";
import { Form } from "../../../src/sandbox/discord/form.ts";
import { createMessage } from "../../../src/sandbox/discord/messages.ts";
import { EVERYTHING } from "../../../src/sandbox/discord/permissions.ts";
import { channelRoutes } from "../../../src/sandbox/discord/routes/channels.ts";
import { guildRoutes } from "../../../src/sandbox/discord/routes/guilds.ts";
import { messageRoutes } from "../../../src/sandbox/discord/routes/messages.ts";
import { threadRoutes } from "../../../src/sandbox/discord/routes/threads.ts";
import { userRoutes } from "../../../src/sandbox/discord/routes/users.ts";
import { makeThread } from "../../../src/sandbox/discord/thread_life.ts";
import { World } from "../../../src/sandbox/discord/world.ts";

Deno.test("a fault is told with its place, in Discord's own form", () => {
  const form = new Form({ embeds: [{ title: "x".repeat(257) }], ids: ["1", 2], n: 1.5 });
  throws(() => form.forms("embeds")![0]!.text("title", { max: 256 }), (error: unknown) => {
    ok(error instanceof ApiError);
    deepEqual([error.status, error.code], [400, 50035]);
    deepEqual(JSON.parse(JSON.stringify(error.more["errors"])), {
      embeds: {
        0: {
          title: {
            _errors: [{
              code: "BASE_TYPE_BAD_LENGTH",
              message: "Must be between 0 and 256 in length",
            }],
          },
        },
      },
    });
    return true;
  });
  for (const read of [() => form.ids("ids"), () => form.whole("n"), () => form.text("n")]) {
    throws(read, { code: 50035 });
  }
  throws(() => new Form([]), { code: 50035 });
  equal(new Form({ a: null }).text("a"), undefined);
  equal(new Form({ a: null }).has("a"), true);
  equal(new Form({}).has("toString"), false);
});

/** Bodies with the right keys and wrong values get deepest. */
const KEYS = [
  "content",
  "embeds",
  "components",
  "flags",
  "attachments",
  "allowed_mentions",
  "message_reference",
  "nonce",
  "enforce_nonce",
  "type",
  "id",
  "name",
  "fields",
  "image",
  "url",
  "footer",
  "author",
  "parse",
  "users",
  "message_id",
  "permission_overwrites",
  "allow",
  "deny",
  "parent_id",
  "archived",
  "locked",
  "messages",
  "nick",
  "roles",
  "media",
  "items",
  "accessory",
  "timestamp",
  "recipient_id",
  "auto_archive_duration",
];
const bodies = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, 0, 1, 12, 17, -1, 1.5, 2 ** 60, "", "x", "123", "attachment://x"),
    fc.string(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 8 }),
  ),
  body: fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 8 }),
}));

Deno.test("no body whatever makes a route fail: it is carried out or refused", () => {
  const world = new World();
  const guild = addGuild(world, { name: "G" });
  const app = addApplication(world, { name: "A" });
  addBot(world, guild, { app, permissions: EVERYTHING });
  const routes: Routes = {
    ...channelRoutes(world),
    ...messageRoutes(world),
    ...threadRoutes(world),
    ...guildRoutes(world),
    ...userRoutes(world),
  };
  const lines = Object.keys(routes).filter((line) => /^(POST|PATCH|PUT) /.test(line));
  const tried = new Map<number, number>();
  const oneCall = ([line, body, inThread]: [string, unknown, boolean]) => {
    const channel = addChannel(world, guild, { name: "c" });
    const place = inThread
      ? makeThread(world, channel, { name: "t", type: 11, ownerId: app.id, autoArchive: 60 })
      : channel;
    const message = createMessage(world, place, app.user, { content: "hi" });
    const params = {
      channel_id: place.id,
      guild_id: guild.id,
      message_id: message.data.id,
      user_id: app.id,
      overwrite_id: guild.id,
      role_id: guild.id,
    };
    const query = new URLSearchParams();
    const request = { params, query, body, files: [], app };
    let status: number;
    try {
      status = (routes[line]!(request as RestRequest) as { status: number }).status;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      status = error.status;
    }
    tried.set(status, (tried.get(status) ?? 0) + 1);
    for (const { id } of [...world.channels.values()]) world.channels.delete(id);
  };
  const calls = fc.tuple(fc.constantFrom(...lines), bodies.body, fc.boolean());
  fc.assert(fc.property(calls, oneCall), { numRuns: 4000 });
  ok((tried.get(400) ?? 0) > 50 && (tried.get(200) ?? 0) > 50, JSON.stringify([...tried]));
});
