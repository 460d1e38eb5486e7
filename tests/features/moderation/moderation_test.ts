/** `/kick`, `/ban`, `/unban`, `/bans` and `/watch` as moderators use them. */

import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Outcome } from "../../../src/sandbox/discord/people.ts";
import { stateLine } from "../../../src/features/moderation/view.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Database } from "../../../src/store/sql.ts";
import { testPostgres } from "../../store/databases.ts";
import { bans, decides, moderationStage } from "./moderation_stage.ts";

const told = (outcome: Outcome) => textOf(shown(outcome));
const ID = "0002aaaabbbbccccddddeeeeffff0000";

/** A test with a database of its own. */
function test(name: string, body: (db: Database) => Promise<void>): void {
  testPostgres(name, async (url) => {
    const db = await openStore({ databaseUrl: url, dataDir: "" });
    try {
      await body(db);
    } finally {
      await db.close();
    }
  });
}

/** The line about a server in an answer. */
function lineOf(text: string, server: string): string {
  return text.split("\n").find((line) => line.includes(`**${server}**`)) ?? "no such line";
}

test("a ban reaches every server, also the one that was down and comes back after a restart", async (db) => {
  const servers = ["Island", "Ragnarok", "Extinction"];
  await using moderation = await moderationStage(db, { servers });
  const { stage, stage: { world } } = moderation;
  const [island, ragnarok, extinction] = servers.map((name) => stage.ark(name));
  await extinction!.exit();
  const ana = island!.player("Ana");
  ana.join();
  await moderation.look();
  const hana = world.person("hana", { roles: ["moderator"] });

  const card = shown(
    await hana.runs("/ban", {
      player: "ana",
      reason: "blocks caves",
      length: "7d",
      evidence: "https://example.org/cave.png",
    }),
  );
  ok(card.onlyFor === hana.id);
  const week = Math.floor(moderation.clock.now() / 1000) + 7 * 86_400;
  for (
    const part of [
      /\*\*Ana\*\* `0002[0-9a-f]{28}`/,
      /Reason\nblocks caves/,
      new RegExp(`Until\n<t:${week}:f> \\(<t:${week}:R>\\)`),
      /Evidence\nhttps:\/\/example\.org\/cave\.png/,
      /Online\nIsland, first seen there <t:\d+:R>/,
      /Last seen\n<t:\d+:R>, on Island/,
      /Earlier bans\nnone/,
      /Servers\nIsland, Ragnarok, Extinction/,
    ]
  ) match(textOf(card), part);
  equal(ana.isOnline, true);

  const result = await decides(hana, card, "Ban");
  match(result, /^\*\*Ana is banned\*\*\nblocks caves · <t:\d+:f>/);
  equal(lineOf(result, "Island"), "✅ **Island**");
  equal(lineOf(result, "Ragnarok"), "✅ **Ragnarok**");
  match(lineOf(result, "Extinction"), /^🕒 \*\*Extinction\*\* · is done as soon as .* answers/);
  match(result, /`\/bans` shows what is still waiting/);
  equal(ana.isOnline, false);
  throws(() => ana.join(), /banned/);
  const commands = (name: string) =>
    stage.ark(name).received.map(({ command }) => command).filter((it) => /Player /.test(it));
  deepEqual(commands("Ragnarok"), [`BanPlayer ${ana.id}`, `KickPlayer ${ana.id}`]);
  const by = { actorId: hana.id, actorName: "hana", what: "ban", target: ana.id };
  for (const serverId of ["island", "ragnarok"]) {
    const { outcome, reason } = await moderation.acted({ ...by, serverId });
    deepEqual([outcome, reason], ["done", "blocks caves"]);
  }
  await moderation.acted({ ...by, serverId: "extinction", outcome: "waiting" });
  match(
    told(await hana.runs("/bans")),
    /^Bans\n\*\*Ana\*\* `\w{32}`\nblocks caves\nby <@\d+> <t:\d+:R> · until: <t:\d+:f>.*\n🕒 not yet on: Extinction$/m,
  );

  await extinction!.start();
  await moderation.restart(servers);
  await moderation.acted({ ...by, serverId: "extinction", outcome: "done" });
  deepEqual([...extinction!.game.banned], [ana.id]);
  ok(!told(await hana.runs("/bans")).includes("🕒"));
  deepEqual([...ragnarok!.game.banned], [ana.id]);
  deepEqual(commands("Ragnarok").length, 2);
});

test("a ban ends when its time is over, or when somebody ends it", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage, stage: { world }, clock } = moderation;
  const [island, ragnarok] = [stage.ark("Island"), stage.ark("Ragnarok")];
  const hana = world.person("hana", { roles: ["moderator"] });
  const ivo = world.person("ivo", { roles: ["admin"] });
  const [ana, ben] = [island.player("Ana"), ragnarok.player("Ben, the 2nd")];
  ana.join();
  ben.join();
  await moderation.look();

  await bans(hana, { player: ana.id.toUpperCase(), reason: "spam", length: "30 M" });
  match(await bans(ivo, { player: ben.name, reason: "raid" }), /raid · for ever$/m);
  const again = told(await hana.runs("/ban", { player: "Ana", reason: "again" }));
  match(
    again,
    /Ana is banned already: by <@\d+> <t:\d+:R>, until: <t:.*reason: spam.*`\/unban` first/,
  );
  match(again, /WRONG_INPUT/);

  await clock.advance(29 * 60_000);
  deepEqual([island.game.banned.has(ana.id), ragnarok.game.banned.has(ana.id)], [true, true]);
  await clock.advance(60_000);
  for (const serverId of ["island", "ragnarok"]) {
    const { actorName, reason } = await moderation.acted({
      actorId: undefined,
      what: "unban",
      target: ana.id,
      serverId,
    });
    deepEqual([actorName, reason], ["BlissBot", "time is over"]);
  }
  ana.join();
  throws(() => ben.join(), /banned/);

  const suggested = await hana.types("/unban", { player: "", reason: "x" }, "player");
  deepEqual(suggested.map(({ value }) => value), [`Ben, the 2nd · ${ben.id}`]);
  const lost = { on: /^UnbanPlayer/, times: 2, isCarriedOut: false };
  ragnarok.faults.next(lost, { kind: "reset" }); // the console itself tries twice
  const unbanned = told(
    await hana.runs("/unban", { player: suggested[0]!.value, reason: "talked it over" }),
  );
  match(unbanned, /^\*\*Ben, the 2nd is no longer banned\*\*/);
  equal(lineOf(unbanned, "Island"), "✅ **Island**");
  match(lineOf(unbanned, "Ragnarok"), /^🕒/);
  match(
    told(await hana.runs("/bans")),
    /\*\*Ben, the 2nd\*\*[^]*🔓 ended <t:\d+:R>, not yet on: Ragnarok/,
  );
  const act = { actorId: hana.id, what: "unban", target: ben.id, outcome: "done" } as const;
  await moderation.acted({ ...act, serverId: "ragnarok", reason: "talked it over" });
  ben.join();
  match(told(await hana.runs("/bans")), /Nobody is banned/);

  // Earlier bans stand on the next card.
  const card = told(await hana.runs("/ban", { player: ben.id, reason: "again" }));
  match(card, /Earlier bans\n1\n<t:\d+:R> raid$/m);
});

test("pressing twice bans once, cancelling bans nobody, old cards and other people decide nothing", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage, stage: { world }, clock } = moderation;
  const hana = world.person("hana", { roles: ["moderator"] });
  const card = shown(
    await hana.runs("/ban", { player: ID, reason: "never seen, but known elsewhere" }),
  );
  match(
    textOf(card),
    new RegExp(`\\*\\*Player \`${ID}\`\\*\\*[^]*Online\nnowhere\nLast seen\nnever`),
  );
  const twice = await Promise.all([hana.presses(card, "Ban"), hana.presses(card, "Ban")]);
  for (const outcome of twice) match(told(outcome), /is banned\*\*/);
  deepEqual([...stage.ark("Island").game.banned], [ID]);
  equal(stage.ark("Island").received.filter(({ command }) => /^BanPlayer/.test(command)).length, 1);

  const other = ID.replace("0000", "1111").toLowerCase();
  const dropped = shown(await hana.runs("/ban", { player: other, reason: "no" }));
  match(await decides(hana, dropped, "Cancel"), /Nobody was banned\./);
  deepEqual(dropped.data.components, []);

  const old = shown(await hana.runs("/ban", { player: other, reason: "no" }));
  await clock.advance(600_001);
  match(told(await hana.presses(old, "Ban")), /EXPIRED_CARD/);
  hana.member.roles.length = 0;
  const fresh = told(await hana.presses(old, "Ban"));
  match(fresh, /This is for moderators[^]*NOT_ALLOWED/);
  deepEqual([...stage.ark("Island").game.banned], [ID]);

  // Two moderators at once: the second one learns of the first.
  const [ivo, jo] = ["ivo", "jo"].map((name) => world.person(name, { roles: ["moderator"] }));
  const [first, second] = [
    shown(await ivo!.runs("/ban", { player: other, reason: "first" })),
    shown(await jo!.runs("/ban", { player: other, reason: "second" })),
  ];
  match(told(await ivo!.presses(first, "Ban")), /is banned\*\*/);
  match(told(await jo!.presses(second, "Ban")), /banned already[^]*reason: first/);
});

test("what cannot be understood is refused with a next step", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage: { world, ...stage } } = moderation;
  const humans = [1, 2].map((n) =>
    stage.ark("Island").player("Human", { id: `${ID.slice(0, -1)}${n}` })
  );
  humans.forEach((human) => human.join());
  await moderation.look();
  const hana = world.person("hana", { roles: ["moderator"] });
  const refused = async (line: string, options: Record<string, string>) =>
    told(await hana.runs(line, options));
  for (const line of ["/ban", "/kick"]) {
    const answer = await refused(line, { player: "human", reason: "x" });
    match(answer, /Several players are called “human”[^]*AMBIGUOUS/);
    for (const { id } of humans) ok(answer.includes(id));
  }
  match(await refused("/ban", { player: "Zed", reason: "x" }), /UNKNOWN_PLAYER/);
  for (const line of ["/ban", "/kick", "/unban"]) {
    const reason = " \n\u200b\u2060 ";
    match(await refused(line, { player: ID, reason }), /reason is empty[^]*WRONG_INPUT/);
  }
  match(
    await refused("/ban", { player: ID, reason: "é".repeat(201) }),
    /201 signs, and 200 are the most/,
  );
  for (const length of ["7", "0d", "-1d", "7 years", "99999d", "1e3m", " "]) {
    match(await refused("/ban", { player: ID, reason: "x", length }), /`30m`, `12h` or `7d`/);
  }
  for (const evidence of ["javascript:alert(1)", "look there", `https://a.b/${"c".repeat(500)}`]) {
    match(
      await refused("/ban", { player: ID, reason: "x", evidence }),
      /is no link[^]*WRONG_INPUT/,
    );
  }
  const ann = world.person("ann");
  for (const [line, options] of CALLS) {
    match(told(await ann.runs(line, options)), /This is for moderators[^]*NOT_ALLOWED/);
  }
});

const CALLS: readonly [string, Record<string, string>][] = [
  ["/kick", { player: ID, reason: "x" }],
  ["/ban", { player: ID, reason: "x" }],
  ["/unban", { player: ID, reason: "x" }],
  ["/bans", {}],
  ["/watch", { action: "list" }],
];

test("a kick throws the player off wherever they are, and says so where they are not", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage, stage: { world } } = moderation;
  const [island, ragnarok] = [stage.ark("Island"), stage.ark("Ragnarok")];
  const hana = world.person("hana", { roles: ["moderator"] });
  const ana = island.player("Ana");
  const kick = async () => told(await hana.runs("/kick", { player: ana.id, reason: "afk" }));
  match(await kick(), /is on none of the servers\. Last seen: never\.[^]*UNKNOWN_PLAYER/);

  for (const confirmsKicks of [false, true]) {
    island.manner.confirmsKicks = confirmsKicks;
    ana.join(); // the roster has not looked since
    equal((await kick()).split("\n").slice(0, 2).join("\n"), "**Ana was kicked**\n✅ **Island**");
    equal(ana.isOnline, false);
  }
  await moderation.acted({ what: "kick", target: ana.id, outcome: "done", reason: "afk" });
  ok(!ragnarok.received.some(({ command }) => /^Kick/.test(command)));
  await moderation.look();
  match(await kick(), /Ana is on none of the servers\. Last seen: <t:\d+:R>, on Island/);

  ana.join();
  island.faults.next({ on: /^KickPlayer/, isCarriedOut: false }, {
    kind: "body",
    body: `*no* way ${"x".repeat(10_000)}`,
  });
  match(
    await kick(),
    /\*\*Ana was not kicked everywhere\*\*\n❌ \*\*Island\*\* · not done: it answered “\\\*no\\\* way x{100,}/,
  );
  await moderation.acted({
    what: "kick",
    outcome: "refused",
    reason: `afk; *no* way ${"x".repeat(188)}...`,
  });
  island.faults.next({ on: /^KickPlayer/ }, { kind: "reset" });
  match(await kick(), /Island\*\* · nobody can tell whether it was done: the connection broke$/m);
  await moderation.acted({ what: "kick", outcome: "unknown" });

  await island.exit();
  match(
    await kick(),
    /Ana is on none of the servers that answer; these do not: Island\.[^]*SERVER_DOWN/,
  );
  const bo = ragnarok.player("Bo");
  bo.join();
  await moderation.look();
  const mixed = told(await hana.runs("/kick", { player: "Bo", reason: "afk" }));
  match(mixed, /✅ \*\*Ragnarok\*\*\n⚠️ \*\*Island\*\* · does not answer/);
});

test("names, reasons and answers of any kind stay plain text, and spreadsheets get no formula", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage, stage: { world } } = moderation;
  const island = stage.ark("Island");
  island.manner.encoding = "utf8";
  const hana = world.person("hana", { roles: ["moderator"] });
  const names = ['=HYPERLINK("x";"y")', "@everyone **x** [a](http://b.c)", "", "\u202eevil\u200b"];
  const players = names.map((name, n) => island.player(name, { id: `${ID.slice(0, -1)}${n}` }));
  players.forEach((player) => player.join());
  await moderation.look();
  const reason = '+1, "two"\nthree <@1> ||x||';
  for (const { id } of players) {
    const card = shown(await hana.runs("/ban", { player: id, reason }));
    match(textOf(card), /Reason\n\\\+1, "two" three \\<\\@1\\> \\\|\\\|x\\\|\\\|/);
    match(await decides(hana, card, "Ban"), /✅ \*\*Island\*\*/);
  }
  const list = told(await hana.runs("/bans"));
  ok(list.includes("**\\@everyone \\*\\*x\\*\\* \\[a\\](http:\\/\\/b.c)**"), list);
  ok(list.includes(`**Player \`${players[2]!.id}\`**\n`) && list.includes("**evil**"), list);
  match(told(await hana.runs("/bans", { search: "hyperLINK" })), /HYPERLINK/);
  match(told(await hana.runs("/bans", { search: "*nobody*" })), /No ban fits .*: \\\*nobody\\\*/);

  const message = shown(await hana.runs("/bans", { search: "HYPER", file: true }));
  ok(message.onlyFor === hana.id);
  const [file] = message.data.attachments;
  equal(file!.filename, "bans.csv");
  const text = await (await fetch(file!.url)).text();
  const [titles, row, ...rest] = text.split("\r\n");
  equal(
    titles,
    "account id,name,reason,evidence,by,since (UTC),until (UTC),lifted (UTC),not yet on",
  );
  const start = `${
    players[0]!.id
  },"'=HYPERLINK(""x"";""y"")","'+1, ""two"" three <@1> ||x||",,hana,`;
  ok(row!.startsWith(start), row!);
  deepEqual(rest, [""]);
});

test("bans reach servers that come later, and are sent again to one that has forgotten them", async (db) => {
  await using moderation = await moderationStage(db, { servers: ["Island"], spare: ["Valguero"] });
  const { stage, stage: { world } } = moderation;
  const hana = world.person("hana", { roles: ["moderator"] });
  const ids = Array.from({ length: 10 }, (_, n) => `${ID.slice(0, -1)}${n}`);
  for (const player of ids) await bans(hana, { player, reason: "x" });
  await hana.runs("/unban", { player: ids[0]!, reason: "x" });
  const first = shown(await hana.runs("/bans"));
  match(textOf(first), /Page 1\/2/);
  match(told(await hana.presses(first, "Next")), new RegExp(ids[1]!));

  await moderation.restart(["Island", "Valguero"]);
  const valguero = stage.ark("Valguero");
  await moderation.acted({ what: "ban", serverId: "valguero", target: ids[9]! });
  deepEqual([...valguero.game.banned].sort(), ids.slice(1));
  for (const id of ids) valguero.game.banned.delete(id);
  const answer = told(await hana.runs("/bans", { resync: "Valguero" }));
  match(answer, /Bans that are sent to \*\*Valguero\*\* again: 9\./);
  deepEqual([...valguero.game.banned].sort(), ids.slice(1));
  match(told(await hana.runs("/bans", { resync: "Atlantis" })), /UNKNOWN_SERVER/);
});

test("the last word counts when a ban and its end meet at a server that stands still", async (db) => {
  await using moderation = await moderationStage(db, { servers: ["Island"] });
  const { stage, stage: { world } } = moderation;
  const island = stage.ark("Island");
  const [hana, ivo] = ["hana", "ivo"].map((name) => world.person(name, { roles: ["moderator"] }));
  const goOn = island.freeze();
  const banning = bans(hana!, { player: ID, reason: "x" });
  while (!told(await ivo!.runs("/bans")).includes(ID));
  const unbanning = ivo!.runs("/unban", { player: ID, reason: "mistake" });
  while (!told(await ivo!.runs("/bans")).includes("🔓"));
  goOn();
  await Promise.all([banning, unbanning]);
  await moderation.acted({ what: "unban", outcome: "done" });
  deepEqual([...island.game.banned], []);
});

test("an answer that is no answer, and a lost one, are tried again", async (db) => {
  await using moderation = await moderationStage(db, { servers: ["Island"] });
  const { stage, stage: { world } } = moderation;
  const island = stage.ark("Island");
  const hana = world.person("hana", { roles: ["moderator"] });
  island.faults.next({ on: /^BanPlayer/, isCarriedOut: false }, {
    kind: "body",
    body: "no *such* thing",
  });
  const waiting = await bans(hana, { player: ID, reason: "x" });
  match(
    lineOf(waiting, "Island"),
    /^🕒 .* as soon as the server answers \(it answered “no \\\*such\\\* thing”\)$/,
  );
  deepEqual([...island.game.banned], []);
  island.faults.next({ on: /^KickPlayer/ }, { kind: "reset" });
  await moderation.acted({ what: "ban", outcome: "done" });
  deepEqual([...island.game.banned], [ID]);
});

test("a ban counts, whatever the game says of the kick that goes with it", async (db) => {
  await using moderation = await moderationStage(db, { servers: ["Island"] });
  const { stage, stage: { world } } = moderation;
  const hana = world.person("hana", { roles: ["moderator"] });
  stage.ark("Island").faults.next({ on: /^KickPlayer/ }, { kind: "body", body: "Not found" });
  equal(lineOf(await bans(hana, { player: ID, reason: "x" }), "Island"), "✅ **Island**");
});

test("while the database is away a ban still reaches the servers, and the rest is refused", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage, stage: { world } } = moderation;
  const [island, ragnarok] = [stage.ark("Island"), stage.ark("Ragnarok")];
  const hana = world.person("hana", { roles: ["moderator"] });
  const ana = island.player("Ana");
  ana.join();
  await ragnarok.exit();
  await moderation.look();
  await db.close();
  const card = shown(await hana.runs("/ban", { player: "Ana", reason: "urgent", length: "1d" }));
  match(textOf(card), /Earlier bans\nnot known: the database does not answer/);
  const result = await decides(hana, card, "Ban");
  equal(lineOf(result, "Island"), "✅ **Island**");
  match(lineOf(result, "Ragnarok"), /^❌ \*\*Ragnarok\*\* · not done: /);
  match(result, /could not be remembered/);
  throws(() => ana.join(), /banned/);
  equal(ana.isOnline, false);
  const watch: typeof CALLS[number] = ["/watch", { action: "add", player: ID }];
  for (const [line, options] of [...CALLS.slice(2, 4), watch]) {
    match(told(await hana.runs(line, options)), /database does not answer[^]*INTERNAL/);
  }
});

test("a ban that the bot knows nothing of is lifted too", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage, stage: { world } } = moderation;
  stage.ark("Ragnarok").game.banned.add(ID);
  await stage.ark("Island").exit();
  const hana = world.person("hana", { roles: ["moderator"] });
  const answer = told(await hana.runs("/unban", { player: ID, reason: "appeal" }));
  match(answer, /knows of no ban/);
  match(lineOf(answer, "Island"), /^❌/);
  equal(lineOf(answer, "Ragnarok"), "✅ **Ragnarok**");
  deepEqual([...stage.ark("Ragnarok").game.banned], []);
  await moderation.acted({ what: "unban", serverId: "island", outcome: "failed" });
});

test("of two who end a ban at once, both are told that it is over", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage: { world }, clock } = moderation;
  const hana = world.person("hana", { roles: ["moderator"] });
  await bans(hana, { player: ID, reason: "x" });
  const unban = async () => told(await hana.runs("/unban", { player: ID, reason: "appeal" }));
  const answers = await Promise.all([unban(), unban()]);
  equal(answers[0], answers[1]);
  match(answers[0]!, /is no longer banned\*\*\n✅ \*\*Island\*\*\n✅ \*\*Ragnarok\*\*/);
  await clock.advance(60_001);
  match(await unban(), /knows of no ban/);
});

test("staff are told whenever a watched player comes or goes, also after a restart", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage, stage: { world }, alerts } = moderation;
  const island = stage.ark("Island");
  const hana = world.person("hana", { roles: ["moderator"] });
  const uwe = world.person("uwe", { roles: ["moderator"], locale: "de" });
  const [ana, bo] = [island.player("*Ana*"), island.player("Bo")];
  await moderation.look();
  const watch = async (options: Record<string, string>) => told(await hana.runs("/watch", options));
  match(await watch({ action: "list" }), /Nobody is watched/);
  match(await watch({ action: "add" }), /Enter the player too/);
  match(await watch({ action: "add", player: ana.id, note: "looks for\ncaves" }), /is watched now/);
  match(
    told(await uwe.runs("/beobachten", { aktion: "add", spieler: bo.id })),
    /wird jetzt beobachtet/,
  );
  ana.join();
  await moderation.look();
  deepEqual(alerts, [
    `👁️ **\\*Ana\\*** joined Island · looks for caves · watched by <@${hana.id}>`,
  ]);
  ana.leave();
  stage.ark("Ragnarok").player("*Ana*", { id: ana.id }).join(); // a change of map
  bo.join();
  await moderation.look();
  deepEqual(
    alerts.slice(1).sort(),
    [
      `👁️ **Bo** ist jetzt auf Island · beobachtet von <@${uwe.id}>`,
      ...["joined Ragnarok", "left Island"].map((what) =>
        `👁️ **\\*Ana\\*** ${what} · looks for caves · watched by <@${hana.id}>`
      ),
    ].sort(),
  );

  await moderation.restart(["Island", "Ragnarok"]);
  match(
    await watch({ action: "list" }),
    new RegExp(`\\*\\*Player \`${ana.id}\`\\*\\* · looks for caves · <@${hana.id}>`),
  );
  await moderation.look();
  bo.leave();
  await moderation.look();
  equal(alerts.at(-1), `👁️ **Bo** hat Island verlassen · beobachtet von <@${uwe.id}>`);

  const suggested = await hana.types("/watch", { action: "remove", player: "" }, "player");
  deepEqual(suggested.map(({ value }) => value.toString().slice(-32)), [ana.id, bo.id]);
  match(await watch({ action: "remove", player: bo.id }), /no longer watched/);
  match(await watch({ action: "remove", player: bo.id }), /is not watched/);
  bo.join();
  await moderation.look();
  equal(alerts.length, 5);
});

test("no more than 200 players are watched", async (db) => {
  await db.run(5_000, (sql) =>
    sql`
    insert into watches (account_id, name, note, by_id, language, at)
    select lpad(n::text, 32, '0'), 'Player ' || n, '', '1', 'en', now() from generate_series(1, 200) n`);
  await using moderation = await moderationStage(db, { servers: ["Island"] });
  const hana = moderation.stage.world.person("hana", { roles: ["moderator"] });
  const watch = async (player: string) =>
    told(await hana.runs("/watch", { action: "add", player, note: "x" }));
  match(await watch(ID), /200 players are watched already[^]*WRONG_INPUT/);
  match(await watch("1".padStart(32, "0")), /is watched now/); // only the note changes
  match(told(await hana.runs("/watch", { action: "list" })), /Page 1\/20/);
});

test("moderators whose Discord is German are answered in German", async (db) => {
  await using moderation = await moderationStage(db);
  const { stage, stage: { world } } = moderation;
  const ana = stage.ark("Island").player("Ana");
  ana.join();
  await moderation.look();
  const uwe = world.person("uwe", { roles: ["moderator"], locale: "de" });
  match(
    told(await uwe.runs("/kick", { spieler: "Ana", grund: "Pause" })),
    /\*\*Ana wurde gekickt\*\*/,
  );
  await stage.ark("Ragnarok").exit();
  const card = shown(await uwe.runs("/bannen", { spieler: "Ana", grund: "Höhle", dauer: "12h" }));
  match(textOf(card), /Diesen Spieler bannen\?[^]*Frühere Banns\nkeine/);
  const result = await decides(uwe, card, "Bannen");
  match(result, /\*\*Ana ist gebannt\*\*[^]*🕒 \*\*Ragnarok\*\* · wird nachgeholt/);
  match(told(await uwe.runs("/banns")), /🕒 noch nicht auf: Ragnarok/);
  const unban = (spieler: string) => uwe.runs("/entbannen", { spieler, grund: "gut" });
  const unbanned = told(await unban("Ana"));
  match(unbanned, /^\*\*Ana ist nicht mehr gebannt\*\*/);
  match(lineOf(unbanned, "Ragnarok"), /^🕒/);
  const stranger = told(await unban(ID));
  ok(stranger.startsWith(`**Spieler \`${ID}\`**\n`), stranger);
  match(
    lineOf(stranger, "Ragnarok"),
    /^❌ \*\*Ragnarok\*\* · nicht erledigt: er ist nicht erreich/,
  );
  for (const answer of [unbanned, stranger]) {
    ok(!/ECONN|127\.0\.0\.1|tried again|nobody answers/.test(answer), answer);
  }
  const state = {
    serverId: "island",
    isApplied: false,
    trouble: { failure: "unreachable" as const },
  };
  match(
    stateLine(stage.servers[0]!, { state, language: "de" }),
    /^🕒 .* · wird nachgeholt, sobald der Server antwortet \(er ist nicht erreichbar: .*\)$/,
  );
});
