/**
 * Buttons, menus and forms as Discord's own client handles them: found by what stands on them, and
 * used only in ways that the client allows. Pure.
 * @module
 */

import {
  type APIEmoji,
  type APIMessageComponentEmoji,
  type APIModalInteractionResponseCallbackData,
  type APISelectMenuOption,
  ButtonStyle,
  ComponentType,
} from "discord-api-types/v10";
import type { Interaction } from "./interactions.ts";

/** Any component, with the parts that a person can see or use. */
export interface Component {
  readonly type: ComponentType;
  readonly id?: number;
  readonly custom_id?: string;
  readonly label?: string;
  readonly description?: string;
  readonly content?: string;
  readonly emoji?: APIMessageComponentEmoji | APIEmoji;
  readonly style?: number;
  readonly url?: string;
  readonly disabled?: boolean;
  readonly placeholder?: string;
  readonly options?: readonly APISelectMenuOption[];
  readonly min_values?: number;
  readonly max_values?: number;
  readonly min_length?: number;
  readonly max_length?: number;
  readonly required?: boolean;
  readonly value?: string;
  /** Of rows and containers. */
  readonly components?: readonly Component[];
  /** Of sections. */
  readonly accessory?: Component;
  /** Of labels. */
  readonly component?: Component;
}

/** Menus, with whatever they offer. */
const MENUS: ReadonlySet<ComponentType> = new Set([
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
]);

/** All components, those within others included, in reading order. */
function allComponents(components: readonly unknown[] | undefined): Component[] {
  return ((components ?? []) as Component[]).flatMap((component) => [
    component,
    ...allComponents(component.components),
    ...allComponents(component.accessory && [component.accessory]),
    ...allComponents(component.component && [component.component]),
  ]);
}

/**
 * The button with this label, emoji or custom id, ready to be pressed.
 *
 * @throws Error when there is none or more than one, when it is disabled, or only opens a page.
 */
export function buttonOf(components: readonly unknown[] | undefined, name: string): Component {
  const buttons = allComponents(components).filter(({ type }) => type === ComponentType.Button);
  const button = theOne(buttons, {
    isIt: (one) => one.label === name || one.emoji?.name === name || one.custom_id === name,
    what: `press "${name}"`,
    called: (one) => one.label ?? one.emoji?.name ?? one.custom_id,
  });
  if (button.style === ButtonStyle.Link) throw new Error(`Cannot press "${name}": it is a link`);
  if (button.disabled) throw new Error(`Cannot press "${name}": the button is disabled`);
  return button;
}

/**
 * The menu with this custom id or placeholder, or the only one.
 *
 * @throws Error when there is none, it cannot be told which, or it is disabled.
 */
export function menuOf(components: readonly unknown[] | undefined, name?: string): Component {
  const menus = allComponents(components).filter(({ type }) => MENUS.has(type));
  const menu = theOne(menus, {
    isIt: (one) => name === undefined || one.custom_id === name || one.placeholder === name,
    what: `use ${name === undefined ? "a menu" : `the menu "${name}"`}`,
    called: (one) => one.placeholder ?? one.custom_id,
  });
  if (menu.disabled) throw new Error(`Cannot use the menu "${menu.custom_id}": it is disabled`);
  return menu;
}

function theOne(components: readonly Component[], { isIt, what, called }: {
  isIt: (component: Component) => boolean;
  what: string;
  called: (component: Component) => string | undefined;
}): Component {
  const [found, ...more] = components.filter(isIt);
  if (found !== undefined && more.length === 0) return found;
  const all = components.map((one) => `"${called(one) ?? ""}"`).join(", ") || "nothing of the kind";
  throw new Error(`Cannot ${what}: ${found === undefined ? "not there" : "several"}, among ${all}`);
}

/**
 * What is sent when these are picked, by label or value; menus of people, roles and channels take
 * ids.
 *
 * @throws Error for a choice that is not offered, and for too few or too many.
 */
export function pickedValues(menu: Component, picked: readonly string[]): string[] {
  const least = menu.min_values ?? (menu.required === false ? 0 : 1);
  const most = menu.max_values ?? 1;
  if (picked.length < least || picked.length > most) {
    throw new Error(`Cannot pick ${picked.length}: the menu takes ${least} to ${most}`);
  }
  if (menu.type !== ComponentType.StringSelect) return [...picked];
  return picked.map((name) => {
    const option = menu.options?.find(({ label, value }) => label === name || value === name);
    if (option !== undefined) return option.value;
    const all = menu.options?.map(({ label }) => `"${label}"`).join(", ");
    throw new Error(`Cannot pick "${name}": the menu offers ${all}`);
  });
}

/** A field of an open form. */
export interface Field extends Component {
  /** What stands above it. */
  readonly label: string;
}

/** A form that is open in front of somebody. */
export class OpenForm {
  constructor(
    readonly data: APIModalInteractionResponseCallbackData,
    /** What opened it. */
    readonly openedBy: Interaction,
  ) {}

  get title(): string {
    return this.data.title;
  }

  /** From top to bottom. */
  get fields(): Field[] {
    return (this.data.components as Component[]).flatMap((part) => {
      const inputs = part.component === undefined ? part.components ?? [] : [part.component];
      return inputs.map((input) => ({ ...input, label: part.label ?? input.label ?? "" }));
    });
  }

  /**
   * `data` of the interaction that sends it, with these texts by custom id or label; fields left
   * out keep what they were opened with.
   *
   * @throws Error where the client would not send it.
   */
  filledWith(values: Readonly<Record<string, string | readonly string[]>>): object {
    const fields = this.fields;
    for (const name of Object.keys(values)) {
      if (!fields.some((field) => isField(field, name))) {
        const all = fields.map(({ label }) => `"${label}"`).join(", ");
        throw new Error(`Cannot fill "${name}": the form has ${all}`);
      }
    }
    let nextId = 0;
    const sent = (component: Component): object => {
      const id = component.id ?? ++nextId;
      const { type } = component;
      if (component.component) return { type, id, component: sent(component.component) };
      if (component.components) return { type, id, components: component.components.map(sent) };
      if (component.custom_id === undefined) return { type, id };
      const field = fields.find(({ custom_id }) => custom_id === component.custom_id)!;
      const name = Object.keys(values).find((name) => isField(field, name));
      return { type, id, custom_id: field.custom_id, ...entered(field, name && values[name]) };
    };
    return {
      custom_id: this.data.custom_id,
      components: (this.data.components as Component[]).map(sent),
    };
  }
}

function isField(field: Field, name: string): boolean {
  return field.custom_id === name || field.label === name;
}

function entered(field: Field, value: string | readonly string[] | undefined): object {
  if (MENUS.has(field.type)) {
    const preset = field.options?.filter((option) => option.default).map((option) => option.value);
    return { values: pickedValues(field, value === undefined ? preset ?? [] : [value].flat()) };
  }
  const text = value === undefined ? field.value ?? "" : String(value);
  const isRequired = field.required ?? true;
  const least = Math.max(field.min_length ?? 0, isRequired ? 1 : 0);
  const most = field.max_length ?? 4000;
  const isLeftOut = text === "" && !isRequired;
  if (!isLeftOut && (text.length < least || text.length > most)) {
    const length = `${text.length} characters instead of ${least} to ${most}`;
    throw new Error(`Cannot send the form: "${field.label}" has ${length}`);
  }
  return { value: text };
}
