import { equal } from "node:assert/strict";
import { addressText } from "../../src/runtime/address.ts";

Deno.test("addressText() keeps host and port apart, also in IPv6", () => {
  equal(addressText({ host: "ark.example", port: 27020 }), "ark.example:27020");
  equal(addressText({ host: "2001:db8::5", port: 27020 }), "[2001:db8::5]:27020");
});
