/**
 * The health page: one glance for a person, one word for a monitor. Is handed what it shows.
 * @module
 */

import { Hono } from "hono";
import { html } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import type { HealthItem } from "../runtime/health.ts";

/** Routes `/` (page), `/healthz` (JSON; 503 when something is down). */
export function healthApp(check: () => Promise<readonly HealthItem[]>): Hono {
  const app = new Hono();
  app.use(secureHeaders({ strictTransportSecurity: false })); // it is served on loopback, without TLS
  app.get("/", async (context) => context.html(page(await check())));
  app.get("/healthz", async (context) => {
    const items = await check();
    const isDown = items.some(({ state }) => state === "down");
    return context.json({ status: isDown ? "down" : "ok", items }, isDown ? 503 : 200);
  });
  return app;
}

const MARKS = { ok: "●", off: "○", down: "✕" };
const WORDS = { ok: "fine", off: "off", down: "down" };

function page(items: readonly HealthItem[]) {
  const isDown = items.some(({ state }) => state === "down");
  return html`
    <!doctype html>
    <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <meta http-equiv="refresh" content="15">
      <title>BlissBot: ${isDown ? "trouble" : "fine"}</title>
      <style>
            :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
            body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem }
            table { border-collapse: collapse; width: 100% }
            th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-top: 1px solid #8884; vertical-align: top }
            th { font-weight: 600; white-space: nowrap }
            td:nth-child(2) { white-space: nowrap }
            .ok { color: #1a7f37 } .down { color: #d1242f } .off { opacity: .65 }
          </style>
      <h1>BlissBot is ${isDown ? html`<span class="down">in trouble</span>` : "fine"}</h1>
      <table>
            ${items.map(({ name, state, text }) =>
              html`
                <tr>
                  <th>${name}<td class="${state}">${MARKS[state]} ${WORDS[state]}<td>${text}
              `
            )}
          </table>
    </html>
  `;
}
