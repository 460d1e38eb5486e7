/**
 * Rules for buttons, selects and forms.
 * @module
 */

import { sumBy } from "es-toolkit";
import {
  hasRepeats,
  hasScheme,
  isRecord,
  type Json,
  lengthOf,
  list,
  most,
  nameProblems,
  type Problem,
  records,
  text,
  within,
} from "./problems.ts";

const [BUTTON, SELECT, TEXT_INPUT, TEXT_DISPLAY, LABEL] = [2, 3, 4, 10, 18];
const [LINK, PREMIUM] = [5, 6];
const BUTTON_SCHEMES = /^(https?|discord):/i;

/** What is wrong with the components of a message; `hasV2`: it may have those of the second version. */
export function messageComponentProblems(message: Json, options: { hasV2: boolean }): Problem[] {
  const placed = componentsIn(message["components"], "components");
  return [
    ...(options.hasV2 ? v2Problems(message, placed) : classicProblems(message)),
    ...placed.flatMap(({ place, component }) => within(place, problemsOfOne(component))),
    ...repeatedIdProblems(placed),
  ];
}

function classicProblems(message: Json): Problem[] {
  return list(message["components"]).length > 5 ? [most("components", 5, "rows")] : [];
}

function v2Problems(message: Json, all: Placed[]): Problem[] {
  const shown = sumBy(
    all,
    ({ component: { type, content } }) => type === TEXT_DISPLAY ? lengthOf(content) : 0,
  );
  const excluded = ["content", "embeds", "poll", "sticker_ids"].filter((name) => {
    const value = message[name];
    return isRecord(value) || list(value).length > 0 || text(value) !== "";
  });
  return [
    ...(all.length > 40 ? [most("components", 40, "components, nested ones counted")] : []),
    ...(shown > 4000 ? [most("components", 4000, "characters of text in all")] : []),
    ...excluded.map((place) => ({ place, problem: "must not be used with IS_COMPONENTS_V2" })),
  ];
}

interface Placed {
  readonly place: string;
  readonly component: Json;
}

/** All components with those that they hold, and where. */
function componentsIn(value: unknown, place: string): Placed[] {
  return list(value).flatMap((item, index) => placedIn(item, `${place}[${index}]`));
}

function placedIn(component: unknown, place: string): Placed[] {
  if (!isRecord(component)) return [];
  return [
    { place, component },
    ...componentsIn(component["components"], `${place}.components`),
    ...placedIn(component["accessory"], `${place}.accessory`),
    ...placedIn(component["component"], `${place}.component`),
  ];
}

function problemsOfOne(component: Json): Problem[] {
  if (component["type"] === 1) return rowProblems(component);
  if (component["type"] === BUTTON) return buttonProblems(component);
  if (component["type"] === SELECT) return optionProblems(component);
  return [];
}

function repeatedIdProblems(placed: Placed[]): Problem[] {
  const seen = new Set<unknown>();
  return placed.filter(({ component }) => text(component["custom_id"]) !== "").flatMap((one) => {
    const id = one.component["custom_id"];
    const isTaken = seen.has(id);
    seen.add(id);
    return isTaken ? [{ place: `${one.place}.custom_id`, problem: "must be unique" }] : [];
  });
}

function rowProblems(row: Json): Problem[] {
  const held = records(row["components"]);
  if (held.length < 2) return [];
  if (held.length > 5) return [most("components", 5, "buttons")];
  const areButtons = held.every(({ type }) => type === BUTTON);
  return areButtons
    ? []
    : [{ place: "components", problem: "must be one select alone, or buttons" }];
}

function buttonProblems(button: Json): Problem[] {
  const { style } = button;
  const needed = style === LINK ? "url" : style === PREMIUM ? "sku_id" : "custom_id";
  const problems = ["url", "sku_id", "custom_id"].flatMap((name) => {
    const isThere = button[name] !== undefined && button[name] !== null;
    if (name === needed) return isThere ? [] : [{ place: name, problem: "is missing" }];
    return isThere ? [{ place: name, problem: "must not be there with this style" }] : [];
  });
  if (!hasScheme(button["url"], BUTTON_SCHEMES)) {
    problems.push({ place: "url", problem: "must be a web address" });
  }
  const isBlank = text(button["label"]) === "" && !isRecord(button["emoji"]);
  if (isBlank && style !== PREMIUM) {
    problems.push({ place: "label", problem: "must not be empty without an emoji" });
  }
  return problems;
}

function optionProblems(select: Json): Problem[] {
  const options = records(select["options"]);
  if (options.length < 1 || options.length > 25) {
    return [{ place: "options", problem: "must be 1 to 25" }];
  }
  return hasRepeats(options.map(({ value }) => value))
    ? [{ place: "options", problem: "must not repeat a value" }]
    : [];
}

/** What is wrong with a form. */
export function modalProblems(modal: Json): Problem[] {
  const parts = records(modal["components"]);
  const placed = componentsIn(parts, "components");
  const hasInput = placed.some(({ component }) => "custom_id" in component);
  const isCrowded = parts.filter(({ type }) => type === 1 || type === LABEL).length > 5;
  return [
    ...nameProblems("title", modal["title"], 45),
    ...(isCrowded ? [most("components", 5, "inputs")] : []),
    ...(hasInput ? [] : [{ place: "components", problem: "must hold an input" }]),
    ...repeatedIdProblems(placed),
    ...parts.flatMap(({ type, components }, index) =>
      type === 1 ? within(`components[${index}]`, inputRowProblems(list(components))) : []
    ),
  ];
}

/** A row of a modal holds one text input, with its label; in a Label component it has none. */
function inputRowProblems(held: unknown[]): Problem[] {
  const [input] = held;
  if (held.length !== 1 || !isRecord(input) || input["type"] !== TEXT_INPUT) {
    return [{ place: "components", problem: "must be one text input" }];
  }
  return nameProblems("components[0].label", input["label"], 45);
}
