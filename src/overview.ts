/**
 * The table that `start` prints: bots with state and invite link, stores, servers, jobs, and where
 * the health page is. Pure.
 * @module
 */

import type { App } from "./app.ts";
import type { Config } from "./config.ts";
import { CONSOLE_KEYS } from "./consoles.ts";
import type { FleetMember } from "./fleet.ts";
import type { HealthReport } from "./runtime/health.ts";
import type { JobStatus } from "./runtime/jobs.ts";
import type { PartState } from "./runtime/supervise.ts";
import type { Line, Mark, Section } from "./terminal_table.ts";

const STATE_MARKS: Readonly<Record<PartState, Mark>> = {
  off: "off",
  starting: "busy",
  ready: "ok",
  reconnecting: "busy",
  waiting: "failed",
  disabled: "failed",
  stopped: "failed",
};

const HEALTH_MARKS: Readonly<Record<HealthReport["state"], Mark>> = {
  ok: "ok",
  off: "off",
  down: "failed",
};

/** What is there and how it is, `health` being how everything but the bots is. */
export function overview(
  { fleet, jobs, url, consoles }: Pick<App, "fleet" | "jobs" | "url" | "consoles">,
  { servers, health }: Pick<Config, "servers"> & { health: readonly HealthReport[] },
): Section[] {
  return [
    { title: "Bots", lines: fleet.map(botLine) },
    {
      title: "Stores",
      lines: health.map(({ name, state, text }) => ({ name, mark: HEALTH_MARKS[state], text })),
    },
    { title: "Servers", lines: serverLines(servers, consoles) },
    { title: "Jobs", lines: jobLines(jobs.list()) },
    { title: "Health page", lines: [{ mark: "ok", name: url, text: "" }] },
  ];
}

function botLine({ door: { title }, status, isInGuild, inviteUrl }: FleetMember): Line {
  const { state, text } = status();
  const isMissing = state === "ready" && !isInGuild();
  return {
    name: title,
    mark: isMissing ? "failed" : STATE_MARKS[state],
    text: isMissing ? "not in your server yet: open its invite link" : stateText(state, text),
    below: inviteUrl,
  };
}

function stateText(state: PartState, text: string): string {
  if (state === "off") return `not configured: ${text}`;
  return state === "ready" || state === "starting" ? state : `${state}: ${text}`;
}

const NO_SERVER: Line = { mark: "off", name: "none", text: "add them to config.toml: [[servers]]" };

function serverLines(servers: Config["servers"], consoles: App["consoles"]): Line[] {
  if (servers.length === 0) return [NO_SERVER];
  return servers.map((server) => {
    const { id, name, map } = server;
    const title = map === undefined ? name : `${name} (${map})`;
    const status = consoles.find((console) => console.server === server)?.console.status();
    if (!status) {
      return { mark: "off", name: id, text: `${title}: no console without ${CONSOLE_KEYS}` };
    }
    const { state, lastError } = status;
    if (state === "connected") return { mark: "ok", name: id, text: `${title}: console answers` };
    return lastError
      ? { mark: "failed", name: id, text: title, below: lastError.text }
      : { mark: "busy", name: id, text: `${title}: waiting for its console` };
  });
}

/** Jobs that differ by a number only, such as one for each server, are a line together. */
function jobLines(jobs: readonly JobStatus[]): Line[] {
  const groups = Map.groupBy(jobs, ({ name }) => name.replace(/ \d+$/, ""));
  return [...groups].flatMap(([name, group]): Line[] => {
    const [first, ...others] = group.filter(({ isFailing }) => !isFailing);
    const failing = group.filter(({ isFailing }) => isFailing).map(jobLine);
    if (!first || others.length === 0) return group.map(jobLine);
    const text = `${first.schedule}, ${others.length + 1} of them`;
    return [{ mark: "ok", name, text }, ...failing];
  });
}

function jobLine({ name, schedule, state, lastError, isFailing }: JobStatus): Line {
  return isFailing
    ? { mark: "failed", name, text: `${schedule}: ${lastError?.text}` }
    : { mark: state === "paused" ? "off" : "ok", name, text: schedule };
}
