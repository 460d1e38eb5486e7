/**
 * Places that features need by name: categories, text channels and threads, found again or made.
 * The other half of the {@linkcode Surface}, writing, is `channel_messages.ts`.
 *
 * Nothing is remembered: each call asks Discord, so what an admin deleted, renamed or archived
 * meanwhile is noticed. Callers keep the id, and call again when Discord says that it is unknown.
 * @module
 */

import { permissionBits } from "./rights.ts";
import type { Rest } from "./rest.ts";
import type { Id, Privacy, Surface } from "./surface.ts";

/** What {@linkcode openPlaces} needs from outside. */
export interface PlacesOptions {
  readonly rest: Rest;
  /** The served guild. */
  readonly guildId: Id;
  /** The bot's own user id. */
  readonly botId: Id;
}

/** Numbers of Discord's channel types. */
const TEXT = 0;
const CATEGORY = 4;
const PUBLIC_THREAD = 11;
/** Kinds of overwrites. */
const ROLE = 0;
const MEMBER = 1;

/** Names of channels, categories and threads. */
const MAX_NAME = 100;
/** A week, the longest there is. */
const ARCHIVE_AFTER_MINUTES = 10_080;
/** Archived threads come 100 at a time, newest first; who has more than 2,000 gets a new one. */
const MOST_PAGES = 20;

/** A channel, category or thread, as far as it matters here. */
interface Place {
  readonly id: Id;
  readonly type: number;
  readonly name: string;
  readonly parent_id?: Id | null;
  readonly thread_metadata?: { readonly archived: boolean; readonly archive_timestamp: string };
}

/**
 * Ways to find or make places. Two callers who want the same at once get the same.
 *
 * A place that exists keeps its overwrites, which are the admins' to change; `privacy` is for one
 * that has to be made. It allows the bot itself, or it would lock itself out, and only to see: a bot
 * cannot grant what it does not hold. A channel made without `privacy` is as private as its category.
 */
export function openPlaces(
  { rest, guildId, botId }: PlacesOptions,
): Pick<Surface, "ensureCategory" | "ensureChannel" | "ensureThread" | "openThread"> {
  const underWay = new Map<string, Promise<Id>>();

  function once(key: string, find: () => Promise<Id>): Promise<Id> {
    const known = underWay.get(key);
    if (known) return known;
    const found = find().finally(() => underWay.delete(key));
    underWay.set(key, found);
    return found;
  }

  async function existing(isIt: (place: Place) => boolean): Promise<Id | undefined> {
    const channels = await rest.call("GET", `/guilds/${guildId}/channels`) as Place[];
    return oldest(channels.filter(isIt))?.id;
  }

  async function make(body: Partial<Place>, privacy: Privacy | undefined): Promise<Id> {
    const overwrites = privacy && { permission_overwrites: hiding(privacy, { guildId, botId }) };
    const made = await rest.call("POST", `/guilds/${guildId}/channels`, {
      body: { ...body, ...overwrites },
    });
    return (made as Place).id;
  }

  return {
    ensureCategory: async (name, privacy) => {
      const wanted = shortName(name);
      const isIt = (place: Place) => place.type === CATEGORY && isSame(place.name, wanted);
      return await once(
        `category ${folded(wanted)}`,
        async () => await existing(isIt) ?? await make({ type: CATEGORY, name: wanted }, privacy),
      );
    },

    ensureChannel: async (categoryId, name, privacy) => {
      const wanted = channelName(name);
      const body = { type: TEXT, name: wanted, parent_id: categoryId };
      const isIt = (place: Place) =>
        place.type === TEXT && place.parent_id === categoryId && storedName(place.name) === wanted;
      return await once(
        `channel ${categoryId} ${wanted}`,
        async () => await existing(isIt) ?? await make(body, privacy),
      );
    },

    ensureThread: async (channelId, name) => {
      const wanted = shortName(name);
      const isIt = (place: Place) => place.parent_id === channelId && isSame(place.name, wanted);
      return await once(`thread ${channelId} ${folded(wanted)}`, async () => {
        const active = await rest.call("GET", `/guilds/${guildId}/threads/active`);
        const open = oldest((active as { threads: Place[] }).threads.filter(isIt));
        if (open) return open.id;
        const archived = await archivedThread(rest, channelId, isIt);
        return archived ? await reopen(rest, archived) : await startThread(rest, channelId, wanted);
      });
    },

    openThread: async (threadId, name) => {
      await patchThread(rest, threadId, {
        archived: false,
        ...(name !== undefined && { name: shortName(name) }),
      });
    },
  };
}

async function archivedThread(
  rest: Rest,
  channelId: Id,
  isIt: (place: Place) => boolean,
): Promise<Id | undefined> {
  let before = "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const path = `/channels/${channelId}/threads/archived/public?limit=100${before}`;
    const answer = await rest.call("GET", path);
    const { threads, has_more } = answer as { threads: Place[]; has_more: boolean };
    const found = oldest(threads.filter(isIt));
    if (found) return found.id;
    const last = threads.at(-1)?.thread_metadata?.archive_timestamp;
    if (!has_more || !last) return undefined;
    before = `&before=${encodeURIComponent(last)}`;
  }
  return undefined;
}

/** A locked thread stays locked: that is an admin's doing, and who manages threads may write. */
async function reopen(rest: Rest, threadId: Id): Promise<Id> {
  await patchThread(rest, threadId, { archived: false });
  return threadId;
}

async function patchThread(rest: Rest, threadId: Id, body: Record<string, unknown>): Promise<void> {
  await rest.call("PATCH", `/channels/${threadId}`, { body, isIdempotent: true });
}

async function startThread(rest: Rest, channelId: Id, name: string): Promise<Id> {
  const made = await rest.call("POST", `/channels/${channelId}/threads`, {
    body: { name, type: PUBLIC_THREAD, auto_archive_duration: ARCHIVE_AFTER_MINUTES },
  });
  return (made as Place).id;
}

/** Overwrites that hide a place from everyone but some roles and the bot. */
function hiding({ onlyRoles }: Privacy, { guildId, botId }: { guildId: Id; botId: Id }) {
  const see = String(permissionBits(["View Channels"]));
  const roles = new Set(onlyRoles);
  roles.delete(guildId); // @everyone, from whom it is hidden
  return [
    { id: guildId, type: ROLE, allow: "0", deny: see },
    ...[...roles].map((id) => ({ id, type: ROLE, allow: see, deny: "0" })),
    { id: botId, type: MEMBER, allow: see, deny: "0" },
  ];
}

/** Of several with one name always the same: the one that was there first has the smallest id. */
function oldest(places: readonly Place[]): Place | undefined {
  return places.toSorted((a, b) => BigInt(a.id) < BigInt(b.id) ? -1 : 1)[0];
}

/** A name of a category or thread, as Discord keeps it. */
function shortName(name: string): string {
  return withinLimit(name.replace(/\s+/g, " ").trim(), name);
}

/** A name of a text channel, as Discord keeps it. */
function channelName(name: string): string {
  return withinLimit(storedName(name), name);
}

/** Discord lower-cases names of text channels, drops ASCII punctuation and puts `-` for spaces. */
function storedName(name: string): string {
  const kept = name.toLowerCase().replace(/[!-,./:-@[-^`{-~]/g, "").trim();
  return kept.replace(/[\s-]+/g, "-");
}

function withinLimit(name: string, original: string): string {
  // Not within a character of two halves.
  const short = name.slice(0, MAX_NAME).replace(/[\uD800-\uDBFF]$/, "");
  if (short === "") {
    throw new RangeError(`Cannot name a place "${original}": nothing is left of it`);
  }
  return short;
}

function isSame(a: string, b: string): boolean {
  return folded(a) === folded(b);
}

/** Names that people take for the same are the same. */
function folded(name: string): string {
  return name.toLowerCase().replace(/\s+/g, " ").trim();
}
