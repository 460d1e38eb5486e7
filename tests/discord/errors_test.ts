/**
 * The one error of Discord calls: what it says, and what it must never say.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { DiscordRestError } from "../../src/discord/errors.ts";

const POST = { method: "POST", path: "/channels/1/messages" };

function errorOf(status: number, body: unknown, path = POST.path): DiscordRestError {
  return new DiscordRestError({ ...POST, path, status, body: JSON.stringify(body) });
}

Deno.test("DiscordRestError says what failed, why, and what to do", () => {
  const error = errorOf(403, { code: 50013, message: "Missing Permissions" });
  equal(
    error.message,
    "Cannot POST /channels/1/messages: Missing Permissions (50013); give the bot's role the " +
      "missing permission; the invite link that start shows has them all",
  );
  deepEqual([error.status, error.code, error.route], [403, 50013, "POST /channels/1/messages"]);
  equal(error.name, "DiscordRestError");
});

Deno.test("DiscordRestError has a remedy for every code and status that happens to admins", () => {
  const remedies: [number, number, RegExp][] = [
    [403, 50001, /View Channel/],
    [403, 50013, /missing permission/],
    [404, 10003, /channel was deleted/],
    [404, 10008, /message was deleted/],
    [403, 50007, /direct messages/],
    [400, 50083, /open the thread again/],
    [400, 30013, /500 channels/],
    [429, 0, /wait/],
    [401, 0, /token/],
    [404, 0, /exists/],
    [500, 0, /discordstatus\.com/],
    [301, 0, /api_url/],
  ];
  for (const [status, code, remedy] of remedies) {
    match(errorOf(status, { code, message: "No" }).message.split("; ").slice(1).join(), remedy);
  }
});

Deno.test("DiscordRestError names the full category, which Discord hides inside a form error", () => {
  const errors = {
    parent_id: {
      _errors: [{ code: "CHANNEL_PARENT_MAX_CHANNELS", message: "Maximum number of channels" }],
    },
  };
  const error = errorOf(400, { code: 50035, message: "Invalid Form Body", errors });
  match(error.message, /Invalid Form Body \(50035\), parent_id: "Maximum number of channels"; /);
  match(error.message, /category has 50 channels/);
});

Deno.test("DiscordRestError does not repeat a page of HTML or an empty answer", () => {
  for (const body of ["<!DOCTYPE html><html><body>Bad gateway</body></html>", "", "null", "[]"]) {
    const { message } = new DiscordRestError({ ...POST, status: 502, body });
    match(message, /: HTTP status 502, not from Discord itself; check the network and disc/);
  }
});

Deno.test("DiscordRestError tells a proxy's refusal from Discord's", () => {
  const refusal = '{"message":"401: Unauthorized","code":0}';
  const { isTokenRefused, message } = new DiscordRestError({ ...POST, status: 401, body: refusal });
  deepEqual([isTokenRefused, /reset the token/.test(message)], [true, true]);
  for (const status of [401, 403, 404]) {
    const error = new DiscordRestError({ ...POST, status, body: "<html>Log in</html>" });
    equal(error.isTokenRefused, false);
    match(error.message, /not from Discord itself; check the network, a proxy on the way, and api/);
  }
  const expired = '{"message":"Invalid Webhook Token","code":50027}';
  equal(new DiscordRestError({ ...POST, status: 401, body: expired }).isTokenRefused, false);
});

Deno.test("DiscordRestError shows which field of a request was wrong", () => {
  const errors = { embeds: { 0: { title: { _errors: [{ message: "Must be 256 or fewer" }] } } } };
  const error = errorOf(400, { code: 50035, message: "Invalid Form Body", errors });
  match(error.message, /embeds\.0\.title: "Must be 256 or fewer"; this is a mistake in BlissBot/);
});

Deno.test("DiscordRestError.isUnknown is true for what does not exist, and for nothing else", () => {
  ok(errorOf(404, { code: 10008, message: "Unknown Message" }).isUnknown);
  ok(!errorOf(403, { code: 50001, message: "Missing Access" }).isUnknown);
  ok(!errorOf(0, "").isUnknown);
});

Deno.test("DiscordRestError stays one short line, whatever came back", () => {
  fc.assert(fc.property(
    fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue().map((value) => JSON.stringify(value))),
    fc.integer({ min: 0, max: 599 }),
    (text, status) => {
      for (const said of [{ text: text.repeat(20) }, { body: text }]) {
        const error = new DiscordRestError({ ...POST, status, ...said });
        ok(error.message.length < 600);
        ok(!/[\n\r]/.test(error.message));
      }
    },
  ));
  const odd = { toString: 1 };
  for (const body of [{ message: odd }, { message: "No", errors: { _errors: [odd, null, 1] } }]) {
    ok(errorOf(400, body).message.length < 600);
  }
  const slashes = new DiscordRestError({ ...POST, status: 0, text: "/".repeat(1_000_000) });
  ok(slashes.message.length < 600, "and soon");
  let deep: unknown = {};
  for (let depth = 0; depth < 5_000; depth++) deep = { a: deep };
  match(errorOf(400, { code: 1, message: "No", errors: deep }).message, /No \(1\)/);
});

Deno.test("a token of an interaction or webhook never stands in an error, wherever it was", () => {
  const letters = [..."abcXYZ0189-_.~%:="];
  const token = fc.string({ unit: fc.constantFrom(...letters), minLength: 8, maxLength: 200 })
    .map((token) => `s3cr3t${token}`);
  const path = fc.constantFrom(
    (token: string) => `/interactions/123/${token}/callback`,
    (token: string) => `/interactions/123/${token}/callback?with_response=true`,
    (token: string) => `/webhooks/123/${token}`,
    (token: string) => `/webhooks/123/${token}/messages/@original`,
    (token: string) => `/webhooks/123/${token}?wait=true`,
    (token: string) => `/channels/1?secret=${token}`,
  );
  fc.assert(fc.property(token, path, (token, path) => {
    const texts = [
      "",
      path(token),
      `error sending request for url (https://discord.com/api/v10${path(token)}): refused`,
      JSON.stringify({ message: `no such ${path(token)}`, code: 10015 }),
      JSON.stringify({ message: "No", errors: { a: { _errors: [{ message: path(token) }] } } }),
    ];
    for (const text of texts) {
      const said = text.startsWith("{") ? { body: text } : { text };
      const error = new DiscordRestError({ method: "POST", path: path(token), status: 0, ...said });
      ok(!error.message.includes("s3cr3t") && !error.route.includes("s3cr3t"), error.message);
      ok(!(error.stack ?? "").includes("s3cr3t"));
      if (path(token).includes("/123/")) match(error.route, /123\/\*\*\*/);
    }
  }));
});
