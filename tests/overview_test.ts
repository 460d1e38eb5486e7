/** What `start` prints, where it depends on more than one thing. */

import { deepEqual } from "node:assert/strict";
import { overview } from "../src/overview.ts";
import type { JobStatus } from "../src/runtime/jobs.ts";

function job(name: string, isFailing = false): JobStatus {
  return {
    name,
    schedule: "every 3 s",
    state: "waiting",
    lastRun: undefined,
    lastMs: undefined,
    nextRun: undefined,
    lastError: isFailing ? { text: "no answer", id: "7F3A", at: new Date() } : undefined,
    isFailing,
    runs: 0,
  };
}

Deno.test("fifty servers are not fifty lines of jobs, and one that fails is still seen", () => {
  const chats = Array.from({ length: 50 }, (_, index) => job(`chat ${index + 1}`, index === 7));
  const sections = overview({
    fleet: [],
    jobs: { list: () => [job("health"), ...chats, job("old lines")] } as never,
    url: "http://127.0.0.1:1",
    consoles: [],
  }, { servers: [], health: [] });
  deepEqual(sections.find(({ title }) => title === "Jobs")!.lines, [
    { mark: "ok", name: "health", text: "every 3 s" },
    { mark: "ok", name: "chat", text: "every 3 s, 49 of them" },
    { mark: "failed", name: "chat 8", text: "every 3 s: no answer" },
    { mark: "ok", name: "old lines", text: "every 3 s" },
  ]);
});
