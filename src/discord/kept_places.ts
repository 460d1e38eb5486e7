/**
 * A category with channels and threads that the bot keeps: made when somebody needs them, found
 * again by id when an admin has renamed or moved them, made anew when they were deleted.
 * @module
 */

import type { Log } from "../runtime/log.ts";
import { DiscordRestError } from "./errors.ts";
import type { Id, Privacy, Surface } from "./surface.ts";

/** Where ids of places are remembered over restarts. May throw; then they are known until the end. */
export interface PlaceMemory {
  load(): Promise<Readonly<Record<string, RememberedPlace>>>;
  save(key: string, place: RememberedPlace): Promise<void>;
}

/** A place, with the name that it was given last by the program. */
export interface RememberedPlace {
  readonly id: Id;
  readonly name: string;
}

/** A thread that is wanted. */
export interface WantedThread {
  /** Name of its channel. */
  readonly channel: string;
  /** What it is for, such as a server's id: it stays the same thread when its name changes. */
  readonly key: string;
  readonly name: string;
}

/** What {@linkcode openKeptPlaces} needs. */
export interface KeptPlacesOptions {
  readonly surface: Surface;
  readonly memory: PlaceMemory;
  readonly category: string;
  readonly privacy: Privacy;
  readonly log: Log;
}

/** The places of one category. Every call may throw a DiscordRestError. */
export interface KeptPlaces {
  /**
   * Does the work in a channel; once more in a new one when it turns out that the channel is gone.
   */
  inChannel<T>(name: string, work: (channelId: Id) => Promise<T>): Promise<T>;
  /** The same in a thread, which is reopened, and renamed when `name` is another than last time. */
  inThread<T>(thread: WantedThread, work: (threadId: Id) => Promise<T>): Promise<T>;
  /** Key of the thread with that id; undefined when it is none of ours. */
  threadKey(id: Id): Promise<string | undefined>;
}

/** A place, and how it is made when it is not there. */
interface Kept {
  readonly key: string;
  readonly name: string;
  readonly make: () => Promise<Id>;
  /** Whether an error of work in it says that it was deleted. */
  readonly isGone: (error: DiscordRestError) => boolean;
}

const UNKNOWN_CHANNEL = 10003;
const THREAD_IS_ARCHIVED = 50083;
const THREAD_KEY = "thread ";

/** What is remembered is read at once; nothing is asked of Discord or made before it is needed. */
export function openKeptPlaces(
  { surface, memory, category, privacy, log }: KeptPlacesOptions,
): KeptPlaces {
  const known = new Map<string, RememberedPlace>();
  const unsaved = new Map<string, RememberedPlace>();
  const making = new Map<string, Promise<Id>>();
  let loading: Promise<void> | undefined = load();
  let saving: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      for (const [key, place] of Object.entries(await memory.load())) {
        if (!known.has(key)) known.set(key, place);
      }
    } catch (error) {
      log.warn("Cannot read which places the bot has made, tried again soon", { error });
      loading = undefined;
    }
  }

  /** Nobody waits for it: a place whose id gets lost is found again by its name. */
  function saveSoon(): void {
    saving ??= save().finally(() => saving = undefined);
  }

  async function save(): Promise<void> {
    for (const [key, place] of unsaved) {
      unsaved.delete(key);
      try {
        await memory.save(key, place);
      } catch (error) {
        log.warn("Cannot remember a place that the bot has made, tried again soon", { error });
        // It may have been made anew meanwhile.
        if (!unsaved.has(key)) unsaved.set(key, place);
        return;
      }
    }
  }

  function remember(key: string, place: RememberedPlace): void {
    known.set(key, place);
    unsaved.set(key, place);
  }

  async function idOf({ key, name, make }: Kept): Promise<Id> {
    if (!known.has(key)) await (loading ??= load());
    const place = known.get(key);
    if (place) return place.id;
    const found = making.get(key) ?? make().then((id) => {
      remember(key, { id, name });
      return id;
    }).finally(() => making.delete(key));
    making.set(key, found);
    return await found;
  }

  async function within<T>(place: Kept, work: (id: Id) => Promise<T>): Promise<T> {
    try {
      const id = await idOf(place);
      try {
        return await work(id);
      } catch (error) {
        if (!(error instanceof DiscordRestError && place.isGone(error))) throw error;
        // Another who noticed it first may have made a new one already.
        if (known.get(place.key)?.id === id) known.delete(place.key);
        return await work(await idOf(place));
      }
    } finally {
      if (unsaved.size > 0) saveSoon();
    }
  }

  async function inOpenThread<T>(id: Id, work: (threadId: Id) => Promise<T>): Promise<T> {
    try {
      return await work(id);
    } catch (error) {
      if (!(error instanceof DiscordRestError && error.code === THREAD_IS_ARCHIVED)) throw error;
      await surface.openThread(id);
      return await work(id);
    }
  }

  /** Gives a thread the name that is wanted now. Tried once: more would keep its work waiting. */
  async function follow({ key, name }: Kept, id: Id): Promise<void> {
    const place = known.get(key);
    if (place?.id !== id || place.name === name) return;
    known.set(key, { id, name });
    try {
      await surface.openThread(id, name);
      remember(key, { id, name });
    } catch (error) {
      if (!(error instanceof DiscordRestError)) throw error;
      log.warn("Cannot rename a thread, it keeps its name for now", { error });
    }
  }

  function keyOf(id: Id): string | undefined {
    for (const [key, place] of known) {
      if (place.id === id && key.startsWith(THREAD_KEY)) return key.slice(THREAD_KEY.length);
    }
    return undefined;
  }

  const categoryPlace: Kept = {
    key: `category ${category}`,
    name: category,
    make: () => surface.ensureCategory(category, privacy),
    isGone: ({ status, message }) => status === 400 && message.includes("parent_id"),
  };

  function channelPlace(name: string): Kept {
    return {
      key: `channel ${name}`,
      name,
      make: () => within(categoryPlace, (id) => surface.ensureChannel(id, name, privacy)),
      isGone: isUnknownChannel,
    };
  }

  function threadPlace({ channel, key, name }: WantedThread): Kept {
    return {
      key: THREAD_KEY + key,
      name,
      make: () => within(channelPlace(channel), (id) => surface.ensureThread(id, name)),
      isGone: isUnknownChannel,
    };
  }

  return {
    inChannel: (name, work) => within(channelPlace(name), work),
    inThread(thread, work) {
      const place = threadPlace(thread);
      return within(place, async (id) => {
        await follow(place, id);
        return await inOpenThread(id, work);
      });
    },
    async threadKey(id) {
      const key = keyOf(id);
      if (key !== undefined) return key;
      // Members may write in a thread before Discord has told us that it was made.
      await Promise.allSettled([loading, ...making.values()]);
      return keyOf(id);
    },
  };
}

function isUnknownChannel({ isUnknown, code }: DiscordRestError): boolean {
  return isUnknown && code === UNKNOWN_CHANNEL;
}
