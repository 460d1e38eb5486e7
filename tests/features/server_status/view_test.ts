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
  return { name, map: undefined, state: UP, restartAt: undefined, ...wishes };
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
  match(few, /\n> It cannot be reached/);
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
  match(text, /^🔴 \*\*S3\*\* · down · since .*\n> It refuses BlissBot's RCON password/m);
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
