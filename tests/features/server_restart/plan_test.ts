import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  minutesToTell,
  type Plan,
  type ServerRestart,
} from "../../../src/features/server_restart/plan.ts";
import {
  planMessage,
  questionMessage,
  warning,
} from "../../../src/features/server_restart/view.ts";
import { toAnnouncement } from "../../../src/ark/server_chat.ts";

const NOW = Date.UTC(2026, 2, 14);

function inMinutes(minutes: number): Date {
  return new Date(NOW + minutes * 60_000);
}

function plan(changes: Partial<Plan>): Plan {
  return {
    id: "abc",
    reason: "",
    byId: "1",
    byName: "Ivo",
    dueAt: inMinutes(15),
    language: "en",
    channelId: "2",
    messageId: "3",
    servers: [{ serverId: "island", state: "announced" }],
    ...changes,
  };
}

Deno.test("minutesToTell() begins at once, and goes on with the warnings that fit", () => {
  const check = (left: number, told: number | undefined, expected: number[]) =>
    deepEqual(minutesToTell({ dueAt: inMinutes(left) }, { toldMinutes: told }, NOW), expected);
  check(60, undefined, [60, 15, 10, 5, 1]);
  check(15, undefined, [15, 10, 5, 1]);
  check(12, undefined, [12, 10, 5, 1]);
  check(1, undefined, [1]);
  check(0, undefined, [0]);
  check(-1, undefined, [0]);
  check(12, 15, [10, 5, 1]); // after a restart of the program
  check(9.8, 15, [10, 5, 1]);
  check(4.2, 15, [1]); // the one at 10 and that at 5 are long over
  check(0.3, 1, []);
});

Deno.test("warning() and card hold whatever the reason says", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (reason) => {
    const it = plan({ reason });
    const { command, length } = toAnnouncement("chat", warning(it, 15));
    ok(/^ServerChat Restart in 15 minutes/.test(command!));
    ok(length <= 220 && !/[\r\n|"]|\/\//.test(command!), command!);
    const message = planMessage(it, { nameOf: () => "Island", now: NOW });
    const lines = message.embeds![0]!.description!.split("\n");
    equal(lines.filter((line) => line.startsWith("⏳ **Island**")).length, 1);
    equal(lines.length, reason === "" ? 3 : 4);
  }));
});

Deno.test("a card has room for a hundred servers, each of which can be spared", () => {
  const servers = Array.from({ length: 100 }, (_, i) => ({
    serverId: `s${i}`,
    state: "announced" as const,
  }));
  const { rows } = planMessage(plan({ servers }), { nameOf: (id) => id, now: NOW });
  const choices = rows!.flat().flatMap((part) => part.kind === "select" ? part.choices : []);
  deepEqual(choices.map(({ label }) => label), servers.map(({ serverId }) => serverId));
  equal(rows!.length, 5);
});

const NAMES = [
  (i: number) => `Bliss *Cluster* [PvP] Island number ${i}`,
  (i: number) => `${i} Ragnarok of the Bliss_Cluster`,
];
const STATES: readonly Partial<ServerRestart>[] = [
  { state: "announced" },
  { state: "announced", failure: "unreachable", saveFailure: "unreachable" },
  { state: "restarting", saveFailure: "unconfirmed", exitAt: inMinutes(0), downAt: inMinutes(1) },
  { state: "back" },
  { state: "not told", failure: "unreachable", saveFailure: "unreachable" },
  { state: "never down" },
  { state: "not back", failure: "silent", downAt: inMinutes(1) },
  { state: "aborted", abortedBy: "*Ivo* der Dreizehnte von Bliss" },
  { state: "overdue" },
  { state: "forgotten" },
];

Deno.test("with 50 servers each stands on the card, and the question keeps its last line", () => {
  const serverIds = Array.from({ length: 50 }, (_, i) => String(i));
  const reason = "*".repeat(200);
  for (const name of NAMES) {
    const nameOf = (id: string) => name(Number(id));
    for (const language of ["en", "de"] as const) {
      for (const state of STATES) {
        const servers = serverIds.map((serverId): ServerRestart => ({
          serverId,
          state: "back",
          ...state,
        }));
        const it = plan({ servers, language, reason });
        const { description } = planMessage(it, { nameOf, now: NOW + 900_000 }).embeds![0]!;
        ok(description!.length <= 4_096);
        const lines = description!.split("\n").slice(-50);
        equal(new Set(lines).size, 50, "they cannot be told apart");
        for (const line of lines) ok(/^\S+ \*\*.+\*\* · [a-zäöü]/.test(line), line);
      }
      const question = { id: "abc", serverIds, delayMinutes: 15, reason, endsAt: inMinutes(10) };
      const message = questionMessage(question, { nameOf, online: () => undefined, language });
      const { description } = message.embeds![0]!;
      ok(description!.length <= 4_096);
      ok(description!.endsWith(`<t:${inMinutes(10).getTime() / 1000}:R>.`), description!);
      equal(new Set(description!.split("\n").filter((line) => line.startsWith("**"))).size, 50);
    }
  }
});

Deno.test("two menus say which servers they hold", () => {
  const servers = Array.from({ length: 26 }, (_, i) => ({
    serverId: `s${i + 1}`,
    state: "announced" as const,
  }));
  const menusOf = (count: number) => {
    const it = plan({ servers: servers.slice(0, count) });
    const parts = planMessage(it, { nameOf: (id) => id, now: NOW }).rows!.flat();
    return parts.flatMap((part) => part.kind === "select" ? [part.placeholder] : []);
  };
  deepEqual(menusOf(26), ["Abort: s1 – s25", "Abort: s26 – s26"]);
  deepEqual(menusOf(25), ["Abort single servers"]);
});
