/**
 * All restarts of the running program: each server follows its own course, and everything that
 * happens on the way is stored, shown on the card, told to the players, audited, and told to staff
 * when it went wrong. Knows no command.
 * @module
 */

import { toAnnouncement } from "../../ark/server_chat.ts";
import { DiscordRestError } from "../../discord/errors.ts";
import type { Caller, Surface } from "../../discord/surface.ts";
import { fill } from "../../discord/texts.ts";
import { type Clock, unlessAborted } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { Audit } from "../../store/audit.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer } from "../feature.ts";
import { follow, type RestartServer } from "./course.ts";
import { hasFailed, isOver, isUntold, type Plan, type ServerRestart, type State } from "./plan.ts";
import type { PlanStore } from "./plan_store.ts";
import { TEXTS } from "./texts.ts";
import { planMessage, serverLine, warning } from "./view.ts";

/** What restarts need. */
export interface PlansOptions {
  readonly servers: readonly GameServer[];
  readonly store: PlanStore;
  readonly surface: Surface;
  readonly audit: Audit;
  /** Tells staff; never throws. */
  readonly alert: (text: string) => void;
  /** Is told what was said in the game's chat, which the game echoes; never throws. */
  readonly sent: (serverId: string, command: string) => void;
  readonly restartServer: RestartServer;
  readonly clock: Clock;
  readonly log: Log;
}

/** A plan that is not finished. */
interface Running {
  readonly plan: Plan;
  /** By server id, of courses that are followed. */
  readonly courses: Map<string, AbortController>;
  /** What the store does not know yet. */
  readonly unsaved: Set<ServerRestart>;
  /** The last write to the store; each waits for the one before. */
  saved: Promise<unknown>;
  isCardOld: boolean;
  /** Milliseconds since 1970: before that the answer to a press may still be on its way to the card. */
  editFrom: number;
}

/** Of a line in the game's chat, for its turn. */
const TELL_WAIT_MS = 10_000;
/** Longest way of an answer to a press. */
const ANSWER_MS = 3_000;

/** The restarts that are announced or under way. */
export class Plans {
  readonly #options: PlansOptions;
  readonly #running = new Map<string, Running>();
  /** Not in the store yet. */
  readonly #beginning = new Set<Plan>();
  readonly #work = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #resumed: Promise<void> | undefined;

  constructor(options: PlansOptions) {
    this.#options = options;
  }

  /** Goes on with what was under way when the program ended; once. @throws {StoreError} */
  resume(): Promise<void> {
    return this.#resumed ??= this.#resume().catch((error) => {
      this.#resumed = undefined;
      throw error;
    });
  }

  find(planId: string): Plan | undefined {
    return this.#running.get(planId)?.plan;
  }

  /** The plan by which a server is to restart, or restarts. */
  planOf(serverId: string): Plan | undefined {
    const running = Array.from(this.#running.values(), ({ plan }) => plan);
    return [...running, ...this.#beginning].find(({ servers }) =>
      servers.some((server) => server.serverId === serverId && !isOver(server))
    );
  }

  /**
   * Begins a plan for servers that have none.
   * @throws {StoreError} Then nothing has begun, and it may be tried again. Should the store know the
   * plan all the same, it never begins.
   */
  async begin(plan: Plan): Promise<void> {
    this.#beginning.add(plan); // at once, so that nobody else begins one meanwhile
    try {
      await this.#options.store.add(plan);
    } finally {
      this.#beginning.delete(plan);
    }
    const running = this.#keep(plan);
    running.editFrom = this.#options.clock.now() + ANSWER_MS;
    for (const restart of plan.servers) {
      this.#record(plan, restart, { outcome: "waiting", reason: plan.reason || undefined });
      this.#follow(running, restart);
    }
  }

  /** Spares servers that were not told to stop yet. @returns how many that were. Never rejects. */
  async abort(plan: Plan, restarts: readonly ServerRestart[], caller: Caller): Promise<number> {
    const running = this.#running.get(plan.id);
    const spared = restarts.filter(({ state }) => state === "announced");
    if (!running) return 0;
    const changes = spared.map((restart) => {
      running.courses.get(restart.serverId)?.abort(new Error("The restart was aborted"));
      this.#do(this.#tell(restart, TEXTS.inGameAborted[plan.language]));
      this.#record(plan, restart, {
        actorId: caller.id,
        actorName: caller.displayName,
        what: "abort restart",
        outcome: "done",
      });
      return this.#change(running, restart, { state: "aborted", abortedBy: caller.displayName });
    });
    await Promise.all(changes); // whoever is told that it is aborted can rely on it
    running.editFrom = this.#options.clock.now() + ANSWER_MS;
    return spared.length;
  }

  /** Brings cards and store up to date; forgets what is over and done with. Never rejects. */
  async refresh(): Promise<void> {
    await Promise.all(Array.from(this.#running.values(), async (running) => {
      const isSaved = await this.#save(running);
      const isOverNow = running.plan.servers.every(isOver);
      if (!await this.#showCard(running) || !isSaved || !isOverNow) return;
      const { store, log } = this.#options;
      try {
        await store.finish(running.plan.id);
        this.#running.delete(running.plan.id);
      } catch (error) {
        log.debug("a restart that is over cannot be closed yet", { error });
      }
    }));
  }

  /** Leaves everything as it stands, to be resumed. Never rejects. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("The program stops"));
    for (const { courses } of this.#running.values()) {
      for (const course of courses.values()) course.abort(this.#stopping.signal.reason);
    }
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  async #resume(): Promise<void> {
    for (const plan of await this.#options.store.unfinished()) {
      const running = this.#keep(plan);
      for (const restart of plan.servers) {
        // Whoever asked for it was told that it failed, or got no answer at all: no surprises.
        if (isUntold(restart)) this.#drop(running, restart, "overdue");
        else if (!isOver(restart)) this.#follow(running, restart);
      }
    }
  }

  #keep(plan: Plan): Running {
    const running: Running = {
      plan,
      courses: new Map(),
      unsaved: new Set(),
      saved: Promise.resolve(),
      isCardOld: true,
      editFrom: 0,
    };
    this.#running.set(plan.id, running);
    return running;
  }

  #follow(running: Running, restart: ServerRestart): void {
    const { servers, restartServer, clock, log } = this.#options;
    const { plan } = running;
    const server = servers.find(({ id }) => id === restart.serverId);
    if (this.#stopping.signal.aborted) return;
    if (!server) return this.#drop(running, restart, "forgotten");
    const course = new AbortController();
    running.courses.set(server.id, course);
    const followed = follow({
      plan,
      server,
      restart,
      restartServer,
      clock,
      signal: course.signal,
      change: async (fields) => {
        course.signal.throwIfAborted(); // that it was aborted is not to be written over
        return await this.#change(running, restart, fields);
      },
      tell: (minutes) => this.#tell(restart, warning(plan, minutes)),
    });
    this.#do(
      followed.then(() => this.#end(plan, restart)).catch((error) => {
        if (!course.signal.aborted) log.error("A restart broke off", { server: server.id, error });
      }),
    );
  }

  /** It will not take place. */
  #drop(running: Running, restart: ServerRestart, state: State): void {
    const changed = this.#change(running, restart, { state });
    this.#do(changed.then(() => this.#end(running.plan, restart)));
  }

  /** Whether the store knows it. Never rejects. */
  async #change(
    running: Running,
    restart: ServerRestart,
    fields: Partial<ServerRestart>,
  ): Promise<boolean> {
    Object.assign(restart, fields);
    running.isCardOld = true;
    running.unsaved.add(restart);
    this.#options.log.debug(`restart of ${restart.serverId}: ${restart.state}`, fields);
    await this.#save(running);
    return !running.unsaved.has(restart);
  }

  #save(running: Running): Promise<boolean> {
    const { store, log } = this.#options;
    const saved = running.saved.then(async () => {
      for (const restart of running.unsaved) {
        running.unsaved.delete(restart); // before: it may change again meanwhile
        try {
          await store.save(running.plan.id, restart);
        } catch (error) {
          running.unsaved.add(restart);
          log.debug("a restart cannot be stored now", { server: restart.serverId, error });
          return false;
        }
      }
      return true;
    });
    running.saved = saved;
    return saved;
  }

  /** It is over: writes that down, and tells staff when it did not go well. */
  #end(plan: Plan, restart: ServerRestart): void {
    const { alert, log, clock } = this.#options;
    const line = serverLine(restart, {
      plan,
      nameOf: this.nameOf,
      now: clock.now(),
      language: "en", // staff share one channel
    });
    if (hasFailed(restart)) alert(fill(TEXTS.alert, "en", { line }));
    const { serverId, state, failure } = restart;
    log.info(`Restart of ${serverId}: ${state}`, { failure });
    const outcome = hasFailed(restart) ? "failed" : "done";
    this.#record(plan, restart, { outcome, reason: failure && CONSOLE_TROUBLE[failure].en });
  }

  /** Whether the card is as it should be, or cannot be changed by anybody any more. */
  async #showCard(running: Running): Promise<boolean> {
    const { surface, clock, log } = this.#options;
    const { plan } = running;
    if (!running.isCardOld) return true;
    if (clock.now() < running.editFrom) return false;
    running.isCardOld = false; // before: it may change again meanwhile
    try {
      const message = planMessage(plan, { nameOf: this.nameOf, now: clock.now() });
      await surface.edit(plan.channelId, plan.messageId, message);
    } catch (error) {
      log.debug("the card of a restart cannot be changed", { error });
      const isForGood = error instanceof DiscordRestError && [403, 404].includes(error.status);
      running.isCardOld ||= !isForGood;
    }
    return !running.isCardOld;
  }

  /** Says it in the game's chat; nobody need be there to hear it. Never rejects. */
  async #tell({ serverId }: ServerRestart, text: string): Promise<void> {
    const { servers, sent, log } = this.#options;
    const server = servers.find(({ id }) => id === serverId);
    const { command } = toAnnouncement("chat", text);
    if (!server || command === undefined) return;
    try {
      const answered = server.console.send(command, { waitMs: TELL_WAIT_MS });
      await unlessAborted(answered, this.#stopping.signal);
      sent(serverId, command);
    } catch (error) {
      log.debug("the players of a server cannot be told", { server: serverId, error });
    }
  }

  #record(
    plan: Plan,
    { serverId }: ServerRestart,
    act: Partial<Parameters<Audit["record"]>[0]> & Pick<Parameters<Audit["record"]>[0], "outcome">,
  ): void {
    this.#do(this.#options.audit.record({
      actorId: plan.byId,
      actorName: plan.byName,
      what: "restart",
      target: this.nameOf(serverId),
      serverId,
      reason: undefined,
      ...act,
    }));
  }

  /** What people call a server; one that is no longer configured by its id. */
  readonly nameOf = (serverId: string): string =>
    this.#options.servers.find(({ id }) => id === serverId)?.name ?? serverId;

  /** Work that nobody waits for before the end. */
  #do(work: Promise<unknown>): void {
    const done = work.then(() => {}).finally(() => this.#work.delete(done));
    this.#work.add(done);
  }
}
