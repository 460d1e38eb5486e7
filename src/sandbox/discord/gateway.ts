/**
 * The gateway: who is connected, identifying and resuming, and what each session is told. Tests
 * steer it from here. Frames and heartbeats are `connection.ts`, what a session keeps `session.ts`.
 * @module
 */

import { GatewayDispatchEvents, GatewayIntentBits, GatewayOpcodes } from "discord-api-types/v10";
import { newToken } from "./build.ts";
import { Connection, GatewayClose } from "./connection.ts";
import type { Link } from "./front.ts";
import { MemberRequests } from "./member_requests.ts";
import { isRecord } from "./problems.ts";
import { Session, type SessionView } from "./session.ts";
import { applicationFlags, guildCreate, guildsOf, userOf } from "./shapes.ts";
import type { Application, Dispatch, World } from "./world.ts";

/** Default of {@linkcode Gateway.heartbeatMs}, and what the real one sends. */
const HEARTBEAT_MS = 41_250;
/** Clients compute with it as they please; discordeno 21 loops for ever below about 1017. */
const SHORTEST_HEARTBEAT_MS = 1500;
const IDENTIFY_EVERY_MS = 5000;
const DAY_MS = 24 * 60 * 60_000;
const KEEP_SESSIONS_MS = 10 * 60_000;
const VERSIONS: readonly string[] = ["9", "10"];
const UNTIL_MS = 10_000;

/** Any bit up to the highest that is known. */
const ALL_INTENTS = Object.values(GatewayIntentBits)
  .reduce<number>((all, bit) => typeof bit === "number" ? all | bit : all, 0);
const PRIVILEGED = GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences |
  GatewayIntentBits.MessageContent;

/** How often an application may identify. Tests may change it. */
export interface StartLimit {
  total: number;
  /** Counts down at each IDENTIFY; at 0 the next one resets the application's token. */
  remaining: number;
  /** IDENTIFYs at once, each {@linkcode Gateway.identifyEveryMs}. */
  maxConcurrency: number;
}

/** What is known of an application beside its sessions. */
class Account {
  readonly limit: StartLimit = { total: 1000, remaining: 1000, maxConcurrency: 1 };
  /** Real times of the last IDENTIFYs. */
  recent: number[] = [];
  limitEndsAt = Date.now() + DAY_MS;
  identifies = 0;
  resumes = 0;
  keepsAcks = false;
}

interface Waiter {
  readonly isMet: () => boolean;
  readonly settle: (error?: Error) => void;
}

/** What {@linkcode Gateway} is told of its surroundings. */
export interface GatewayParts {
  /** Where clients connect. */
  readonly url: string;
  /** Told of errors of the local Discord itself. */
  readonly failed: (error: unknown) => void;
}

/** The gateway of one local Discord. */
export class Gateway {
  readonly url: string;
  /** Where READY tells clients to resume; a test may name a dead place. */
  resumeUrl: string;
  readonly failed: (error: unknown) => void;
  /** Every connection there ever was, also those cut at once. */
  connections = 0;
  /** An application may identify `maxConcurrency` times in this time; more get op 9. */
  identifyEveryMs = IDENTIFY_EVERY_MS;
  /** A lost session can be resumed for so long. */
  keepSessionsMs = KEEP_SESSIONS_MS;
  /** Cuts every connection: as soon as it is there, or after HELLO. */
  flapping: "open" | "hello" | undefined;
  #heartbeatMs = HEARTBEAT_MS;
  readonly #sessions = new Map<string, Session>();
  readonly #connections = new Set<Connection>();
  readonly #accounts = new Map<Application, Account>();
  readonly #waiters = new Set<Waiter>();
  readonly #memberRequests: MemberRequests;
  readonly #stopListening: () => void;

  constructor(readonly world: World, { url, failed }: GatewayParts) {
    this.url = url;
    this.resumeUrl = url;
    this.failed = failed;
    this.#memberRequests = new MemberRequests(world);
    this.#stopListening = world.listen((event) => this.#pass(event));
  }

  /** Sent with HELLO, and the clock of silence: twice this without a heartbeat closes with 4009. */
  get heartbeatMs(): number {
    return this.#heartbeatMs;
  }

  set heartbeatMs(ms: number) {
    if (ms < SHORTEST_HEARTBEAT_MS) {
      throw new RangeError(
        `Cannot set the heartbeat to ${ms} ms: clients break below ${SHORTEST_HEARTBEAT_MS}`,
      );
    }
    this.#heartbeatMs = ms;
  }

  /** Sessions of an application that are connected or may be resumed, oldest first. */
  sessions(app: Application): readonly SessionView[] {
    return this.#sessionsOf(app);
  }

  /** IDENTIFYs received with the application's token. */
  identifies(app: Application): number {
    return this.#account(app).identifies;
  }

  /** Sessions of the application that were resumed. */
  resumes(app: Application): number {
    return this.#account(app).resumes;
  }

  /** How often the application may identify; may be changed. */
  startLimit(app: Application): StartLimit {
    const account = this.#account(app);
    if (Date.now() > account.limitEndsAt) {
      account.limit.remaining = account.limit.total;
      account.limitEndsAt = Date.now() + DAY_MS;
    }
    return account.limit;
  }

  /** What `GET /gateway/bot` answers. */
  info(app: Application) {
    const { total, remaining, maxConcurrency } = this.startLimit(app);
    return {
      url: this.url,
      shards: 1,
      session_start_limit: {
        total,
        remaining,
        reset_after: Math.max(0, this.#account(app).limitEndsAt - Date.now()),
        max_concurrency: maxConcurrency,
      },
    };
  }

  /** Op 7: asks the application's clients to reconnect and resume. */
  requestReconnect(app: Application): void {
    for (const { connection } of this.#sessionsOf(app)) {
      connection?.tell(GatewayOpcodes.Reconnect, null);
    }
  }

  /** Op 9: ends the application's sessions, or parts them from a client that may resume. */
  invalidate(app: Application, mayResume: boolean): void {
    for (const session of this.#sessionsOf(app)) {
      const { connection } = session;
      this.#detach(session, !mayResume);
      if (connection !== undefined) connection.tell(GatewayOpcodes.InvalidSession, mayResume);
    }
    this.#changed();
  }

  /** Closes the application's connections with any code; 1006 cuts them. */
  close(app: Application, code: number, reason?: string): void {
    for (const { connection } of this.#sessionsOf(app)) {
      if (code === 1006) connection?.cut();
      else connection?.close(code, reason);
    }
  }

  /** Sends a frame with this text, whatever it is, to the application's clients. */
  sendRaw(app: Application, text: string): void {
    for (const { connection } of this.#sessionsOf(app)) connection?.send(text);
  }

  /** Whether heartbeats of the application stay unanswered. */
  dropAcks(app: Application, isOn: boolean): void {
    this.#account(app).keepsAcks = isOn;
  }

  /**
   * Waits until the application has a connected session (`ready`) or has none (`gone`), both at
   * once when it is so already, or until it resumes next (`resumed`). The client may learn of it
   * later.
   * @throws Error after `withinMs`, or when the gateway stops.
   */
  until(
    app: Application,
    state: "ready" | "resumed" | "gone",
    withinMs = UNTIL_MS,
  ): Promise<void> {
    const before = this.resumes(app);
    const isConnected = () => this.#sessionsOf(app).some((session) => session.isConnected);
    const isMet = state === "resumed"
      ? () => this.resumes(app) > before
      : () => isConnected() === (state === "ready");
    if (isMet()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        error ? reject(error) : resolve();
      };
      const tooLate = () =>
        settle(new Error(`${app.user.username} was not ${state} within ${withinMs} ms`));
      const timer = setTimeout(tooLate, withinMs);
      const waiter: Waiter = { isMet, settle };
      this.#waiters.add(waiter);
    });
  }

  /** Ends everything: connections are cut, waiters told. */
  stop(): void {
    this.#stopListening();
    for (const connection of [...this.#connections]) connection.cut();
    for (const waiter of [...this.#waiters]) waiter.settle(new Error("the local Discord stopped"));
  }

  /** Takes a new connection. `query` is that of its address. */
  accept(socket: WebSocket, { link, query }: { link: Link; query: URLSearchParams }): void {
    this.connections++;
    const connection = new Connection(socket, link, this);
    this.#connections.add(connection);
    const refusal = refusalOf(query);
    if (this.flapping === "open") socket.onopen = () => connection.cut();
    else if (refusal !== undefined) {
      socket.onopen = () => connection.close(refusal.code, refusal.message);
    }
  }

  // What follows is called by connections only.

  /** HELLO was sent. */
  greeted(connection: Connection): void {
    if (this.flapping === "hello") connection.close(4000, "Unknown error.");
  }

  /** Whether this application's heartbeats stay unanswered. */
  keepsAcksFrom(app: Application | undefined): boolean {
    return app !== undefined && this.#account(app).keepsAcks;
  }

  /** Op 2. */
  identify(connection: Connection, data: unknown): void {
    if (!isRecord(data) || !isRecord(data["properties"])) {
      throw new GatewayClose(4002, "Error while decoding payload.");
    }
    const app = this.#authenticate(data["token"]);
    checkShard(data["shard"]);
    const intents = checkIntents(app, data["intents"]);
    if (!this.#takeStart(app)) return connection.tell(GatewayOpcodes.InvalidSession, false);
    this.#forgetOld();
    const session = new Session(app, intents);
    session.presence = data["presence"];
    this.#sessions.set(session.id, session);
    this.#attach(session, connection);
    this.#welcome(session);
    this.#changed();
  }

  /** Op 6. */
  resume(connection: Connection, data: unknown): void {
    if (!isRecord(data)) throw new GatewayClose(4002, "Error while decoding payload.");
    const app = this.#authenticate(data["token"]);
    this.#forgetOld();
    const session = this.#sessions.get(String(data["session_id"]));
    if (session?.app !== app) return connection.tell(GatewayOpcodes.InvalidSession, false);
    const seq = data["seq"];
    if (typeof seq !== "number" || !(seq >= 0 && seq <= session.seq)) {
      throw new GatewayClose(4007, "Invalid seq.");
    }
    const missed = session.after(seq);
    if (missed === undefined) return connection.tell(GatewayOpcodes.InvalidSession, false);
    session.connection?.close(4000, "The session was resumed elsewhere.");
    this.#attach(session, connection);
    for (const text of missed) connection.send(text);
    session.dispatch(GatewayDispatchEvents.Resumed, { _trace: ["local"] });
    this.#account(app).resumes++;
    this.#changed();
  }

  /** Op 8. */
  requestMembers(session: Session, data: Record<string, unknown>): void {
    this.#memberRequests.answer(session, data);
  }

  /** A connection has ended, with its session (`isForGood`) or without. */
  ended(connection: Connection, isForGood: boolean): void {
    this.#connections.delete(connection);
    if (connection.session !== undefined) this.#detach(connection.session, isForGood);
    this.#changed();
  }

  #authenticate(token: unknown): Application {
    // Some clients write it as in REST's header, which the real gateway takes as well.
    const plain = typeof token === "string" ? token.replace(/^Bot /, "") : undefined;
    for (const app of this.world.applications.values()) if (app.token === plain) return app;
    throw new GatewayClose(4004, "Authentication failed.");
  }

  /** Counts an IDENTIFY; false when there are too many at once. */
  #takeStart(app: Application): boolean {
    const account = this.#account(app);
    const limit = this.startLimit(app);
    account.identifies++;
    if (limit.remaining <= 0) {
      // So does the real one: it ends all sessions, resets the token and writes to the owner.
      app.token = newToken(app.id);
      this.close(app, 4004, "Authentication failed.");
      throw new GatewayClose(4004, "Authentication failed.");
    }
    limit.remaining--;
    const now = Date.now();
    account.recent = account.recent.filter((at) => now - at < this.identifyEveryMs);
    if (account.recent.length >= limit.maxConcurrency) return false;
    account.recent.push(now);
    return true;
  }

  #attach(session: Session, connection: Connection): void {
    session.connection = connection;
    connection.session = session;
  }

  #detach(session: Session, isForGood: boolean): void {
    if (session.connection !== undefined) session.connection.session = undefined;
    session.connection = undefined;
    session.lostAt = Date.now();
    if (isForGood) this.#sessions.delete(session.id);
  }

  #forgetOld(): void {
    for (const session of [...this.#sessions.values()]) {
      const isOld = Date.now() - session.lostAt >= this.keepSessionsMs;
      if (!session.isConnected && isOld) this.#sessions.delete(session.id);
    }
  }

  /** READY, and the guilds. */
  #welcome(session: Session): void {
    const { app, intents } = session;
    const guilds = guildsOf(this.world, app);
    session.dispatch(GatewayDispatchEvents.Ready, {
      v: 10,
      user: userOf(app.user),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.resumeUrl,
      shard: [0, 1],
      application: { id: app.id, flags: applicationFlags(app) },
    });
    if ((intents & GatewayIntentBits.Guilds) === 0) return;
    for (const guild of guilds) {
      session.dispatch(GatewayDispatchEvents.GuildCreate, guildCreate(this.world, guild, app));
    }
  }

  #pass(event: Dispatch): void {
    for (const session of this.#sessions.values()) {
      if (event.intents !== 0 && (event.intents & session.intents) === 0) continue;
      const data = event.dataFor(session.app, session.intents);
      if (data !== undefined) session.dispatch(event.name, data);
    }
  }

  #sessionsOf(app: Application): Session[] {
    return [...this.#sessions.values()].filter((session) => session.app === app);
  }

  #account(app: Application): Account {
    let account = this.#accounts.get(app);
    if (account === undefined) this.#accounts.set(app, account = new Account());
    return account;
  }

  #changed(): void {
    for (const waiter of [...this.#waiters]) if (waiter.isMet()) waiter.settle();
  }
}

/** Why this address is no use. The real gateway also speaks ETF, and compresses. */
function refusalOf(query: URLSearchParams): GatewayClose | undefined {
  if (!VERSIONS.includes(query.get("v") ?? "10")) {
    return new GatewayClose(4012, "Invalid API version.");
  }
  const isPlain = (query.get("encoding") ?? "json") === "json" && !query.has("compress");
  return isPlain ? undefined : new GatewayClose(4002, "Only uncompressed JSON is offered.");
}

/** One shard is all that six small bots need; more are refused. */
function checkShard(shard: unknown): void {
  const isFine = shard === undefined ||
    Array.isArray(shard) && shard.length === 2 && shard[0] === 0 && shard[1] === 1;
  if (!isFine) throw new GatewayClose(4010, "Invalid shard.");
}

function checkIntents(app: Application, intents: unknown): number {
  const isNumber = typeof intents === "number" && Number.isInteger(intents);
  if (!isNumber || intents > ALL_INTENTS || (intents & ~ALL_INTENTS) !== 0) {
    throw new GatewayClose(4013, "Invalid intent(s).");
  }
  if ((intents & PRIVILEGED & ~app.privilegedIntents) !== 0) {
    throw new GatewayClose(4014, "Disallowed intent(s).");
  }
  return intents;
}
