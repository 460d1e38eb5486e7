/** What people type for a time, and which commands may be sent; without any server. */

import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { Refusal } from "../../../src/discord/surface.ts";
import {
  judge,
  plainCommand,
  withoutPassword,
} from "../../../src/features/server_control/command_rules.ts";
import { parseWhen } from "../../../src/features/server_control/when.ts";

/** A Saturday, 10:26:53 in Berlin. */
const now = new Date("2026-03-14T09:26:53Z");
const zone = { now, timezone: "Europe/Berlin" };

Deno.test("parseWhen() understands spans, weekdays, dates and cron", () => {
  const cases: [string, string][] = [
    ["2h", "2026-03-14T11:26:53.000Z"],
    ["30m", "2026-03-14T09:56:53.000Z"],
    [" 1D 2h 3 min ", "2026-03-15T11:29:53.000Z"],
    ["1 d 2 h 3m", "2026-03-15T11:29:53.000Z"],
    ["2 Wochen", "2026-03-28T09:26:53.000Z"],
    ["366d", "2027-03-15T09:26:53.000Z"],
    ["90m", "2026-03-14T10:56:53.000Z"],
    ["friday 20:00", "2026-03-20T19:00:00.000Z"],
    ["Freitag  20:00", "2026-03-20T19:00:00.000Z"],
    ["sa 10:27", "2026-03-14T09:27:00.000Z"],
    ["Sa. 10:26", "2026-03-21T09:26:00.000Z"],
    ["do 6:05", "2026-03-19T05:05:00.000Z"],
    ["2026-12-24 18:00", "2026-12-24T17:00:00.000Z"],
    ["2026-07-01 6:00", "2026-07-01T04:00:00.000Z"],
  ];
  for (const [typed, expected] of cases) {
    const { next, cron } = parseWhen(typed, zone);
    deepEqual([typed, next.toISOString(), cron], [typed, expected, undefined]);
  }
  deepEqual(parseWhen("0 6  * * 1-5", zone), {
    next: new Date("2026-03-16T05:00:00Z"),
    cron: "0 6 * * 1-5",
  });
});

Deno.test("parseWhen() refuses what is no time, over, or too far away", () => {
  const cases: [string, RegExp][] = [
    ["", /is not a time/],
    ["soon", /is not a time/],
    ["30s", /is not a time.* a length from `1m` to `366d`/],
    ["9999999d", /is not a time.* a length from `1m` to `366d`/],
    ["0m", /is not a time.* a length from `1m` to `366d`/],
    ["h", /is not a time/],
    ["friday", /is not a time/],
    ["friday 25:00", /is not a time/],
    ["xyday 20:00", /is not a time/],
    ["2026-02-31 18:00", /is not a time/],
    ["* * * * * *", /is not a time/],
    ["0 0 31 2 *", /or never comes/],
    ["60 * * * *", /is not a time/],
    ["2026-03-14 10:26", /has passed\. Times are those of Europe\/Berlin/],
    ["400d", /too far ahead.* within the next 366 days/],
    ["2030-01-01 00:00", /too far ahead/],
  ];
  for (const [typed, expected] of cases) {
    throws(
      () => parseWhen(typed, zone),
      (error) => error instanceof Refusal && expected.test(error.message),
      typed,
    );
  }
});

Deno.test("parseWhen() gives a time to come or a refusal, whatever is typed", () => {
  const piece = fc.constantFrom(..."0123456789 :-*/,dhm#L?", "2026", "friday", "fr", " ", "MON");
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.array(piece, { maxLength: 12 }).map((all) => all.join("")),
    fc.array(fc.constantFrom("*", "*/7", "0", "5-1", "31", "1,2", "L", "x"), {
      minLength: 5,
      maxLength: 5,
    }).map((fields) => fields.join(" ")),
  );
  fc.assert(fc.property(text, (typed) => {
    try {
      const { next } = parseWhen(typed, zone);
      equal(next.getTime() > now.getTime(), true);
    } catch (error) {
      equal(error instanceof Refusal, true, `${typed}: ${error}`);
    }
  }));
});

Deno.test("judge() knows a command behind prefixes, in any case, and at odd signs", () => {
  const kind = (typed: string, tier: "moderator" | "admin" | "owner") =>
    judge(plainCommand(typed), tier).kind;
  const forbidden = ["GetChat", "cheat getchat", "cheat  AdminCheat GETCHAT x", "getchat;x"];
  for (
    const typed of [
      ...forbidden,
      "GetTribeLog",
      "GetGameLog",
      "BanPlayer 1",
      "unbanplayer",
      "cheat\u00a0getchat",
    ]
  ) {
    deepEqual([typed, kind(typed, "owner")], [typed, "forbidden"]);
  }
  for (
    const typed of [
      "DoExit",
      "cheat doexit",
      "DestroyWildDinos",
      "destroyall x",
      "ClearPlayerInventory 1",
    ]
  ) {
    deepEqual([typed, kind(typed, "admin")], [typed, "ask"]);
    deepEqual([typed, kind(typed, "moderator")], [typed, "forbidden"]);
  }
  for (const typed of ["ListPlayers", "kickplayer 1", "ServerChat hi"]) {
    deepEqual([typed, kind(typed, "moderator")], [typed, "allowed"]);
  }
  deepEqual([kind("SetMessageOfTheDay x", "admin"), kind("ListPlayers;DoExit", "moderator")], [
    "allowed",
    "forbidden",
  ]);
});

Deno.test("withoutPassword() hides what follows a command that takes a password", () => {
  const cases: [string, string][] = [
    ["EnableCheats secret one", "EnableCheats ***"],
    ["enablecheats\u00a0secret", "enablecheats ***"],
    ["RequestSpectator;secret", "RequestSpectator ***"],
    ["SetAdminPassword secret", "SetAdminPassword ***"],
    ["AdminLogin secret", "AdminLogin ***"],
    ["EnableCheats", "EnableCheats"],
    ["ServerChat the password is on Discord", "ServerChat the password is on Discord"],
  ];
  for (const [command, expected] of cases) equal(withoutPassword(command), expected);
});
