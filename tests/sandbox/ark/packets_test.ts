import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  encodePacket,
  keepAlivePacket,
  packetOfSize,
  PacketReader,
  pieces,
} from "../../../src/sandbox/ark/packets.ts";
import { sharedJson, sharedTest } from "../../shared.ts";

const bytesOf = (hex: string) => new Uint8Array(Uint8Array.fromHex(hex));

interface Vectors {
  frames: { name: string; id: number; type: number; bodyHex: string; frameHex: string }[];
  malformed: { name: string; hex: string }[];
}

Deno.test("a packet has its size, id, type, body and two zero bytes", () => {
  const frame = "110000000100000002000000476574436861740000";
  const packet = { id: 1, type: 2, body: new TextEncoder().encode("GetChat") };
  equal(encodePacket(packet).toHex(), frame);
  deepEqual(new PacketReader().read(bytesOf(frame)), [packet]);
  equal(keepAlivePacket().toHex(), "1400000000000000000000004b65657020416c6976650000");
});

sharedTest("packets are as in the collected vectors", () => {
  const { frames, malformed } = sharedJson<Vectors>("rcon/ark-rcon-vectors.json");
  for (const { name, id, type, bodyHex, frameHex } of frames) {
    const packet = { id, type, body: bytesOf(bodyHex) };
    equal(encodePacket(packet).toHex(), frameHex, name);
    deepEqual(new PacketReader().read(bytesOf(frameHex)), [packet], name);
  }
  for (const { name, hex } of malformed) {
    throws(() => new PacketReader().read(bytesOf(hex)), RangeError, name);
  }
  const sizes = { "len-9": 9, "len-minus-4": -4, "len-minus-1": -1, "len-max": 2 ** 31 - 1 };
  for (const [name, size] of Object.entries(sizes)) {
    const hex = malformed.find((one) => one.name === name)?.hex.slice(0, 32);
    equal(packetOfSize(size).toHex(), hex, name);
  }
});

Deno.test("impossible sizes are refused", () => {
  for (const size of [0, 1, 9, -1, -4, -(2 ** 31), 2 ** 31 - 1]) {
    throws(() => new PacketReader().read(packetOfSize(size)), { name: "RangeError" });
  }
});

Deno.test("packets come out whole however the bytes are cut", () => {
  const packet = fc.record({
    id: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    type: fc.integer({ min: 0, max: 3 }),
    body: fc.uint8Array({ maxLength: 60 }).map((body) => new Uint8Array(body)),
  });
  fc.assert(fc.property(fc.array(packet), fc.integer({ min: 1, max: 50 }), (packets, step) => {
    const reader = new PacketReader();
    const stream = new Uint8Array(packets.flatMap((one) => [...encodePacket(one)]));
    deepEqual(pieces(stream, step).flatMap((piece) => reader.read(piece)), packets);
  }));
});
