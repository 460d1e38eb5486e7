/**
 * Answers of the gateway to op 8, "request guild members": lists of members in parts, and the limit
 * on whole lists.
 * @module
 */

import { GatewayDispatchEvents, GatewayIntentBits, GatewayOpcodes } from "discord-api-types/v10";
import { chunk } from "es-toolkit";
import type { Session } from "./session.ts";
import { memberOf } from "./shapes.ts";
import type { Guild, Member, World } from "./world.ts";

const CHUNK = 1000;
const MOST_BY_NAME = 100;
const MOST_BY_ID = 100;
/** A whole list per guild and bot; since 2025, before that only the 120 sends per minute counted. */
const WHOLE_LIST_EVERY_MS = 30_000;

interface Found {
  readonly members: readonly Member[];
  readonly notFound?: readonly string[];
}

/** Requests for members of one local Discord. */
export class MemberRequests {
  /** Real times of whole lists, by application and guild. */
  readonly #lastWhole = new Map<string, number>();

  constructor(readonly world: World) {}

  /** Sends the answer to one request as events of the session. */
  answer(session: Session, data: Record<string, unknown>): void {
    const guild = this.world.guilds.get(String(data["guild_id"]));
    if (!guild?.members.has(session.app.id)) return; // not in the guild: no answer at all
    const retryAfterMs = isWholeList(data) ? this.#takeWhole(session, guild) : 0;
    const nonce = typeof data["nonce"] === "string" ? { nonce: data["nonce"] } : {};
    if (retryAfterMs > 0) {
      session.dispatch("RATE_LIMITED", {
        opcode: GatewayOpcodes.RequestGuildMembers,
        retry_after: retryAfterMs / 1000,
        meta: { guild_id: guild.id, ...nonce },
      });
      return;
    }
    const { members, notFound } = find(guild, session, data);
    const parts = members.length === 0 ? [[]] : chunk(members, CHUNK);
    for (const [index, part] of parts.entries()) {
      session.dispatch(GatewayDispatchEvents.GuildMembersChunk, {
        guild_id: guild.id,
        members: part.map((member) => memberOf(member)),
        chunk_index: index,
        chunk_count: parts.length,
        ...(notFound === undefined ? {} : { not_found: notFound }),
        ...nonce,
      });
    }
  }

  /** Milliseconds until the whole list may be asked for again; 0: this one counts. */
  #takeWhole(session: Session, guild: Guild): number {
    const key = `${session.app.id}/${guild.id}`;
    const now = Date.now();
    const waitMs = (this.#lastWhole.get(key) ?? -Infinity) + WHOLE_LIST_EVERY_MS - now;
    if (waitMs > 0) return waitMs;
    this.#lastWhole.set(key, now);
    return 0;
  }
}

function isWholeList(data: Record<string, unknown>): boolean {
  return data["user_ids"] === undefined && (data["query"] ?? "") === "" &&
    (data["limit"] ?? 0) === 0;
}

function find(guild: Guild, session: Session, data: Record<string, unknown>): Found {
  const ids = data["user_ids"];
  if (ids !== undefined) {
    const wanted = (Array.isArray(ids) ? ids : [ids]).slice(0, MOST_BY_ID).map(String);
    const members = wanted.flatMap((id) => guild.members.get(id) ?? []);
    return { members, notFound: wanted.filter((id) => !guild.members.has(id)) };
  }
  const all = [...guild.members.values()];
  if (isWholeList(data)) {
    const mayListAll = (session.intents & GatewayIntentBits.GuildMembers) !== 0;
    return { members: mayListAll ? all : all.filter(({ user }) => user.id === session.app.id) };
  }
  const start = String(data["query"] ?? "").toLowerCase();
  const isMatch = ({ user, nick }: Member) =>
    [user.username, nick ?? ""].some((name) => name.toLowerCase().startsWith(start));
  const limit = Math.min(Number(data["limit"]) || MOST_BY_NAME, MOST_BY_NAME);
  return { members: all.filter(isMatch).slice(0, limit) };
}
