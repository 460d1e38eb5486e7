import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { minutesToTell, type Plan } from "../../../src/features/server_restart/plan.ts";
import { planMessage, warning } from "../../../src/features/server_restart/view.ts";
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
