/** Who is online, as seen by a program that asks real consoles and remembers in a real database. */

import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import * as fc from "fast-check";
import type { GameServer, RosterChange } from "../../../src/features/feature.ts";
import { storedPlayers } from "../../../src/features/server_status/player_store.ts";
import { openRoster, type ServerRoster } from "../../../src/features/server_status/roster.ts";
import { openConsole } from "../../../src/rcon/console.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { type LocalArk, startArk } from "../../../src/sandbox/ark/server.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Database } from "../../../src/store/sql.ts";
import { HandClock } from "../../hand_clock.ts";
import { testPostgres } from "../../store/databases.ts";

/** What a test gets: game servers, and a program that watches them when it is told to. */
interface Given extends AsyncDisposable {
  readonly roster: ServerRoster;
  readonly clock: HandClock;
  readonly db: Database;
  readonly logged: string[];
  readonly changes: RosterChange[];
  ark(id: string): LocalArk;
  /** Asks all servers once, as the job does every 15 s. */
  round(): Promise<void>;
  /** The same servers, watched by a program that has just started. */
  restarted(): ServerRoster;
}

async function given(url: string, ids: readonly string[] = ["island"]): Promise<Given> {
  const db = await openStore({ databaseUrl: url, dataDir: "" });
  const arks = await Promise.all(ids.map((id) => startArk({ sessionName: id })));
  const logged: string[] = [];
  const write = (line: string) => void logged.push(line);
  const log = openLog("test", { write, now: () => new Date(), secrets: [], level: "debug" });
  const servers = arks.map((ark): GameServer => {
    const { host, port, password, sessionName: name } = ark;
    const server = { name, host, port, password };
    // Without jitter it is tried again at once.
    const console = openConsole({ server, clock: systemClock, log, random: () => 0 });
    return { id: name, name, map: undefined, console };
  });
  const clock = new HandClock();
  const open = () => openRoster({ servers, db, clock, log });
  const roster = open();
  const changes: RosterChange[] = [];
  roster.listen((change) => changes.push(change));
  return {
    roster,
    clock,
    db,
    logged,
    changes,
    ark: (id) => arks[ids.indexOf(id)]!,
    round: () => askAll(roster),
    restarted: open,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(({ console }) => console.close()));
      await Promise.all(arks.map((ark) => ark.stop()));
      await db.close();
    },
  };
}

async function askAll(roster: ServerRoster): Promise<void> {
  await roster.job.run(new AbortController().signal);
}

function names(roster: ServerRoster, id = "island"): string[] | undefined {
  return roster.online(id)?.map(({ name }) => name);
}

function told({ changes }: Given): string[] {
  return changes.map(({ what, serverId, player }) => `${player.name} ${what} ${serverId}`);
}

/** The next answers are no lists, as of a server that is loading. */
function loads(ark: LocalArk, times: number): void {
  const body = "Server received, But no response!! ";
  ark.faults.next({ on: /ListPlayers/, times }, { kind: "body", body });
}

testPostgres("who comes and goes is told once, but not who is there at the start", async (url) => {
  await using it = await given(url);
  const [ana, ben] = ["Ana", "Ben"].map((name) => it.ark("island").player(name));
  ana!.join();
  equal(it.roster.online("island"), undefined);
  await it.round();
  await it.clock.advance(15_000);
  ben!.join();
  await it.round();
  await it.round();
  deepEqual(told(it), ["Ben joined island"]);
  const [first, second] = it.roster.online("island")!;
  equal(second!.since.getTime() - first!.since.getTime(), 15_000);
  deepEqual(first!.id, ana!.id);
  ana!.leave();
  await it.round();
  deepEqual(told(it), ["Ben joined island", "Ana left island"]);
  deepEqual(names(it.roster), ["Ben"]);
  deepEqual(it.roster.known().map(({ name }) => name), ["Ben", "Ana"]); // who plays comes first
  equal(it.roster.online("no such server"), undefined);
  throws(() => it.roster.state("no such server"), /Cannot find a server/);
});

testPostgres("a listener that breaks or has had enough disturbs nobody", async (url) => {
  await using it = await given(url);
  await it.round();
  it.roster.listen(() => {
    throw new Error("broken listener");
  });
  const heard: RosterChange[] = [];
  const unlisten = it.roster.listen((change) => heard.push(change));
  it.ark("island").player("Ana").join();
  await it.round();
  unlisten();
  it.ark("island").player("Ben").join();
  await it.round();
  deepEqual(told(it), ["Ana joined island", "Ben joined island"]);
  deepEqual(heard.map(({ player }) => player.name), ["Ana"]);
  match(it.logged.join(""), /broken listener/);
});

testPostgres("a hiccup does not make everybody leave, an outage hides them", async (url) => {
  await using it = await given(url);
  const [ana, ben] = ["Ana", "Ben"].map((name) => it.ark("island").player(name));
  ana!.join();
  ben!.join();
  await it.round();
  const { since } = it.roster.online("island")![0]!;
  loads(it.ark("island"), 6);
  for (let i = 0; i < 4; i++) {
    await it.clock.advance(15_000);
    await it.round();
    deepEqual(names(it.roster), ["Ana", "Ben"]);
  }
  equal(it.roster.state("island").what, "hiccup");
  await it.clock.advance(15_000);
  await it.round();
  equal(it.roster.online("island"), undefined);
  const { what, trouble, players } = it.roster.state("island");
  deepEqual([what, trouble, players.length], ["away", "loading", 2]);
  await rejects(it.roster.refresh("island"), /get the players of island.*not with a list/);
  deepEqual(told(it), []);
  ben!.leave();
  await it.round();
  deepEqual(told(it), ["Ben left island"]);
  deepEqual(it.roster.online("island")![0]!.since, since);
  equal(it.roster.state("island").since!.getTime(), it.clock.now()); // it answers since now
});

testPostgres("after a crash those who are back never left", async (url) => {
  await using it = await given(url);
  const [ana, ben] = ["Ana", "Ben"].map((name) => it.ark("island").player(name));
  ana!.join();
  ben!.join();
  await it.round();
  await it.ark("island").crash();
  await it.round();
  deepEqual(names(it.roster), ["Ana", "Ben"]);
  await it.clock.advance(60_000);
  await it.round();
  const { what, trouble } = it.roster.state("island");
  deepEqual([what, trouble], ["away", "unreachable"]);
  await rejects(it.roster.refresh("island"));
  await it.ark("island").start();
  ben!.join();
  await it.round();
  deepEqual(told(it), ["Ana left island"]);
  deepEqual(names(it.roster), ["Ben"]);
});

testPostgres("a short restart is no hiccup: the server answers since its return", async (url) => {
  await using it = await given(url);
  it.ark("island").player("Ana").join();
  await it.round();
  it.roster.knowRestarts(() => new Date(it.clock.now() + 20_000));
  loads(it.ark("island"), 1);
  await it.round();
  equal(it.roster.state("island").what, "hiccup"); // it was announced only
  await it.round();
  await it.clock.advance(15_000);
  it.roster.knowRestarts(() => new Date(it.clock.now()));
  loads(it.ark("island"), 2);
  await it.round();
  deepEqual(names(it.roster), undefined);
  it.roster.knowRestarts(() => undefined); // the restart is over before that is seen here
  await it.round();
  equal(it.roster.state("island").what, "away");
  await it.clock.advance(15_000);
  await it.round();
  const { what, since } = it.roster.state("island");
  deepEqual([what, since!.getTime()], ["up", it.clock.now()]);
});

testPostgres("a server that hangs holds up nobody", async (url) => {
  await using it = await given(url, ["island", "ragnarok"]);
  await it.round();
  const thaw = it.ark("ragnarok").freeze();
  const ana = it.ark("island").player("Ana");
  ana.join();
  const joined = new Promise((resolve) => it.roster.listen(resolve));
  const round = it.round();
  await joined;
  await it.clock.advance(6_000);
  await round;
  ana.leave();
  await it.round(); // over at once: who is still being asked is not asked again
  deepEqual(told(it), ["Ana joined island", "Ana left island"]);
  thaw();
});

testPostgres("a hop is a departure and an arrival, and the newer server counts", async (url) => {
  await using it = await given(url, ["island", "ragnarok"]);
  const ana = it.ark("island").player("Ana");
  ana.join();
  await it.round();
  ana.transferTo(it.ark("ragnarok").game);
  await it.round();
  deepEqual(told(it).sort(), ["Ana joined ragnarok", "Ana left island"]);
  equal(it.roster.known()[0]!.serverId, "ragnarok");
  // The game still lists the lost connection of somebody who plays elsewhere by now.
  const ben = it.ark("island").player("Ben");
  ben.join();
  await it.round();
  it.ark("ragnarok").player("Ben", { id: ben.id }).join();
  await it.round();
  await it.round();
  equal(it.roster.known().find(({ id }) => id === ben.id)!.serverId, "ragnarok");
});

testPostgres("players are known again after a restart, for 90 days", async (url) => {
  await using it = await given(url);
  const ana = it.ark("island").player("Ana");
  const day = 86_400_000;
  const seenAt = new Date(it.clock.now() - 91 * day);
  const old = { id: "f".repeat(32), name: "Old", serverId: "island", seenAt };
  await storedPlayers(it.db).save([old]);
  ana.join();
  await it.round();
  ana.leave();
  await it.clock.advance(15_000);
  await it.round();
  const later = it.restarted();
  await askAll(later);
  deepEqual(later.known(), it.roster.known());
  deepEqual(later.known().map(({ name }) => name), ["Ana"]);
  equal(later.known()[0]!.seenAt.getTime(), it.clock.now() - 15_000);
  await it.clock.advance(90 * day);
  deepEqual(later.known(), []);
});

testPostgres("only who comes, goes or changes the name is written", async (url) => {
  await using it = await given(url);
  const ana = it.ark("island").player("Ana");
  ana.join();
  await it.round();
  const stored = async () => {
    const [row] = await it.db.run(5_000, (sql) =>
      sql<{ name: string; xmin: string }[]>`
        select name, xmin::text as xmin from known_players`);
    return row!;
  };
  const first = await stored();
  await it.round();
  deepEqual(await stored(), first);
  ana.leave();
  it.ark("island").player("Anna", { id: ana.id }).join();
  await it.round();
  equal((await stored()).name, "Anna");
  deepEqual(told(it), []);
});

testPostgres("without the store the roster goes on, and says so once", async (url) => {
  await using it = await given(url);
  await it.db.close();
  it.ark("island").player("Ana").join();
  await it.round();
  await it.round();
  deepEqual(it.roster.known().map(({ name }) => name), ["Ana"]);
  equal(it.logged.filter((line) => /Cannot store players/.test(line)).length, 1);
});

testPostgres("equal, empty and ugly names stay apart by id", async (url) => {
  await using it = await given(url);
  it.ark("island").manner.encoding = "utf8";
  const ugly = [
    "Human",
    "123",
    "",
    "a, b",
    "1. x, y",
    "@everyone",
    "**b**",
    "שלום",
    "😀",
    "\u202eabc",
  ];
  const joined = [...ugly, "Human "].map((name, i) =>
    it.ark("island").player(name.trim(), { id: String(i).padStart(32, "0") })
  );
  for (const player of joined) player.join();
  await it.round();
  deepEqual(names(it.roster), joined.map(({ name }) => name));
  const later = it.restarted();
  await askAll(later);
  equal(later.known().length, joined.length);
});

testPostgres("rows that nobody can read hide only themselves, and are told once", async (url) => {
  await using it = await given(url);
  it.ark("island").player("Ana").join();
  it.ark("island").player("two\nlines").join();
  await it.round();
  await it.round();
  deepEqual(names(it.roster), ["Ana"]);
  equal(it.logged.filter((line) => /Cannot read some rows/.test(line)).length, 1);
});

testPostgres("whatever the game calls a player can be stored, 5,000 at most", async (url) => {
  await using it = await given(url);
  const store = storedPlayers(it.db);
  const seenAt = new Date(it.clock.now());
  const since = new Date(0);
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (name) => {
      const id = String(count++).padStart(32, "0");
      await store.save([{ id, name, serverId: "island", seenAt }]);
      await store.save([{ id, name, serverId: "island", seenAt }]);
    }),
    { numRuns: 50, examples: [["\0"], ["\ud800"], ["'; drop table known_players"]] },
  );
  equal((await store.load({ since, most: 9_999 })).length, count);
  await store.save(Array.from({ length: 5_100 }, (_, i) => ({
    id: `a${i}`.padStart(32, "0"),
    name: "many",
    serverId: "island",
    seenAt: new Date(it.clock.now() - 1_000 * i),
  })));
  it.ark("island").player("Ana").join();
  await it.round();
  const known = it.roster.known();
  equal(known.length, 5_000);
  equal(known[0]!.name, "Ana");
  ok(known.every(({ seenAt }, i) => i < 2 || seenAt <= known[i - 1]!.seenAt));
});
