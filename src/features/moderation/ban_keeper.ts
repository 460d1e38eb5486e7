/**
 * Brings the servers to what the store wants of them: bans and ends of bans reach a server that was
 * away as soon as it is back, also after a restart of the program. Decides no bans.
 * @module
 */

import { type Clock, settlesWithin, unlessAborted } from "../../runtime/clock.ts";
import type { Job } from "../../runtime/jobs.ts";
import type { Audit } from "../../store/audit.ts";
import type { GameServer } from "../feature.ts";
import type { BanStore, Task } from "./ban_store.ts";
import { act, banAndKick } from "./console_acts.ts";

/** Applies bans. */
export interface BanKeeper {
  /** Applies what waits, again and again, and ends bans whose time is over. */
  readonly job: Job;
  /**
   * Applies what waits now; resolves when that is done as far as it can be, after 6 s at the latest.
   * Never rejects: what could not be done still waits.
   */
  apply(): Promise<void>;
  stop(): Promise<void>;
}

/** What a keeper needs. */
export interface BanKeeperNeeds {
  readonly servers: readonly GameServer[];
  readonly store: BanStore;
  readonly audit: Audit;
  readonly clock: Clock;
}

/** People wait for it on Discord. */
const APPLY_MS = 6_000;
const EVERY_SECONDS = 15;
const LIMIT_MS = 120_000;

/** A keeper; it does nothing until its job runs, or it is asked to. */
export function openBanKeeper({ servers, store, audit, clock }: BanKeeperNeeds): BanKeeper {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rounds = servers.map((server) => new Rounds(() => workOff(server)));
  let isSpread = false;

  async function workOff(server: GameServer): Promise<void> {
    if (["paused", "closed"].includes(server.console.status().state)) return;
    for (const task of await store.tasks(server.id)) {
      signal.throwIfAborted();
      const { outcome, trouble } = await unlessAborted(
        task.wantsBan
          ? banAndKick(server, task.accountId)
          : act(server, "UnbanPlayer", task.accountId),
        signal,
      );
      if (trouble) await store.markFailed(server.id, task, trouble);
      else await done(server, task);
      if (outcome === "failed" || outcome === "unknown") return; // the next one would fare no better
    }
  }

  async function done(server: GameServer, task: Task): Promise<void> {
    await store.markApplied(server.id, task, new Date(clock.now()));
    await audit.record({
      actorId: task.byId,
      actorName: task.byName,
      what: task.wantsBan ? "ban" : "unban",
      target: task.accountId,
      serverId: server.id,
      outcome: "done",
      reason: task.reason,
    });
  }

  async function run(jobSignal: AbortSignal): Promise<void> {
    if (!isSpread) await store.spread(servers.map(({ id }) => id));
    isSpread = true;
    await store.endTimed(new Date(clock.now()));
    await unlessAborted(Promise.all(rounds.map((round) => round.next())), jobSignal);
  }

  return {
    job: { name: "apply bans", every: { seconds: EVERY_SECONDS }, limitMs: LIMIT_MS, run },
    async apply() {
      const work = Promise.allSettled(rounds.map((round) => round.next()));
      await settlesWithin(APPLY_MS, { work, clock });
    },
    async stop() {
      stopping.abort();
      await Promise.all(rounds.map((round) => round.ended()));
    },
  };
}

/**
 * Work that never overlaps with itself. With two rounds at once on one server, a ban that was read
 * before its end could be sent after it.
 */
class Rounds {
  readonly #work: () => Promise<void>;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** A round that begins now, or when the present one is over; shared by all who wait for it. */
  next(): Promise<void> {
    const start = () => {
      this.#next = undefined;
      return this.#current = this.#work();
    };
    return this.#next ??= this.#current.then(start, start);
  }

  async ended(): Promise<void> {
    await Promise.allSettled([this.#current, this.#next]);
  }
}
