/** No request, however wrong, makes the local Discord itself fail. */

import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { addChannel } from "../../../src/sandbox/discord/build.ts";
import { startedWithBot } from "./rest_client.ts";

/** Routes that take a body, and names of fields that some of them know. */
const ROUTES = [
  "POST /channels/C/messages",
  "PATCH /channels/C/messages/M",
  "POST /channels/C/messages/bulk-delete",
  "POST /channels/C/threads",
  "POST /channels/C/messages/M/threads",
  "PATCH /channels/C",
  "PUT /channels/C/permissions/A",
  "POST /guilds/G/channels",
  "PATCH /guilds/G/members/@me",
  "PATCH /guilds/G/members/A",
  "POST /users/@me/channels",
  "PUT /applications/A/guilds/G/commands",
  "POST /applications/A/guilds/G/commands",
  "POST /interactions/1/token/callback",
  "POST /webhooks/A/token",
  "GET /channels/C/messages?limit=x&before=y",
  "GET /channels/C/messages?around=-1",
  "GET /guilds/G/members?limit=-1&after=z",
  "GET /guilds/G/members/search?query=",
  "GET /channels/C/threads/archived/public?before=x&limit=0",
  "PUT /channels/C/messages/M/reactions/x/@me",
];
const FIELDS = [
  ...["content", "embeds", "components", "attachments", "allowed_mentions", "message_reference"],
  ...["flags", "nonce", "messages", "name", "type", "parent_id", "permission_overwrites", "topic"],
  ...["allow", "deny", "roles", "nick", "recipient_id", "description", "options", "data"],
  ...["auto_archive_duration", "rate_limit_per_user", "archived", "position", "poll"],
];

Deno.test("no request, however wrong, makes the local Discord itself fail", async () => {
  const { discord, world, app, guild, client } = await startedWithBot({}, 1n << 3n);
  await using _ = discord;
  discord.rateLimits.isGlobalOn = false;
  discord.rateLimits.usual = { limit: 100_000, perMs: 1000 };
  const channel = addChannel(world, guild, { name: "general" });
  const { body: message } = await client.ask(`POST /channels/${channel.id}/messages`, {
    json: { content: "hi" },
  });
  const ids: Record<string, string> = { A: app.id, C: channel.id, G: guild.id, M: message.id };
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(...Object.values(ids)),
    fc.array(
      fc.dictionary(fc.constantFrom(...FIELDS, "id", "fields"), fc.jsonValue({ maxDepth: 1 })),
    ),
  );
  const body = fc.oneof(value, fc.dictionary(fc.constantFrom(...FIELDS), value));
  const failures = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ROUTES), body, async (route, json) => {
      const path = route.replace(/(?<=\/)[ACGM]\b/g, (letter) => ids[letter]!);
      const { status } = await client.ask(path, path.startsWith("GET") ? {} : { json });
      if (status >= 500) failures.add(route);
      for (const line of discord.takeViolations()) {
        if (line.includes("failed") || line.startsWith("Our")) failures.add(line.slice(0, 300));
      }
    }),
    { numRuns: 600 },
  );
  deepEqual([...failures], []);
});
