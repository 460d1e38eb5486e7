/** `/bridge` as staff use it. */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { BridgeStatus } from "../../../src/features/chat_bridge/bridge_status.ts";
import { bridgeCommand } from "../../../src/features/chat_bridge/bridge_command.ts";
import type { Mute } from "../../../src/features/chat_bridge/mutes.ts";
import { type Outcome, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Act } from "../../../src/store/audit.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { HandClock } from "../../hand_clock.ts";
import { featureStage } from "../feature_stage.ts";

const FINE: BridgeStatus = {
  isPaused: false,
  lastLine: new Date("2026-03-14T09:26:50Z"),
  delayMs: 840,
  waitingToDiscord: 0,
  waitingToGame: 0,
  isStoreAway: false,
  isDrained: false,
  gaps: 0,
  lastError: undefined,
  threadId: undefined,
};

/** What is to be read, which must be for this person alone. */
function told(outcome: Outcome): string {
  const message = shown(outcome);
  ok(message.onlyFor !== undefined, "everybody can read it");
  return textOf(message);
}

/** A running bot with `/bridge`; what the bridge would do is kept as plain data. */
async function stageWithBridge({ servers = ["Island"] }: { servers?: readonly string[] } = {}) {
  const clock = new HandClock();
  const statuses: Record<string, BridgeStatus> = {};
  const mutes: Mute[] = [];
  const acts: Act[] = [];
  const store = { isAway: false, refuses: false };
  const idOf = (kind: string, key: string) => `${kind} ${key.toLowerCase()}`;
  const take = (kind: string, key: string) => {
    const at = mutes.findIndex((mute) => idOf(mute.kind, mute.key) === idOf(kind, key));
    return at >= 0 && mutes.splice(at, 1).length > 0;
  };
  const stored = <T>(value: T) =>
    store.isAway
      ? Promise.reject(new StoreError("timeout", "too slow"))
      : store.refuses
      ? Promise.reject(new StoreError("failed", "it answered no"))
      : Promise.resolve(value);
  const stage = await featureStage({
    servers,
    make: ({ servers }) => [{
      commands: [bridgeCommand({
        servers,
        clock,
        roster: {
          known: () =>
            ["Ana", "An\x07ton", "Ben", " ", "\u3164", "x".repeat(101), "A\u200bna"].map((
              name,
            ) => ({
              id: "0".repeat(32),
              name,
              serverId: "island",
              seenAt: new Date(),
            })),
        },
        statusOf: (id) => statuses[id] ?? FINE,
        setPaused: (ids, isPaused) => {
          for (const id of ids) statuses[id] = { ...FINE, isPaused };
          return Promise.resolve(!store.isAway);
        },
        mutes: {
          add: (mute) => stored(undefined).then(() => void mutes.push(mute)),
          remove: (kind, key) => stored(undefined).then(() => take(kind, key)),
          list: () => mutes,
        },
        audit: { record: (act) => Promise.resolve(void acts.push(act)) },
      })],
    }],
  });
  return {
    ...stage,
    statuses,
    mutes,
    store,
    acts,
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

/** Times of the hand clock as Discord shows them: now, and so many seconds later. */
function inSeconds(later: number): string {
  return `<t:${1773480413 + later}:R>`;
}

Deno.test("staff read what needs them first, and in words what to do", async () => {
  await using stage = await stageWithBridge({
    servers: ["Island", "Ragnarok", "Extinction", "Scorched"],
  });
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const fine = shown(await eva.runs("/bridge", { action: "status" }));
  match(textOf(fine), /^✅ \*\*Island\*\* · running · last line <t:1773480410:R> · delay 0\.8 s$/m);
  match(textOf(fine), /^Nobody is muted\.$/m);
  equal(fine.data.embeds[0]!.color, 0x80FF00);

  await stage.ark("Extinction").crash();
  await rejects(stage.servers[2]!.console.send("ServerChat hi", { waitMs: 0 }));
  stage.statuses["ragnarok"] = { ...FINE, isPaused: true, lastLine: undefined, delayMs: undefined };
  stage.statuses["scorched"] = {
    ...FINE,
    isDrained: true,
    isStoreAway: true,
    waitingToDiscord: 12,
    waitingToGame: 1,
    gaps: 2,
    threadId: stage.world.general.id,
    lastError: {
      text: "Cannot post: *Discord* answered 500",
      at: new Date("2026-03-14T09:00:00Z"),
    },
  };
  const broken = shown(await eva.runs("/bridge", { action: "status" }));
  equal(broken.data.embeds[0]!.color, 0xff0000);
  const { time = "" } = /next try (?<time><t:\d+:R>)/.exec(textOf(broken))?.groups ?? {};
  ok(time);
  deepEqual(textOf(broken).replace(time, "TIME").split("\n").slice(0, -1), [
    "Chat bridge",
    "⚠️ The database is away: lines are kept in memory only. Check PostgreSQL.",
    "",
    "🔴 **Extinction** · it cannot be reached: it is off, starting, or its RCON port is another one · " +
    "next try TIME · " +
    "last line <t:1773480410:R> · delay 0.8 s",
    "⚠️ **Scorched** · running, but lines get lost · last line <t:1773480410:R> · delay 0.8 s · " +
    `<#${stage.world.general.id}>`,
    "> 📥 On the way to Discord: 12",
    "> 📤 Waiting for the game: 1",
    "> **Another tool reads this chat**, so lines are missing here. Turn off GetChat in the web " +
    "panel, RCON tool or second bot: one server, one reader.",
    "> Chat may be missing after broken connections, times since the start: 2. Start the " +
    "game server with `-servergamelog`: then BlissBot fills such gaps.",
    "> Last trouble <t:1773478800:R>: Cannot post: \\*Discord\\* answered 500",
    "⏸️ **Ragnarok** · paused · no line yet",
    "✅ **Island** · running · last line <t:1773480410:R> · delay 0.8 s",
    "",
    "Nobody is muted.",
  ]);
  const one = told(await eva.runs("/bridge", { action: "status", server: "island" }));
  ok(one.includes("Island") && !one.includes("Ragnarok"));
});

Deno.test("a server that refuses the password is told from one that is off, in one's language", async () => {
  await using stage = await stageWithBridge();
  const ark = stage.ark("Island");
  await ark.exit();
  ark.password = "another";
  await ark.start();
  await rejects(stage.servers[0]!.console.send("ListPlayers"), { kind: "password" });
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const uwe = stage.world.person("uwe", { roles: ["moderator"], locale: "de" });
  match(
    told(await eva.runs("/bridge", { action: "status" })),
    /^🔴 \*\*Island\*\* · it refuses the RCON password; whoever runs the bot corrects it · next try <t:/m,
  );
  match(
    told(await uwe.runs("/brücke", { aktion: "Status" })),
    /^🔴 \*\*Island\*\* · er lehnt das RCON-Passwort ab; .* · nächster Versuch <t:/m,
  );
});

Deno.test("a long status has pages", async () => {
  await using stage = await stageWithBridge();
  for (let i = 0; i < 150; i++) {
    const until = new Date("2026-03-15T00:00:00Z");
    stage.mutes.push({ kind: "player", key: `p${i}`, name: `Player_${i}`, until, byId: "1" });
  }
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const first = shown(await eva.runs("/bridge", { action: "status" }));
  match(
    textOf(first),
    /Chat bridge - Page 1\/2[^]*^🔇 \*\*Player\\_0\*\* · ends <t:1773532800:R> · by <@1>$/m,
  );
  match(told(await eva.presses(first, "Previous")), /Page 2\/2[^]*Player\\_149/);
});

Deno.test("staff pause one server or all, and let them go on", async () => {
  await using stage = await stageWithBridge({ servers: ["Island", "Ragnarok"] });
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const paused = told(await eva.runs("/bridge", { action: "pause", server: "Ragnarok" }));
  match(paused, /^⏸️ Paused: \*\*Ragnarok\*\*\nNothing is carried over, in either direction/);
  deepEqual(Object.keys(stage.statuses), ["ragnarok"]);
  ok(stage.statuses["ragnarok"]!.isPaused);
  match(
    told(await eva.runs("/bridge", { action: "resume" })),
    /^✅ Running again: \*\*Island\*\*, \*\*Ragnarok\*\*$/m,
  );
  ok(!stage.statuses["ragnarok"]!.isPaused);
  match(
    told(await eva.runs("/bridge", { action: "pause", server: "Rag" })),
    /Paused: \*\*Ragnarok\*\*/,
  );
  match(
    told(await eva.runs("/bridge", { action: "pause", server: "Atlantis" })),
    /There is no server “Atlantis”[^]*UNKNOWN_SERVER/,
  );
  deepEqual(stage.acts.map(({ what, serverId, actorName }) => [what, serverId, actorName]), [
    ["bridge pause", "ragnarok", "eva"],
    ["bridge resume", "island", "eva"],
    ["bridge resume", "ragnarok", "eva"],
    ["bridge pause", "ragnarok", "eva"],
  ]);
});

Deno.test("while the store is away a pause is said to end with the program", async () => {
  await using stage = await stageWithBridge();
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const uwe = stage.world.person("uwe", { roles: ["moderator"], locale: "de" });
  stage.store.isAway = true;
  const paused = told(await eva.runs("/bridge", { action: "pause" }));
  match(paused, /^⏸️ Paused: \*\*Island\*\*[^]*⚠️ The database does not answer: after a restart/);
  ok(stage.statuses["island"]!.isPaused);
  match(told(await uwe.runs("/brücke", { aktion: "fortsetzen" })), /⚠️ .* Nach einem Neustart/);
  stage.store.isAway = false;
  match(told(await eva.runs("/bridge", { action: "pause" })), /also holds after a restart/);
});

Deno.test("staff mute players and members for a while, and unmute them", async () => {
  await using stage = await stageWithBridge();
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const tom = stage.world.person("tom");
  const run = async (values: Record<string, string>) => told(await eva.runs("/bridge", values));
  match(
    await run({ action: "mute", player: " *Ana* @everyone ", length: "2h" }),
    new RegExp(`^🔇 Muted: \\*\\*\\\\\\*Ana\\\\\\* \\\\@everyone\\*\\*\\. .* ${inSeconds(7200)}`),
  );
  match(
    await run({ action: "mute", member: tom.id }),
    new RegExp(`<@${tom.id}>.*${inSeconds(3600)}`),
  );
  deepEqual(stage.mutes.map(({ kind, key, byId }) => [kind, key, byId]), [
    ["player", "*Ana* @everyone", eva.id],
    ["member", tom.id, eva.id],
  ]);
  match(
    await run({ action: "status" }),
    new RegExp(
      `^\\*\\*Muted\\*\\*\n🔇 .*Ana.* · ends ${inSeconds(7200)} · by <@${eva.id}>\n🔇 <@${tom.id}>`,
      "m",
    ),
  );
  match(await run({ action: "unmute", player: "*ANA* @everyone" }), /🔊 .* is heard again\./);
  match(
    await run({ action: "unmute", player: "Ana" }),
    /\*\*Ana\*\* is not muted\.[^]*WRONG_INPUT/,
  );
  match(await run({ action: "unmute", member: tom.id }), /is heard again/);
  deepEqual(stage.mutes, []);
  deepEqual(stage.acts.map(({ what }) => what), [
    "bridge mute",
    "bridge mute",
    "bridge unmute",
    "bridge unmute",
  ]);
  deepEqual(tom.pinged, []);
});

Deno.test("wrong or missing options are refused with what to enter", async () => {
  await using stage = await stageWithBridge();
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const run = async (values: Record<string, string>) => told(await eva.runs("/bridge", values));
  for (const whom of [{}, { player: "  " }, { player: "Ana", member: eva.id }]) {
    match(await run({ action: "mute", ...whom }), /Enter either `player`[^]*WRONG_INPUT/);
  }
  for (const length of ["soon", "2", "0m", "366d", "-5m", "*1h*"]) {
    match(
      await run({ action: "mute", player: "Ana", length }),
      /is no length\. Enter a number and a unit, such as `30m`, `2h`, `7d`[^]*WRONG_INPUT/,
    );
  }
  stage.store.isAway = true;
  match(
    await run({ action: "mute", player: "Ana" }),
    /nothing was changed\. Try again[^]*INTERNAL/,
  );
  match(await run({ action: "unmute", player: "Ana" }), /nothing was changed/);
  stage.store.isAway = false;
  stage.store.refuses = true;
  const broken = await run({ action: "mute", player: "Ana" });
  ok(!broken.includes("does not answer"), broken);
  deepEqual([stage.mutes, stage.acts], [[], []]);
});

Deno.test("who is no moderator cannot use it", async () => {
  await using stage = await stageWithBridge();
  const tom = stage.world.person("tom");
  match(told(await tom.runs("/bridge", { action: "pause" })), /NOT_ALLOWED/);
  deepEqual(stage.statuses, {});
});

Deno.test("names are suggested: who played, and to unmute who is muted", async () => {
  await using stage = await stageWithBridge();
  const eva = stage.world.person("eva", { roles: ["moderator"] });
  const suggested = async (values: Record<string, string>) =>
    (await eva.types("/bridge", values, "player")).map(({ value }) => value);
  deepEqual(await suggested({ action: "mute", player: "AN" }), ["Ana", "Anton"]);
  deepEqual(await suggested({ action: "mute", player: "" }), ["Ana", "Anton", "Ben"]);
  await eva.runs("/bridge", { action: "mute", player: "Zoë" });
  deepEqual(await suggested({ action: "unmute", player: "" }), ["Zoë"]);
});

Deno.test("people whose Discord is German run it in German", async () => {
  await using stage = await stageWithBridge({ servers: ["Island", "Ragnarok"] });
  stage.statuses["island"] = { ...FINE, isDrained: true, waitingToDiscord: 3 };
  const uwe = stage.world.person("uwe", { roles: ["moderator"], locale: "de" });
  const run = async (values: Record<string, string>) => told(await uwe.runs("/brücke", values));
  const muted = await run({ aktion: "stummschalten", spieler: "Ana", dauer: "3 Tage" });
  match(
    muted,
    new RegExp(`🔇 Stummgeschaltet: \\*\\*Ana\\*\\*\\. .* das endet ${inSeconds(259200)}\\.`),
  );
  const status = await run({ aktion: "Status" });
  deepEqual(status.split("\n").slice(0, -1), [
    "Chatbrücke",
    "⚠️ **Island** · läuft, aber Zeilen gehen verloren · letzte Zeile <t:1773480410:R> · " +
    "Verzögerung 0,8 s",
    "> 📥 Unterwegs nach Discord: 3",
    "> **Ein anderes Werkzeug liest diesen Chat mit**, darum fehlen hier Zeilen. Schalte GetChat " +
    "im Webpanel, RCON-Programm oder zweiten Bot ab: ein Server, ein Leser.",
    "✅ **Ragnarok** · läuft · letzte Zeile <t:1773480410:R> · Verzögerung 0,8 s",
    "",
    "**Stummgeschaltet**",
    `🔇 **Ana** · endet ${inSeconds(259200)} · von <@${uwe.id}>`,
  ]);
  match(await run({ aktion: "anhalten", server: "alle" }), /^⏸️ Angehalten: \*\*Island\*\*, \*\*R/);
  match(await run({ aktion: "fortsetzen" }), /^✅ Läuft wieder: /);
  match(await run({ aktion: "Stummschaltung aufheben", spieler: "Ana" }), /ist wieder zu hören/);
  match(await run({ aktion: "stummschalten", spieler: "Ana", dauer: "bald" }), /ist keine Dauer/);
});
