import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { addGuild } from "../../../src/sandbox/discord/build.ts";
import { community } from "../../discord_community.ts";
import { type Reply, ScriptedBot } from "./scripted_bot.ts";

const TOP = {
  name: "top",
  name_localizations: { de: "rangliste" },
  description: "Best players",
  description_localizations: { de: "Beste Spieler" },
  options: [{
    type: 3,
    name: "when",
    name_localizations: { de: "wann" },
    description: "Week or month",
    choices: [{ name: "Week", name_localizations: { de: "Woche" }, value: "week" }],
  }],
};
const ME = { name: "me", description: "My points", default_member_permissions: "8" };

/** The Master, over REST alone; requests go below its own applications path. */
async function scene() {
  const bliss = await community({ bots: ["master", "ap"] });
  const bot = await ScriptedBot.login(bliss.discord, bliss.apps.master);
  const base = `/applications/${bot.app.id}`;
  return {
    ...bliss,
    bot,
    inGuild: (method: string, path = "", body?: unknown) =>
      bot.rest(method, `${base}/guilds/${bliss.guild.id}/commands${path}`, body),
    global: (method: string, path = "", body?: unknown) =>
      bot.rest(method, `${base}/commands${path}`, body),
    async [Symbol.asyncDispose]() {
      await bot[Symbol.asyncDispose]();
      await bliss[Symbol.asyncDispose]();
    },
  };
}

/** What a request was refused with. */
function refusal({ status, body }: Reply): [number, number] {
  return [status, body?.code];
}

function names({ body }: Reply): string[] {
  return body.map(({ name }: { name: string }) => name);
}

Deno.test("PUT replaces the whole set; what stays keeps its id, what changed gets a new version", async () => {
  await using it = await scene();
  const first = await it.inGuild("PUT", "", [TOP, ME]);
  deepEqual(names(first), ["top", "me"]);
  equal(first.body[1].default_member_permissions, "8");
  equal(first.body[0].default_member_permissions, null);
  equal(first.body[0].guild_id, it.guild.id);
  const second = await it.inGuild("PUT", "", [{ ...ME, description: "Your points" }, TOP]);
  deepEqual(names(second), ["me", "top"]);
  const [oldTop, oldMe] = first.body, [me, top] = second.body;
  deepEqual(top, oldTop);
  equal(me.id, oldMe.id);
  notEqual(me.version, oldMe.version);
  const third = await it.inGuild("PUT", "", [TOP]);
  equal(third.body[0].id, oldTop.id);
  deepEqual(names(await it.inGuild("GET")), ["top"]);
  deepEqual((await it.inGuild("PUT", "", [])).body, []);
});

Deno.test("localizations are listed only when they are asked for", async () => {
  await using it = await scene();
  await it.inGuild("PUT", "", [TOP]);
  const plain = JSON.stringify((await it.inGuild("GET")).body);
  ok(!plain.includes("localizations"));
  ok(!plain.includes("Woche"));
  const [full] = (await it.inGuild("GET", "?with_localizations=true")).body;
  deepEqual(full.name_localizations, TOP.name_localizations);
  deepEqual(full.options, TOP.options);
});

Deno.test("single commands are made, replaced by name, changed, read and deleted", async () => {
  await using it = await scene();
  const made = await it.inGuild("POST", "", TOP);
  equal(made.status, 201);
  const again = await it.inGuild("POST", "", { ...TOP, description: "The best" });
  equal(again.status, 200);
  equal(again.body.id, made.body.id);
  const path = `/${made.body.id}`;
  const changed = await it.inGuild("PATCH", path, { description: "Who leads" });
  equal(changed.body.description, "Who leads");
  deepEqual(changed.body.options, TOP.options);
  await it.inGuild("POST", "", ME);
  deepEqual(refusal(await it.inGuild("PATCH", path, { name: "me" })), [400, 50035]);
  equal((await it.inGuild("GET", path)).body.name, "top");
  equal((await it.inGuild("DELETE", path)).status, 204);
  for (const method of ["GET", "DELETE"]) {
    deepEqual(refusal(await it.inGuild(method, path)), [404, 10063]);
  }
  deepEqual(refusal(await it.inGuild("PATCH", path, { description: "x" })), [404, 10063]);
});

Deno.test("global and guild commands do not know each other", async () => {
  await using it = await scene();
  const one = await it.global("PUT", "", [TOP]);
  const other = await it.inGuild("PUT", "", [TOP]);
  notEqual(one.body[0].id, other.body[0].id);
  equal(one.body[0].guild_id, undefined);
  equal(one.body[0].dm_permission, true);
  await it.inGuild("PUT", "", []);
  deepEqual(names(await it.global("GET")), ["top"]);
});

Deno.test("a bot registers only its own commands, and only in guilds that it is in", async () => {
  await using it = await scene();
  const elsewhere = addGuild(it.discord.world, { name: "Elsewhere" });
  const own = `/applications/${it.bot.app.id}`;
  for (const guildId of [elsewhere.id, "123456789012345678"]) {
    const put = await it.bot.rest("PUT", `${own}/guilds/${guildId}/commands`, [ME]);
    deepEqual(refusal(put), [403, 50001]);
  }
  const foreign = `/applications/${it.apps.ap.id}/guilds/${it.guild.id}/commands`;
  deepEqual(refusal(await it.bot.rest("PUT", foreign, [ME])), [403, 20012]);
  deepEqual(refusal(await it.bot.rest("GET", foreign)), [403, 20012]);
});

Deno.test("a scope holds 100 commands, each name once", async () => {
  await using it = await scene();
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `c${i}`, description: "x" }));
  equal((await it.inGuild("PUT", "", many(100))).status, 200);
  deepEqual(refusal(await it.inGuild("POST", "", ME)), [400, 30032]);
  equal((await it.inGuild("PUT", "", many(101))).status, 400);
  equal((await it.inGuild("GET")).body.length, 100);
  deepEqual(refusal(await it.inGuild("PUT", "", [ME, TOP, ME])), [400, 50035]);
  const violations = it.discord.takeViolations();
  equal(violations.length, 2);
  match(violations[0]!, /100/);
  match(violations[1]!, /repeat a name/);
});

Deno.test("nobody has set permissions of commands", async () => {
  await using it = await scene();
  const { body } = await it.inGuild("POST", "", ME);
  deepEqual((await it.inGuild("GET", "/permissions")).body, []);
  deepEqual(refusal(await it.inGuild("GET", `/${body.id}/permissions`)), [404, 10066]);
});
