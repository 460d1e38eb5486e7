/**
 * The consoles of the configured game servers: opened together, and reported to whoever wants to
 * know how they are. What is sent over them is the features' matter.
 * @module
 */

import type { ServerConfig } from "./config.ts";
import { CONSOLE_TROUBLE } from "./features/console_trouble.ts";
import type { GameConsole } from "./rcon/console.ts";
import { openConsole } from "./rcon/console.ts";
import type { RconServer } from "./rcon/guard.ts";
import { proveGuard } from "./rcon/self_test.ts";
import type { Clock } from "./runtime/clock.ts";
import type { HealthCheck, HealthItem } from "./runtime/health.ts";
import type { Log } from "./runtime/log.ts";

/** A game server with the console that leads to it. */
export interface ServerConsole {
  readonly server: ServerConfig;
  readonly console: GameConsole;
}

/** What the configuration must say of a server for it to have a console. */
export const CONSOLE_KEYS = "host, rcon_port and rcon_password";

/** Where a server's console is; undefined when the configuration does not say. */
export function rconServerOf(
  { name, host, rconPort, rconPassword }: ServerConfig,
): RconServer | undefined {
  if (host === undefined || rconPort === undefined || rconPassword === undefined) return undefined;
  return { name, host, port: rconPort, password: rconPassword };
}

/**
 * A console for every server that has one. Nothing is connected yet.
 * @throws {Error} when the library behind them cannot be used safely.
 */
export async function openConsoles(
  servers: readonly ServerConfig[],
  { clock, log }: { clock: Clock; log: Log },
): Promise<readonly ServerConsole[]> {
  const consoles = servers.flatMap((server) => {
    const address = rconServerOf(server);
    const own = { clock, log: log.child(server.id) };
    return address ? [{ server, console: openConsole({ server: address, ...own }) }] : [];
  });
  if (consoles.length > 0) await proveGuard(clock);
  return consoles;
}

/** How a console is doing, by what was last sent over it. It writes its own log lines. */
export function consoleCheck({ server, console }: ServerConsole): HealthCheck {
  return {
    name: server.name,
    logsItself: true,
    check: () => Promise.resolve(foundOf(console)),
  };
}

function foundOf(console: GameConsole): Omit<HealthItem, "name"> {
  const { state, lastError } = console.status();
  switch (state) {
    case "connected":
      return { state: "ok", text: "its console answers", german: "die Konsole antwortet" };
    case "failing":
    case "paused": {
      const { en, de } = CONSOLE_TROUBLE[lastError?.kind ?? "silent"];
      return { state: "down", text: en, german: de };
    }
    default:
      return {
        state: "ok",
        text: "its console was not needed yet",
        german: "die Konsole wurde noch nicht gebraucht",
      };
  }
}
