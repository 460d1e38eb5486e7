/**
 * Journey P2: talking from the phone into the game, and back. BlissBot runs as a process of its own;
 * Discord and the game servers are the local ones.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { LocalArk } from "../../src/sandbox/ark/server.ts";
import { deleteMessage } from "../../src/sandbox/discord/messages.ts";
import type { Message } from "../../src/sandbox/discord/world.ts";
import { testPostgres } from "../store/databases.ts";
import { withTempFolder } from "../temp_folder.ts";
import { type Cluster, linesIn, reactions, startCluster } from "./cluster.ts";

const ISLAND = "Island - (v93.19)", RAGNAROK = "Ragnarok";
const QUICK = "[chat_bridge]\npoll_seconds = 2";

/** What everybody on a server was told by it. */
function said({ received }: LocalArk): string[] {
  return received.map(({ command }) => command).filter((it) => it.startsWith("ServerChat"))
    .map((command) => command.slice("ServerChat ".length));
}

async function reacted(cluster: Cluster, message: Message, emoji: string, withinMs?: number) {
  await cluster.until(
    () => reactions(message).includes(emoji),
    () => `no ${emoji} on "${message.data.content}", only ${reactions(message)}`,
    withinMs,
  );
}

async function line(cluster: Cluster, thread: string, text: string): Promise<void> {
  const place = await cluster.place(thread);
  await cluster.until(
    () => linesIn(place).includes(text),
    () => `"${text}" is not among ${JSON.stringify(linesIn(place))}`,
  );
}

testPostgres("P2: talking from the phone into the game", async (databaseUrl, t) => {
  await withTempFolder(async (folder) => {
    const servers = [ISLAND, RAGNAROK];
    await using cluster = await startCluster({ folder, databaseUrl, servers, toml: QUICK });
    const { world } = cluster;
    const island = cluster.ark("Island"), ragnarok = cluster.ark("Ragnarok");
    const ana = island.player("Ana");
    ana.join();
    const thread = await cluster.place("Island");
    const ben = world.person("ben", { globalName: "Ben", roles: ["support"] });
    const stranger = world.person("stranger");

    await t.step("the bridge's places are hidden from all but the allowed roles", async () => {
      await cluster.place("Ragnarok");
      equal(world.discord.world.channels.get(thread.parentId!)!.name, "chat-bridge-channel");
      ana.say("anybody here?");
      await line(cluster, "Island", "**Ana**: anybody here?");
      ok(ben.sees(thread).length > 0);
      deepEqual(stranger.sees(thread), []);
    });

    await t.step("1. what Ben writes is in the game, and he sees that it is", async () => {
      const message = await ben.says(thread, "raptor at the door 😂 **help**");
      await reacted(cluster, message, "✅", 2_000);
      deepEqual(said(island), ["[Ben]: raptor at the door help"]);
      ok(ana.seen.includes("SERVER: [Ben]: raptor at the door help"));
    });

    await t.step("2. what Ana answers is in the thread, once", async () => {
      ana.say("coming");
      await line(cluster, "Island", "**Ana**: coming");
      equal(linesIn(thread).filter((it) => it.includes("coming")).length, 1);
      // The game repeats what it was sent; that is not shown again.
      ok(!linesIn(thread).some((it) => it.includes("raptor")));
    });

    await t.step("3. who says hi twice is heard twice", async () => {
      ana.say("hi");
      await line(cluster, "Island", "**Ana**: hi");
      ana.say("hi");
      await cluster.until(
        () => linesIn(thread).filter((it) => it === "**Ana**: hi").length === 2,
        () => "there is one hi",
      );
    });

    await t.step("4. nothing typed in the game pings, links or is formatted", async () => {
      const role = world.roles.support.id;
      ana.say(`@everyone <@&${role}> <@${ben.id}> **bold** [click](https://evil.example)`);
      await line(
        cluster,
        "Island",
        `**Ana**: \\@everyone \\<\\@&${role}\\> \\<\\@${ben.id}\\> \\*\\*bold\\*\\* ` +
          "\\[click\\](https:\\/\\/evil.example)",
      );
      deepEqual(ben.pinged, []);
      deepEqual(stranger.pinged, []);
    });

    await t.step("5. while the server restarts he sees a clock, then that it arrived", async () => {
      await island.exit();
      const message = await ben.says(thread, "are you back?");
      await reacted(cluster, message, "🕒");
      ok(!reactions(message).includes("✅"));
      const regretted = await ben.says(thread, "forget it");
      await reacted(cluster, regretted, "🕒");
      deleteMessage(world.discord.world, regretted);
      await island.start({ refusedMs: 500, silentMs: 500, loadingMs: 0 });
      await reacted(cluster, message, "✅", 20_000);
      await cluster.until(() => !reactions(message).includes("🕒"), () => "the clock stays");
      deepEqual(said(island).filter((it) => /back|forget/.test(it)), ["[Ben]: are you back?"]);
      ana.join();
    });

    await t.step("6. a server that swallows everything holds up nobody else", async () => {
      await ragnarok.network("black hole");
      const lost = await ben.says(await cluster.place("Ragnarok"), "hello Ragnarok");
      const began = Date.now();
      await reacted(cluster, await ben.says(thread, "still here"), "✅", 2_000);
      ana.say("me too");
      await line(cluster, "Island", "**Ana**: me too");
      ok(Date.now() - began < 5_000);
      // It may have arrived before the silence began: nobody can know, and it is not sent twice.
      await reacted(cluster, lost, "⚠️", 20_000);
      ok(!reactions(lost).includes("✅"));
      await ragnarok.network("open");
    });

    await t.step(
      "✗ 900 signs come in three parts, in order, and he is told of the rest",
      async () => {
        const before = said(island).length;
        const message = await ben.says(thread, "word ".repeat(180).trim());
        await reacted(cluster, message, "✅");
        const parts = said(island).slice(before);
        equal(parts.length, 3);
        match(parts[0]!, /^\[Ben\]: word word/);
        match(parts[1]!, /^\[Ben\]\.\.\. word|^\[Ben\]: \.\.\. word/);
        await ben.seesSoon(
          thread,
          ({ data }) => data.author.bot === true && /three/.test(data.content),
        );
      },
    );

    await t.step("✗ a picture alone is put into words", async () => {
      const files = [{ name: "raptor.png", type: "image/png", bytes: new Uint8Array([1]) }];
      await reacted(cluster, await ben.says(thread, "", { files }), "✅");
      equal(said(island).at(-1), "[Ben] sent a picture");
    });

    await t.step("✗ names of nothing readable are replaced, Zalgo is made plain", async () => {
      const emoji = world.person("emoji", { globalName: "😀😀", roles: ["support"] });
      await reacted(cluster, await emoji.says(thread, "who am I"), "✅");
      equal(said(island).at(-1), `[Member-${emoji.id.slice(-4)}]: who am I`);
      const zalgo = world.person("zalgo", { globalName: "Z̷̢̛a̸l̵g̶o̷", roles: ["support"] });
      await reacted(cluster, await zalgo.says(thread, "he comes"), "✅");
      equal(said(island).at(-1), "[Zalgo]: he comes");
    });

    await t.step(
      "✗ when another tool drains the chat, staff are told once, with the cause",
      async () => {
        const thief = setInterval(() => void island.game.takeChat(), 5);
        try {
          const told = () =>
            [...world.discord.world.channels.values()]
              .filter(({ name }) => name === "server-alerts").flatMap(linesIn)
              .filter((it) => it.includes("another program reads"));
          const speak = async (text: string) => {
            await reacted(cluster, await ben.says(thread, text), "✅");
            for (let look = 0; look < 4; look++) await island.next(/^GetChat/);
          };
          // Until it is known that Ana is back nobody could have heard it, which proves nothing.
          for (let line = 1; line <= 6 && told().length === 0; line++) await speak(`line ${line}`);
          await speak("once more");
          deepEqual(told(), ["⚠️ **Island: another program reads this chat**"]);
        } finally {
          clearInterval(thief);
        }
      },
    );

    const { code, err } = await cluster.daemon.end("SIGTERM");
    equal(code, 0, err);
  });
});
