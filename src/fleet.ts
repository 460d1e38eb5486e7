/**
 * The six bots put together: each a connection, a router for what people do with it, and a
 * supervisor that keeps it running. What happens to one of them never touches another.
 * @module
 */

import { type BotDoor, BOTS } from "./bots.ts";
import type { BotName, Config } from "./config.ts";
import { type BotUser, connectBot } from "./discord/bot.ts";
import { toDiscordCommands } from "./discord/commands.ts";
import type { Look } from "./discord/embed.ts";
import { InvalidRequests } from "./discord/limits.ts";
import type { OpenCards } from "./discord/pages.ts";
import { applicationIdOf, inviteUrl } from "./discord/rights.ts";
import { openRouter } from "./discord/router.ts";
import type { DeletedMessage, IncomingMessage, Surface } from "./discord/surface.ts";
import type { Feature } from "./features/feature.ts";
import { type FleetNeeds, openFleet, openHelp } from "./features/fleet/mod.ts";
import type { Clock } from "./runtime/clock.ts";
import type { HealthReport } from "./runtime/health.ts";
import type { Log } from "./runtime/log.ts";
import { type PartStatus, supervise, Unrecoverable } from "./runtime/supervise.ts";

/** One bot of the running program. */
export interface FleetMember {
  readonly door: BotDoor;
  status(): PartStatus;
  /** Whether it is a member of the served guild, as far as it knows. */
  isInGuild(): boolean;
  /** Round trip of a heartbeat, milliseconds; undefined while it is not known. */
  delayMs(): number | undefined;
  /** The setting that it is off for want of; undefined when it is configured. */
  readonly missing: string | undefined;
  /** The page that adds it to the guild; undefined without a token. */
  readonly inviteUrl: string | undefined;
  /** What it carries; nothing while it is off. */
  readonly features: readonly Feature[];
  restart(): void;
  stop(): Promise<void>;
}

/** Makes what a bot carries; is called for bots that are configured. */
export type MakeFeatures = (surface: Surface) => readonly Feature[];

/** What the bots need. */
export interface FleetOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly openCards: OpenCards;
  /** How everything is, the bots themselves included. */
  readonly health: () => Promise<readonly HealthReport[]>;
  readonly startedAt: Date;
  /** What bots carry besides their help, or the fleet's own commands. */
  readonly features?: Readonly<Partial<Record<BotName, MakeFeatures>>>;
}

/** Starts every bot that is configured. */
export function startFleet(options: FleetOptions): readonly FleetMember[] {
  const invalidRequests = new InvalidRequests(options);
  const needs: FleetNeeds = {
    bots: () => fleet.map(asManaged),
    health: options.health,
    process: () => ({
      memoryBytes: Deno.memoryUsage().rss,
      startedAt: options.startedAt,
    }),
  };
  const fleet: readonly FleetMember[] = BOTS.map((door) => {
    const self: FleetMember = startBot(door, {
      ...options,
      invalidRequests,
      makeFeatures(surface) {
        const own = options.features?.[door.name]?.(surface) ?? [];
        if (door.name === "master") return [openFleet(needs), ...own];
        const commands = own.flatMap((feature) => feature.commands);
        return [openHelp({ about: door.about, bot: () => asManaged(self), commands }), ...own];
      },
    });
    return self;
  });
  return fleet;
}

/** The variable of another bot that has the same token, if there is one. */
export function twinOf(
  { name }: BotDoor,
  tokens: Config["discord"]["tokens"],
): string | undefined {
  const token = tokens[name];
  return BOTS.find((other) => other.name !== name && token && tokens[other.name] === token)
    ?.tokenVariable;
}

function asManaged(member: FleetMember) {
  const { door: { name, title }, missing, status, delayMs, isInGuild, restart } = member;
  return {
    name,
    title,
    missing,
    status: status(),
    delayMs: delayMs(),
    isInGuild: isInGuild(),
    isMaster: name === "master",
    restart,
  };
}

function startBot(
  door: BotDoor,
  options: FleetOptions & { invalidRequests: InvalidRequests; makeFeatures: MakeFeatures },
): FleetMember {
  const { discord: { tokens, guildId } } = options.config;
  const token = tokens[door.name];
  if (token === undefined || guildId === undefined) {
    const missing = token === undefined ? door.tokenVariable : "[discord] guild_id";
    return offMember(door, { ...options, missing });
  }
  const twin = twinOf(door, tokens);
  const applicationId = applicationIdOf(token);
  const log = options.log.child(door.name);
  const { bot, router, features } = openBot(door, { ...options, log, token, guildId });
  let isRestored = false;
  const supervised = supervise(door.name, {
    ...options,
    offText: "",
    async run(control) {
      // Two bots on one token would both get every command and overwrite each other's.
      if (twin !== undefined) {
        throw new Unrecoverable(
          `${door.tokenVariable} is the same as ${twin}: ` +
            "give each bot the token of an application of its own",
        );
      }
      await bot.run({
        ...control,
        ready() {
          control.ready();
          if (!isRestored) void router.restore();
          isRestored = true;
        },
      });
    },
  });
  return {
    door,
    missing: undefined,
    status: supervised.status,
    isInGuild: bot.isInGuild,
    delayMs: bot.latencyMs,
    inviteUrl: applicationId &&
      inviteUrl({ applicationId, permissions: door.permissions, guildId }),
    features,
    restart: supervised.restart,
    async stop() {
      // What is being answered or said needs the bot.
      await Promise.all([router.stop(), ...features.map((feature) => feature.stop?.())]);
      await supervised.stop();
    },
  };
}

/** A bot that is not configured: known, listed, and nothing is tried. */
function offMember(
  door: BotDoor,
  { missing, ...options }: FleetOptions & { missing: string },
): FleetMember {
  const { status, restart, stop } = supervise(door.name, {
    ...options,
    run: undefined,
    offText: `${missing} is not set`,
  });
  return {
    door,
    missing,
    status,
    restart,
    stop,
    isInGuild: () => false,
    delayMs: () => undefined,
    inviteUrl: undefined,
    features: [],
  };
}

function openBot(
  door: BotDoor,
  { config, makeFeatures, token, guildId, ...options }: Omit<FleetOptions, "features"> & {
    invalidRequests: InvalidRequests;
    makeFeatures: MakeFeatures;
    token: string;
    guildId: string;
  },
) {
  const features = makeFeatures(surfaceOf(() => bot));
  const commands = features.flatMap((feature) => feature.commands);
  const cards = features.flatMap((feature) => feature.cards ?? []);
  const look: Look = {
    botName: config.discord.botName,
    color: door.color,
    // Known after the first login; read anew for each message.
    get iconUrl() {
      return iconUrlOf(bot.user());
    },
  };
  const bot = connectBot({
    ...options,
    name: door.title,
    token,
    tokenVariable: door.tokenVariable,
    apiUrl: config.discord.apiUrl,
    guildId,
    intents: door.intents,
    look,
    commands: toDiscordCommands(commands),
    onInteraction: (interaction) => router.handle(interaction),
    ...messageHandlers(features),
  });
  const router = openRouter({
    ...options,
    bot: door.name,
    guildId,
    commands,
    cards,
    roles: config.roles,
    past: bot.past,
  });
  return { bot, router, features };
}

/** The surface of a bot that is not made yet, since it is made with what its features offer. */
function surfaceOf(bot: () => { readonly surface: Surface }): Surface {
  return {
    post: (...call) => bot().surface.post(...call),
    edit: (...call) => bot().surface.edit(...call),
    react: (...call) => bot().surface.react(...call),
    unreact: (...call) => bot().surface.unreact(...call),
    ownMessagesAfter: (...call) => bot().surface.ownMessagesAfter(...call),
    ensureCategory: (...call) => bot().surface.ensureCategory(...call),
    ensureChannel: (...call) => bot().surface.ensureChannel(...call),
    ensureThread: (...call) => bot().surface.ensureThread(...call),
    openThread: (...call) => bot().surface.openThread(...call),
  };
}

/** Hand a message to all who want it; without anybody, messages need not even be read. */
function messageHandlers(features: readonly Feature[]) {
  if (!features.some(({ onMessage }) => onMessage !== undefined)) return {};
  return {
    async onMessage(message: IncomingMessage) {
      await Promise.all(features.map(({ onMessage }) => onMessage?.(message)));
    },
    async onMessageDelete(message: DeletedMessage) {
      await Promise.all(features.map(({ onMessageDelete }) => onMessageDelete?.(message)));
    },
  };
}

/** Source: Discord's documentation, "Image Formatting"; users without a picture have one of six. */
function iconUrlOf(user: BotUser | undefined): string | undefined {
  if (!user) return undefined;
  return user.avatar === null
    ? `https://cdn.discordapp.com/embed/avatars/${(BigInt(user.id) >> 22n) % 6n}.png`
    : `https://cdn.discordapp.com/avatars/${user.id}/${user.avatar}.png`;
}
