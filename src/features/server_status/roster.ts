/**
 * Who is on which game server, and how the servers are: asks all of them again and again, tells
 * who comes and goes, and remembers who was there. Shows nothing to anybody.
 * @module
 */

import { parsePlayerList, type PlayerList } from "../../ark/player_list.ts";
import { RconError, type RconFailure } from "../../rcon/errors.ts";
import { type Clock, settlesWithin, unlessAborted } from "../../runtime/clock.ts";
import type { Job } from "../../runtime/jobs.ts";
import type { Log } from "../../runtime/log.ts";
import type { Database } from "../../store/sql.ts";
import type { GameServer, KnownPlayer, Presence, Roster, RosterChange } from "../feature.ts";
import { type PlayerStore, storedPlayers } from "./player_store.ts";

/** Why a server does not tell who is there. "loading": it answers, but with something else. */
export type Trouble = "loading" | Exclude<RconFailure, "closed" | "invalid">;

/** How a server is, by what it last answered. */
export interface ServerState {
  /**
   * unknown: it was not asked yet. hiccup: no answer for less than a minute, which counts as if
   * nothing had happened. away: no answer for longer, or never since the program started, or none
   * since a restart began, or a refused password, which stays refused.
   */
  readonly what: "unknown" | "up" | "hiccup" | "away";
  /** Up: since when it answers, as far as the program has seen; else since when it does not. */
  readonly since: Date | undefined;
  /** There when it is a hiccup or away. */
  readonly trouble: Trouble | undefined;
  /** When it last told who is there; undefined when it never did. */
  readonly answeredAt: Date | undefined;
  /** Who was there then, in the order in which the game lists them. */
  readonly players: readonly Presence[];
}

/** A roster that also tells how the servers are, and the job that keeps it right. */
export interface ServerRoster extends Roster {
  readonly job: Job;
  /** @throws {RangeError} when there is no such server. */
  state(serverId: string): ServerState;
  /** From now on knows when a server is told to stop, or was and is not back; past or future. */
  knowRestarts(restartAt: (serverId: string) => Date | undefined): void;
}

/** What {@linkcode openRoster} needs. */
export interface RosterOptions {
  readonly servers: readonly GameServer[];
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY_SECONDS = 15;
/** One that waits longer is asked again in the next round. */
const WAIT_MS = 5_000;
/** A round waits so long for those who are slow, whose answers count all the same. */
const ROUND_MS = 6_000;
/** Everybody would seem to leave and come back if one lost answer counted. */
const HICCUP_MS = 60_000;
const KEPT_MS = 90 * 86_400_000;
const MOST_KNOWN = 5_000;

/** A roster that knows nothing before its job runs. */
export function openRoster({ servers, db, clock, log }: RosterOptions): ServerRoster {
  return new AskingRoster({ servers, store: storedPlayers(db), clock, log });
}

/** What is known of one server. */
interface Watched {
  readonly server: GameServer;
  /** By id; undefined before the first answer. */
  players: ReadonlyMap<string, Presence> | undefined;
  answeredAt: number | undefined;
  upSince: number | undefined;
  /** Undefined while it answers. */
  failure:
    | { readonly since: number; readonly trouble: Trouble; readonly isRestart: boolean }
    | undefined;
}

class AskingRoster implements ServerRoster {
  readonly job: Job = {
    name: "players",
    every: { seconds: EVERY_SECONDS },
    limitMs: 30_000,
    run: (signal) => this.#askAll(signal),
  };
  readonly #store: PlayerStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #watched: ReadonlyMap<string, Watched>;
  /** Those whose answer a round did not wait for. */
  readonly #asking = new Set<Watched>();
  readonly #listeners = new Set<(change: RosterChange) => void>();
  readonly #known = new Map<string, KnownPlayer>();
  /** Ids of known players that the store does not know, or knows otherwise. */
  readonly #unsaved = new Set<string>();
  #restartAt: (serverId: string) => Date | undefined = () => undefined;
  #isLoaded = false;
  #isStoreAway = false;
  #hasMetUnknownRows = false;

  constructor(
    { servers, store, clock, log }: Omit<RosterOptions, "db"> & { readonly store: PlayerStore },
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#watched = new Map(servers.map((server) => [server.id, {
      server,
      players: undefined,
      answeredAt: undefined,
      upSince: undefined,
      failure: undefined,
    }]));
  }

  online(serverId: string): readonly Presence[] | undefined {
    if (!this.#watched.has(serverId)) return undefined;
    const { what, players } = this.state(serverId);
    return what === "up" || what === "hiccup" ? players : undefined;
  }

  async refresh(serverId: string): Promise<readonly Presence[]> {
    const watched = this.#find(serverId);
    await this.#ask(watched);
    return [...watched.players!.values()];
  }

  known(): readonly KnownPlayer[] {
    const oldest = this.#clock.now() - KEPT_MS;
    const online = new Set(
      [...this.#watched.keys()].flatMap((id) => this.online(id) ?? []).map(({ id }) => id),
    );
    return [...this.#known.values()]
      .filter(({ seenAt }) => seenAt.getTime() >= oldest)
      .sort((a, b) =>
        Number(online.has(b.id)) - Number(online.has(a.id)) ||
        b.seenAt.getTime() - a.seenAt.getTime()
      )
      .slice(0, MOST_KNOWN);
  }

  listen(listener: (change: RosterChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  state(serverId: string): ServerState {
    const { players, answeredAt, upSince, failure } = this.#find(serverId);
    const since = failure?.since ?? upSince;
    const isForgiven = players && failure && !failure.isRestart &&
      failure.trouble !== "password" && this.#clock.now() - failure.since < HICCUP_MS;
    return {
      what: failure ? (isForgiven ? "hiccup" : "away") : players ? "up" : "unknown",
      since: since === undefined ? undefined : new Date(since),
      trouble: failure?.trouble,
      answeredAt: answeredAt === undefined ? undefined : new Date(answeredAt),
      players: [...players?.values() ?? []],
    };
  }

  knowRestarts(restartAt: (serverId: string) => Date | undefined): void {
    this.#restartAt = restartAt;
  }

  #find(serverId: string): Watched {
    const watched = this.#watched.get(serverId);
    if (!watched) throw new RangeError(`Cannot find a server with the id "${serverId}"`);
    return watched;
  }

  /** Who does not answer holds up nobody for long. */
  async #askAll(signal: AbortSignal): Promise<void> {
    const asked = [...this.#watched.values()].filter((watched) => !this.#asking.has(watched));
    const work = Promise.all(asked.map((watched) => this.#askQuietly(watched)));
    await unlessAborted(settlesWithin(ROUND_MS, { work, clock: this.#clock }), signal);
    this.#forgetOldest();
    await this.#syncStore();
  }

  async #askQuietly(watched: Watched): Promise<void> {
    this.#asking.add(watched);
    try {
      await this.#ask(watched);
    } catch (error) {
      // Failures of consoles stand in the log already.
      if (!(error instanceof RconError)) this.#log.error("Cannot note who is online", { error });
    } finally {
      this.#asking.delete(watched);
    }
  }

  /** @throws {RconError} when there is no answer, or no list in it. */
  async #ask(watched: Watched): Promise<void> {
    const { server: { name, console } } = watched;
    try {
      const list = parsePlayerList(await console.send("ListPlayers", { waitMs: WAIT_MS }));
      if (list) return this.#noteAnswer(watched, list);
    } catch (error) {
      if (error instanceof RconError) this.#noteFailure(watched, error.kind);
      throw error;
    }
    this.#noteFailure(watched, "loading");
    throw new RconError({
      kind: "silent",
      outcome: "unknown",
      action: `get the players of ${name}`,
      reason: "it answers, but not with a list of players",
      onlyAsked: true,
    });
  }

  #noteFailure(watched: Watched, kind: RconFailure | "loading"): void {
    if (kind === "closed" || kind === "invalid") return; // our own doing
    const before = watched.failure;
    const now = this.#clock.now();
    const restartAt = this.#restartAt(watched.server.id)?.getTime() ?? Infinity;
    watched.failure = {
      since: before?.since ?? now,
      trouble: kind,
      isRestart: before?.isRestart || restartAt <= now,
    };
  }

  #noteAnswer(watched: Watched, list: PlayerList): void {
    const now = this.#clock.now();
    const { server: { id: serverId }, players: before } = watched;
    const { what } = this.state(serverId);
    if (what === "unknown" || what === "away") watched.upSince = now;
    const after = new Map(list.players.map(({ id, name }): [string, Presence] => {
      const since = before?.get(id)?.since ?? new Date(now);
      return [id, { id, name, since }];
    }));
    const left = [...before?.values() ?? []].filter(({ id }) => !after.has(id));
    if (list.unknown.length > 0) this.#warnOnce(watched.server);
    watched.players = after;
    watched.answeredAt = now;
    watched.failure = undefined;
    for (const player of left) this.#tell({ what: "left", serverId, player });
    for (const player of after.values()) {
      const isNew = !before?.has(player.id);
      this.#remember(player, { serverId, isNew, seenAt: new Date(now) });
      if (before && isNew) this.#tell({ what: "joined", serverId, player });
    }
    // When they were last seen is stored now; while they played, it would be old at once.
    for (const { id } of left) this.#unsaved.add(id);
  }

  #warnOnce({ name }: GameServer): void {
    if (this.#hasMetUnknownRows) return;
    this.#hasMetUnknownRows = true;
    this.#log.warn(
      `Cannot read some rows of the player list of ${name}: those players are not shown; ` +
        "if it happens after an update of the game, look for an update of BlissBot",
    );
  }

  #remember(
    { id, name }: Presence,
    { serverId, isNew, seenAt }: { serverId: string; isNew: boolean; seenAt: Date },
  ): void {
    const before = this.#known.get(id);
    // The game lists a lost connection for a while: who is somewhere else by now, stays there.
    const isHere = isNew || !before;
    this.#known.set(id, { id, name, serverId: isHere ? serverId : before.serverId, seenAt });
    if (isHere || before.name !== name) this.#unsaved.add(id);
  }

  #tell(change: RosterChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#log.error("Cannot pass on who came or went", { error });
      }
    }
  }

  #forgetOldest(): void {
    if (this.#known.size <= MOST_KNOWN) return;
    const kept = new Set(this.known().map(({ id }) => id));
    for (const id of this.#known.keys()) {
      if (kept.has(id)) continue;
      this.#known.delete(id);
      this.#unsaved.delete(id);
    }
  }

  /** While the store is away everything stays in memory, until a later round. */
  async #syncStore(): Promise<void> {
    try {
      if (!this.#isLoaded) await this.#load();
      if (this.#unsaved.size > 0) await this.#save();
      if (this.#isStoreAway) this.#log.info("Players are stored again");
      this.#isStoreAway = false;
    } catch (error) {
      if (!this.#isStoreAway) this.#log.warn("Cannot store players, tried again soon", { error });
      this.#isStoreAway = true;
    }
  }

  async #load(): Promise<void> {
    const since = new Date(this.#clock.now() - KEPT_MS);
    for (const player of await this.#store.load({ since, most: MOST_KNOWN })) {
      if (!this.#known.has(player.id)) this.#known.set(player.id, player);
    }
    this.#isLoaded = true;
  }

  async #save(): Promise<void> {
    const ids = [...this.#unsaved];
    this.#unsaved.clear();
    try {
      await this.#store.save(ids.flatMap((id) => this.#known.get(id) ?? []));
    } catch (error) {
      for (const id of ids) this.#unsaved.add(id);
      throw error;
    }
  }
}
