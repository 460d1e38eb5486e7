/**
 * Moderation on a running bot: game servers, the roster that knows who plays there, the audit, and
 * a clock that tests move.
 * @module
 */

import { delay } from "es-toolkit";
import type { Person } from "../../../src/sandbox/discord/people.ts";
import { shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Message } from "../../../src/sandbox/discord/world.ts";
import type { Feature, Roster } from "../../../src/features/feature.ts";
import { openModeration } from "../../../src/features/moderation/mod.ts";
import { openRoster } from "../../../src/features/server_status/roster.ts";
import { type Act, type Audit, storedAudit } from "../../../src/store/audit.ts";
import type { Database } from "../../../src/store/sql.ts";
import { HandClock } from "../../hand_clock.ts";
import { featureStage, type Given, type Stage, startBot } from "../feature_stage.ts";

/** A stage with moderation on it. */
export interface ModerationStage extends AsyncDisposable {
  readonly stage: Stage;
  readonly clock: HandClock;
  readonly roster: Roster;
  /** What staff were told. */
  readonly alerts: readonly string[];
  /** Asks every server who is there; those that do not answer are passed over. */
  look(): Promise<void>;
  /** Resolves with the first act in the audit that matches, from the start on; moves time on. */
  acted(match: Partial<Act>): Promise<Act>;
  /** Ends the bot and begins it anew, with these servers. */
  restart(servers: readonly string[]): Promise<void>;
}

/** Starts it; `servers` default to Island and Ragnarok. */
export async function moderationStage(
  db: Database,
  { servers = ["Island", "Ragnarok"], spare = [] }: {
    readonly servers?: readonly string[];
    /** Servers that run, of which the bot does not know yet. */
    readonly spare?: readonly string[];
  } = {},
): Promise<ModerationStage> {
  const clock = new HandClock();
  const acts: Act[] = [];
  const alerts: string[] = [];
  let roster: Roster | undefined;
  const features = ({ servers, clock, log }: Given, known: readonly string[]): Feature[] => {
    const audit = storedAudit({ db, clock, log });
    const ours = servers.filter(({ name }) => known.includes(name));
    const asking = openRoster({ servers: ours, db, clock, log });
    roster = asking;
    const watched: Audit = {
      async record(act) {
        await audit.record(act);
        acts.push(act);
      },
    };
    const moderation = openModeration({
      servers: ours,
      roster,
      audit: watched,
      alert: (text) => void alerts.push(text),
      db,
      clock,
      log,
    });
    return [moderation, { commands: [], jobs: [asking.job] }];
  };
  const all = [...servers, ...spare];
  const make = (given: Given) => features(given, servers);
  const stage = await featureStage({ servers: all, clock, make });
  let bot: Pick<Stage, "servers" | "stopBot"> = stage;
  return {
    stage,
    clock,
    alerts,
    get roster() {
      return roster!;
    },
    async look() {
      await Promise.all(bot.servers.map(({ id }) => roster!.refresh(id).catch(() => {})));
    },
    async acted(match) {
      const wanted = Object.entries(match);
      const isIt = (act: Act) => wanted.every(([key, value]) => act[key as keyof Act] === value);
      for (const start = Date.now(); Date.now() - start < 10_000;) {
        const act = acts.find(isIt);
        if (act) return act;
        await clock.advance(15_000); // each round of the keeper's job
        await delay(5); // consoles and the store work in real time
      }
      throw new Error(`It never came to that: ${JSON.stringify({ match, acts })}`);
    },
    async restart(servers) {
      await bot.stopBot();
      const arks = all.map((name) => stage.ark(name));
      const make = (given: Given) => features(given, servers);
      bot = await startBot(stage.world, { make, clock, arks });
    },
    async [Symbol.asyncDispose]() {
      await bot.stopBot();
      await stage[Symbol.asyncDispose]();
    },
  };
}

/** Presses a button of a card, which then has none any more and shows what became of it. */
export async function decides(person: Person, card: Message, label: string): Promise<string> {
  await person.presses(card, label);
  const isDecided = (message: Message) => message === card && message.data.components?.length === 0;
  return textOf(await person.seesSoon("general", isDecided, 10_000));
}

/** Runs `/ban` and presses *Ban*. */
export async function bans(
  moderator: Person,
  options: Readonly<Record<string, string>>,
): Promise<string> {
  const card = shown(await moderator.runs("/ban", options));
  return await decides(moderator, card, "Ban");
}
