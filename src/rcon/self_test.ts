/**
 * Proves at the start of the program that rcon-client still lets itself be guarded: that its bytes
 * go through our hands and not around them. Another version of it might not, and would then hang or
 * end the process some day. Talks to a small server of its own on this machine only.
 * @module
 */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Clock } from "../runtime/clock.ts";
import { RconError } from "./errors.ts";
import { COMMAND_ANSWER, encodeFrame, FrameReader, LOGIN_ANSWER } from "./frames.ts";
import { Connection } from "./guard.ts";

const PASSWORD = "self-test";
const LONG_PART = Buffer.alloc(4_096, "a");
const ANSWER_MS = 2_000;

/** @throws {Error} when the guard does not hold; the program must then not use RCON. */
export async function proveGuard(clock: Clock): Promise<void> {
  const server = createServer(serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = { name: "the self-test", host: "127.0.0.1", port };
  const wrong = new Connection({ ...address, password: "wrong" }, clock);
  const right = new Connection({ ...address, password: PASSWORD }, clock);
  try {
    await expectFailure("password", wrong.open());
    await right.open();
    const { length } = await right.send("long", ANSWER_MS);
    if (length !== 2 * LONG_PART.length) throw new Error(`an answer came with ${length} bytes`);
    await expectFailure("broken", right.send("bad", ANSWER_MS));
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `Cannot use rcon-client safely: ${message}; install BlissBot again with its own deno.lock`,
      { cause },
    );
  } finally {
    await Promise.all([wrong.close(), right.close()]);
    server.close();
    await once(server, "close");
  }
}

async function expectFailure(kind: RconError["kind"], work: Promise<unknown>): Promise<void> {
  const error = await work.then(() => undefined, (error) => error);
  if (error instanceof RconError && error.kind === kind) return;
  throw new Error(`"${kind}" was expected, and there was ${error?.message ?? "no error"}`);
}

/** What the library alone gets wrong: a packet before the login's, a cut answer, a bad length. */
function serve(socket: Socket): void {
  const reader = new FrameReader();
  socket.on("error", () => {});
  socket.on("data", (chunk: Uint8Array) => {
    for (const { id, type, body } of reader.push(chunk)) {
      const text = Buffer.from(body).toString();
      const empty = Buffer.alloc(0);
      if (type === LOGIN) {
        socket.write(encodeFrame({ id, type: COMMAND_ANSWER, body: empty }));
        const answer = text === PASSWORD ? id : -1;
        socket.write(encodeFrame({ id: answer, type: LOGIN_ANSWER, body: empty }));
      } else if (text === "long") {
        socket.write(encodeFrame({ id, type: COMMAND_ANSWER, body: LONG_PART }));
        socket.write(encodeFrame({ id: 0, type: COMMAND_ANSWER, body: Buffer.from("Keep Alive") }));
        socket.write(encodeFrame({ id, type: COMMAND_ANSWER, body: LONG_PART }));
      } else {
        socket.write(BAD_LENGTH);
      }
    }
  });
}

const LOGIN = 3;
/** -4, at which the library alone never comes to an end. */
const BAD_LENGTH = Buffer.from("fcffffff0000000000000000", "hex");
