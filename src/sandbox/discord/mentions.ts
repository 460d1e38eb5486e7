/**
 * Whom a message pings: what its text names, what `allowed_mentions` lets through, and what the
 * author may. Knows nothing of routes.
 * @module
 */

import type { APIUser } from "discord-api-types/v10";
import type { Form } from "./form.ts";
import { Bit, can, canSee } from "./permissions.ts";
import type { Channel, Message, Pings, World } from "./world.ts";

/** What a message says about its mentions. */
export interface Mentions {
  /** As the message shows them: what `allowed_mentions` suppressed does not count as a mention. */
  readonly users: readonly APIUser[];
  readonly roles: readonly string[];
  readonly everyone: boolean;
  /** The same for notifications: without those who do not see the channel. */
  readonly pings: Pings;
}

/** What there is to look at. */
export interface MentionSource {
  readonly channel: Channel;
  readonly authorId: string;
  /** Content, and the texts of text components. */
  readonly text: string;
  /** `allowed_mentions` as it was sent; undefined: everything is allowed. */
  readonly allowed: Form | undefined;
  /** The message it replies to. */
  readonly repliedTo?: Message | undefined;
  /** Nobody but this user sees it, so nobody else is pinged. */
  readonly onlyFor?: string | undefined;
}

/** Finds whom a message mentions and pings. @throws {ApiError} 50035 for contradicting rules. */
export function mentionsOf(world: World, source: MentionSource): Mentions {
  const { channel, allowed, repliedTo, onlyFor } = source;
  const text = withoutCode(source.text);
  const allows = ruleOf(allowed);
  const named = new Set(idsIn(text, /<@!?(\d{1,20})>/g).filter((id) => allows("users", id)));
  const pingsReplied = allowed ? allowed.yesNo("replied_user") ?? false : true;
  if (repliedTo && pingsReplied) named.add(repliedTo.data.author.id);

  const mayPingAll = can(world, source.authorId, { in: channel, bits: Bit.MentionEveryone });
  const users = [...named].flatMap((id) => world.users.get(id) ?? []);
  const roles = unique(idsIn(text, /<@&(\d{1,20})>/g)).filter((id) => {
    const role = id === channel.guild?.id ? undefined : channel.guild?.roles.get(id);
    return role && (role.mentionable || mayPingAll) && allows("roles", id);
  });
  const everyone = mayPingAll && channel.guild !== undefined && allows("everyone") &&
    /@(everyone|here)\b/.test(text);

  const reaches = (id: string) =>
    onlyFor === undefined ? canSee(world, id, channel) : id === onlyFor;
  const isPublic = onlyFor === undefined;
  return {
    users,
    roles,
    everyone,
    pings: {
      everyone: everyone && isPublic,
      users: users.map((user) => user.id).filter((id) => id !== source.authorId && reaches(id)),
      roles: isPublic ? roles : [],
    },
  };
}

/** Ids of all users whom a message notifies, its author excepted. A direct one always does. */
export function notifiedBy(world: World, channel: Channel, message: Message): Set<string> {
  const { pings } = message;
  const members = [...channel.guild?.members.values() ?? []].filter((member) =>
    (pings.everyone || member.roles.some((id) => pings.roles.includes(id))) &&
    canSee(world, member.user.id, channel)
  );
  const users = [...members.map((member) => member.user), ...channel.recipients];
  const ids = new Set([...pings.users, ...users.map((user) => user.id)]);
  ids.delete(message.data.author.id);
  return ids;
}

/**
 * Whether `allowed_mentions` lets a kind, or one of a kind, through.
 * Source: Discord's documentation, "Allowed Mentions Object".
 */
function ruleOf(allowed: Form | undefined): (kind: string, id?: string) => boolean {
  if (!allowed) return () => true;
  const parse = allowed.fields["parse"];
  const kinds: unknown[] = Array.isArray(parse) ? parse : [];
  const listed = { users: allowed.ids("users", 100), roles: allowed.ids("roles", 100) };
  for (const kind of ["users", "roles"] as const) {
    if (kinds.includes(kind) && listed[kind]?.length) {
      const text = `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`;
      throw allowed.refuse("parse", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", text);
    }
  }
  return (kind, id) =>
    kinds.includes(kind) ||
    (id !== undefined && (listed[kind as keyof typeof listed]?.includes(id) ?? false));
}

/** Discord looks for no mentions inside code. */
function withoutCode(text: string): string {
  return text.replace(/```[\s\S]*?```/g, "").replace(/(`{1,2})(?!`)[\s\S]*?[^`]\1(?!`)/g, "");
}

function idsIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)];
}
