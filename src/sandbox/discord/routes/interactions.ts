/**
 * Answers to interactions: the first one, later edits and follow-ups. When an application may
 * answer is decided by `interactions.ts`; messages are made and changed by `messages.ts`.
 * @module
 */

import {
  type APIApplicationCommandOptionChoice,
  type APIModalInteractionResponseCallbackData,
  InteractionResponseType as AnswerType,
  InteractionType,
  MessageFlags,
  MessageType,
} from "discord-api-types/v10";
import { param, unknownMessage } from "../access.ts";
import type { RestAnswer, RestRequest, Routes, SentFile } from "../api.ts";
import { Form } from "../form.ts";
import {
  type FirstAnswer,
  type Interaction,
  type Interactions,
  mayAnswerWith,
} from "../interactions.ts";
import { createMessage, deleteMessage, editMessage } from "../messages.ts";
import { messageOf } from "../shapes.ts";
import type { Message, World } from "../world.ts";

/** Routes that carry the token of an interaction instead of the bot's. */
export function interactionRoutes(interactions: Interactions): Routes {
  const { world } = interactions;
  const webhook = "/webhooks/{webhook_id}/{webhook_token}";
  const of = (request: RestRequest) =>
    interactions.answered(param(request, "webhook_id"), param(request, "webhook_token"));
  const show = ({ app }: Interaction, message: Message): RestAnswer => ({
    status: 200,
    body: messageOf(world, message, app, true),
  });
  const messageRoutes = ["@original", "{message_id}"].map((name): Routes => ({
    [`GET ${webhook}/messages/${name}`]: (request) => {
      const interaction = of(request);
      return show(interaction, answerOf(interaction, request));
    },
    [`PATCH ${webhook}/messages/${name}`]: (request) => {
      const interaction = of(request);
      const message = answerOf(interaction, request);
      change(world, interaction, { message, request });
      return show(interaction, message);
    },
    [`DELETE ${webhook}/messages/${name}`]: (request) => {
      const interaction = of(request);
      deleteMessage(world, answerOf(interaction, request));
      return { status: 204 };
    },
  }));
  return {
    "POST /interactions/{interaction_id}/{interaction_token}/callback": (request) =>
      answerFirst(interactions, request),
    [`POST ${webhook}`]: (request) => {
      const interaction = of(request);
      return show(interaction, followUp(world, interaction, request));
    },
    ...Object.assign({}, ...messageRoutes),
  };
}

function answerFirst(interactions: Interactions, request: RestRequest): RestAnswer {
  const { world } = interactions;
  const id = param(request, "interaction_id");
  const interaction = interactions.awaiting(id, param(request, "interaction_token"));
  const body = new Form(request.body);
  const type: AnswerType = body.whole("type") ?? 0;
  if (!mayAnswerWith(interaction, type)) {
    throw body.refuse("type", "BASE_TYPE_CHOICES", "This interaction takes no such answer");
  }
  const data = body.form("data") ?? new Form({});
  const answer = firstAnswer(world, interaction, { type, data, files: request.files });
  interaction.answeredWith = type;
  interaction.first.resolve(answer);
  if (request.query.get("with_response") !== "true") return { status: 204 };
  return { status: 200, body: receipt(world, interaction) };
}

function firstAnswer(
  world: World,
  interaction: Interaction,
  { type, data, files }: {
    readonly type: AnswerType;
    readonly data: Form;
    readonly files: readonly SentFile[];
  },
): FirstAnswer {
  switch (type) {
    case AnswerType.DeferredChannelMessageWithSource:
      interaction.original = send(world, interaction, { data, flags: MessageFlags.Loading });
      return { kind: "thinking" };
    case AnswerType.DeferredMessageUpdate:
      interaction.original = interaction.source;
      return { kind: "acknowledged" };
    case AnswerType.UpdateMessage:
      interaction.original = interaction.source!;
      editMessage(world, interaction.original, data.fields, { files });
      return { kind: "updated", message: interaction.original };
    case AnswerType.ApplicationCommandAutocompleteResult:
      return {
        kind: "choices",
        choices: (data.forms("choices", 25) ?? []).map((choice) =>
          choice.fields as unknown as APIApplicationCommandOptionChoice
        ),
      };
    case AnswerType.Modal:
      return {
        kind: "form",
        form: data.fields as unknown as APIModalInteractionResponseCallbackData,
      };
    default:
      interaction.original = send(world, interaction, { data, files });
      return { kind: "message", message: interaction.original };
  }
}

/** Writes an answer; it is ephemeral when its flags say so. No right to write is needed. */
function send(world: World, interaction: Interaction, { data, files = [], flags = 0, type }: {
  readonly data: Form;
  readonly files?: readonly SentFile[];
  readonly flags?: number;
  readonly type?: MessageType;
}): Message {
  const { app, channel, user, metadata } = interaction;
  const isPrivate = ((data.whole("flags") ?? 0) & MessageFlags.Ephemeral) !== 0;
  const isCommand = interaction.type === InteractionType.ApplicationCommand;
  return createMessage(world, channel, app.user, data.fields, {
    files,
    flags,
    type: type ?? (isCommand ? MessageType.ChatInputCommand : MessageType.Default),
    applicationId: app.id,
    webhookId: app.id,
    interaction: metadata,
    onlyFor: isPrivate ? user.id : undefined,
  });
}

/** Another message. It fills a first one that still shows "thinking…", which stays as private as it was. */
function followUp(world: World, interaction: Interaction, request: RestRequest): Message {
  const { original, channel } = interaction;
  if (original && isThinking(original) && channel.messages.has(original.data.id)) {
    change(world, interaction, { message: original, request });
    return original;
  }
  const message = send(world, interaction, {
    data: new Form(request.body),
    files: request.files,
    type: MessageType.Default,
  });
  interaction.followUps.add(message.data.id);
  interaction.filled.resolve(message);
  return message;
}

function change(
  world: World,
  interaction: Interaction,
  { message, request }: { readonly message: Message; readonly request: RestRequest },
): void {
  editMessage(world, message, request.body, { files: request.files });
  if (message === interaction.original) interaction.filled.resolve(message);
}

function isThinking({ data }: Message): boolean {
  return ((data.flags ?? 0) & MessageFlags.Loading) !== 0;
}

/** The answer that is meant: only those of this interaction are within reach. */
function answerOf(interaction: Interaction, request: RestRequest): Message {
  const { original, channel, followUps } = interaction;
  const id = request.params["message_id"] ?? original?.data.id ?? "";
  const message = channel.messages.get(id);
  if (message === undefined || (message !== original && !followUps.has(id))) {
    throw unknownMessage();
  }
  return message;
}

/** What `with_response=true` asks for. */
function receipt(world: World, { id, type, answeredWith, original, app, channel }: Interaction) {
  const isShown = answeredWith === AnswerType.ChannelMessageWithSource ||
    answeredWith === AnswerType.UpdateMessage;
  return {
    interaction: {
      id,
      type,
      channel_id: channel.id,
      ...(channel.guild && { guild_id: channel.guild.id }),
      ...(original && {
        response_message_id: original.data.id,
        response_message_loading: isThinking(original),
        response_message_ephemeral: original.onlyFor !== undefined,
      }),
    },
    ...(isShown && original && {
      resource: { type: answeredWith, message: messageOf(world, original, app, true) },
    }),
  };
}
