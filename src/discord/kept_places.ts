/**
 * A category with channels and threads that the bot keeps: made when somebody needs them, found
 * again by id when an admin has renamed or moved them, made anew when they were deleted.
 * @module
 */

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
  threadKey(id: Id): string | undefined;
}

/** Nothing is asked or made before somebody needs it. */
export function openKeptPlaces(_options: KeptPlacesOptions): KeptPlaces {
  throw new Error("to be written");
}
