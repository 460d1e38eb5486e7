/** How servers and players look, where that does not take a running bot. */

import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import * as fc from "fast-check";
import type { ServerState } from "../../../src/features/server_status/roster.ts";
import {
  boardMessage,
  serverPages,
  serversMessage,
  type ServerView,
} from "../../../src/features/server_status/view.ts";

const AT = new Date(1_773_480_413_000);
const UP: ServerState = {
  what: "up",
  since: AT,
  trouble: undefined,
  answeredAt: AT,
  players: [],
};

function server(name: string, wishes: Partial<ServerView> = {}): ServerView {
  return { name, map: undefined, state: UP, restart: undefined, ...wishes };
}

function described(servers: readonly ServerView[]): string {
  return serversMessage(servers, "en").embeds![0]!.description!;
}

Deno.test("a map is named in readable words, unless the server's name does", () => {
  const shown = (name: string, map: string) =>
    /up · 0 online · (.*) · answers/.exec(described([server(name, { map })]))?.[1];
  deepEqual(
    ["ScorchedEarth_WP", "TheIsland_WP", "Ragnarok_P", "BobsMissions_WP", "My_Mod_Map"]
      .map((map) => shown("PvE", map)),
    ["Scorched Earth", "The Island", "Ragnarok", "Club Ark", "My Mod Map"],
  );
  equal(shown("Bliss PvE - The Island", "TheIsland_WP"), undefined);
});

Deno.test("fifty servers fit into one message, whatever they are called", () => {
  const state: ServerState = { ...UP, what: "away", trouble: "unreachable" };
  for (const length of [5, 20, 60, 200]) {
    const servers = Array.from(
      { length: 50 },
      (_, i) => server(`${i}`.padEnd(length, "*"), { state, map: "ScorchedEarth_WP" }),
    );
    const text = described(servers);
    ok(text.length <= 4_096, `${text.length} at ${length}`);
    match(text, /\n\n-# As of <t:1773480413:R>$/);
    const shown = text.match(/🔴/g)!.length;
    const missing = Number(/… and (\d+) more/.exec(text)?.[1] ?? 0);
    equal(shown + missing, 50);
  }
  const few = described([server("Island", { state })]);
  match(few, /\n> It cannot be reached: .*\. BlissBot keeps trying\.$/m);
});

Deno.test("of servers that do not fit, those in trouble are shown, and the rest as configured", () => {
  const away: ServerState = { ...UP, what: "away", trouble: "unreachable" };
  const troubled: Record<number, ServerState> = {
    45: { ...away, trouble: "silent" },
    46: { ...UP, what: "hiccup", trouble: "silent" },
    47: { ...away, trouble: "password" },
    48: away,
    49: away,
  };
  const servers = Array.from(
    { length: 50 },
    (_, i) => server(`S${i} ${"long ".repeat(10)}`, { state: troubled[i] ?? UP }),
  );
  const text = described(servers);
  const shown = [...text.matchAll(/\*\*S(\d+)/g)].map(([, number]) => Number(number));
  deepEqual(shown.slice(0, 8), [48, 49, 47, 46, 45, 0, 1, 2]);
  deepEqual(shown.slice(5), shown.slice(5).toSorted((a, b) => a - b));
  equal(Number(/… and (\d+) more/.exec(text)![1]), 50 - shown.length);
});

Deno.test("a restart that is under way is no trouble, unless the password is refused", () => {
  const restart = { at: new Date(1_773_480_000_000), isUnderWay: true };
  const away: ServerState = { ...UP, what: "away", trouble: "unreachable" };
  const text = described([
    server("Leaving", { restart }),
    server("Booting", { restart, state: away }),
    server("Locked", { restart, state: { ...away, trouble: "password" } }),
    server("Crashed", { restart: { ...restart, isUnderWay: false }, state: away }),
  ]);
  const since = "since <t:1773480000:t> \\(<t:1773480000:R>\\)";
  for (const name of ["Leaving", "Booting"]) {
    match(text, new RegExp(`^🔄 \\*\\*${name}\\*\\* · restarting · ${since}$`, "m"));
  }
  match(text, /^🔴 \*\*Locked\*\* · refuses the RCON password · since <t:1773480413:t> \S+$/m);
  match(text, /^🔴 \*\*Crashed\*\* · down · since .* · 🔄 restart <t:1773480000:R>$/m);
  equal(text.match(/^>/gm)!.length, 2);
});

Deno.test("a server that hangs or is away counts nobody as online", () => {
  const players = [{ id: "1", name: "Ana", since: AT }];
  const states: ServerState[] = [
    { ...UP, players },
    { ...UP, players, what: "hiccup", trouble: "broken" },
    { ...UP, players, what: "away", trouble: "silent" },
    { ...UP, players, what: "away", trouble: "password" },
  ];
  const text = described(states.map((state, i) => server(`S${i}`, { state })));
  match(text, /^\*\*2\*\* online\n/);
  match(text, /^🟡 \*\*S1\*\* · slow · 1 online · since/m);
  match(text, /^🟡 \*\*S2\*\* · starting or busy · since/m);
  match(
    text,
    /^🔴 \*\*S3\*\* · refuses the RCON password · since .*\n> It refuses the RCON password; /m,
  );
});

Deno.test("the board tells when it changed last, and is the same for the same state", () => {
  const { embeds } = boardMessage([server("Island")], AT);
  match(embeds![0]!.description!, /\n\n-# Last change <t:1773480413:R>$/);
});

Deno.test("no name of a player makes a second line, a mention or markup", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary", maxLength: 80 }), { minLength: 1 }),
      (names) => {
        const players = names.map((name) => ({ id: "f".repeat(32), name, since: AT }));
        const view = server("Island", { state: { ...UP, players } });
        for (const { text } of serverPages(view, { language: "en", showsIds: false })) {
          const lines = text.split("\n").slice(0, -2);
          for (const line of lines) {
            const name = /^\*\*(.+)\*\* · since <t:1773480413:t> \(<t:1773480413:R>\)$/u.exec(
              line,
            )![1]!;
            doesNotMatch(name.replace(/\\./g, ""), /[*_~`|<>[\]@]/);
          }
        }
      },
    ),
    { examples: [[["\n", "**", "@everyone", "\u202eabc", "\\", " ", "a\n# b", "> x", "\ud800"]]] },
  );
});
