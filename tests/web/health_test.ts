/** The health page as a person and a monitor see it. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { HealthItem } from "../../src/runtime/health.ts";
import { healthApp } from "../../src/web/health.ts";

const FINE: HealthItem = { name: "Store", state: "ok", text: "PostgreSQL" };
const OFF: HealthItem = { name: "Ticket bot", state: "off", text: "no token" };
const DOWN: HealthItem = { name: "Redis", state: "down", text: "does not answer" };

function asked(path: string, ...items: HealthItem[]): Promise<Response> {
  return Promise.resolve(healthApp(() => Promise.resolve(items)).request(path));
}

Deno.test("/healthz answers 200 when everything configured works, 503 with the parts otherwise", async () => {
  const fine = await asked("/healthz", FINE, OFF);
  equal(fine.status, 200);
  deepEqual(await fine.json(), { status: "ok", items: [FINE, OFF] });
  const down = await asked("/healthz", FINE, DOWN);
  equal(down.status, 503);
  deepEqual(await down.json(), { status: "down", items: [FINE, DOWN] });
});

Deno.test("the page names every part and its state, and refreshes itself", async () => {
  const page = await (await asked("/", FINE, OFF, DOWN)).text();
  match(page, /in trouble/);
  for (const part of ["● fine", "○ off", "✕ down", "does not answer", "Ticket bot"]) {
    ok(page.includes(part), part);
  }
  match(page, /http-equiv="refresh" content="15"/);
  match(await (await asked("/", FINE, OFF)).text(), /BlissBot is fine/);
});

Deno.test("texts from outside stay text on the page", async () => {
  const page = await (await asked("/", { ...DOWN, text: `<script>"&'</script>` })).text();
  ok(!page.includes("<script>"));
  match(page, /&lt;script&gt;&quot;&amp;&#39;/);
});

Deno.test("anything else is not found, and answers may not be framed or sniffed", async () => {
  const other = await asked("/admin", FINE);
  equal(other.status, 404);
  const { headers } = await asked("/", FINE);
  equal(headers.get("x-content-type-options"), "nosniff");
  equal(headers.get("x-frame-options"), "SAMEORIGIN");
});
