/**
 * What lies in one inventory, read on demand out of an open world. Most items of a world are never
 * looked at, so they are not decoded with the rest.
 * @module
 */

import type { WorldFile } from "./container.ts";
import { ObjectHead, readHead } from "./objects.ts";
import type { Trouble, Value } from "./properties.ts";
import { Cursor } from "./reader.ts";
import { select, type Selection } from "./selection.ts";

/** An item in an inventory. */
export interface Item {
  readonly guid: string;
  /** Full class path. */
  readonly class: string;
  readonly quantity: number;
  /** 0 primitive to 5 ascendant. */
  readonly quality: number;
  readonly isBlueprint: boolean;
  /** Worn or held. */
  readonly isEquipped: boolean;
  /** 0 to 1; null where it cannot break. */
  readonly durability: number | null;
  readonly customName: string | null;
  readonly crafter: string | null;
}

const INVENTORY: Selection = { InventoryItems: true, EquippedItems: true };

const ITEM: Selection = {
  ItemQuantity: true,
  ItemQualityIndex: true,
  bIsBlueprint: true,
  bIsEngram: true,
  SavedDurability: true,
  CustomItemName: true,
  CrafterCharacterName: true,
};

/**
 * Items of an inventory, equipped ones last. Learned recipes are items to the game; they are left
 * out. Empty where there is no such inventory.
 * @throws {SaveDataError} when the inventory or an item is damaged beyond its frame.
 */
export function itemsIn(
  world: WorldFile,
  inventory: string,
  trouble: (trouble: Trouble) => void = () => {},
): Item[] {
  const found = selectRow(world, inventory, { wanted: INVENTORY, trouble });
  if (!found) return [];
  const itemsOf = (path: string, isEquipped: boolean) =>
    found.selected.list(path).map(guidOf).filter((guid) => guid !== undefined)
      .map((guid) => readItem(world, guid, { isEquipped, trouble }))
      .filter((item) => item !== undefined);
  return [...itemsOf("InventoryItems", false), ...itemsOf("EquippedItems", true)];
}

function guidOf(value: Value): string | undefined {
  return typeof value === "object" && value !== null && "guid" in value ? value.guid : undefined;
}

function readItem(
  world: WorldFile,
  guid: string,
  { isEquipped, trouble }: { isEquipped: boolean; trouble: (trouble: Trouble) => void },
): Item | undefined {
  const found = selectRow(world, guid, { wanted: ITEM, trouble });
  if (!found || found.selected.value("bIsEngram") === true) return undefined;
  const { class: path, selected } = found;
  return {
    guid,
    class: path,
    quantity: selected.number("ItemQuantity") ?? 1, // absent when 1
    quality: selected.number("ItemQualityIndex") ?? 0,
    isBlueprint: selected.value("bIsBlueprint") === true,
    isEquipped,
    durability: selected.number("SavedDurability"),
    customName: selected.text("CustomItemName"),
    crafter: selected.text("CrafterCharacterName"),
  };
}

function selectRow(
  world: WorldFile,
  guid: string,
  { wanted, trouble }: { wanted: Selection; trouble: (trouble: Trouble) => void },
) {
  const blob = world.blob(guid);
  if (!blob) return undefined;
  const cursor = new Cursor(blob), head = new ObjectHead(), format = world.format.properties;
  if (!readHead(cursor, world.format, head)) return undefined;
  const selected = select(cursor, { format, wanted, trouble });
  return { class: format.names.text(head.class), selected };
}
