/** Finding the route of a path. */

import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { type FoundRoute, RouteTable } from "../../../src/sandbox/discord/route_table.ts";

const nothing = () => ({ status: 204 });
const table = new RouteTable({
  "GET /gateway": nothing,
  "GET /users/{user_id}": nothing,
  "GET /users/@me": nothing,
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": nothing,
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original": nothing,
  "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me": nothing,
});

function found(method: string, path: string): FoundRoute {
  const route = table.find(method, path);
  if (typeof route === "string") throw new Error(`${method} ${path}: ${route}`);
  return route;
}

Deno.test("RouteTable prefers names to ids, encoded or not", () => {
  equal(found("GET", "/users/@me").template, "/users/@me");
  equal(found("GET", "/users/%40me").template, "/users/@me");
  equal(found("GET", "/users/12").template, "/users/{user_id}");
  const original = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
  equal(found("PATCH", "/webhooks/1/t/messages/%40original").template, original);
});

Deno.test("RouteTable decodes an emoji in a path", () => {
  const { params } = found("PUT", "/channels/1/messages/2/reactions/%E2%9C%85/@me");
  deepEqual(params, { channel_id: "1", message_id: "2", emoji_name: "✅" });
});

Deno.test("RouteTable asks for a bot's token unless the path has one", () => {
  equal(found("GET", "/users/@me").isOpen, false);
  equal(found("GET", "/gateway").isOpen, true);
  equal(found("PATCH", "/webhooks/1/t/messages/2").isOpen, true);
});

Deno.test("RouteTable tells an unknown path from another method", () => {
  equal(table.find("GET", "/nowhere"), "unknown path");
  equal(table.find("GET", "/users/"), "unknown path");
  equal(table.find("GET", ""), "unknown path");
  equal(table.find("DELETE", "/users/@me"), "other method");
});

Deno.test("RouteTable takes any path", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (path) => {
    table.find("GET", path);
    table.find("GET", `/users/${path}`);
  }));
});
