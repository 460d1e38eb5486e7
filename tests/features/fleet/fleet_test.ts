/** `/fleet`, `/health` and `/help` as people use them. */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { BOTS } from "../../../src/bots.ts";
import { type OpenCards, openCardsInMemory } from "../../../src/discord/pages.ts";
import type { HealthReport } from "../../../src/runtime/health.ts";
import { addRole, removeMember } from "../../../src/sandbox/discord/build.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import { type Outcome, type Person, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import { strangeToken } from "../../configured.ts";
import { type Community, community } from "../../discord_community.ts";
import { runningFleet } from "./running_fleet.ts";

/** What is to be read, which must be for this person alone. */
function told(outcome: Outcome): string {
  const message = shown(outcome);
  ok(message.onlyFor !== undefined, "everybody can read it");
  return textOf(message);
}

/** How often each bot began to connect. */
function connections({ discord, apps }: Community): Record<string, number> {
  const asked = discord.requests.filter(({ route }) => route === "/gateway/bot");
  return Object.fromEntries(
    Object.entries(apps).map(([name, { id }]) => [
      name,
      asked.filter(({ appId }) => appId === id).length,
    ]),
  );
}

async function restarts(person: Person, bot: string): Promise<Outcome> {
  const card = shown(await person.runs("/fleet"));
  const question = shown(await person.presses(card, "Restart"));
  return await person.picks(question, [bot]);
}

Deno.test("an admin sees all six bots, and turns through what is known about each", async () => {
  await using world = await community();
  await using _fleet = await runningFleet(world);
  const ann = world.person("ann", { roles: ["admin"] });
  const card = shown(await ann.runs("/fleet"));
  for (const { title } of BOTS) {
    match(textOf(card), new RegExp(`^🟢 \\*\\*${title}\\*\\* · ready since <t:\\d+:f>`, "m"));
  }
  match(textOf(card), /^Process: \d+ MB, running since <t:\d+:f>$/m);
  match(textOf(card), /Bliss Bot V2/);
  const details = shown(await ann.presses(card, "Details"));
  match(textOf(details), /Activity Points - Page 1\/6[^]*🟢 ready since/);
  match(told(await ann.presses(details, "Next")), /Gift Points - Page 2\/6/);
  match(told(await ann.presses(details, "Previous")), /Activity Points - Page 1\/6/);
  match(told(await ann.presses(details, "Previous")), /Ticket - Page 6\/6/);
});

Deno.test("Restart restarts the bot that was picked, and no other", async () => {
  await using world = await community();
  await using fleet = await runningFleet(world);
  const ann = world.person("ann", { roles: ["admin"] });
  const answer = await restarts(ann, "Ticket");
  equal(answer.kind, "updated");
  match(told(answer), /^\*\*Ticket\*\* restarts now\.$/m);
  deepEqual(shown(answer).data.components, []);
  await fleet.logs(/"blissbot\/ticket".*"Ready"/, 2);
  const { ticket, ...others } = connections(world);
  equal(ticket, 2);
  deepEqual(new Set(Object.values(others)), new Set([1]));
  const card = told(await ann.runs("/fleet"));
  match(card, /^🟢 \*\*Ticket\*\* .* · Restarts: 1$/m);
  equal(card.match(/Restarts/g)!.length, 1);
});

Deno.test("only an owner restarts the Master, which comes back with working buttons", async () => {
  await using world = await community();
  await using fleet = await runningFleet(world);
  const [ann, olga] = [
    world.person("ann", { roles: ["admin"] }),
    world.person("olga", { roles: ["owner"] }),
  ];
  const refused = told(await restarts(ann, "Master"));
  match(refused, /Only an owner may restart the Master itself\.[^]*NOT_ALLOWED/);
  equal(fleet.bot("master").status().restarts, 0);
  const card = shown(await olga.runs("/fleet"));
  match(told(await restarts(olga, "Master")), /\*\*Master\*\* restarts now/);
  await fleet.logs(/"blissbot\/master".*"Ready"/, 2);
  const details = shown(await olga.presses(card, "Details"));
  match(textOf(details), /Page 1\/6/);
});

Deno.test("a bot without a token is listed, and cannot be restarted", async () => {
  await using world = await community();
  await using fleet = await runningFleet(world, {
    tokens: { ap: undefined, gp: strangeToken(world.apps.gp.id) },
  });
  await fleet.logs(/"blissbot\/gp".*disabled/);
  const ann = world.person("ann", { roles: ["admin"] });
  const card = told(await ann.runs("/fleet"));
  match(card, /^⚪ \*\*Activity Points\*\* · not configured: DISCORD_TOKEN_AP is not set$/m);
  match(card, /^🔴 \*\*Gift Points\*\* · disabled since <t:\d+:f> · .*DISCORD_TOKEN_GP/m);
  match(
    told(await restarts(ann, "Activity Points")),
    /nothing to restart: DISCORD_TOKEN_AP is not set for/,
  );
  // A disabled one may be tried again, and says the same.
  match(told(await restarts(ann, "Gift Points")), /\*\*Gift Points\*\* restarts now/);
  await fleet.logs(/"blissbot\/gp".*disabled/, 2);
});

Deno.test("a bot that was thrown out of the server is not shown as ready", async () => {
  await using world = await community();
  await using fleet = await runningFleet(world);
  const ann = world.person("ann", { roles: ["admin"] });
  removeMember(world.discord.world, world.guild, world.apps.ticket.id);
  await fleet.logs(/"blissbot\/ticket".*is not in the server/);
  const card = shown(await ann.runs("/fleet"));
  match(textOf(card), /^🔴 \*\*Ticket\*\* · not in this server: `\/health` has its invite link$/m);
  match(textOf(card), /^🟢 \*\*Master\*\* · ready/m);
  const details = shown(await ann.presses(card, "Details"));
  match(
    told(await ann.presses(details, "Previous")),
    /Ticket - Page 6\/6[^]*🔴 not in this server/,
  );
});

Deno.test("two bots with one token do not start, and harm nobody else", async () => {
  await using world = await community();
  await using fleet = await runningFleet(world, { tokens: { gp: world.apps.ap.token } });
  const text = "DISCORD_TOKEN_GP is the same as DISCORD_TOKEN_AP: " +
    "give each bot the token of an application of its own";
  const { state, text: said } = fleet.bot("gp").status();
  deepEqual([state, said], ["disabled", text]);
  equal(fleet.bot("ap").status().state, "disabled");
  equal(world.apps.ap.commands.size, 0);
  const ann = world.person("ann", { roles: ["admin"] });
  const card = told(await ann.runs("/fleet"));
  equal(card.match(/🟢/g)!.length, 4);
});

Deno.test("who is no admin is shown none of it, and refused in private whatever Discord allows", async () => {
  await using world = await community();
  await using _fleet = await runningFleet(world);
  const eva = world.person("eva", { roles: ["moderator"] });
  for (const command of ["/fleet", "/health"]) {
    await rejects(eva.runs(command), /not shown to this person/);
  }
  const { world: discord } = world.discord;
  const manager = addRole(discord, world.guild, { name: "manager", permissions: Bit.ManageGuild });
  eva.member.roles.push(manager.id);
  const refusal = new RegExp(`This is for admins: <@&${world.roles.admin.id}>[^]*NOT_ALLOWED`);
  for (const command of ["/fleet", "/health"]) match(told(await eva.runs(command)), refusal);
  const ann = world.person("ann", { roles: ["admin"] });
  const card = shown(await ann.runs("/fleet"));
  ann.member.roles.length = 0; // no admin any more
  match(told(await ann.presses(card, "Restart")), refusal);
  match(told(await ann.presses(card, "Details")), refusal);
});

Deno.test("people whose Discord is German are answered in German", async () => {
  await using world = await community();
  const redis = report("Redis", "down", "does not answer");
  const health = [{ ...redis, german: "antwortet nicht" }];
  await using _fleet = await runningFleet(world, { health });
  const uwe = world.person("uwe", { roles: ["owner"], locale: "de" });
  const card = shown(await uwe.runs("/flotte"));
  match(textOf(card), /^Die Flotte$/m);
  match(textOf(card), /^🟢 \*\*Master\*\* · bereit seit <t:\d+:f>/m);
  const details = shown(await uwe.presses(card, "Einzelheiten"));
  match(textOf(details), /Seite 1\/6/);
  match(told(await uwe.presses(details, "Weiter")), /Seite 2\/6/);
  const question = shown(await uwe.presses(card, "Neu starten"));
  match(textOf(question), /Welcher Bot soll neu starten\?/);
  match(told(await uwe.picks(question, ["Ticket"])), /startet jetzt neu/);
  match(
    told(await uwe.runs("/zustand")),
    /^🔴 \*\*Redis\*\* · ausgefallen seit .*\n> antwortet nicht\n/m,
  );
  const help = told(await uwe.runs("/hilfe", {}, { of: world.apps.assistant }));
  match(help, /Ich lese die Spielstände/);
});

function report(name: string, state: HealthReport["state"], text: string): HealthReport {
  const at = new Date(Date.UTC(2026, 2, 14, 9, 26, 53));
  const lastError = state === "down" ? { text, at } : undefined;
  return { name, state, text, since: at, lastError };
}

Deno.test("/health shows what is down first, and what still works without it", async () => {
  await using world = await community();
  const past = {
    ...report("Disk", "ok", "84 GB free"),
    lastError: report("", "down", "full").lastError,
  };
  await using _fleet = await runningFleet(world, {
    health: [
      report("Store", "ok", "PostgreSQL"),
      past,
      report("Redis", "down", "does not answer"),
      report("Ticket bot", "off", "DISCORD_TOKEN_TICKET is not set"),
    ],
  });
  const ann = world.person("ann", { roles: ["admin"] });
  const outcome = await ann.runs("/health");
  const time = "<t:1773480413:f>";
  deepEqual(told(outcome).split("\n").slice(0, 8), [
    "Health",
    `🔴 **Redis** · down since ${time}`,
    "> does not answer",
    "> Everything still works; nothing lives there yet.",
    `🟢 **Store** · fine since ${time} · PostgreSQL`,
    `🟢 **Disk** · fine since ${time} · 84 GB free`,
    `> Last trouble <t:1773480413:R>: full`,
    "⚪ **Ticket bot** · not used: DISCORD_TOKEN_TICKET is not set",
  ]);
  equal(shown(outcome).data.embeds[0]!.color, 0xff0000);
});

Deno.test("each of the other bots says what it does, what it can do and how it is", async () => {
  await using world = await community();
  await using _fleet = await runningFleet(world);
  const ben = world.person("ben");
  for (const { name, title, about, color } of BOTS.filter(({ name }) => name !== "master")) {
    const outcome = await ben.runs("/help", {}, { of: world.apps[name] });
    const text = told(outcome);
    ok(text.includes(title) && text.includes(about.en), text);
    match(text, /`\/help` What this bot does[^]*🟢 ready since <t:\d+:f>/);
    equal(shown(outcome).data.embeds[0]!.color, color);
    match(shown(outcome).data.embeds[0]!.footer!.icon_url!, /^https:\/\/cdn\.discordapp\.com\//);
  }
});

Deno.test("a command or button that no bot knows any more is answered in private", async () => {
  await using world = await community();
  await using _fleet = await runningFleet(world);
  const ann = world.person("ann", { roles: ["admin"] });
  const { master } = world.apps;
  const [known] = [...master.commands.get(world.guild.id)!];
  const old = shown(await ann.runs("/fleet"));
  master.commands.set(world.guild.id, [{ ...known!, name: "gone", name_localizations: null }]);
  match(told(await ann.runs("/gone")), /Run the command again[^]*EXPIRED_CARD/);
  const [row] = old.data.components as { components: { custom_id: string }[] }[];
  row!.components[0]!.custom_id = "of-an-older-version:1";
  match(told(await ann.presses(old, "Restart")), /EXPIRED_CARD/);
});

Deno.test("after a restart of the program old buttons work, and pages left open are closed", async () => {
  await using world = await community();
  const { openCards, saved, removed } = watchedCards();
  const ann = world.person("ann", { roles: ["admin"] });
  let card, details;
  {
    await using _fleet = await runningFleet(world, { openCards });
    card = shown(await ann.runs("/fleet"));
    details = shown(await ann.presses(card, "Details"));
    await saved;
  }
  await using _fleet = await runningFleet(world, { openCards });
  match(textOf(shown(await ann.presses(card, "Details"))), /Page 1\/6/);
  match(told(await ann.picks(shown(await ann.presses(card, "Restart")), ["Ticket"])), /restarts/);
  await removed;
  await rejects(ann.presses(details, "Next"), /disabled/);
});

Deno.test("after a restart that forgot everything, old pages say that they are old", async () => {
  await using world = await community();
  const ann = world.person("ann", { roles: ["admin"] });
  let details;
  {
    await using _fleet = await runningFleet(world);
    details = shown(await ann.presses(shown(await ann.runs("/fleet")), "Details"));
  }
  await using _fleet = await runningFleet(world);
  equal((await ann.presses(details, "Next")).kind, "updated");
  const answer = await ann.seesSoon("general", (it) => /EXPIRED_CARD/.test(textOf(it)));
  match(textOf(answer), /This card is too old or no longer known\. Run the command again\./);
  ok(answer.onlyFor !== undefined);
  match(textOf(details), /Page 1\/6/);
  await rejects(ann.presses(details, "Next"), /disabled/);
});

/** Open cards in memory; `saved` and `removed` resolve when the first one was. */
function watchedCards() {
  const cards = openCardsInMemory();
  const saved = Promise.withResolvers<void>(), removed = Promise.withResolvers<void>();
  const openCards: OpenCards = {
    ...cards,
    save: (card) => cards.save(card).then(saved.resolve),
    remove: (id) => cards.remove(id).then(removed.resolve),
  };
  return { openCards, saved: saved.promise, removed: removed.promise };
}
