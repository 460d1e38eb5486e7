import assert from "node:assert/strict";
import { ByteWriter } from "../../../src/sandbox/world/bytes.ts";

function written(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(1);
  write(out);
  return out.view().toHex();
}

Deno.test("ByteWriter writes little-endian numbers, signed and unsigned alike", () => {
  assert.equal(written((out) => out.i16(-2)), "feff");
  assert.equal(written((out) => out.i16(0xfffe)), "feff");
  assert.equal(written((out) => out.i32(0xccaa1122)), "2211aacc");
  assert.equal(written((out) => out.i64(-1n)), "ffffffffffffffff");
  assert.equal(written((out) => out.i64(2n ** 64n - 2n)), "feffffffffffffff");
  assert.equal(written((out) => out.f32(1)), "0000803f");
  assert.equal(written((out) => out.f64(-2)), "00000000000000c0");
});

Deno.test("ByteWriter.string() writes the three forms of an FString", () => {
  assert.equal(written((out) => out.string("")), "00000000");
  assert.equal(written((out) => out.string("Bo0")), "04000000426f3000");
  assert.equal(written((out) => out.string("Ü")), "feffffffdc000000");
  assert.equal(written((out) => out.string("a🦖")), "fcffffff6100" + "3ed896dd" + "0000");
});

Deno.test("ByteWriter.guid() keeps the digits in file order and refuses anything else", () => {
  const hex = "44f56abe74f878428e1e643835b94cf9";
  assert.equal(written((out) => out.guid(hex)), hex);
  for (const wrong of ["", hex.toUpperCase(), hex.slice(1), `${hex}0`, "g".repeat(32)]) {
    assert.throws(() => written((out) => out.guid(wrong)), /not 32 lower-case hex digits/);
  }
});

Deno.test("ByteWriter grows, patches and starts over", () => {
  const out = new ByteWriter(1);
  out.i32(0);
  out.bytes(new Uint8Array(1000).fill(7));
  out.zeros(3);
  out.patchI32(0, out.length);
  const copy = out.copy();
  assert.equal(copy.length, 1007);
  assert.deepEqual([...copy.subarray(0, 5)], [0xef, 0x03, 0, 0, 7]);
  out.clear();
  out.zeros(1007);
  assert.ok(out.view().every((byte) => byte === 0), "zeros() clears reused memory");
  assert.equal(copy[4], 7, "copy() is independent");
});
