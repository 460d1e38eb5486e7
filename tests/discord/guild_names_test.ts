import { deepEqual, equal } from "node:assert/strict";
import { GuildNames } from "../../src/discord/guild_names.ts";

const named = (id: string, name: string) => ({ id, guild_id: "1", name });

/** Names of guild 1 after these events. */
function after(...events: readonly [name: string, data: unknown][]): Record<string, string> {
  const names = new GuildNames("1");
  for (const [name, data] of events) names.note(name, data);
  return Object.fromEntries(names.all);
}

const CREATE: [string, unknown] = ["GUILD_CREATE", {
  id: "1",
  name: "Bliss",
  roles: [{ id: "1", name: "@everyone" }, { id: "10", name: "Admins" }],
  channels: [{ id: "20", name: "general" }],
  threads: [{ id: "30", name: "The Island" }],
}];
const START = { "1": "@everyone", "10": "Admins", "20": "general", "30": "The Island" };

Deno.test("GuildNames are those that the guild came with, until it comes anew", () => {
  deepEqual(after(CREATE), START);
  deepEqual(after(CREATE, ["GUILD_CREATE", { id: "1", channels: [] }]), {});
  deepEqual(after(CREATE, ["GUILD_CREATE", { id: "1", unavailable: true }]), START);
  deepEqual(after(CREATE, ["GUILD_CREATE", { id: "2", channels: [named("5", "x")] }]), START);
});

Deno.test("GuildNames follow what is made, renamed and deleted in the guild, and only there", () => {
  const role = (id: string, name: string) => ({ guild_id: "1", role: { id, name } });
  deepEqual(
    after(
      CREATE,
      ["CHANNEL_CREATE", named("21", "chat")],
      ["CHANNEL_UPDATE", named("20", "talk")],
      ["THREAD_CREATE", named("31", "Ragnarok")],
      ["THREAD_UPDATE", named("31", "Valguero")],
      ["THREAD_DELETE", { id: "30", guild_id: "1" }],
      ["GUILD_ROLE_CREATE", role("11", "Helpers")],
      ["GUILD_ROLE_UPDATE", role("11", "Support")],
      ["GUILD_ROLE_DELETE", { guild_id: "1", role_id: "10" }],
      ["CHANNEL_UPDATE", { ...named("20", "elsewhere"), guild_id: "2" }],
      ["CHANNEL_CREATE", { id: "40", type: 1 }],
      ["CHANNEL_UPDATE", { id: "21", guild_id: "1", name: null }],
      ["TYPING_START", named("50", "no name of a place")],
    ),
    { "1": "@everyone", "20": "talk", "21": "chat", "31": "Valguero", "11": "Support" },
  );
  deepEqual(after(CREATE, ["CHANNEL_DELETE", named("20", "general")])["20"], undefined);
});

Deno.test("GuildNames forget the oldest beyond 5,000", () => {
  const names = new GuildNames("1");
  for (let id = 1; id <= 5_001; id++) names.note("THREAD_CREATE", named(`${id}`, `thread ${id}`));
  equal(names.all.size, 5_000);
  deepEqual([names.all.get("1"), names.all.get("5001")], [undefined, "thread 5001"]);
});
