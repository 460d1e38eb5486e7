/** `/servers`, `/players` and the status board as people see them. */

import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { openKeptPlaces } from "../../../src/discord/kept_places.ts";
import { openServerStatus } from "../../../src/features/server_status/mod.ts";
import { openRoster } from "../../../src/features/server_status/roster.ts";
import type { Job } from "../../../src/runtime/jobs.ts";
import type { LocalArk } from "../../../src/sandbox/ark/server.ts";
import { deleteMessage } from "../../../src/sandbox/discord/messages.ts";
import { type Outcome, type Person, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Message } from "../../../src/sandbox/discord/world.ts";
import { openStore } from "../../../src/store/open.ts";
import { storedPlaces } from "../../../src/store/places.ts";
import type { Database } from "../../../src/store/sql.ts";
import { HandClock } from "../../hand_clock.ts";
import { testPostgres } from "../../store/databases.ts";
import {
  featureStage,
  type Given,
  type Stage,
  type StageWishes,
  startBot,
} from "../feature_stage.ts";

const CHANNEL = "server-status";
const TIME = "<t:\\d+:t> \\(<t:\\d+:R>\\)";

/** The feature without its clockwork: its jobs run when a test says so. */
class Status {
  readonly clock = new HandClock();
  readonly restarts = new Map<string, Date>();
  readonly alerts: string[] = [];
  readonly #db: Database;
  #roster: Job | undefined;
  #jobs: readonly Job[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  make = ({ surface, servers, clock, log, staff }: Given) => {
    const db = this.#db;
    const roster = openRoster({ servers, db, clock, log });
    const places = openKeptPlaces({
      surface,
      memory: storedPlaces(db),
      category: "Servers",
      privacy: { onlyRoles: staff },
      log,
    });
    const restartAt = (id: string) => this.restarts.get(id);
    const feature = openServerStatus({
      servers,
      roster,
      places,
      surface,
      restartAt,
      alert: (text) => this.alerts.push(text),
      db,
      clock,
      log,
    });
    this.#roster = roster.job;
    this.#jobs = feature.jobs!;
    return [{ ...feature, jobs: [] }];
  };

  /** Asks the servers. */
  async asks(): Promise<void> {
    await this.#roster!.run(new AbortController().signal);
  }

  /** Asks the servers after half a minute, and brings the board up to date, and staff. */
  async goesOn(): Promise<void> {
    await this.clock.advance(30_000);
    await this.asks();
    await this.updates();
  }

  async updates(): Promise<void> {
    for (const job of this.#jobs) await job.run(new AbortController().signal);
  }
}

async function withStatus(
  url: string,
  servers: readonly string[],
  body: (stage: Stage, status: Status, db: Database) => Promise<void>,
  wishes: Pick<StageWishes, "jitter"> = {},
): Promise<void> {
  const db = await openStore({ databaseUrl: url, dataDir: "" });
  try {
    const status = new Status(db);
    const { clock, make } = status;
    await using stage = await featureStage({
      ...wishes,
      servers,
      clock,
      make,
      manner: { encoding: "utf8" },
    });
    await body(stage, status, db);
  } finally {
    await db.close();
  }
}

function told(outcome: Outcome): string {
  return textOf(shown(outcome));
}

/** Without what only one person is shown there. */
function boards(person: Person): Message[] {
  return person.sees(CHANNEL).filter(({ onlyFor }) => onlyFor === undefined);
}

/** The next answers are no lists, as of a server that is loading. */
function loads(ark: LocalArk, times: number): void {
  const body = "Server received, But no response!! ";
  ark.faults.next({ on: /ListPlayers/, times }, { kind: "body", body });
}

testPostgres("everybody sees how the servers are, in their own language", async (url) => {
  await withStatus(url, ["Island", "Ragnarok", "Bob_s"], async (stage, status) => {
    const pia = stage.world.person("pia");
    const uwe = stage.world.person("uwe", { locale: "de" });
    match(told(await pia.runs("/servers")), /^⚪ \*\*Island\*\* · not asked yet$/m);
    stage.ark("Island").player("Ana").join();
    await status.asks();
    await stage.ark("Ragnarok").crash();
    loads(stage.ark("Bob_s"), 2);
    await status.asks();
    const slow = told(await pia.runs("/servers"));
    match(slow, new RegExp(`^🟡 \\*\\*Ragnarok\\*\\* · slow · 0 online · since ${TIME}$`, "m"));
    await status.clock.advance(60_000);
    await status.asks();
    status.restarts.set("island", new Date(1_800_000_000_000));
    const outcome = await pia.runs("/servers");
    equal(shown(outcome).onlyFor, undefined); // others read along
    const text = told(outcome);
    match(text, /^Servers\n\*\*1\*\* online$/m);
    match(
      text,
      new RegExp(
        `^🟢 \\*\\*Island\\*\\* · up · 1 online · answers since ${TIME} · 🔄 restart <t:1800000000:R>$`,
        "m",
      ),
    );
    match(
      text,
      new RegExp(`^🔴 \\*\\*Ragnarok\\*\\* · down · since ${TIME}\n> .*keeps trying`, "m"),
    );
    match(text, /^🟡 \*\*Bob\\_s\*\* · starting or busy · .*\n> It answers, but/m);
    match(text, /^-# As of <t:\d+:R>$/m);
    const german = told(await uwe.runs("/serverliste"));
    match(
      german,
      new RegExp(`^🟢 \\*\\*Island\\*\\* · läuft · 1 online · antwortet seit ${TIME}`, "m"),
    );
    match(german, /^🔴 \*\*Ragnarok\*\* · nicht erreichbar · seit .*\n> .*BlissBot versucht es/m);
    match(german, /^-# Stand: <t:\d+:R>$/m);
    const pages = await uwe.presses(shown(await uwe.runs("/serverliste")), "Spieler");
    equal(shown(pages).onlyFor, uwe.id);
    match(told(pages), new RegExp(`^\\*\\*Ana\\*\\* · seit ${TIME}$`, "m"));
  });
});

testPostgres("who plays is shown by server, and ids to staff only", async (url) => {
  await withStatus(url, ["Island", "Ragnarok", "Extinction"], async (stage, status) => {
    const pia = stage.world.person("pia");
    const sam = stage.world.person("sam", { roles: ["support"] });
    await status.asks();
    equal(
      told(await pia.runs("/players")).split("\n")[1],
      "Nobody is online right now. The servers are all yours!",
    );
    const ana = stage.ark("Island").player("Ana");
    const names = ["**x**", "@everyone", "a, b", "", "\u202eשלום", "<@123>", "😀".repeat(90)];
    for (const player of [ana, ...names.map((name) => stage.ark("Island").player(name))]) {
      player.join();
    }
    await stage.ark("Extinction").crash();
    await status.asks();
    await status.clock.advance(60_000);
    await status.asks();

    const all = shown(await pia.runs("/players"));
    equal(all.onlyFor, pia.id);
    const text = textOf(all);
    match(text, /^Island · 8 online - Page 1\/2$/m);
    for (const name of ["Ana", "\\*\\*x\\*\\*", "\\@everyone", "a, b", "(no name)", "שלום"]) {
      ok(text.includes(`**${name}** · since <t:`), `${name} in ${text}`);
    }
    match(text, /^\*\*\\<\\@123\\>\*\*/m);
    doesNotMatch(text, new RegExp(`${ana.id}|😀{61}|\u202e`));
    const others = textOf(shown(await pia.presses(all, "Next")));
    match(
      others,
      /^The other servers - Page 2\/2\nNobody is on \*\*Ragnarok\*\*\.\nNo answer from \*\*Extinction\*\*\.$/m,
    );
    const id = `\\*\\*Ana\\*\\* · since ${TIME} · \`${ana.id}\`$`;
    match(told(await sam.runs("/players", { server: "Island" })), new RegExp(id, "m"));
    match(told(await pia.runs("/players", { server: "ragn" })), /^Nobody is online right now\.$/m);
    deepEqual(
      (await pia.types("/players", { server: "ra" }, "server")).map(({ name }) => name),
      ["Ragnarok"],
    );
    match(told(await pia.runs("/players", { server: "Valguero" })), /UNKNOWN_SERVER/);
  });
});

testPostgres("a server that is down is refused with who was there last", async (url) => {
  await withStatus(url, ["Island", "Ragnarok"], async (stage, status) => {
    const pia = stage.world.person("pia");
    const uwe = stage.world.person("uwe", { locale: "de" });
    const asked = { server: "Island" };
    match(told(await pia.runs("/players", asked)), /was not asked yet[^]*SERVER_DOWN/);
    await stage.ark("Ragnarok").crash();
    for (let i = 0; i < 22; i++) stage.ark("Island").player(`P${i}`).join();
    await status.asks();
    loads(stage.ark("Island"), 1);
    await status.asks();
    match(told(await pia.runs("/players", asked)), /^Island · 22 online$/m); // a hiccup only
    await status.clock.advance(60_000);
    const refused = shown(await pia.runs("/players", asked));
    equal(refused.onlyFor, pia.id);
    match(
      textOf(refused),
      new RegExp(
        `^\\*\\*Island\\*\\* has not answered since ${TIME}\\. It answers, but .* ` +
          "Last seen there <t:\\d+:R>: P0, P1,.* P19 and 2 more\\. Try again in a minute;",
        "m",
      ),
    );
    match(textOf(refused), /SERVER_DOWN/);
    match(
      told(await uwe.runs("/spieler", asked)),
      /antwortet seit .* nicht\. .* Zuletzt dort <t:\d+:R>: P0.* und 2 weitere\. Versuch es/,
    );
    const never = told(await pia.runs("/players", { server: "Ragnarok" }));
    match(never, /It cannot be reached.* It has not answered since BlissBot started\./);
  });
});

testPostgres("seventy players are easy to turn through", async (url) => {
  await withStatus(url, ["Island"], async (stage, status) => {
    const sam = stage.world.person("sam", { roles: ["support"] });
    for (let i = 0; i < 70; i++) {
      stage.ark("Island").player(`_Player_${i}_`).join();
    }
    await status.asks();
    let page = shown(await sam.runs("/players"));
    const rows: number[] = [];
    for (const number of [1, 2, 3]) {
      match(textOf(page), new RegExp(`^Island · 70 online - Page ${number}/3$`, "m"));
      rows.push(textOf(page).match(/Player/g)!.length);
      page = shown(await sam.presses(page, "Next"));
    }
    deepEqual(rows, [25, 25, 20]);
  });
});

testPostgres("the board is one message that follows the servers, never too often", async (url) => {
  await withStatus(url, ["Island", "Ragnarok"], async (stage, status) => {
    const sam = stage.world.person("sam", { roles: ["support"] });
    const edits = () =>
      stage.world.discord.requests.filter(({ method, route }) =>
        method === "PATCH" && route === "/channels/{channel_id}/messages/{message_id}"
      ).length;
    await status.updates(); // nothing is known yet, so nothing is posted
    await status.asks();
    const route = "POST /channels/{channel_id}/messages";
    stage.world.discord.faults.next({ route }, { kind: "status", status: 403 });
    await rejects(status.updates(), { name: "DiscordRestError" });
    await status.updates(); // ten seconds later
    const [board] = boards(sam);
    match(textOf(board!), /^Servers\n\*\*0\*\* online$/m);
    await status.goesOn();
    equal(edits(), 0); // time alone changes nothing
    stage.ark("Island").player("Ana").join();
    status.restarts.set("ragnarok", new Date(1_800_000_000_000));
    await status.goesOn();
    match(textOf(board!), /^🟢 \*\*Island\*\* · up · 1 online/m);
    match(textOf(board!), /^🟢 \*\*Ragnarok\*\* .* · 🔄 restart <t:1800000000:R>$/m);
    stage.ark("Island").player("Ben").join();
    await status.asks();
    await status.updates();
    equal(edits(), 1); // half a minute has not passed
    await status.goesOn();
    match(textOf(board!), /^🟢 \*\*Island\*\* · up · 2 online/m);
    equal(edits(), 2);
    match(told(await sam.presses(board!, "Players")), /Island · 2 online/);
    equal(boards(sam).length, 1);
  });
});

testPostgres(
  "staff are told once that a server refuses the password, and all see it",
  async (url) => {
    await withStatus(url, ["Island", "Ragnarok"], async (stage, status) => {
      const sam = stage.world.person("sam", { roles: ["support"] });
      const uwe = stage.world.person("uwe", { locale: "de" });
      const ark = stage.ark("Ragnarok");
      await status.asks();
      await status.updates();
      const [board] = boards(sam);
      const { password } = ark;
      ark.password = "another";
      await ark.restart();
      await status.goesOn();
      match(
        textOf(board!),
        /^🔴 \*\*Ragnarok\*\* · refuses the RCON password · since .*\n> It refuses the RCON password; .*\n🟢 \*\*Island/m,
      );
      match(
        told(await uwe.runs("/serverliste")),
        /^🔴 \*\*Ragnarok\*\* · lehnt das RCON-Passwort ab .*\n> Er lehnt das RCON-Passwort ab; /m,
      );
      await status.goesOn();
      await status.goesOn();
      equal(status.alerts.length, 1);
      match(status.alerts[0]!, /\*\*Ragnarok refuses the RCON password\*\*[^]*What to do:/);
      doesNotMatch(JSON.stringify([status.alerts, textOf(board!)]), /another|127\.0\.0\.1/);
      ark.password = password;
    });
  },
);

testPostgres(
  "during a restart the board says so, and afterwards counts from the return",
  async (url) => {
    await withStatus(url, ["Island"], async (stage, status) => {
      const sam = stage.world.person("sam", { roles: ["support"] });
      await status.asks();
      await status.updates();
      const [board] = boards(sam);
      const at = new Date(status.clock.now() + 20_000);
      const seconds = Math.floor(at.getTime() / 1000);
      status.restarts.set("island", at);
      const restarting = new RegExp(
        `^🔄 \\*\\*Island\\*\\* · restarting · since <t:${seconds}:t>`,
        "m",
      );
      await status.goesOn(); // still there, saving the world
      match(textOf(board!), restarting);
      await stage.ark("Island").exit();
      await status.goesOn();
      match(textOf(board!), restarting);
      doesNotMatch(textOf(board!), /^>/m);
      await stage.ark("Island").start();
      await status.goesOn();
      match(textOf(board!), restarting); // until the restart is found to be over
      const back = Math.floor(status.clock.now() / 1000);
      status.restarts.clear();
      await status.goesOn();
      match(textOf(board!), new RegExp(`🟢 .* · up · 0 online · answers since <t:${back}:t>`));
    }, { jitter: () => 0 });
  },
);

testPostgres("ten restarts leave one board, which says when it is not kept", async (url) => {
  await withStatus(url, ["Island"], async (stage, status, db) => {
    const sam = stage.world.person("sam", { roles: ["support"] });
    await status.asks();
    await status.updates();
    const [board] = boards(sam);
    await stage.stopBot();
    for (let i = 0; i < 10; i++) {
      match(
        textOf(board!),
        new RegExp(`⏹️ \\*\\*BlissBot is stopped\\*\\*, state of ${TIME}\n\n[^]*🟢 \\*\\*Island`),
      );
      deepEqual(board!.data.components, []);
      const next = new Status(db);
      const { make, clock } = next;
      const bot = await startBot(stage.world, { make, clock, arks: [stage.ark("Island")] });
      await next.asks();
      await next.updates();
      doesNotMatch(textOf(board!), /stopped/);
      stage.ark("Island").player(`P${i}`).join();
      const update = next.goesOn(); // under way or not: what is said last must be the farewell
      if (i % 2 === 1) await stage.ark("Island").next(/ListPlayers/);
      await Promise.all([update, bot.stopBot()]);
    }
    equal(boards(sam).length, 1);
  });
});

testPostgres("neither a lost store nor a crash leads to a second board", async (url) => {
  await withStatus(url, ["Island"], async (stage, status, db) => {
    const sam = stage.world.person("sam", { roles: ["support"] });
    const arks = [stage.ark("Island")];
    await status.asks();
    await status.updates();
    await stage.stopBot();

    const away = await openStore({ databaseUrl: url, dataDir: "" });
    await away.close();
    const blind = new Status(away);
    const second = await startBot(stage.world, { ...blind, arks });
    await blind.asks();
    await rejects(blind.updates(), { name: "StoreError" });
    await second.stopBot();
    equal(boards(sam).length, 1);

    // As if it had been killed after posting, before it could remember that.
    await db.run(5_000, (sql) => sql`delete from status_board`);
    const forgetful = new Status(db);
    const third = await startBot(stage.world, { ...forgetful, arks });
    await forgetful.asks();
    await forgetful.updates();
    stage.ark("Island").player("Ana").join();
    await forgetful.goesOn();
    equal(boards(sam).length, 1);
    match(textOf(boards(sam)[0]!), /1 online/);
    await third.stopBot();
  });
});

testPostgres(
  "the board of before goes on when the store is back, a new one also before",
  async (url) => {
    await withStatus(url, ["Island"], async (stage, status, db) => {
      const sam = stage.world.person("sam", { roles: ["support"] });
      const arks = [stage.ark("Island")];
      const rename = (from: string, to: string) =>
        db.run(5_000, (sql) => sql.unsafe(`alter table ${from} rename to ${to}`));
      await status.asks();
      await status.updates();
      await stage.stopBot();
      const [old] = boards(sam);

      await rename("status_board", "away");
      const next = new Status(db);
      const bot = await startBot(stage.world, { ...next, arks });
      await next.asks();
      await rejects(next.updates(), { name: "StoreError" });
      match(textOf(old!), /stopped/);
      await rename("away", "status_board");
      await next.updates();
      doesNotMatch(textOf(old!), /stopped/);

      await rename("status_board", "away");
      deleteMessage(stage.world.discord.world, old!);
      await next.clock.advance(60_000);
      await next.asks();
      await rejects(next.updates(), { name: "StoreError" }); // a new one, which cannot be stored
      stage.ark("Island").player("Ana").join();
      await rejects(next.goesOn(), { name: "StoreError" });
      equal(boards(sam).length, 1);
      match(textOf(boards(sam)[0]!), /1 online/);
      await rename("away", "status_board");
      await next.updates();
      const stored = await db.run(
        5_000,
        (sql) => sql<{ message_id: string }[]>`select message_id from status_board`,
      );
      deepEqual(stored.map((row) => row.message_id), [boards(sam)[0]!.data.id]);
      await bot.stopBot();
    });
  },
);

testPostgres(
  "a board or channel that was deleted comes back, also when nothing changes",
  async (url) => {
    await withStatus(url, ["Island"], async (stage, status) => {
      const sam = stage.world.person("sam", { roles: ["support"] });
      const { world } = stage.world.discord;
      await status.asks();
      await status.updates();
      deleteMessage(world, boards(sam)[0]!);
      await status.goesOn();
      await status.goesOn();
      equal(boards(sam).length, 1);
      deleteMessage(world, boards(sam)[0]!);
      stage.ark("Island").player("Ana").join();
      await status.goesOn();
      match(textOf(boards(sam)[0]!), /1 online/);
      const channel = [...world.channels.values()].find(({ name }) => name === CHANNEL)!;
      world.channels.delete(channel.id);
      await status.goesOn();
      await status.goesOn();
      equal(boards(sam).length, 1);
    });
  },
);
