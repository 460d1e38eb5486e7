/**
 * What exists on the local Discord: applications, users, guilds, members, channels, messages. Plain
 * data in Discord's own shapes, and a hub that tells what happened. Knows no HTTP and no sockets;
 * rules (permissions, limits) live beside the routes.
 * @module
 */

import type {
  APIApplicationCommand,
  APIAttachment,
  APIEmoji,
  APIMessage,
  APIOverwrite,
  APIRole,
  APIThreadMember,
  APIThreadMetadata,
  APIUser,
  ChannelType,
} from "discord-api-types/v10";

/** A registered application and its bot user, which have the same id. */
export interface Application {
  readonly id: string;
  readonly user: APIUser;
  /** `base64(id).x.y`. Changing it (a reset in the portal) makes the old one wrong. */
  token: string;
  /** Privileged intents that are switched on in the portal. */
  privilegedIntents: number;
  /** Commands by guild id; the empty key holds the global ones. */
  readonly commands: Map<string, APIApplicationCommand[]>;
}

/** A user's place in one guild. */
export interface Member {
  readonly user: APIUser;
  nick: string | null;
  /** Role ids, without @everyone. */
  roles: string[];
  /** ISO 8601. */
  readonly joinedAt: string;
}

/** A guild. The role with its own id is @everyone. */
export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: Map<string, APIRole>;
  readonly members: Map<string, Member>;
  /** Its own emoji, by id. */
  readonly emojis: Map<string, APIEmoji>;
  /** AutoMod blocks messages of bots with one of these. */
  readonly blockedWords: Set<string>;
}

/** A channel, category, thread or direct conversation. */
export interface Channel {
  readonly id: string;
  readonly type: ChannelType;
  /** Undefined for direct conversations. */
  readonly guild: Guild | undefined;
  name: string;
  topic: string | null;
  position: number;
  /** Category of a channel, channel of a thread. */
  parentId: string | null;
  overwrites: APIOverwrite[];
  rateLimitPerUser: number;
  lastMessageId: string | null;
  /** Oldest first. */
  readonly messages: Map<string, Message>;
  /** When which message was pinned, ISO 8601, by its id; the latest is last. */
  readonly pins: Map<string, string>;
  /** Messages by author and `nonce`, as `author/nonce`. */
  readonly nonces: Map<string, Message>;
  /** When each user last wrote here, in milliseconds since 1970: what slow mode counts from. */
  readonly lastWrites: Map<string, number>;
  /** Of a thread only. */
  thread: Thread | undefined;
  /** Of a direct conversation only: both sides. */
  readonly recipients: readonly APIUser[];
}

/** What only threads have. */
export interface Thread {
  readonly ownerId: string;
  metadata: APIThreadMetadata;
  readonly members: Map<string, APIThreadMember>;
  /** Messages ever sent in it, deleted ones included. */
  sent: number;
}

/** A message as it is stored. */
export interface Message {
  /** In full, content included; who may see what is decided when it is shown. */
  readonly data: APIMessage;
  /** Every file that belongs to it, those shown inside embeds included. */
  uploads: readonly APIAttachment[];
  /** Whom it notified when it was sent; an edit notifies nobody. */
  readonly pings: Pings;
  /** Only this user sees it (ephemeral). */
  readonly onlyFor: string | undefined;
  /** User ids by emoji as it stands in a path: `✅`, `name:id`. */
  readonly reactions: Map<string, Set<string>>;
}

/** Whom a message would notify, after `allowed_mentions` and permissions. */
export interface Pings {
  readonly everyone: boolean;
  readonly users: readonly string[];
  readonly roles: readonly string[];
}

/** Something that happened, for the gateway to pass on. */
export interface Dispatch {
  /** Event name, such as `MESSAGE_CREATE`. */
  readonly name: string;
  /** Any of these intents lets it through; 0 lets it through to everyone. */
  readonly intents: number;
  /** The event as one application may see it, with these intents; undefined: it learns nothing. */
  dataFor(app: Application, intents: number): unknown;
}

/** Everything that exists on one local Discord. */
export class World {
  readonly applications = new Map<string, Application>();
  readonly users = new Map<string, APIUser>();
  readonly guilds = new Map<string, Guild>();
  readonly channels = new Map<string, Channel>();
  /** Users who take no direct messages from bots. */
  readonly closedDirects = new Set<string>();
  /** Contents of sent files by the path of their address: `/attachments/…/…/name`. */
  readonly files = new Map<string, Uint8Array>();
  /** What stands before that path. A server that serves the files puts its own address here. */
  filesUrl = "https://cdn.discordapp.com";
  readonly #listeners = new Set<(event: Dispatch) => void>();
  #lastTick = 0n;
  #increment = 0n;

  /** @param now Milliseconds since 1970; ids and times of everything made come from it. */
  constructor(readonly now: () => number = Date.now) {}

  /** A new snowflake: made now, and larger than all before. Discord counts from 2015. */
  nextId(): string {
    const tick = BigInt(Math.floor(this.now())) - 1420070400000n;
    if (tick > this.#lastTick) [this.#lastTick, this.#increment] = [tick, 0n];
    return String((this.#lastTick << 22n) + this.#increment++);
  }

  /** The present as Discord writes it. */
  nowIso(): string {
    return isoOf(this.now());
  }

  /** Tells everyone who listens. */
  tell(event: Dispatch): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Calls `listener` for everything that happens from now on, until the returned function is called. */
  listen(listener: (event: Dispatch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A new channel of any kind, with nothing in it. */
export function emptyChannel(
  known: Pick<Channel, "id" | "type" | "guild"> & Partial<Channel>,
): Channel {
  return {
    name: "",
    topic: null,
    position: 0,
    parentId: null,
    overwrites: [],
    rateLimitPerUser: 0,
    lastMessageId: null,
    messages: new Map(),
    pins: new Map(),
    nonces: new Map(),
    lastWrites: new Map(),
    thread: undefined,
    recipients: [],
    ...known,
  };
}

/** A time in milliseconds since 1970 as Discord writes it. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000+00:00");
}

/** When a snowflake was made, in milliseconds since 1970. */
export function timeOfId(id: string): number {
  return Number((BigInt(id) >> 22n) + 1420070400000n);
}
