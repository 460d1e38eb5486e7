import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { ByteWriter } from "../../../src/sandbox/world/bytes.ts";
import { encodeWildcards } from "../../../src/sandbox/world/cryopod.ts";
import { generateWorld } from "../../../src/sandbox/world/generate.ts";
import { WorldNames } from "../../../src/sandbox/world/names.ts";
import { encodeObject } from "../../../src/sandbox/world/objects.ts";
import * as p from "../../../src/sandbox/world/properties.ts";
import { writeWorld } from "../../../src/sandbox/world/world.ts";
import { type OpenedWorld, openWorldFile, property, withFolder } from "./opened.ts";
import {
  decodeWildcards,
  type WalkedObject,
  type WalkedTag,
  type WalkedType,
  walkObject,
} from "./walker.ts";

const SHARED = new URL("../../../../shared/save/", import.meta.url);

/** A type, and how a walked value becomes one of its values. */
interface Rebuilt {
  type: p.Type<unknown>;
  parse: (value: unknown) => unknown;
}

const asIs = (value: unknown) => value;

const SCALARS = [
  p.Int8,
  p.Int16,
  p.Int,
  p.Int64,
  p.UInt16,
  p.UInt32,
  p.UInt64,
  p.Float,
  p.Double,
  p.Bool,
  p.Byte,
  p.Str,
  p.SoftObj,
] as p.Type<unknown>[];

function rebuildProperty(tag: WalkedTag, table: OpenedWorld["table"]): p.Property {
  const { type, parse } = rebuildType(tag.tree, tag.isNative, table);
  return type.of(tag.name, parse(tag.value), tag.index);
}

function rebuildType(tree: WalkedType, isNative: boolean, table: OpenedWorld["table"]): Rebuilt {
  const [first, second] = tree.parameters;
  const inner = (element: WalkedType | undefined) => rebuildType(element!, isNative, table);
  switch (tree.name) {
    case "ArrayProperty": {
      const { type, parse } = inner(first);
      return { type: widen(p.array(type)), parse: (list) => (list as unknown[]).map(parse) };
    }
    case "MapProperty": {
      const [key, value] = [inner(first), inner(second)];
      const parse = (entries: unknown) =>
        (entries as [unknown, unknown][]).map(([k, v]) => [key.parse(k), value.parse(v)]);
      return { type: widen(p.map(key.type, value.type)), parse };
    }
    case "StructProperty":
      return rebuildStruct(tree, isNative, table);
    case "NameProperty":
      return { type: widen(p.Name), parse: (text) => numbered(String(text), table) };
    case "ObjectProperty":
      return { type: widen(p.Obj), parse: parseReference };
    case "ByteProperty":
      if (first !== undefined) {
        return { type: widen(p.byteEnum(first.name, first.parameters[0]?.name)), parse: asIs };
      }
  }
  const type = SCALARS.find((scalar) => scalar.tree.name === tree.name);
  assert.ok(type, `${tree.name} is a known type`);
  return { type, parse: asIs };
}

/** Types take only their own values; here the walker vouches for them. */
const widen = <V>(type: p.Type<V>) => type as p.Type<unknown>;

function rebuildStruct(tree: WalkedType, isNative: boolean, table: OpenedWorld["table"]): Rebuilt {
  const [struct, id] = tree.parameters;
  const { name, parameters: [pkg] } = struct!;
  if (name === "UniqueNetIdRepl") {
    return { type: widen(p.UniqueNetId), parse: (value) => (value as string[])[1] };
  }
  const options = {
    ...(pkg ? { pkg: pkg.name } : {}),
    ...(id ? { id: id.name } : {}),
    native: isNative,
  };
  const list = p.struct(name, options);
  // Native structs are walked as hex, everything else as tags.
  const type = new p.Type<unknown>(list.tree, (to, value, propertyName) => {
    if (typeof value === "string") to.out.bytes(Uint8Array.fromHex(value));
    else list.encode(to, value as p.Property[], propertyName);
  }, isNative);
  const parse = (value: unknown) =>
    typeof value === "string"
      ? value
      : (value as WalkedTag[]).map((tag) => rebuildProperty(tag, table));
  return { type, parse };
}

function parseReference(value: unknown): p.Reference {
  const [kind = "", ...rest] = String(value).split(" ");
  if (kind === "short") return "short-null";
  return kind === "path" ? { path: rest.join(" ") } : { guid: rest.join(" ") };
}

function numbered(text: string, table: OpenedWorld["table"]) {
  if ([...table.values()].includes(text)) return text;
  const [, base = "", number = ""] = /^(.*)_(-?\d+)$/.exec(text) ?? [];
  return { text: base, number: Number(number) + 1 };
}

/** Takes every object apart, builds its description, and compares what the writer makes of it. */
function checkWorld(world: OpenedWorld): { objects: number; pods: number } {
  const out = new ByteWriter();
  const to: p.Encoder = { out, names: new WorldNames(), layout: world.version };
  const counts = { objects: 0, pods: 0 };
  for (const { value } of world.rows) {
    const { properties, ...object } = walkObject(value, world.version, world.table);
    const rebuilt = properties.map((tag) => rebuildProperty(tag, world.table));
    out.clear();
    encodeObject(to, object.isBare ? object : { ...object, properties: rebuilt });
    assert.equal(out.view().toHex(), value.toHex(), `${object.className} ${object.guid}`);
    counts.objects++;
    counts.pods += checkPod({ ...object, properties });
  }
  return counts;
}

/** Squeezes what is in a pod again; 1 when there was a dino in it. */
function checkPod(object: WalkedObject): number {
  const value = (tags: unknown, name: string) =>
    (tags as WalkedTag[] | undefined)?.find((tag) => tag.name === name)?.value;
  const [data] = (property(object, "CustomItemDatas") ?? []) as WalkedTag[][];
  const [slot] = (value(value(data, "CustomDataBytes"), "ByteArrays") ?? []) as WalkedTag[][];
  const bytes = Uint8Array.from((value(slot, "Bytes") ?? []) as number[]);
  if (bytes.length < 13) return 0;
  const inflated = new Uint8Array(inflateSync(bytes.subarray(12)));
  const again = encodeWildcards(decodeWildcards(inflated));
  assert.equal(again.toHex(), inflated.toHex());
  return 1;
}

for (const version of [14, 13] as const) {
  Deno.test(`encodeObject() gives the same bytes for what was read from them, version ${version}`, () =>
    withFolder((folder) => {
      const path = join(folder, "w.ark");
      const { spec, truth } = generateWorld({ version, structures: 200, objects: 800 });
      writeWorld(path, spec);
      const counts = checkWorld(openWorldFile(path));
      assert.deepEqual(counts, { objects: 800, pods: truth.cryopods });
    }));
}

Deno.test("encodeObject() gives the game's own bytes for every object of real worlds", () => {
  if (!existsSync(SHARED)) {
    return console.warn(
      `Real worlds are absent (${SHARED.pathname}); made worlds stand in for them`,
    );
  }
  const files = [
    "fixtures/tiny_v14.ark",
    "fixtures/tiny_v13.ark",
    "real/GreenflatMap1.ark",
    "real/LostColony_WP.b.ark",
    "real/Extinction_WP.ark",
    "real/Ragnarok_WP_old.ark",
  ];
  let pods = 0;
  for (const file of files) {
    const counts = checkWorld(openWorldFile(fileURLToPath(new URL(file, SHARED))));
    assert.ok(counts.objects > 100, file);
    pods += counts.pods;
  }
  assert.equal(pods, 9, "all real pods");
});
