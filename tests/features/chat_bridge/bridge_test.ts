/** The chat bridge as a whole: game servers and their threads, with staff who change something. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { openKeptPlaces, type RememberedPlace } from "../../../src/discord/kept_places.ts";
import type { Feature, Roster } from "../../../src/features/feature.ts";
import { openChatBridge } from "../../../src/features/chat_bridge/mod.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import type { ArkManner, LocalArk } from "../../../src/sandbox/ark/server.ts";
import type { Person } from "../../../src/sandbox/discord/people.ts";
import { shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Channel, Message } from "../../../src/sandbox/discord/world.ts";
import { storedAudit } from "../../../src/store/audit.ts";
import { testPostgres } from "../../store/databases.ts";
import { featureStage, type Given, type Stage, startBot } from "../feature_stage.ts";
import { type CuttableStore, cuttableStore, fastClock } from "./running_outboxes.ts";

const POLL_SECONDS = 0.05;

interface Wishes {
  readonly store: CuttableStore;
  readonly servers?: readonly string[];
  readonly crossChat?: boolean;
  readonly manner?: Partial<ArkManner>;
  readonly clock?: Clock;
}

/** A bridge that runs. */
interface BridgeStage extends AsyncDisposable {
  readonly stage: Stage;
  readonly eva: Person;
  readonly ben: Person;
  /** Ids of places over restarts. */
  readonly remembered: Record<string, RememberedPlace>;
  /** What staff were told. */
  readonly alerts: readonly string[];
  /** Lines for the debug channel. */
  readonly debug: readonly string[];
  readonly bridge: Feature;
  ark(name?: string): LocalArk;
  /** What the bot of the present run does. */
  readonly running: Pick<Stage, "jobs" | "logs" | "logged" | "stopBot">;
  /** Begins the bot anew, which must be stopped. */
  start(): Promise<void>;
  thread(name?: string): Promise<Channel>;
  /** Lines of the bot in a server's thread. */
  lines(name?: string): Promise<string[]>;
  sees(line: string, name?: string): Promise<void>;
  /** Resolves when the message has that sign. */
  signed(message: Message, sign: string): Promise<void>;
  /** What everybody on that server was told. */
  told(name?: string): string[];
  /** Resolves when the chat was read by one look from its beginning to its end. */
  looked(name?: string): Promise<void>;
  /** `/bridge`, as Eva runs it. */
  run(action: string, values?: Record<string, string>): Promise<string>;
}

async function bridgeStage(wishes: Wishes): Promise<BridgeStage> {
  const { store, servers = ["Island"], crossChat = false, manner, clock = systemClock } = wishes;
  const alerts: string[] = [], debug: string[] = [];
  const remembered: Record<string, RememberedPlace> = {};
  const saved = new EventTarget();
  let bridge: Feature | undefined;
  let arks: readonly LocalArk[] = [];
  const roster: Roster = {
    online(serverId) {
      const game = arks.find(({ sessionName }) => sessionName.toLowerCase() === serverId)?.game;
      return game?.online.map(({ id, name }) => ({ id, name, since: new Date() }));
    },
    refresh: (serverId) => Promise.resolve(roster.online(serverId)!),
    known: () => [],
    listen: () => () => {},
  };
  const make = ({ servers, surface, staff, clock, log }: Given) => [
    bridge = openChatBridge({
      servers,
      surface,
      places: openKeptPlaces({
        surface,
        memory: {
          load: () => Promise.resolve(remembered),
          save(key, place) {
            remembered[key] = place;
            saved.dispatchEvent(new Event("save"));
            return Promise.resolve();
          },
        },
        category: "Chat Bridge",
        privacy: { onlyRoles: staff },
        log,
      }),
      roster,
      audit: storedAudit({ db: store.db, clock, log }),
      debug: (line) => debug.push(line),
      alert: (text) => alerts.push(text),
      pollSeconds: POLL_SECONDS,
      crossChat,
      db: store.db,
      clock,
      log,
    }),
  ];
  const given = { make, clock, jitter: () => 0 };
  const stage = await featureStage({ ...given, servers, ...(manner && { manner }) });
  arks = servers.map((name) => stage.ark(name));
  let running: BridgeStage["running"] = stage;
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const ben = stage.world.person("ben", { globalName: "Ben", roles: ["support"] });
  // Not before the bot knows it: what is written sooner is not written to the bridge.
  const thread = async (name = servers[0]!) => {
    const known = () => remembered[`thread ${name.toLowerCase()}`];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => known() && resolve();
    const timer = setTimeout(() => reject(new Error(`There is no thread ${name}`)), 10_000);
    saved.addEventListener("save", look);
    look();
    await promise.finally(() => {
      clearTimeout(timer);
      saved.removeEventListener("save", look);
    });
    return stage.world.discord.world.channels.get(known()!.id)!;
  };
  const ark = (name = servers[0]!) => stage.ark(name);
  return {
    stage,
    eva,
    ben,
    remembered,
    alerts,
    debug,
    get bridge() {
      return bridge!;
    },
    ark,
    get running() {
      return running;
    },
    async start() {
      running = await startBot(stage.world, { ...given, arks });
    },
    thread,
    async lines(name) {
      const { messages } = await thread(name);
      return [...messages.values()].filter(({ data }) => data.author.bot === true)
        .flatMap(({ data }) => data.content.split("\n"));
    },
    async sees(line, name) {
      const isIt = ({ data }: Message) => data.content.split("\n").includes(line);
      await ben.seesSoon(await thread(name), isIt, 10_000);
    },
    async signed(message, sign) {
      const isIt = (it: Message) => it === message && it.reactions.has(sign);
      await ben.seesSoon(message.data.channel_id, isIt, 10_000);
    },
    told: (name) =>
      ark(name).received.map(({ command }) => command)
        .filter((command) => command.startsWith("ServerChat "))
        .map((command) => command.slice("ServerChat ".length)),
    async looked(name) {
      // One may be under way, and what a look brought is worked off before the next one begins.
      for (let look = 0; look < 3; look++) await ark(name).next(/^GetChat$/);
    },
    async run(action, values = {}) {
      return textOf(shown(await eva.runs("/bridge", { action, ...values })));
    },
    async [Symbol.asyncDispose]() {
      await running.stopBot();
      await stage[Symbol.asyncDispose]();
    },
  };
}

testPostgres("the chat bridge as a whole", async (url, t) => {
  await using store = await cuttableStore(url);
  const step = (
    name: string,
    run: (it: BridgeStage) => Promise<void>,
    wishes: Omit<Wishes, "store"> = {},
  ) =>
    t.step(name, async () => {
      await using it = await bridgeStage({ ...wishes, store });
      await run(it);
    });

  await step("paused, it carries nothing in either direction, also after a restart", async (it) => {
    const ana = it.ark("Pausa").player("Ana");
    ana.join();
    ana.say("one");
    await it.sees("**Ana**: one");
    match(await it.run("pause", { server: "Pausa" }), /Paused: \*\*Pausa\*\*/);
    await it.run("status"); // a look may have been under way
    const refused = async (text: string) => {
      const message = await it.ben.says(await it.thread(), text);
      await it.signed(message, "❌");
      await it.ben.seesSoon(
        await it.thread(),
        ({ data }) =>
          data.message_reference?.message_id === message.data.id &&
          data.content === "-# ❌ not delivered: the bridge is paused",
      );
      match(it.debug.at(-1)!, /^❌ \*\*Pausa\*\* · Ben · .*the bridge is paused/);
    };
    await refused("two");
    // The other one goes on.
    const other = it.ark("Ragnarok").player("Cem");
    other.join();
    other.say("still here");
    await it.sees("**Cem**: still here", "Ragnarok");

    await it.running.stopBot();
    ana.say("three");
    const looks = () => it.ark("Pausa").received.filter(({ command }) => command === "GetChat");
    const before = looks().length;
    await it.start();
    await refused("four");
    await it.looked("Ragnarok");
    equal(looks().length, before);
    deepEqual(it.told("Pausa"), []);

    match(await it.run("resume", { server: "Pausa" }), /Running again: \*\*Pausa\*\*/);
    await it.sees("**Ana**: three");
    await it.signed(await it.ben.says(await it.thread(), "five"), "✅");
    deepEqual(it.told("Pausa"), ["[Ben]: five"]);
  }, { servers: ["Pausa", "Ragnarok"] });

  await step("who is muted is not carried over, also after a restart", async (it) => {
    const ana = it.ark().player("Ana"), cem = it.ark().player("Cem");
    ana.join();
    cem.join();
    const thread = await it.thread();
    await it.run("mute", { member: it.ben.id });
    await it.run("mute", { player: "ANA" });
    const muted = await it.ben.says(thread, "nobody reads this");
    await it.signed(muted, "🔇");
    ana.say("nor this");
    cem.say("but this");
    await it.sees("**Cem**: but this");

    await it.running.stopBot();
    ana.say("nor that");
    cem.say("but that");
    await it.start();
    await it.sees("**Cem**: but that");
    await it.signed(await it.ben.says(thread, "still not"), "🔇");

    await it.run("unmute", { member: it.ben.id });
    await it.run("unmute", { player: "Ana" });
    ana.say("hello again");
    await it.sees("**Ana**: hello again");
    await it.signed(await it.ben.says(thread, "hello"), "✅");
    deepEqual(it.told(), ["[Ben]: hello"]);
    deepEqual([...muted.reactions.keys()], ["🔇"]);
    deepEqual((await it.lines()).filter((line) => line.startsWith("**Ana**")), [
      "**Ana**: hello again",
    ]);
  }, { servers: ["Mutiny"] });

  const servers = ["Cross1", "Cross2", "Cross3"];
  await step(
    "cross-chat carries words to the other servers once, and no circle begins",
    async (it) => {
      const [ana, ben, cem] = (["Ana", "Ben", "Cem"] as const)
        .map((name, index) => it.ark(servers[index]!).player(name));
      for (const player of [ana!, ben!, cem!]) player.join();
      for (const server of servers) await it.looked(server);
      const arrives = (server: string) => it.ark(server).next(/^ServerChat/);
      const first = Promise.all([arrives("Cross2"), arrives("Cross3")]);
      ana!.say("hi");
      await first;
      const second = Promise.all([arrives("Cross1"), arrives("Cross3")]);
      ben!.say("hi");
      await second;
      ok(cem!.seen.includes("SERVER: [Ana (Cross1)]: hi"));
      ana!.say("!link K7QX2M");
      await it.run("mute", { player: "Cem" });
      cem!.say("nobody reads this");
      await it.sees("**Ben**: hi", "Cross2");
      for (const server of servers) await it.looked(server);
      for (const server of servers) await it.looked(server);
      deepEqual(servers.map((server) => it.told(server)), [
        ["[Ben (Cross2)]: hi"],
        ["[Ana (Cross1)]: hi"],
        ["[Ana (Cross1)]: hi", "[Ben (Cross2)]: hi"],
      ]);
      deepEqual(
        (await Promise.all(servers.map((server) => it.lines(server)))).flat()
          .filter((line) => line.includes(": ")),
        ["**Ana**: hi", "**Ben**: hi"],
      );
    },
    { servers, crossChat: true },
  );

  await step("what was said before the bot started is not news on other servers", async (it) => {
    const ana = it.ark("Old").player("Ana");
    ana.join();
    await it.looked("Old");
    await it.running.stopBot();
    ana.say("an hour ago");
    await it.start();
    await it.sees("**Ana**: an hour ago", "Old");
    const heard = it.ark("New").next(/^ServerChat/);
    ana.say("now");
    await heard;
    deepEqual(it.told("New"), ["[Ana (Old)]: now"]);
  }, { servers: ["Old", "New"], crossChat: true });

  await step("!online is answered in the game, and !link is seen nowhere", async (it) => {
    const ana = it.ark().player("Ana");
    ana.join();
    const answered = it.ark().next(/^ServerChat/);
    for (const link of ["!link K7QX2M", " ！LINK K7QX2M", "!link:K7QX2M"]) ana.say(link);
    ana.say("!online");
    ana.say("hi");
    await answered;
    await it.sees("**Ana**: hi");
    equal(ana.seen.at(-1), "SERVER: [BlissBot]: Online: Asking 1 (Ana), Quiet 0");
    await it.looked();
    equal(it.told().length, 1);
    deepEqual(await it.lines(), ["➡️ **Ana** joined", "**Ana**: hi"]);
    const rows = await store.db.run(5_000, (sql) => sql`select * from chat_lines`);
    const everything = JSON.stringify([rows, it.running.logged, it.debug, it.alerts]);
    ok(!everything.includes("K7QX2M"));
  }, { servers: ["Asking", "Quiet"], manner: { encoding: "utf8" } });

  await step("a code behind a wide mark is swallowed where that comes as ?", async (it) => {
    const ana = it.ark().player("Ana");
    ana.join();
    ana.say("?link K7QX2M");
    ana.say("hi");
    await it.sees("**Ana**: hi");
    deepEqual(await it.lines(), ["➡️ **Ana** joined", "**Ana**: hi"]);
    const rows = await store.db.run(5_000, (sql) => sql`select * from chat_lines`);
    ok(!JSON.stringify([rows, it.running.logged, it.debug]).includes("K7QX2M"));
  }, { servers: ["Ascii"], manner: { encoding: "ascii" } });

  await step(
    "what members write in vain gets ❌ and the reason, and nobody reads a code",
    async (it) => {
      const { general } = it.stage.world;
      await it.thread();
      it.remembered["thread gone"] = { id: general.id, name: "Gone" };
      await it.running.stopBot();
      await it.start();
      const thread = await it.thread();
      const refused = async (message: Message, why: string) => {
        await it.signed(message, "❌");
        const note = await it.ben.seesSoon(
          message.data.channel_id,
          ({ data }) => data.message_reference?.message_id === message.data.id,
        );
        equal(note.data.content, `-# ❌ not delivered: ${why}`);
      };
      for (const text of ["!link K7QX2M", "`！link K7QX2M`", "?link:K7QX2M"]) {
        const why = "such commands are typed in the game's own chat";
        await refused(await it.ben.says(thread, text), why);
      }
      const why = "this server is no longer among those of BlissBot";
      await refused(await it.ben.says(general, "hello?"), why);
      await it.signed(await it.ben.says(thread, "I linked"), "✅");
      deepEqual(it.told(), ["[Ben]: I linked"]);
      ok(!JSON.stringify([it.running.logged, it.debug, it.alerts]).includes("K7QX2M"));
    },
    { servers: ["Vain"] },
  );

  await step("a thread that was deleted comes back though nobody plays", async (it) => {
    const old = await it.thread();
    await it.signed(await it.ben.says(old, "before"), "✅");
    it.stage.world.discord.world.channels.delete(old.id);
    await it.running.jobs.run("chat threads").catch(() => {}); // it may be running
    await it.running.jobs.run("chat threads");
    const thread = await it.thread();
    ok(thread && thread.id !== old.id);
    match(await it.run("status"), new RegExp(`<#${thread.id}>`));
    await it.signed(await it.ben.says(thread, "after"), "✅");
    deepEqual(it.told(), ["[Ben]: before", "[Ben]: after"]);
  }, { servers: ["Deleted"] });

  await step("controls in a name do not keep a player from being muted", async (it) => {
    match(await it.run("mute", { player: "D\0o\x07ra\ud800" }), /Muted: \*\*Dora\*\*/);
    const dora = it.ark().player("Dora"), fay = it.ark().player("Fay");
    dora.join();
    dora.say("hi");
    fay.join();
    fay.say("hi");
    await it.sees("**Fay**: hi");
    ok(!(await it.lines()).includes("**Dora**: hi"));
    match(await it.run("unmute", { player: "Dora" }), /is heard again/);
  }, { servers: ["Controls"] });

  await step("staff are told of a gap once a day, and of what to do", async (it) => {
    const ana = it.ark().player("Ana");
    ana.join();
    ana.say("one");
    await it.sees("**Ana**: one");
    for (const times of [1, 2]) {
      const { struck } = it.ark().faults.next({ on: /^GetChat/ }, { kind: "reset" });
      await struck;
      await it.looked();
      match(await it.run("status"), new RegExp(`times since the start: ${times}\\.`));
    }
    equal(it.alerts.length, 1);
    match(
      it.alerts[0]!,
      /^⚠️ \*\*Gappy: chat may be missing\*\*\nThe connection broke <t:\d+:R> while .*-servergamelog/,
    );
  }, { servers: ["Gappy"], manner: { hasGameLog: false } });

  await step("staff are told when the store goes and comes, and chat goes on", async (it) => {
    const ana = it.ark().player("Ana");
    ana.join();
    ana.say("one");
    await it.sees("**Ana**: one");
    // Now it is open: what waited from an earlier run is read.
    await it.signed(await it.ben.says(await it.thread(), "before"), "✅");
    const check = async () => (await it.bridge.health![0]!.check()).state;
    equal(await check(), "ok");
    store.cut();
    ana.say("two");
    await it.sees("**Ana**: two");
    await it.signed(await it.ben.says(await it.thread(), "three"), "✅");
    deepEqual([await check(), await check()], ["down", "down"]);
    match(await it.run("status"), /The database is away: lines are kept in memory only/);
    match(await it.run("pause"), /The database does not answer: after a restart of BlissBot it/);
    match(await it.run("resume"), /The database does not answer: after a restart of BlissBot it/);
    match(await it.run("mute", { player: "Ana" }), /does not answer, so nothing was changed/);
    store.mend();
    await it.running.logs(/Chat lines are stored again/);
    deepEqual([await check(), await check()], ["ok", "ok"]);
    deepEqual(it.alerts.map((text) => text.split("\n", 1)[0]), [
      "⚠️ **The database is away**",
      "✅ **The database is back**",
    ]);
  }, { servers: ["Storeless"], clock: fastClock });

  await step("what came before the bridge was open goes behind what waited longer", async (it) => {
    const thread = await it.thread();
    await it.ark().exit();
    const first = await it.ben.says(thread, "first");
    await it.signed(first, "🕒");
    await it.running.stopBot();
    store.cut();
    try {
      await it.start();
      await it.running.logs(/blissbot.*chat bridge.*"error"/);
      const second = await it.ben.says(thread, "second");
      await it.run("status"); // comes behind it
      await it.ark().start();
      deepEqual(it.told(), []);
      store.mend();
      await it.running.jobs.run("chat bridge");
      await it.signed(first, "✅");
      await it.signed(second, "✅");
      deepEqual(it.told(), ["[Ben]: first", "[Ben]: second"]);
    } finally {
      store.mend();
    }
  }, { servers: ["Early"] });
});
