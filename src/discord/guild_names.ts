/**
 * Names of the served guild's roles, channels and threads, kept from gateway events: messages
 * mention them by id. Asks Discord nothing; members' names come with each message.
 * @module
 */

import type { Id } from "./surface.ts";

/** A guild has at most 250 roles, 500 channels and 1,000 open threads; archived ones stay known. */
const MOST_NAMES = 5_000;

interface Named {
  readonly id: Id;
  readonly name?: string | null;
}

/** GUILD_CREATE, and events of channels, threads and roles, as far as they are read. */
interface RawEvent extends Named {
  readonly guild_id?: Id;
  readonly channels?: readonly Named[];
  readonly threads?: readonly Named[];
  readonly roles?: readonly Named[];
  readonly role?: Named;
  readonly role_id?: Id;
}

/** The names of one guild. */
export class GuildNames {
  readonly #guildId: Id;
  readonly #names = new Map<Id, string>();

  constructor(guildId: Id) {
    this.#guildId = guildId;
  }

  /** Names by the id of a role, channel or thread. */
  get all(): ReadonlyMap<Id, string> {
    return this.#names;
  }

  /** Takes names from an event of the gateway; most events have none. */
  note(event: string, data: unknown): void {
    switch (event) {
      case "GUILD_CREATE":
        return this.#startAnew(data as RawEvent);
      case "CHANNEL_CREATE":
      case "CHANNEL_UPDATE":
      case "THREAD_CREATE":
      case "THREAD_UPDATE":
        return this.#change(data as RawEvent, (named) => this.#set(named));
      case "CHANNEL_DELETE":
      case "THREAD_DELETE":
        return this.#change(data as RawEvent, ({ id }) => this.#names.delete(id));
      case "GUILD_ROLE_CREATE":
      case "GUILD_ROLE_UPDATE":
        return this.#change(data as RawEvent, ({ role }) => role && this.#set(role));
      case "GUILD_ROLE_DELETE":
        return this.#change(data as RawEvent, ({ role_id: id }) => id && this.#names.delete(id));
    }
  }

  /** While Discord has trouble with a guild it tells only its id. */
  #startAnew({ id, channels, threads = [], roles = [] }: RawEvent): void {
    if (id !== this.#guildId || !channels) return;
    this.#names.clear();
    for (const named of [...roles, ...channels, ...threads]) this.#set(named);
  }

  #change(event: RawEvent, change: (event: RawEvent) => unknown): void {
    if (event.guild_id === this.#guildId) change(event);
  }

  #set({ id, name }: Named): void {
    if (!name) return;
    this.#names.set(id, name);
    if (this.#names.size <= MOST_NAMES) return;
    const [oldest] = this.#names.keys();
    this.#names.delete(oldest!);
  }
}
