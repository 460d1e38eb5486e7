/**
 * Runs `fleet.ts` for a community, and asks it how the bots are.
 * @module
 */

import { fileURLToPath } from "node:url";
import { BOTS } from "../../../src/bots.ts";
import { settlesWithin, systemClock } from "../../../src/runtime/clock.ts";
import type { Community } from "../../discord_community.ts";
import { ROOT } from "../../process.ts";
import type { Report } from "./fleet.ts";

const PROGRAM = fileURLToPath(new URL("fleet.ts", import.meta.url));
const FLAGS = [
  `--config=${ROOT}deno.json`,
  "--v8-flags=--expose-gc",
  "--allow-net",
  "--allow-env",
  "--allow-read",
];
const ANSWER_WITHIN_MS = 10_000;
/** As it is promised for the whole program. */
const END_WITHIN_MS = 10_000;
/** Enough of the log to see what went on before a failure. */
const MOST_LINES = 300;

/** Six bots in a process of their own. */
export class FleetProcess implements AsyncDisposable {
  /** The last lines of the log. */
  readonly log: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  /** Resolves when it has ended and everything it wrote was read. */
  readonly #ended: Promise<number>;
  #asked: PromiseWithResolvers<Report> | undefined;
  #isAskedToStop = false;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    const reports = eachLine(child.stdout, (line) => this.#asked?.resolve(JSON.parse(line)));
    const lines = eachLine(child.stderr, (line) => {
      this.log.push(line);
      if (this.log.length > MOST_LINES) this.log.shift();
    });
    this.#ended = Promise.all([child.status, reports, lines]).then(([{ code }]) => code);
  }

  /** @throws Error when it has ended, or does not answer. */
  async look(): Promise<Report> {
    const asked = this.#asked = Promise.withResolvers<Report>();
    const timer = setTimeout(
      () => asked.reject(new Error(`The bots' process is frozen for ${ANSWER_WITHIN_MS} ms`)),
      ANSWER_WITHIN_MS,
    );
    const gone = this.#ended.then((code) => {
      throw new Error(`The bots' process ended with ${code}`);
    });
    try {
      const written = this.#input.write(new TextEncoder().encode("\n")).then(() => asked.promise);
      return await Promise.race([written, gone]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Asks it to stop and resolves with its exit code.
   * @throws Error when it does not end by itself.
   */
  async stop(): Promise<number> {
    if (!this.#isAskedToStop) await this.#input.close();
    this.#isAskedToStop = true;
    const work = this.#ended;
    if (await settlesWithin(END_WITHIN_MS, { work, clock: systemClock })) return await work;
    throw new Error(`The bots' process does not end within ${END_WITHIN_MS} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isAskedToStop) await this.#input.abort().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#ended;
  }
}

/** Starts the bots; `folder` is for their configuration. */
export async function startFleetProcess(
  { discord, guild, apps, roles }: Community,
  folder: string,
): Promise<FleetProcess> {
  const tiers = Object.entries(roles).map(([name, { id }]) => `${name} = ["${id}"]`);
  const places = [`guild_id = "${guild.id}"`, `api_url = "${discord.apiUrl}"`];
  const config = ["[discord]", ...places, "[roles]", ...tiers].join("\n");
  const file = `${folder}/config.toml`;
  await Deno.writeTextFile(file, config);
  const tokens = BOTS.map((bot) => [bot.tokenVariable, apps[bot.name].token] as const);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...FLAGS, PROGRAM],
    cwd: folder,
    env: { ...Object.fromEntries(tokens), BLISS_CONFIG: file },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  return new FleetProcess(command.spawn());
}

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) take(line);
  }
}
