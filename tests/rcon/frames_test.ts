/** Packets, however the bytes arrive. */

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { encodeFrame, FrameReader, LARGEST_BYTES } from "../../src/rcon/frames.ts";
import { sharedJson, sharedTest } from "../shared.ts";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const anyFrame = fc.record({ id: int32, type: int32, body: fc.uint8Array({ maxLength: 3_000 }) });

function chunksOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));
}

Deno.test("packets come out as they went in, wherever TCP cuts them", () => {
  fc.assert(fc.property(
    fc.array(anyFrame, { maxLength: 8 }),
    fc.array(fc.nat(), { maxLength: 12 }),
    (frames, cuts) => {
      const reader = new FrameReader();
      const bytes = Buffer.concat(frames.map(encodeFrame));
      deepEqual(chunksOf(bytes, cuts).flatMap((chunk) => reader.push(chunk)), frames);
    },
  ));
});

Deno.test("hostile bytes give packets or a RangeError, and nothing is read beyond them", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
    const reader = new FrameReader();
    let received = 0;
    let read = 0;
    try {
      for (const chunk of chunks) {
        received += chunk.length;
        for (const { body } of reader.push(chunk)) read += body.length + 14;
        ok(read <= received);
      }
    } catch (error) {
      ok(error instanceof RangeError);
    }
  }));
});

Deno.test("lengths that cannot be true are refused at once, those at the edges are not", () => {
  const lengthOf = (length: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(length);
    return bytes;
  };
  for (const length of [-(2 ** 31), -5, -4, -3, -1, 0, 1, 8, 9, LARGEST_BYTES + 1, 2 ** 31 - 1]) {
    throws(() => new FrameReader().push(lengthOf(length)), RangeError, String(length));
  }
  for (const length of [10, LARGEST_BYTES]) deepEqual(new FrameReader().push(lengthOf(length)), []);
});

Deno.test("a long packet that comes byte by byte takes no more than linear time", () => {
  const bytes = encodeFrame({ id: 1, type: 0, body: Buffer.alloc(1 << 20, "x") });
  const reader = new FrameReader();
  const started = performance.now();
  let frames = 0;
  for (let at = 0; at < bytes.length; at++) {
    frames += reader.push(bytes.subarray(at, at + 1)).length;
  }
  equal(frames, 1);
  ok(performance.now() - started < 3_000); // joining anew with every byte takes minutes
});

sharedTest("the recorded packets of ARK are read and written byte for byte", () => {
  const { frames, malformed } = sharedJson<{
    frames: { name: string; id: number; type: number; bodyHex: string; frameHex: string }[];
    malformed: { name: string; hex: string }[];
  }>("rcon/ark-rcon-vectors.json");
  for (const { name, id, type, bodyHex, frameHex } of frames) {
    const body = Uint8Array.from(Buffer.from(bodyHex, "hex"));
    deepEqual(new FrameReader().push(Buffer.from(frameHex, "hex")), [{ id, type, body }], name);
    equal(encodeFrame({ id, type, body }).toString("hex"), frameHex, name);
  }
  for (const { name, hex } of malformed) {
    throws(() => new FrameReader().push(Buffer.from(hex, "hex")), RangeError, name);
  }
});
