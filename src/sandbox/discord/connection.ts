/**
 * One client's gateway connection: hello, heartbeats, and what a client may send when. Identifying
 * and resuming are the gateway's.
 * @module
 */

import { GatewayOpcodes as Op } from "discord-api-types/v10";
import type { Link } from "./front.ts";
import type { Gateway } from "./gateway.ts";
import { isRecord } from "./problems.ts";
import type { Session } from "./session.ts";

const MOST_BYTES = 4096;
const MOST_SENDS = 120;
const SENDS_PER_MS = 60_000;
/** So many intervals without a heartbeat are too long. */
const SILENT_INTERVALS = 2;
/** A client that leaves with these is not coming back; with any other it may resume. */
const ENDING_CODES_OF_CLIENT: readonly number[] = [1000, 1001];
/** After these of ours there is nothing to resume. */
const ENDING_CODES: readonly number[] = [4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014];
/** Events for logged-in clients which change nothing here. */
const ACCEPTED: readonly number[] = [Op.VoiceStateUpdate, Op.RequestSoundboardSounds];

/** What a client sent. */
interface Payload {
  readonly op: number;
  readonly d: unknown;
}

/** Thrown to close a connection with one of Discord's close codes. */
export class GatewayClose extends Error {
  override readonly name = "GatewayClose";

  constructor(readonly code: number, reason: string) {
    super(reason);
  }
}

/** A client that is connected, identified or not. */
export class Connection {
  session: Session | undefined;
  #isOpen = true;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #sends = 0;
  #sendsSince = 0;

  constructor(readonly socket: WebSocket, readonly link: Link, readonly gateway: Gateway) {
    socket.onopen = () => this.#greet();
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#end(ENDING_CODES_OF_CLIENT.includes(code));
    socket.onerror = () => {}; // `onclose` follows
  }

  /** Sends one frame; nothing when the client has gone. */
  send(text: string): void {
    if (this.#isOpen && this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  /** Sends what is no event. Clients count on the nulls: discordeno keeps any other `s`. */
  tell(op: number, d: unknown): void {
    this.send(JSON.stringify({ t: null, s: null, op, d }));
  }

  /** Ends it from our side. Codes that the Web API does not allow are written as raw frames. */
  close(code: number, reason = ""): void {
    if (!this.#isOpen) return;
    this.#end(ENDING_CODES.includes(code));
    if (code === 1000 || code >= 3000) this.socket.close(code, reason);
    else void this.link.inject(closeFrame(code)).then(() => this.link.cut());
  }

  /** Ends it without a word. */
  cut(): void {
    this.#end(false);
    this.link.cut();
  }

  #greet(): void {
    this.#awaitHeartbeat();
    const d = { heartbeat_interval: this.gateway.heartbeatMs, _trace: ["local"] };
    this.tell(Op.Hello, d);
    this.gateway.greeted(this);
  }

  #receive(data: unknown): void {
    if (!this.#isOpen) return;
    try {
      this.#handle(decode(data));
    } catch (error) {
      if (error instanceof GatewayClose) return this.close(error.code, error.message);
      this.gateway.failed(error);
      this.close(4000, "Unknown error");
    }
  }

  #handle({ op, d }: Payload): void {
    this.#countSend();
    if (op === Op.Heartbeat) return this.#beat();
    if (op === Op.Identify || op === Op.Resume) {
      if (this.session !== undefined) throw new GatewayClose(4005, "Already authenticated.");
      if (op === Op.Identify) return this.gateway.identify(this, d);
      return this.gateway.resume(this, d);
    }
    const isKnown = op === Op.PresenceUpdate || op === Op.RequestGuildMembers ||
      ACCEPTED.includes(op);
    if (!isKnown) throw new GatewayClose(4001, "Unknown opcode.");
    if (this.session === undefined) throw new GatewayClose(4003, "Not authenticated.");
    if (!isRecord(d)) throw new GatewayClose(4002, "Error while decoding payload.");
    if (op === Op.PresenceUpdate) this.session.presence = d;
    if (op === Op.RequestGuildMembers) this.gateway.requestMembers(this.session, d);
  }

  #countSend(): void {
    const now = performance.now();
    if (now - this.#sendsSince > SENDS_PER_MS) [this.#sends, this.#sendsSince] = [0, now];
    if (++this.#sends > MOST_SENDS) throw new GatewayClose(4008, "You are being rate limited.");
  }

  #beat(): void {
    this.#awaitHeartbeat();
    if (!this.gateway.keepsAcksFrom(this.session?.app)) this.tell(Op.HeartbeatAck, null);
  }

  #awaitHeartbeat(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(
      () => this.close(4009, "Session timed out."),
      SILENT_INTERVALS * this.gateway.heartbeatMs,
    );
  }

  #end(isForGood: boolean): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#silence);
    this.gateway.ended(this, isForGood);
  }
}

function decode(data: unknown): Payload {
  const text = data instanceof ArrayBuffer ? new TextDecoder().decode(data) : String(data);
  const isTooLong = new TextEncoder().encode(text).length > MOST_BYTES;
  let payload: unknown;
  try {
    payload = isTooLong ? undefined : JSON.parse(text);
  } catch {
    // Refused below.
  }
  if (!isRecord(payload) || typeof payload["op"] !== "number") {
    throw new GatewayClose(4002, "Error while decoding payload.");
  }
  return { op: payload["op"], d: payload["d"] };
}

/** RFC 6455: final frame, opcode 8, unmasked, two bytes of code. */
function closeFrame(code: number): Uint8Array {
  return new Uint8Array([0x88, 2, code >> 8, code & 0xff]);
}
