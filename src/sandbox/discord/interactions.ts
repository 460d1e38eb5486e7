/**
 * Interactions: what somebody did with an application, told to that application, and the rules of
 * answering: once, within 3 seconds, then for 15 minutes. Knows who may answer and when; the
 * messages in the answers are handled by `routes/interactions.ts`, what people do by `people.ts`.
 * @module
 */

import {
  type APIApplicationCommandOptionChoice,
  type APIMessageInteractionMetadata,
  type APIModalInteractionResponseCallbackData,
  type APIUser,
  InteractionResponseType as AnswerType,
  InteractionType,
} from "discord-api-types/v10";
import { ApiError, MAX_FILE_BYTES } from "./api.ts";
import { channelPermissions } from "./permissions.ts";
import { channelOf, memberOf, messageOf, userOf } from "./shapes.ts";
import type { Application, Channel, Message, World } from "./world.ts";

/** How long an application has for its first answer. */
export const ANSWER_WITHIN_MS = 3000;

/** How long the token of an interaction is good for edits and follow-ups. */
const TOKEN_LIVES_MS = 15 * 60_000;

/** So many are remembered; a soak test makes more than anybody will ask for. */
const MOST_REMEMBERED = 10_000;

/** What somebody did. */
export interface Action {
  readonly type: InteractionType;
  readonly app: Application;
  readonly channel: Channel;
  readonly user: APIUser;
  /** Such as `en-US` or `de`. */
  readonly locale: string;
  /** `data` of the interaction, in Discord's form. */
  readonly data: object;
  /** The message whose button or menu was used, or from which the form was opened. */
  readonly source?: Message | undefined;
  /** Of a form: what opened it. */
  readonly openedBy?: Interaction | undefined;
}

/** What came back first. */
export type FirstAnswer =
  | { readonly kind: "message"; readonly message: Message }
  /** "Thinking…"; `filled` says when there is something to see. */
  | { readonly kind: "thinking" }
  | { readonly kind: "updated"; readonly message: Message }
  | { readonly kind: "acknowledged" }
  | { readonly kind: "form"; readonly form: APIModalInteractionResponseCallbackData }
  | { readonly kind: "choices"; readonly choices: readonly APIApplicationCommandOptionChoice[] };

/** One interaction and how far it has been answered. */
export interface Interaction extends Action {
  readonly id: string;
  readonly token: string;
  readonly startedAt: number;
  /** What a message that answers it says about it. */
  readonly metadata: APIMessageInteractionMetadata;
  /** Type of the first answer. */
  answeredWith: AnswerType | undefined;
  /** Nobody waits for a first answer any more. */
  isLost: boolean;
  /** `@original`: the first answer, or the pressed message when that was updated. */
  original: Message | undefined;
  /** Ids of the messages that came after the first answer. */
  readonly followUps: Set<string>;
  readonly first: PromiseWithResolvers<FirstAnswer>;
  /** The first message with content, after a deferral. */
  readonly filled: PromiseWithResolvers<Message>;
}

/** Every interaction of one local Discord. */
export class Interactions {
  readonly #byToken = new Map<string, Interaction>();

  readonly #stopped = new AbortController();

  constructor(readonly world: World) {}

  /** Aborted when nobody will answer any more. */
  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Ends the waiting of everybody who waits for an answer. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Makes an interaction and tells its application, and nobody else. */
  start(action: Action): Interaction {
    const id = this.world.nextId();
    const interaction: Interaction = {
      ...action,
      id,
      token: newToken(id),
      startedAt: this.world.now(),
      metadata: metadataOf(id, action),
      answeredWith: undefined,
      isLost: false,
      original: undefined,
      followUps: new Set(),
      first: Promise.withResolvers(),
      filled: Promise.withResolvers(),
    };
    this.#byToken.set(interaction.token, interaction);
    if (this.#byToken.size > MOST_REMEMBERED) {
      this.#byToken.delete(this.#byToken.keys().next().value!);
    }
    this.world.tell({
      name: "INTERACTION_CREATE",
      intents: 0,
      dataFor: (app) => app === action.app ? this.#payload(interaction) : undefined,
    });
    return interaction;
  }

  /** The interaction that may be answered now for the first time. @throws {ApiError} 10062, 40060 */
  awaiting(id: string, token: string): Interaction {
    const interaction = this.#byToken.get(token);
    if (interaction?.id !== id) throw unknownInteraction();
    if (interaction.answeredWith !== undefined) {
      throw new ApiError(400, 40060, "Interaction has already been acknowledged.");
    }
    const age = this.world.now() - interaction.startedAt;
    if (interaction.isLost || age > ANSWER_WITHIN_MS) throw unknownInteraction();
    return interaction;
  }

  /**
   * The answered interaction whose token may be used for edits and follow-ups.
   * @throws {ApiError} 50027 when the token is wrong or too old, 10015 before the first answer.
   */
  answered(applicationId: string, token: string): Interaction {
    const interaction = this.#byToken.get(token);
    if (interaction === undefined || interaction.app.id !== applicationId) {
      throw new ApiError(401, 50027, "Invalid Webhook Token");
    }
    if (this.world.now() - interaction.startedAt > TOKEN_LIVES_MS) {
      throw new ApiError(401, 50027, "Invalid Webhook Token");
    }
    const { answeredWith } = interaction;
    if (
      answeredWith === undefined ||
      answeredWith === AnswerType.ApplicationCommandAutocompleteResult ||
      answeredWith === AnswerType.Modal
    ) {
      throw new ApiError(404, 10015, "Unknown Webhook");
    }
    return interaction;
  }

  #payload(interaction: Interaction): object {
    const { app, channel, user, source } = interaction;
    const { guild } = channel;
    const member = guild?.members.get(user.id);
    const permissions = (id: string) => String(channelPermissions(this.world, id, channel));
    return {
      id: interaction.id,
      application_id: app.id,
      type: interaction.type,
      token: interaction.token,
      version: 1,
      data: interaction.data,
      channel: channelOf(channel, app.id),
      channel_id: channel.id,
      ...(guild !== undefined && member !== undefined
        ? {
          guild_id: guild.id,
          guild: { id: guild.id, locale: "en-US", features: [] },
          guild_locale: "en-US",
          member: { ...memberOf(member), permissions: permissions(user.id) },
        }
        : { user: userOf(user) }),
      app_permissions: permissions(app.id),
      locale: interaction.locale,
      entitlements: [],
      authorizing_integration_owners: ownersOf(channel),
      context: guild === undefined ? 1 : 0,
      attachment_size_limit: MAX_FILE_BYTES,
      ...(source === undefined ? {} : { message: messageOf(this.world, source, app, true) }),
    };
  }
}

/** Whether an interaction takes such a first answer. No form follows a form. */
export function mayAnswerWith({ type, source }: Interaction, answer: AnswerType): boolean {
  switch (answer) {
    case AnswerType.ApplicationCommandAutocompleteResult:
      return type === InteractionType.ApplicationCommandAutocomplete;
    case AnswerType.ChannelMessageWithSource:
    case AnswerType.DeferredChannelMessageWithSource:
      return type !== InteractionType.ApplicationCommandAutocomplete;
    case AnswerType.DeferredMessageUpdate:
    case AnswerType.UpdateMessage:
      return source !== undefined;
    case AnswerType.Modal:
      return type === InteractionType.ApplicationCommand ||
        type === InteractionType.MessageComponent;
    default:
      return false;
  }
}

function ownersOf({ guild }: Channel): Record<string, string> {
  return { "0": guild?.id ?? "0" };
}

function metadataOf(id: string, action: Action): APIMessageInteractionMetadata {
  const common = {
    id,
    type: action.type,
    user: userOf(action.user),
    authorizing_integration_owners: ownersOf(action.channel),
  };
  const metadata = action.type === InteractionType.MessageComponent
    ? { ...common, interacted_message_id: action.source!.data.id }
    : action.type === InteractionType.ModalSubmit
    ? { ...common, triggering_interaction_metadata: action.openedBy!.metadata }
    : common;
  return metadata as APIMessageInteractionMetadata;
}

function unknownInteraction(): ApiError {
  return new ApiError(404, 10062, "Unknown interaction");
}

/** Unguessable, and recognisable in a log, as Discord's are. */
function newToken(id: string): string {
  const chance = crypto.getRandomValues(new Uint8Array(48)).toHex();
  return btoa(`interaction:${id}:${chance}`).replaceAll("=", "");
}
