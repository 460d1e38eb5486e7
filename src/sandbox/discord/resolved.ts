/**
 * The people, roles and channels that an interaction's data names by id, in full, as Discord sends
 * them along.
 * @module
 */

import type { SentOption } from "./calls.ts";
import { channelPermissions, guildPermissions } from "./permissions.ts";
import { memberOf, userOf } from "./shapes.ts";
import type { Guild, World } from "./world.ts";

type Resolved = Partial<
  Record<"users" | "members" | "roles" | "channels", Record<string, unknown>>
>;

/** Option types whose value is an id: user, channel, role, mentionable. */
const WITH_IDS: ReadonlySet<number> = new Set([6, 7, 8, 9]);

/** Ids among the values of filled options. */
export function idsIn(options: readonly SentOption[]): string[] {
  return options.flatMap((option) => [
    ...idsIn(option.options ?? []),
    ...(WITH_IDS.has(option.type) ? [String(option.value)] : []),
  ]);
}

/**
 * What these ids stand for, as one member sees it; nothing when there are none.
 *
 * @throws Error for an id that is nothing in this guild.
 */
export function resolve(
  world: World,
  guild: Guild,
  { ids, userId }: { readonly ids: readonly string[]; readonly userId: string },
): { resolved?: Resolved } {
  const found: Resolved = {};
  for (const id of ids) {
    const [member, role] = [guild.members.get(id), guild.roles.get(id)];
    const channel = world.channels.get(id);
    if (member !== undefined) {
      const { user: _user, deaf: _deaf, mute: _mute, ...rest } = memberOf(member);
      const permissions = String(guildPermissions(guild, id));
      (found.users ??= {})[id] = userOf(member.user);
      (found.members ??= {})[id] = { ...rest, permissions };
    } else if (role !== undefined) {
      (found.roles ??= {})[id] = role;
    } else if (channel?.guild === guild) {
      const permissions = String(channelPermissions(world, userId, channel));
      (found.channels ??= {})[id] = {
        id,
        type: channel.type,
        name: channel.name,
        parent_id: channel.parentId,
        permissions,
        ...(channel.thread && { thread_metadata: channel.thread.metadata }),
      };
    } else {
      throw new Error(`Cannot enter ${id}: nobody and nothing in this guild has that id`);
    }
  }
  return ids.length === 0 ? {} : { resolved: found };
}
