/**
 * What the program may ask of Discord, and what it is told, in plain data. Everything here is free
 * of Discordeno; `bot.ts` is what connects it to the real thing.
 * @module
 */

/** An id of Discord (snowflake) as decimal text; a number would lose digits. */
export type Id = string;

/** Languages the bots speak; every other one is answered in English. */
export type Language = "en" | "de";

/** A text in each language. */
export type Text = Readonly<Record<Language, string>>;

/** Who may do something: anybody, or holders of a role of that tier or a higher one. */
export type Tier = "anyone" | "support" | "moderator" | "admin" | "owner";

/** A message somebody wrote where a bot can see it. */
export interface IncomingMessage {
  readonly id: Id;
  readonly channelId: Id;
  /** Undefined in a direct conversation. */
  readonly guildId: Id | undefined;
  readonly author: {
    readonly id: Id;
    readonly isBot: boolean;
    /** As on Discord: guild nickname, else global name, else user name. Clean it before use. */
    readonly displayName: string;
  };
  readonly text: string;
  /** The files that came with it, by kind. */
  readonly files: readonly ("picture" | "video" | "sound" | "file")[];
  /** How many stickers it has. */
  readonly stickers: number;
  /** Whether it asks for votes, or passes on what stands elsewhere; such a message has no text. */
  readonly hasPoll: boolean;
  readonly isForwarded: boolean;
  /** The message that it answers, where Discord sends that along. */
  readonly answers: {
    readonly author: IncomingMessage["author"];
    readonly text: string;
  } | undefined;
  /** Names of members, roles and channels that the text mentions, as far as they are known. */
  readonly names: Readonly<Record<Id, string>>;
}

/** A message that is gone, whoever took it away. */
export type DeletedMessage = Pick<IncomingMessage, "id" | "channelId">;

/**
 * An embed as a feature writes it. Whatever is too long is cut, whatever is empty is left out;
 * footer and, without `color`, the bot's colour are added.
 */
export interface Embed {
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly url?: string;
  /** `success` lime, `failure` red, or a number 0xRRGGBB. Default: the bot's own colour. */
  readonly color?: "success" | "failure" | number;
  readonly fields?: readonly {
    readonly name: string | null | undefined;
    readonly value: string | null | undefined;
    readonly inline?: boolean;
  }[];
  /** Stands before the bot's name in the footer, such as "Page 1/3". */
  readonly note?: string;
  /** Address, or `attachment://name` of a file of the same message. */
  readonly image?: string;
  readonly thumbnail?: string;
  readonly at?: Date;
}

/** A button below a message; `id` comes from `cardId()`. */
export interface Button {
  readonly kind: "button";
  readonly id: string;
  readonly label: string;
  readonly emoji?: string;
  readonly style?: "primary" | "secondary" | "success" | "danger";
  readonly isDisabled?: boolean;
}

/** A button that opens a page. */
export interface Link {
  readonly kind: "link";
  readonly url: string;
  readonly label: string;
}

/** A menu below a message; takes a whole row. */
export interface Select {
  readonly kind: "select";
  readonly id: string;
  readonly placeholder?: string;
  readonly choices: readonly {
    readonly label: string;
    readonly value: string;
    readonly description?: string;
  }[];
  /** Most choices at once, default 1. */
  readonly max?: number;
}

/** A file to send. */
export interface OutgoingFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Alternative text. */
  readonly description?: string;
}

/** A message to send. Nobody is ever pinged unless `mentions` says so. */
export interface OutgoingMessage {
  readonly text?: string;
  readonly embeds?: readonly Embed[];
  /** Up to five rows: up to five buttons or links, or one select. */
  readonly rows?: readonly (readonly (Button | Link | Select)[])[];
  readonly files?: readonly OutgoingFile[];
  /** Ids of the users and roles that may be notified, where the text mentions them. */
  readonly mentions?: { readonly users?: readonly Id[]; readonly roles?: readonly Id[] };
}

/** A form that opens in front of the caller; `id` comes from `cardId()`. */
export interface Form {
  readonly kind: "form";
  readonly id: string;
  readonly title: string;
  /** One to five. */
  readonly fields: readonly {
    readonly id: string;
    readonly label: string;
    readonly description?: string;
    readonly isLong?: boolean;
    readonly isOptional?: boolean;
    readonly placeholder?: string;
    readonly value?: string;
    readonly minLength?: number;
    readonly maxLength?: number;
  }[];
}

/** One page of a paged answer. */
export interface Page {
  readonly title?: string;
  readonly color?: Embed["color"];
  /** Longer text is split over several pages. */
  readonly text: string;
  readonly image?: string;
}

/** What a handler answers. The router sends it in whatever way is still possible. */
export type Answer =
  /**
   * A new message. Private: only the caller sees it. Default: as the command's `isPrivate` says;
   * public after a press.
   */
  | { readonly kind: "reply"; readonly message: OutgoingMessage; readonly isPrivate?: boolean }
  /** A new message that the caller can turn. */
  | { readonly kind: "pages"; readonly pages: readonly Page[]; readonly isPrivate?: boolean }
  /** In place of the message whose button or menu was used. */
  | { readonly kind: "update"; readonly message: OutgoingMessage }
  /** Only as the first and quick answer, and never to a form. */
  | Form;

/** Who called, checked to be of the served guild. */
export interface Caller {
  readonly id: Id;
  /** Cleaned, never empty. */
  readonly displayName: string;
  readonly roleIds: readonly Id[];
  /** The highest tier that the roles give. */
  readonly tier: Tier;
  readonly language: Language;
}

/** The call of a command. */
export interface Call {
  readonly caller: Caller;
  readonly channelId: Id;
  /** Values by the option's English name; options left out are missing. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Gives up when nobody waits for the answer any more, or the program stops. */
  readonly signal: AbortSignal;
}

/** An option of a command. */
export interface Option {
  readonly name: Text;
  readonly description: Text;
  readonly kind: "text" | "whole number" | "number" | "yes or no" | "member";
  readonly isRequired?: boolean;
  /** The only values there are. */
  readonly choices?: readonly { readonly name: Text; readonly value: string }[];
  /** Suggestions while typing, at most 25; slow ones are left out. */
  readonly suggest?: (typed: string, call: Call) => Promise<readonly string[]>;
}

/** A slash command, declared beside its feature. */
export interface Command {
  /** Lower case; the English one identifies it. */
  readonly name: Text;
  readonly description: Text;
  readonly who: Tier;
  readonly options?: readonly Option[];
  /** Whether the "thinking" shown while it works, and its errors, are for the caller only. */
  readonly isPrivate: boolean;
  readonly run: (call: Call) => Promise<Answer>;
}

/** The use of a button, menu or form. */
export interface Press {
  readonly caller: Caller;
  readonly channelId: Id;
  /** The message whose button or menu was used; undefined for a form. */
  readonly messageId: Id | undefined;
  /** What `cardId()` was given after the card's name. */
  readonly args: readonly string[];
  /** What was picked in a menu. */
  readonly values: readonly string[];
  /** What was typed into a form, by field id. */
  readonly fields: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What happens when buttons, menus and forms of one kind are used; survives a restart. */
export interface Card {
  readonly name: string;
  readonly who: Tier;
  readonly press: (press: Press) => Promise<Answer>;
}

/** A refusal in the shared words: a stable code, a plain sentence, one next step. */
export type RefusalCode =
  | "NOT_ALLOWED"
  | "UNKNOWN_SERVER"
  | "UNKNOWN_PLAYER"
  | "AMBIGUOUS"
  | "SERVER_DOWN"
  | "WRONG_INPUT"
  | "COOLDOWN"
  | "EXPIRED_CARD"
  | "INTERNAL";

/** Thrown by a handler that refuses; the caller alone sees code and text. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(readonly code: RefusalCode, readonly text: Text) {
    super(`${code}: ${text.en}`);
  }
}

/** Overwrites that hide a place from everyone but these roles and the bot itself. */
export interface Privacy {
  readonly onlyRoles: readonly Id[];
}

/** What a feature may do on Discord through one bot. Every call may throw a DiscordRestError. */
export interface Surface {
  post(
    channelId: Id,
    message: OutgoingMessage,
    options?: PostOptions,
  ): Promise<{ readonly id: Id }>;
  edit(channelId: Id, messageId: Id, message: OutgoingMessage): Promise<void>;
  react(channelId: Id, messageId: Id, emoji: string): Promise<void>;
  /** Takes the bot's own reaction away; also when it is not there. */
  unreact(channelId: Id, messageId: Id, emoji: string): Promise<void>;
  /** The bot's own messages in a channel that are newer than that one, oldest first; at most 1,000. */
  ownMessagesAfter(
    channelId: Id,
    messageId: Id,
  ): Promise<readonly { readonly id: Id; readonly text: string }[]>;
  /** The category of that name in the served guild, made when missing. */
  ensureCategory(name: string, privacy?: Privacy): Promise<Id>;
  /** The text channel of that name under a category, made when missing. */
  ensureChannel(categoryId: Id, name: string, privacy?: Privacy): Promise<Id>;
  /** The thread of that name in a channel, made when missing, reopened when archived. */
  ensureThread(channelId: Id, name: string): Promise<Id>;
  /** Reopens a thread when it is archived, and gives it the name, if any. */
  openThread(threadId: Id, name?: string): Promise<void>;
}

/** How a message is posted. */
export interface PostOptions {
  /**
   * At most 25 characters: within five minutes Discord answers a message with the same one by the
   * first message, so that asking again after a lost answer cannot double it. Default: a random one.
   */
  readonly nonce?: string;
  /** The message that it answers; without a notification. */
  readonly answers?: Id;
}
