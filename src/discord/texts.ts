/**
 * What the shelf itself says to people, in each language, and how a text is put into one. Texts of
 * commands stand beside their features.
 * @module
 */

import type { Language, Text, Tier } from "./surface.ts";

/**
 * The text in a language, with `{name}` replaced by the value of that name. A name without a value
 * stays as it is written, so that a mistake can be seen.
 */
export function fill(
  text: Text,
  language: Language,
  values: Readonly<Record<string, string | number | Text>>,
): string {
  return text[language].replace(/\{(\w+)\}/g, (written, name: string) => {
    const value = values[name] ?? written;
    return typeof value === "object" ? value[language] : String(value);
  });
}

/** The text with the same values filled in, in each language. */
export function fillEach(text: Text, values: Readonly<Record<string, string | Text>>): Text {
  return { en: fill(text, "en", values), de: fill(text, "de", values) };
}

/** On buttons, and beside page numbers. */
export const WORDS = {
  previous: { en: "Previous", de: "Zurück" },
  next: { en: "Next", de: "Weiter" },
  page: { en: "Page {page}/{pages}", de: "Seite {page}/{pages}" },
  openAgain: { en: "Open again", de: "Neu öffnen" },
} as const satisfies Record<string, Text>;

/** How the holders of a tier are called. */
export const TIERS: Readonly<Record<Tier, Text>> = {
  anyone: { en: "everyone", de: "alle" },
  support: { en: "support staff", de: "Support-Team" },
  moderator: { en: "moderators", de: "Moderatoren" },
  admin: { en: "admins", de: "Admins" },
  owner: { en: "owners", de: "Inhaber" },
};

/** What people are told when they are refused; the code is added to the footer. */
export const REFUSALS = {
  otherGuild: {
    en: "This bot serves another community. Use it there.",
    de: "Dieser Bot gehört zu einer anderen Community. Benutze ihn dort.",
  },
  onlyTier: {
    en: "This is for {tier}: {roles}. Ask one of them, or an admin for the role.",
    de: "Das ist für {tier}: {roles}. Frag jemanden davon, oder einen Admin nach der Rolle.",
  },
  noRole: {
    en: "This is for {tier}, and no role is set for them yet. Whoever runs the bot enters the " +
      "role's id as `{key}` under `[roles]` in config.toml.",
    de: "Das ist für {tier}, und dafür ist noch keine Rolle eingetragen. Wer den Bot betreibt, " +
      "trägt die Id der Rolle als `{key}` unter `[roles]` in config.toml ein.",
  },
  notYourPages: {
    en: "Only the member who asked for these pages can turn them. Run the command yourself.",
    de: "Nur wer diese Seiten abgerufen hat, kann blättern. Ruf den Befehl selbst auf.",
  },
  expired: {
    en: "This card is too old or no longer known. Run the command again.",
    de: "Diese Karte ist zu alt oder nicht mehr bekannt. Ruf den Befehl noch einmal auf.",
  },
  tooLateForForm: {
    en: "The form could not be opened in time. Try again.",
    de: "Das Formular konnte nicht rechtzeitig geöffnet werden. Versuch es noch einmal.",
  },
  busy: {
    en: "Too much is going on at once. Try again in a minute.",
    de: "Gerade ist zu viel los. Versuch es in einer Minute noch einmal.",
  },
  stopping: {
    en: "The bot is being restarted. Try again in a minute.",
    de: "Der Bot startet gerade neu. Versuch es in einer Minute noch einmal.",
  },
  internal: {
    en: "Something went wrong here. Try again; if it stays, tell the staff the number {id}.",
    de: "Hier ging etwas schief. Versuch es noch einmal; wenn es bleibt, nenne dem Team die " +
      "Nummer {id}.",
  },
} as const satisfies Record<string, Text>;
