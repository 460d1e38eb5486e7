/**
 * The answers to one interaction, and later changes to them, as REST calls. Which answer is still
 * possible is the router's matter; Discord's refusals come out as `DiscordRestError`.
 * @module
 */

import type { Look } from "./embed.ts";
import type { PastMessages, Replies } from "./interaction.ts";
import { toDiscordEdit, toDiscordForm, toDiscordMessage } from "./message.ts";
import type { CallOptions, Rest } from "./rest.ts";
import type { Id } from "./surface.ts";

/** What every answer of one bot needs. */
export interface Answering {
  readonly rest: Rest;
  readonly applicationId: Id;
  readonly look: Look;
}

/** Kinds of first answers. */
const REPLY = 4, DEFER = 5, DEFER_UPDATE = 6, UPDATE = 7, SUGGEST = 8, FORM = 9;

/** Only the caller sees it. */
const EPHEMERAL = 64;

const MOST_SUGGESTIONS = 25;
const LONGEST_SUGGESTION = 100;

/** The answers to the interaction of that id and token. */
export function openReplies(
  { id, token }: { readonly id: Id; readonly token: string },
  answering: Answering,
): Replies {
  const { rest, applicationId, look } = answering;
  const webhook = `/webhooks/${applicationId}/${token}`;
  const original = `${webhook}/messages/@original`;
  const first = async (type: number, { body: data, files }: Payload = {}) => {
    // One lost request must not lose the interaction. Of two Discord takes the first and refuses
    // the other: then whoever asked knows that there is an answer.
    const options = {
      body: data ? { type, data } : { type },
      ...filesOf(files),
      isIdempotent: true,
    };
    await rest.call("POST", `/interactions/${id}/${token}/callback`, options);
  };
  return {
    token,
    originalId: async () => idOf(await rest.call("GET", original)),
    reply: (message, { isPrivate }) =>
      first(REPLY, flagged(toDiscordMessage(message, look), isPrivate)),
    defer: ({ isPrivate }) => first(DEFER, flagged({ body: {} }, isPrivate)),
    deferUpdate: () => first(DEFER_UPDATE),
    update: (message) => first(UPDATE, toDiscordEdit(message, look)),
    form: (form) => first(FORM, { body: toDiscordForm(form) }),
    suggest: (texts) => first(SUGGEST, { body: { choices: choicesOf(texts) } }),
    editOriginal: (message) => patch(rest, original, toDiscordEdit(message, look)),
    deleteOriginal: async () => {
      await rest.call("DELETE", original);
    },
    async followUp(message, { isPrivate }) {
      const { body, files } = flagged(toDiscordMessage(message, look), isPrivate);
      return { id: idOf(await rest.call("POST", webhook, { body, ...filesOf(files) })) };
    },
  };
}

/** Changes an answer of an interaction that is at most 15 minutes old. */
export function editAnswer(answering: Answering): PastMessages["editAnswer"] {
  return (token, messageId, message) => {
    const { rest, applicationId, look } = answering;
    const path = `/webhooks/${applicationId}/${token}/messages/${messageId}`;
    return patch(rest, path, toDiscordEdit(message, look));
  };
}

interface Payload {
  readonly body?: object;
  readonly files?: NonNullable<CallOptions["files"]>;
}

function flagged({ body, ...rest }: Payload, isPrivate: boolean): Payload {
  return { body: isPrivate ? { ...body, flags: EPHEMERAL } : { ...body }, ...rest };
}

function filesOf(files: Payload["files"]): Pick<CallOptions, "files"> {
  return files?.length ? { files } : {};
}

/** Repeating an edit does no harm: the message ends up the same. */
async function patch(rest: Rest, path: string, { body, files }: Payload): Promise<void> {
  await rest.call("PATCH", path, { body, ...filesOf(files), isIdempotent: true });
}

/** Discord refuses the whole list for one empty, long or repeated entry. */
function choicesOf(texts: readonly string[]): { name: string; value: string }[] {
  const distinct = new Set(texts.map((text) => text.slice(0, LONGEST_SUGGESTION)));
  distinct.delete("");
  return [...distinct].slice(0, MOST_SUGGESTIONS).map((text) => ({ name: text, value: text }));
}

function idOf(answer: unknown): Id {
  const { id } = (answer ?? {}) as { id?: unknown };
  if (typeof id !== "string") throw new TypeError("Cannot read Discord's answer: it has no id");
  return id;
}
