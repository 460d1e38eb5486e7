/**
 * An interaction as plain data, and the ways to answer it: what lies between the connection, which
 * knows Discordeno, and the router, which knows commands and cards.
 * @module
 */

import type { Form, Id, Language, OutgoingMessage } from "./surface.ts";

/** What came in. */
export interface Interaction {
  readonly id: Id;
  /** Undefined in a direct conversation. */
  readonly guildId: Id | undefined;
  readonly channelId: Id;
  readonly user: {
    readonly id: Id;
    /** Guild nickname, else global name, else user name; not cleaned. */
    readonly displayName: string;
    readonly roleIds: readonly Id[];
  };
  readonly language: Language;
  /** Milliseconds since it was made, by the local clock, which may be wrong. */
  readonly ageMs: number;
  readonly what:
    | {
      readonly kind: "command";
      readonly name: string;
      readonly options: Readonly<Record<string, string | number | boolean>>;
    }
    | {
      readonly kind: "suggest";
      readonly name: string;
      readonly options: Readonly<Record<string, string | number | boolean>>;
      /** Name of the option being typed. */
      readonly focused: string;
    }
    | {
      readonly kind: "press";
      readonly customId: string;
      readonly values: readonly string[];
      readonly messageId: Id;
    }
    | {
      readonly kind: "form";
      readonly customId: string;
      readonly fields: Readonly<Record<string, string>>;
      /** Whether it was opened from a message, which can then be updated. */
      readonly hasMessage: boolean;
    };
  readonly replies: Replies;
}

/**
 * The ways to answer. The first answer is one of `reply`, `defer`, `deferUpdate`, `update`, `form`,
 * `suggest`, once and within 3 s; the others come after it, within 15 minutes.
 */
export interface Replies {
  /** Secret, for {@linkcode PastMessages}: changes what was answered, for 15 minutes. */
  readonly token: string;
  /** Id of the message that `editOriginal` changes; asks Discord. */
  originalId(): Promise<Id>;
  reply(message: OutgoingMessage, options: { readonly isPrivate: boolean }): Promise<void>;
  /** Shows "thinking…", to be filled by `editOriginal`. */
  defer(options: { readonly isPrivate: boolean }): Promise<void>;
  /** Acknowledges a press without showing anything. */
  deferUpdate(): Promise<void>;
  /** Changes the message whose button was pressed. */
  update(message: OutgoingMessage): Promise<void>;
  form(form: Form): Promise<void>;
  suggest(choices: readonly string[]): Promise<void>;
  /** Changes the first answer, or after `deferUpdate` the pressed message. */
  editOriginal(message: OutgoingMessage): Promise<void>;
  deleteOriginal(): Promise<void>;
  followUp(
    message: OutgoingMessage,
    options: { readonly isPrivate: boolean },
  ): Promise<{ readonly id: Id }>;
}

/** Ways to change a message of the bot when the interaction that made it is no longer at hand. */
export interface PastMessages {
  /** As of the `Surface`. */
  edit(channelId: Id, messageId: Id, message: OutgoingMessage): Promise<void>;
  /** Changes an answer or follow-up of the interaction with that token, also a private one. */
  editAnswer(token: string, messageId: Id, message: OutgoingMessage): Promise<void>;
}
