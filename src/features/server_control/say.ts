/**
 * `/say`: a line in the chat of one server or all, or a banner.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import { MOST_TEXT, toAnnouncement } from "../../ark/server_chat.ts";
import { type Answer, type Command, Refusal } from "../../discord/surface.ts";
import { fillEach } from "../../discord/texts.ts";
import type { GameServer } from "../feature.ts";
import { findServers, serverOption } from "../server_options.ts";
import type { Patience, Sending } from "./sending.ts";
import { TEXTS } from "./texts.ts";
import { colorOf, resultLines } from "./view.ts";

/** Words for now are no use much later, and a server that is silent must not hold up the answer. */
const PATIENCE: Patience = { turnMs: 5_000, answerMs: 10_000 };

/** The command. */
export function sayCommand(
  { servers, sending }: { readonly servers: readonly GameServer[]; readonly sending: Sending },
): Command {
  return {
    name: TEXTS.say,
    description: TEXTS.sayAbout,
    who: "moderator",
    isPrivate: true,
    options: [
      serverOption(servers, { isRequired: true, orAll: true }),
      { name: TEXTS.text, description: TEXTS.textAbout, kind: "text", isRequired: true },
      {
        name: TEXTS.style,
        description: TEXTS.styleAbout,
        kind: "text",
        choices: [
          { name: TEXTS.chat, value: "chat" },
          { name: TEXTS.banner, value: "banner" },
        ],
      },
    ],
    run: async ({ caller, options }): Promise<Answer> => {
      const { language } = caller;
      const kind = options["style"] === "banner" ? "banner" : "chat";
      const command = announcement(kind, String(options["text"]));
      const results = await sending.sendForPerson({
        servers: findServers(servers, options["server"]),
        command,
        what: "say",
        by: caller,
        language,
      }, PATIENCE);
      const lines = [
        `> ${toDiscordText(command.slice(command.indexOf(" ") + 1))}`,
        "",
        resultLines(results, { language, showAnswers: false }),
        ...(kind === "banner" ? ["", TEXTS.bannerNote[language]] : []),
      ];
      const embed = {
        title: TEXTS.said[language],
        color: colorOf(results),
        description: lines.join("\n"),
      };
      return { kind: "reply", message: { embeds: [embed] } };
    },
  };
}

/** @throws {Refusal} WRONG_INPUT when nothing is left to be said, or too much. */
function announcement(kind: "chat" | "banner", text: string): string {
  const { command, length } = toAnnouncement(kind, text);
  if (command === undefined) throw new Refusal("WRONG_INPUT", TEXTS.nothingReadable);
  if (length <= MOST_TEXT) return command;
  const counter = { length: String(length), most: String(MOST_TEXT) };
  throw new Refusal("WRONG_INPUT", fillEach(TEXTS.tooLong, counter));
}
