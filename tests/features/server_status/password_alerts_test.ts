/** When staff are told of a refused password; that they are told at all is in `status_test.ts`. */

import { equal, match } from "node:assert/strict";
import type { GameServer } from "../../../src/features/feature.ts";
import { passwordAlerts } from "../../../src/features/server_status/password_alerts.ts";
import type { ServerState } from "../../../src/features/server_status/roster.ts";

Deno.test("each outage is told once, whatever else happens in it, and the next one again", async () => {
  const since = new Date(1_773_480_413_000);
  const up: ServerState = {
    what: "up",
    since,
    trouble: undefined,
    answeredAt: since,
    players: [],
  };
  const refused: ServerState = { ...up, what: "away", trouble: "password" };
  const gone: ServerState = { ...up, what: "away", trouble: "unreachable" };
  let state = up;
  const alerts: string[] = [];
  const job = passwordAlerts({
    servers: [{ id: "island", name: "Bob_s" } as GameServer], // only looked at for these
    roster: { state: () => state },
    alert: (text) => alerts.push(text),
  });
  const counts: number[] = [];
  for (state of [up, gone, refused, refused, gone, refused, up, refused]) {
    await job.run(new AbortController().signal);
    counts.push(alerts.length);
  }
  equal(counts.join(), "0,0,1,1,1,1,1,2");
  match(alerts[0]!, /\*\*Bob\\_s refuses the RCON password\*\*/);
});
