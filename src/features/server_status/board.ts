/**
 * The live status board: one message that always shows how the servers are. Edits it when that has
 * changed, and finds it again after a restart. What stands in it is the view's.
 * @module
 */

import { DiscordRestError } from "../../discord/errors.ts";
import type { KeptPlaces } from "../../discord/kept_places.ts";
import type { Id, OutgoingMessage, Surface } from "../../discord/surface.ts";
import { type Clock, settlesWithin, unlessAborted } from "../../runtime/clock.ts";
import type { Job } from "../../runtime/jobs.ts";
import type { Log } from "../../runtime/log.ts";
import type { Database } from "../../store/sql.ts";
import { boardMessage, serversText, type ServerView, stoppedBoardMessage } from "./view.ts";

/** What {@linkcode openBoard} needs. */
export interface BoardOptions {
  /** The servers as they are now. */
  readonly servers: () => readonly ServerView[];
  readonly places: Pick<KeptPlaces, "inChannel">;
  readonly surface: Pick<Surface, "post" | "edit" | "ownMessagesAfter">;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** The board, kept right by its job. */
export interface Board {
  readonly job: Job;
  /** Says on the board that it is kept no longer. Never rejects; resolves after 1 s at the latest. */
  stop(): Promise<void>;
}

const CHANNEL = "server-status";
const EVERY_SECONDS = 10;
const EDIT_EVERY_MS = 30_000;
/** So often it is looked whether somebody has deleted it. */
const LOOK_EVERY_MS = 60_000;
const STOP_MS = 1_000;
const DEADLINE_MS = 5_000;

const UNKNOWN_MESSAGE = 10008;
/** Of another application, when the bot was replaced by one with another token. */
const NOT_OUR_MESSAGE = 50005;

/** A board; nothing is posted before its job runs. */
export function openBoard(options: BoardOptions): Board {
  const { clock, log } = options;
  const keeper = new BoardKeeper(options);
  let work = Promise.resolve();
  let isStopped = false;
  return {
    job: {
      name: "status board",
      every: { seconds: EVERY_SECONDS },
      limitMs: 60_000,
      run: (signal) => {
        const update = work.then(() => isStopped ? undefined : keeper.update());
        work = update.catch(() => {}); // the job tells of it
        return unlessAborted(update, signal);
      },
    },
    async stop() {
      isStopped = true;
      const end = work.then(() => keeper.sayGoodbye())
        .catch((error) => log.debug("the status board could not be closed", { error }));
      await settlesWithin(STOP_MS, { work: end, clock });
    },
  };
}

class BoardKeeper {
  readonly #options: BoardOptions;
  /** Undefined while there is none. */
  #messageId: Id | undefined;
  #isLoaded = false;
  #isSaved = true;
  #channelId: Id | undefined;
  /** What it says, apart from when it was written. */
  #text: string | undefined;
  #editedAt = -Infinity;
  #lookedAt = -Infinity;

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** @throws {DiscordRestError | StoreError} then it is done the next time. */
  async update(): Promise<void> {
    const servers = this.#options.servers();
    // In the first seconds nothing is known; with what was posted then, the next edit would be late.
    if (servers.length === 0 || servers.some(({ state }) => state.what === "unknown")) return;
    // Without the id of an older board, there would be a second one.
    if (!this.#isLoaded) await this.#load();
    await this.#follow(servers);
    // At the end: without the store, the board that there is goes on.
    if (!this.#isSaved) await this.#save();
  }

  async #follow(servers: readonly ServerView[]): Promise<void> {
    const { places, clock } = this.#options;
    const now = clock.now();
    const text = serversText(servers, "en");
    const isDue = text !== this.#text && now >= this.#editedAt + EDIT_EVERY_MS;
    if (!isDue && now < this.#lookedAt + LOOK_EVERY_MS) return;
    await places.inChannel(CHANNEL, async (channelId) => {
      this.#channelId = channelId;
      if (!isDue && await this.#isThere(channelId)) return;
      await this.#show(channelId, boardMessage(servers, new Date(now)));
      this.#text = text;
      this.#editedAt = now;
    });
    this.#lookedAt = now;
  }

  async sayGoodbye(): Promise<void> {
    const { surface, clock } = this.#options;
    if (this.#channelId === undefined || this.#messageId === undefined) return;
    // What was announced will not happen any more.
    const servers = this.#options.servers().map((server) =>
      server.restart?.isUnderWay ? server : { ...server, restart: undefined }
    );
    const message = stoppedBoardMessage(servers, new Date(clock.now()));
    await surface.edit(this.#channelId, this.#messageId, message);
  }

  async #isThere(channelId: Id): Promise<boolean> {
    const id = this.#messageId;
    if (id === undefined) return false;
    const before = String(BigInt(id) - 1n);
    const messages = await this.#options.surface.ownMessagesAfter(channelId, before);
    return messages.some((message) => message.id === id);
  }

  /** Edits the message that there is, or posts one. */
  async #show(channelId: Id, message: OutgoingMessage): Promise<void> {
    const { surface } = this.#options;
    if (this.#messageId !== undefined) {
      try {
        return await surface.edit(channelId, this.#messageId, message);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
    // The same until the new id is stored: a crash in between does not lead to a second board.
    const nonce = `board${this.#messageId ?? ""}`;
    const { id } = await surface.post(channelId, message, { nonce });
    this.#messageId = id;
    this.#isSaved = false;
  }

  async #load(): Promise<void> {
    const [row] = await this.#options.db.run(
      DEADLINE_MS,
      (sql) => sql<{ message_id: string }[]>`select message_id from status_board`,
    );
    this.#messageId = row?.message_id;
    this.#isLoaded = true;
  }

  async #save(): Promise<void> {
    await this.#options.db.run(DEADLINE_MS, (sql) =>
      sql`
      insert into status_board (message_id) values (${this.#messageId!})
      on conflict (is_only) do update set message_id = excluded.message_id`);
    this.#isSaved = true;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof DiscordRestError &&
    (error.code === UNKNOWN_MESSAGE || error.code === NOT_OUR_MESSAGE);
}
