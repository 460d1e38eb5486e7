/** The proof that the library is in our hands. */

import { rejects } from "node:assert/strict";
import { Socket } from "node:net";
import { Rcon } from "rcon-client";
import { proveGuard } from "../../src/rcon/self_test.ts";
import { systemClock } from "../../src/runtime/clock.ts";

Deno.test("the pinned library lets itself be guarded, and the proof leaves nothing behind", async () => {
  await proveGuard(systemClock);
});

Deno.test("a library that reads past the guard is found out before it meets a real server", async () => {
  const { connect } = Rcon.prototype;
  Rcon.prototype.connect = function () {
    // As another version might: the socket is asked for its bytes in a way that we do not hold.
    this.on("connect", () => Object.assign(this.socket!, { pipe: Socket.prototype.pipe }));
    return connect.call(this);
  };
  try {
    await rejects(
      proveGuard(systemClock),
      /^Error: Cannot use rcon-client safely: "password" was expected, and there was no error; /,
    );
  } finally {
    Rcon.prototype.connect = connect;
  }
});
