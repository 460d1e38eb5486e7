/**
 * One bot on Discord: its session, its REST calls, its registered commands, and the events handed
 * to whoever listens. Whether and when it is started again is the supervisor's matter; what an
 * event means, the router's and the features'.
 * @module
 */

import { createRestManager } from "discordeno";
import { backoffMs } from "../runtime/backoff.ts";
import { type Clock, settlesWithin } from "../runtime/clock.ts";
import { errorId, type Log } from "../runtime/log.ts";
import { type PartRun, Unreachable, Unrecoverable } from "../runtime/supervise.ts";
import { openChannelMessages } from "./channel_messages.ts";
import { type DiscordCommand, sameCommands } from "./commands.ts";
import type { Look } from "./embed.ts";
import { DiscordRestError } from "./errors.ts";
import { type GatewayInfo, GuardedShard, oncePerMinute } from "./gateway_guard.ts";
import { GuildNames } from "./guild_names.ts";
import type { Interaction, PastMessages } from "./interaction.ts";
import {
  type RawDeletion,
  type RawInteraction,
  type RawMessage,
  type RawReady,
  readDeletion,
  readInteraction,
  readMessage,
} from "./incoming.ts";
import type { InvalidRequests } from "./limits.ts";
import { openPlaces } from "./places.ts";
import { editAnswer, openReplies } from "./replies.ts";
import type { Rest } from "./rest.ts";
import { type GuardedRest, guardRest } from "./rest_guard.ts";
import { applicationIdOf, portalSwitches } from "./rights.ts";
import type { DeletedMessage, Id, IncomingMessage, Surface } from "./surface.ts";

/** What a bot is and whom it tells. */
export interface BotOptions {
  /** Such as "Master"; tells the bots of the process apart. */
  readonly name: string;
  readonly token: string;
  /** The variable that the token is configured in, for remedies. */
  readonly tokenVariable: string;
  /** What stands before `/v10/…`, such as `https://discord.com/api`. */
  readonly apiUrl: string;
  /** The served guild: messages of other guilds are passed over. */
  readonly guildId: Id;
  readonly intents: number;
  readonly look: Look;
  /** Registered in the served guild. */
  readonly commands: readonly DiscordCommand[];
  readonly log: Log;
  readonly clock: Clock;
  /** Shared by all bots of the process. */
  readonly invalidRequests: InvalidRequests;
  /** Gets interactions from everywhere; what it throws is logged and has no other effect. */
  readonly onInteraction: (interaction: Interaction) => Promise<void>;
  /** Gets what is written in the served guild and in direct conversations, bots' messages too. */
  readonly onMessage?: (message: IncomingMessage) => Promise<void>;
  /** Is told what is deleted there while the session stands; nobody tells what was meanwhile. */
  readonly onMessageDelete?: (message: DeletedMessage) => Promise<void>;
}

/** A bot; it connects while `run` runs. */
export interface ConnectedBot {
  /** For the supervisor. */
  readonly run: PartRun;
  /** Of use while `run` runs, also while the session is interrupted; refuses calls otherwise. */
  readonly surface: Surface;
  readonly past: PastMessages;
  /** Round trip of the last heartbeat; undefined before the first. */
  latencyMs(): number | undefined;
  /** Who it is on Discord; undefined before its first login. */
  user(): BotUser | undefined;
  /** Whether it is a member of the served guild, as far as it knows. */
  isInGuild(): boolean;
}

/** The bot's own user. */
export interface BotUser {
  readonly id: Id;
  /** The same as its id, but for bots older than 2017. */
  readonly applicationId: Id;
  readonly name: string;
  /** Hash of its picture; null without one. */
  readonly avatar: string | null;
}

/** A bot's REST calls alone, without a session; must be stopped. */
export function openRest(
  { name, token, apiUrl, ...options }: Pick<
    BotOptions,
    "name" | "token" | "apiUrl" | "log" | "clock" | "invalidRequests"
  >,
): GuardedRest {
  // The id is given since Discordeno would throw a riddle on a token that has none.
  const rest = createRestManager({ token, applicationId: applicationIdOf(token) ?? "0" });
  // Set here, for an address given as an option switches Discordeno's limits off.
  rest.baseUrl = apiUrl;
  return guardRest(rest, { ...options, bot: name });
}

/** Handlers that may run at once: messages beyond are passed over. The router counts its own. */
const MOST_RUNNING = 1_000;
/** How long handlers may go on with what they do when the bot stops. */
const FINISH_WITHIN_MS = 500;
const REGISTER_AGAIN = { firstMs: 5_000, maxMs: 300_000 };

/** A bot for one guild. */
export function connectBot(options: BotOptions): ConnectedBot {
  let run: BotRun | undefined;
  let user: BotUser | undefined;
  const rest: Rest = {
    call(method, path, callOptions) {
      if (run) return run.rest.call(method, path, callOptions);
      const text = "the bot is not running";
      const remedy = "look at its state on the health page";
      return Promise.reject(new DiscordRestError({ method, path, status: 0, text, remedy }));
    },
  };
  // The id in the token is checked before anything is sent with it.
  const botId = applicationIdOf(options.token) ?? "";
  const { look, guildId } = options;
  const surface = {
    ...openChannelMessages({ rest, look, botId }),
    ...openPlaces({ rest, guildId, botId }),
  };
  const answering = {
    rest,
    look,
    get applicationId() {
      return user?.applicationId ?? botId;
    },
  };
  return {
    async run(control) {
      const own = new BotRun({ ...options, ...control, onUser: (found) => user = found });
      run = own;
      try {
        await own.untilStopped();
      } finally {
        if (run === own) run = undefined;
      }
    },
    surface,
    past: { edit: surface.edit, editAnswer: editAnswer(answering) },
    latencyMs: () => run?.shard.heart.rtt,
    user: () => user,
    isInGuild: () => run?.isInGuild ?? false,
  };
}

type Control = Parameters<PartRun>[0];

interface RunOptions extends BotOptions, Control {
  readonly onUser: (user: BotUser) => void;
}

/** A bot from one start to the end of it; everything of Discordeno's is made anew each time. */
class BotRun {
  readonly rest: GuardedRest;
  readonly shard: GuardedShard;
  isInGuild = false;
  readonly #options: RunOptions;
  /** Without anybody who reads messages nobody needs them. */
  readonly #names: GuildNames | undefined;
  /** Until Discord says it, the id in the token, which very old bots share with no application. */
  #applicationId: Id;
  readonly #running = new Set<Promise<void>>();
  readonly #mayComplain: () => boolean;
  #isRegistering = false;
  #isRegistered = false;

  constructor(options: RunOptions) {
    const applicationId = applicationIdOf(options.token);
    // Discordeno would throw a riddle, or send what is no token to Discord.
    if (!applicationId) {
      throw new Unrecoverable(
        `${options.tokenVariable} is no token of a Discord bot, or has more around it, such as ` +
          'quotes or "Bot ": copy it from the page Bot of the developer portal and start BlissBot ' +
          "again",
      );
    }
    this.#options = options;
    this.#names = options.onMessage && new GuildNames(options.guildId);
    this.#applicationId = applicationId;
    this.#mayComplain = oncePerMinute(options.clock);
    this.rest = openRest(options);
    this.shard = new GuardedShard({
      ...options,
      gatewayInfo: () => this.#gatewayInfo(),
      remedy: (code) => remedyFor(code, options),
      onDispatch: (name, data) => this.#dispatch(name, data),
    });
  }

  async untilStopped(): Promise<void> {
    const { signal, clock } = this.#options;
    try {
      await this.shard.run(signal);
    } finally {
      const work = Promise.all(this.#running);
      await settlesWithin(FINISH_WITHIN_MS, { work, clock });
      this.rest.stop();
    }
  }

  async #gatewayInfo(): Promise<GatewayInfo> {
    try {
      return readGatewayInfo(await this.rest.call("GET", "/gateway/bot"));
    } catch (error) {
      if (!(error instanceof DiscordRestError)) throw error;
      if (error.isTokenRefused) throw new Unrecoverable(remedyFor(4004, this.#options));
      throw new Unreachable(error.message, { cause: error });
    }
  }

  /** Most events concern nobody here and must cost nothing. */
  #dispatch(name: string, data: unknown): void {
    this.#names?.note(name, data);
    switch (name) {
      case "MESSAGE_CREATE":
        return this.#passMessage(data as RawMessage);
      case "MESSAGE_DELETE":
      case "MESSAGE_DELETE_BULK":
        return this.#passDeletion(data as RawDeletion);
      case "INTERACTION_CREATE":
        return this.#passInteraction(data as RawInteraction);
      case "READY":
        return this.#noteReady(data as RawReady);
      case "GUILD_CREATE":
      case "GUILD_DELETE":
        return this.#noteGuild(name, data as { id: Id; unavailable?: boolean });
    }
  }

  #passMessage(raw: RawMessage): void {
    const { onMessage } = this.#options;
    if (!onMessage || this.#isElsewhere(raw) || !this.#hasRoom("message")) return;
    const message = readMessage(raw, this.#names?.all);
    if (message) this.#handle("message", () => onMessage(message));
  }

  #passDeletion(raw: RawDeletion): void {
    const { onMessageDelete } = this.#options;
    if (!onMessageDelete || this.#isElsewhere(raw)) return;
    for (const message of readDeletion(raw)) {
      if (!this.#hasRoom("deletion")) return;
      this.#handle("deletion", () => onMessageDelete(message));
    }
  }

  #isElsewhere({ guild_id: guildId }: { readonly guild_id?: Id }): boolean {
    return guildId !== undefined && guildId !== this.#options.guildId;
  }

  #hasRoom(what: string): boolean {
    if (this.#running.size < MOST_RUNNING) return true;
    if (this.#mayComplain()) {
      this.#options.log.error(`Passed over a ${what}: ${MOST_RUNNING} are being handled`);
    }
    return false;
  }

  #passInteraction(raw: RawInteraction): void {
    const { look, clock, onInteraction } = this.#options;
    const answering = { rest: this.rest, applicationId: this.#applicationId, look };
    const replies = openReplies(raw, answering);
    const interaction = readInteraction(raw, { replies, now: clock.now() });
    if (interaction) this.#handle("interaction", () => onInteraction(interaction));
  }

  #noteReady({ user, guilds = [], application }: RawReady): void {
    const { onUser, guildId } = this.#options;
    const applicationId = this.#applicationId = application?.id ?? this.#applicationId;
    onUser({ id: user.id, applicationId, name: user.username, avatar: user.avatar ?? null });
    this.isInGuild = guilds.some(({ id }) => id === guildId);
    if (this.isInGuild) this.#registerOnce();
    else this.#tellAbsence();
  }

  #tellAbsence(): void {
    const { guildId, log, name } = this.#options;
    log.warn(`${name} is not in the server ${guildId}: invite it with the link that start shows`);
  }

  /** `unavailable` means that Discord has trouble with the guild; the bot is still in it. */
  #noteGuild(name: string, { id, unavailable }: { id: Id; unavailable?: boolean }): void {
    if (id !== this.#options.guildId || unavailable) return;
    this.isInGuild = name === "GUILD_CREATE";
    if (this.isInGuild) return this.#registerOnce();
    this.#isRegistered = false;
    this.#tellAbsence();
  }

  /** Once per stay in the server, of which READY tells, or GUILD_CREATE, or both. */
  #registerOnce(): void {
    if (this.#isRegistered || this.#isRegistering) return;
    this.#isRegistering = true;
    void this.#register().finally(() => this.#isRegistering = false);
  }

  /**
   * Registers the commands when they are not what Discord has; tries until it succeeds. Never
   * rejects, and no stop waits for it.
   */
  async #register(): Promise<void> {
    const { guildId, commands, signal, clock, log } = this.#options;
    const path = `/applications/${this.#applicationId}/guilds/${guildId}/commands`;
    for (let failures = 0; !signal.aborted && this.isInGuild; failures++) {
      try {
        // Where they cannot be read, they are written: the worst is to write the same again.
        const registered = await this.rest.call("GET", `${path}?with_localizations=true`)
          .catch(() => undefined);
        this.#isRegistered = sameCommands(registered, commands);
        if (this.#isRegistered) return log.debug("The commands are as they were");
        await this.rest.call("PUT", path, { body: commands });
        this.#isRegistered = true;
        return log.info(`Registered its commands: ${commands.map(({ name }) => name).join(", ")}`);
      } catch (error) {
        if (signal.aborted) return;
        log.error("Cannot register the commands, tried again soon", { error });
        await clock.sleep(backoffMs(failures, REGISTER_AGAIN), signal).catch(() => {});
      }
    }
  }

  /** Runs a handler. Whatever it throws, in Discordeno it would end the process. */
  #handle(what: string, handler: () => Promise<void>): void {
    const { log } = this.#options;
    const running = Promise.try(handler)
      .catch((error) => log.error(`Cannot handle a ${what}`, { id: errorId(), error }))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}

/** @throws {Unreachable} when the answer is not Discord's. */
function readGatewayInfo(answer: unknown): GatewayInfo {
  const { url, session_start_limit: limit } = (answer ?? {}) as Partial<GatewayInfo>;
  if (typeof url === "string" && /^wss?:/.test(url) && URL.canParse(url)) {
    // A proxy before Discord may leave the limit out; then it counts by itself.
    const numberOr = (other: number, value: unknown) => typeof value === "number" ? value : other;
    const remaining = numberOr(1_000, limit?.remaining);
    return {
      url,
      session_start_limit: { remaining, reset_after: numberOr(0, limit?.reset_after) },
    };
  }
  throw new Unreachable(
    "Cannot find Discord's gateway: the answer of /gateway/bot is not Discord's; " +
      "check api_url in section [discord] of the configuration",
  );
}

/** What a person has to do after a close code that ends all attempts. */
function remedyFor(code: number, { name, tokenVariable, intents }: BotOptions): string {
  switch (code) {
    case 4004:
      return `Discord refuses the token of ${name}: press Reset Token on the page Bot of the ` +
        `developer portal, put the new token into ${tokenVariable} and start BlissBot again`;
    case 4011:
      return `Discord refuses ${name} as it is in too many servers: let it leave all but yours`;
    case 4014: {
      const switches = portalSwitches(intents).map((name) => `"${name}"`).join(" and ");
      return `Discord refuses the intents of ${name}: switch on ${switches} on the page Bot of ` +
        "the developer portal, under Privileged Gateway Intents, and start BlissBot again";
    }
    default:
      return `Discord refuses ${name} with close code ${code}: this is a mistake in BlissBot, ` +
        "report it with this line";
  }
}
