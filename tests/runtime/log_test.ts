import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { openLog } from "../../src/runtime/log.ts";

function linesOf(secrets: string[], use: (log: ReturnType<typeof openLog>) => void): string[] {
  const lines: string[] = [];
  const now = () => new Date(Date.UTC(2026, 2, 14, 9, 26, 53));
  use(openLog("store", { write: (line) => lines.push(line), now, secrets }));
  return lines;
}

Deno.test("a log line tells when, how serious, from where and what", () => {
  deepEqual(
    linesOf([], (log) => {
      log.info("open");
      log.warn("slow");
      log.error("gone");
    }),
    [
      "2026-03-14T09:26:53.000Z info  store: open\n",
      "2026-03-14T09:26:53.000Z warn  store: slow\n",
      "2026-03-14T09:26:53.000Z error store: gone\n",
    ],
  );
});

Deno.test("an event is one line, whatever a player calls himself", () => {
  const [line, ...more] = linesOf([], (log) => log.info("joined: Bob\r\n\x1b[31mFAKE error"));
  deepEqual(more, []);
  deepEqual(line, "2026-03-14T09:26:53.000Z info  store: joined: Bob [31mFAKE error\n");
});

Deno.test("a secret that got into a message is masked, also where one secret contains another", () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{5,20}$/);
  fc.assert(fc.property(secret, secret, fc.string(), (a, b, text) => {
    const [line] = linesOf([a, `${a}${b}`], (log) => log.error(`${text} ${a}${b} ${a} ${text}`));
    return !line!.slice("2026-03-14T09:26:53.000Z error store: ".length).includes(a);
  }));
});
