/**
 * `deno task doctor`: looks at everything an installation needs and says what to do about each
 * fault. Changes nothing; starts no bot.
 * @module
 */

import { type BotDoor, BOTS } from "./bots.ts";
import { type Config, ConfigError, loadConfig, secretsOf } from "./config.ts";
import { CONSOLE_KEYS, rconServerOf } from "./consoles.ts";
import { openRest } from "./discord/bot.ts";
import { checkBot, checkRoles } from "./discord/checkup.ts";
import { InvalidRequests } from "./discord/limits.ts";
import type { Rest } from "./discord/rest.ts";
import { applicationIdOf } from "./discord/rights.ts";
import { checkDisk } from "./disk.ts";
import { twinOf } from "./fleet.ts";
import { openConsole } from "./rcon/console.ts";
import { RconError } from "./rcon/errors.ts";
import { addressText } from "./runtime/address.ts";
import { systemClock } from "./runtime/clock.ts";
import type { Finding } from "./runtime/finding.ts";
import { openLog, redactor } from "./runtime/log.ts";
import { checkEmbedded, checkPostgres, checkRedis } from "./store/checkup.ts";
import { type Line, tableText } from "./terminal_table.ts";

/** What the command needs from the process. */
export interface DoctorIo {
  readonly args: { readonly config: string | undefined };
  /** Absolute folder. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Takes text with its line breaks. */
  readonly out: (text: string) => void;
  readonly colours: boolean;
}

/** A group of checks under a title. */
type Examination = readonly [title: string, check: () => Promise<readonly Finding[]>];

/** Prints each group as soon as it is known. @returns the exit code: 1 when anything failed. */
export async function doctorCommand({ args, cwd, env, out, colours }: DoctorIo): Promise<number> {
  const print = (title: string, findings: readonly Finding[]) =>
    out(`${tableText([{ title, lines: findings.map(lineOf) }], { colours })}`);
  let config: Config;
  try {
    config = loadConfig({ path: args.config, cwd, env });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    print("Configuration", error.problems.map(problemFinding));
    out("The rest can be looked at when the configuration is right.\n");
    return 1;
  }
  const redact = redactor(secretsOf(config));
  const found: Finding[] = [];
  for (const [title, check] of examinations(config)) {
    const findings = (await check()).map((finding) => masked(finding, redact));
    print(title, findings);
    found.push(...findings);
  }
  const count = (state: Finding["state"]) => found.filter((one) => one.state === state).length;
  out(`${count("ok")} fine, ${count("failed")} failed, ${count("off")} not used\n`);
  return count("failed") > 0 ? 1 : 0;
}

function examinations(config: Config): Examination[] {
  const { databaseUrl, dataDir, redisUrl } = config;
  const file = config.file ?? "none, so everything has its default";
  return [
    ["Configuration", () => Promise.resolve([{ name: "File", state: "ok", text: file }])],
    ["Stores", async () => [
      await (databaseUrl === undefined ? checkEmbedded(dataDir) : checkPostgres(databaseUrl)),
      redisUrl === undefined
        ? offFinding("Redis", "REDIS_URL is not set")
        : await checkRedis(redisUrl),
      await diskFinding(dataDir),
    ]],
    ["Discord", () => examineDiscord(config)],
    ["Servers", async () => (await Promise.all(config.servers.map(examineServer))).flat()],
  ];
}

async function diskFinding(dataDir: string): Promise<Finding> {
  const { state, text } = await checkDisk(dataDir);
  const [found, remedy = ""] = text.split("; ");
  return state === "down"
    ? { name: "Disk", state: "failed", text: found!, remedy }
    : { name: "Disk", state, text };
}

async function examineDiscord(config: Config): Promise<Finding[]> {
  const { discord: { tokens, guildId, apiUrl }, roles } = config;
  const isUsed = Object.values(tokens).some((token) => token !== undefined);
  if (isUsed && guildId === undefined) {
    return [{
      name: "Server",
      state: "failed",
      text: "[discord] guild_id is not set, so no bot starts",
      remedy: "Switch on Developer Mode in Discord, right-click your server, Copy Server ID",
    }];
  }
  const options = {
    log: openLog("doctor", { write() {}, now: () => new Date(), secrets: [] }),
    clock: systemClock,
    invalidRequests: new InvalidRequests({ clock: systemClock }),
  };
  const ask = async (door: BotDoor, check: (rest: Rest, guildId: string) => Promise<Finding[]>) => {
    const token = tokens[door.name];
    if (token === undefined || guildId === undefined) {
      return [offFinding(door.title, `${door.tokenVariable} is not set`)];
    }
    const rest = openRest({ name: door.title, token, apiUrl, ...options });
    return await check(rest, guildId).finally(() => rest.stop());
  };
  const examined = await Promise.all(BOTS.map(async (door) =>
    tokenFault(door, tokens) ??
      await ask(door, (rest, guildId) => checkBot(rest, { ...door, guildId }))
  ));
  const asker = BOTS.find((_, i) => [examined[i]!].flat().every(({ state }) => state === "ok"));
  const ofRoles = asker
    ? await ask(asker, (rest, guildId) => checkRoles(rest, { guildId, roles }))
    : [offFinding("Roles", "Looked at as soon as one bot is all right")];
  return [...examined.flat(), ...ofRoles];
}

function offFinding(name: string, text: string): Finding {
  return { name, state: "off", text };
}

/** What is wrong with a token before anybody is asked about it. */
function tokenFault(door: BotDoor, tokens: Config["discord"]["tokens"]): Finding | undefined {
  const { name, title, tokenVariable } = door;
  const token = tokens[name];
  if (token === undefined) return undefined;
  const twin = twinOf(door, tokens);
  if (!twin && applicationIdOf(token) !== undefined) return undefined;
  return {
    name: `${title}: token`,
    state: "failed",
    text: twin
      ? `Is the same as ${twin}`
      : 'Is no token of a Discord bot, or has more around it, such as quotes or "Bot "',
    remedy: "Every bot needs an application of its own: copy the token from its page Bot at " +
      `https://discord.com/developers/applications into ${tokenVariable}`,
  };
}

async function examineServer(server: Config["servers"][number]): Promise<Finding[]> {
  const { id, logFile, savePath } = server;
  return await Promise.all([
    examineConsole(server),
    ...(logFile === undefined ? [] : [examinePath(logFile, { id, key: "log_file" })]),
    ...(savePath === undefined ? [] : [examinePath(savePath, { id, key: "save_path" })]),
  ]);
}

async function examineConsole(server: Config["servers"][number]): Promise<Finding> {
  const name = `${server.id}: console`;
  const address = rconServerOf(server);
  if (!address) return offFinding(name, `Needs ${CONSOLE_KEYS}`);
  const log = openLog("doctor", { write() {}, now: () => new Date(), secrets: [] });
  const console = openConsole({ server: address, clock: systemClock, log });
  try {
    await console.send("ListPlayers");
    return { name, state: "ok", text: `Answers at ${addressText(address)}` };
  } catch (error) {
    if (!(error instanceof RconError)) throw error;
    // What failed first names the address; what became of the question does not.
    const message = console.status().lastError?.text ?? error.message;
    const [text = "", remedy = ""] = message.split("; ");
    return { name, state: "failed", text, remedy };
  } finally {
    await console.close();
  }
}

async function examinePath(
  path: string,
  { id, key }: { id: string; key: string },
): Promise<Finding> {
  const name = `${id}: ${key}`;
  try {
    const { isFile } = await Deno.stat(path);
    if (isFile) (await Deno.open(path)).close();
    else await Array.fromAsync(Deno.readDir(path));
    return { name, state: "ok", text: path };
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    return {
      name,
      state: "failed",
      text: isMissing ? `There is no ${path}` : `${path} cannot be read`,
      remedy: isMissing
        ? `Correct ${key} of server "${id}" in config.toml`
        : "Let the user that runs BlissBot read it",
    };
  }
}

/** The lines of a ConfigError are "key: what is wrong; what to do". */
function problemFinding(problem: string): Finding {
  const [, name = problem, text = "", remedy = ""] = /^(.*?): (.*?)(?:; (.*))?$/s.exec(problem) ??
    [];
  return { name, state: "failed", text, remedy };
}

function masked(finding: Finding, redact: (text: string) => string): Finding {
  const { text, remedy } = finding;
  return { ...finding, text: redact(text), ...(remedy && { remedy: redact(remedy) }) };
}

function lineOf({ name, state, text, remedy }: Finding): Line {
  return { name, mark: state, text, below: remedy };
}
