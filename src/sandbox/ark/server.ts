/**
 * A local ARK server: RCON on a loopback port, players, commands and the log file, with its starts
 * and stops, and with faults on demand. Joins the parts; each is in a file of its own.
 * @module
 */

import { type Clock, systemClock } from "../../runtime/clock.ts";
import { BanList } from "./ban_list.ts";
import { carryOut, type CommandManner } from "./commands.ts";
import { Door, type DoorState } from "./door.ts";
import type { Faults } from "./faults.ts";
import { Game, type GameManner } from "./game.ts";
import { LogFile } from "./log_file.ts";
import type { Player, PlayerOptions } from "./players.ts";
import { type Login, type RconManner, RconServer, type Received } from "./rcon_server.ts";

/** How the server behaves where servers differ. May be changed at any time. */
export interface ArkManner extends RconManner, GameManner, CommandManner {}

const MANNER: ArkManner = {
  tickMs: 0,
  encoding: "ascii",
  style: "ark",
  wrongPassword: "refused",
  keepAliveMs: undefined,
  packetBytes: Infinity,
  packetGapMs: 0,
  segmentBytes: Infinity,
  keepsHalfOpen: false,
  stampsChat: false,
  showsTribeLog: false,
  hasGameLog: true,
  chainsCommands: false,
  confirmsKicks: false,
  saveMs: 0,
};

/** How long the phases of a start last, in milliseconds on the clock. */
export interface Boot {
  /** Nobody listens. */
  readonly refusedMs: number;
  /** Connections are accepted, nothing is answered. */
  readonly silentMs: number;
  /** A login takes 6 s and a command 3 s. */
  readonly loadingMs: number;
}

/** A start as it was measured on a server of version 93.19; big maps take ten times as long. */
export const MEASURED_BOOT: Boot = { refusedMs: 5_000, silentMs: 16_000, loadingMs: 50_000 };
const AT_ONCE: Boot = { refusedMs: 0, silentMs: 0, loadingMs: 0 };
/** So long after its start the game renames the old log. */
const ROTATES_AFTER_MS = 1_200;
/** So long after DoExit the process is gone, as measured on that server. */
const EXITS_AFTER_MS = 26_000;

/** How {@linkcode startArk} is set up. */
export interface ArkOptions {
  /** Hosters put the version behind the name. */
  readonly sessionName?: string;
  /** `ServerAdminPassword`. */
  readonly password?: string;
  /** The server's own folder; without it neither log nor ban list is written. */
  readonly folder?: string;
  /** Of starts, stops, Keep Alives and time stamps. Ticks and the network run in real time. */
  readonly clock?: Clock;
  readonly manner?: Partial<ArkManner>;
  /** From DoExit to the end of the process, in milliseconds on the clock; default as measured. */
  readonly exitsAfterMs?: number;
  /** The host starts the process again when it has ended by DoExit. */
  readonly restartsAfterExit?: Boot;
  /** The host starts the process again when it has crashed. */
  readonly restartsAfterCrash?: Boot;
}

/** Starts a server that is ready at once. */
export async function startArk(options: ArkOptions = {}): Promise<LocalArk> {
  const ark = new LocalArk(options);
  await ark.start();
  return ark;
}

/** A local ARK server, which stays at its port over all its starts. */
export class LocalArk implements AsyncDisposable {
  readonly host = "127.0.0.1";
  readonly sessionName: string;
  /** As the settings have it; the game reads it when it starts. */
  password: string;
  readonly manner: ArkManner;
  readonly game: Game;
  /** Undefined when no folder was given. */
  readonly log: LogFile | undefined;
  readonly #clock: Clock;
  readonly #rcon: RconServer;
  readonly #door: Door;
  #life: AbortController | undefined;
  #isListening = false;
  #network: DoorState = "open";
  readonly #exitsAfterMs: number;
  readonly #restarts: Pick<ArkOptions, "restartsAfterExit" | "restartsAfterCrash">;
  #isStopped = false;

  /** It does not run yet; {@linkcode startArk} gives one that does. */
  constructor({ sessionName, password, folder, clock, manner, ...host }: ArkOptions) {
    this.#exitsAfterMs = host.exitsAfterMs ?? EXITS_AFTER_MS;
    this.#restarts = host;
    this.sessionName = sessionName ?? "The Island - (v93.19)";
    this.password = password ?? "local-ark";
    this.manner = { ...MANNER, ...manner };
    this.#clock = clock ?? systemClock;
    const now = () => this.#clock.now();
    this.log = folder === undefined ? undefined : new LogFile({ folder, now });
    const banned = new BanList(folder);
    this.game = new Game({ manner: this.manner, log: this.log, banned, now });
    const console = { game: this.game, manner: this.manner, exit: () => this.#exitSoon() };
    this.#rcon = new RconServer({
      manner: this.manner,
      clock: this.#clock,
      carryOut: (text) => carryOut(text, console),
    });
    this.#door = new Door((socket) => this.#rcon.serve(socket));
  }

  get port(): number {
    return this.#door.port;
  }

  /** Connections that clients have at the moment. */
  get connections(): number {
    return this.#door.connections;
  }

  /** Commands in the order in which they arrived; the last 100,000. */
  get received(): readonly Received[] {
    return this.#rcon.received;
  }

  /** Logins in the order in which they arrived. */
  get logins(): readonly Login[] {
    return this.#rcon.logins;
  }

  /** Packets of type 0 that clients sent: ARK never answers them, so none should come. */
  get strays(): number {
    return this.#rcon.strays;
  }

  /** What goes wrong with single connections, logins and commands. */
  get faults(): Faults {
    return this.#rcon.faults;
  }

  /** Whether the process runs; it may not be ready yet. */
  get isRunning(): boolean {
    return this.#life !== undefined;
  }

  /** A person, who is not online before joining. */
  player(name: string, options?: PlayerOptions): Player {
    return this.game.player(name, options);
  }

  /**
   * The next command that matches, after it was carried out.
   * @throws Error when none came within `withinMs` (real time, default 10 s).
   */
  async next(match: RegExp, withinMs = 10_000): Promise<Received> {
    const { promise, resolve, reject } = Promise.withResolvers<Received>();
    const unlisten = this.#rcon.listen((received) => {
      if (received.command.search(match) >= 0) resolve(received);
    });
    const tooLong = new Error(`Cannot wait for ${match} any longer: none in ${withinMs} ms`);
    const timer = setTimeout(() => reject(tooLong), withinMs);
    try {
      return await promise;
    } finally {
      unlisten();
      clearTimeout(timer);
    }
  }

  /** What clients meet at the port while the process runs; "open" is the healthy state. */
  async network(state: DoorState): Promise<void> {
    this.#network = state;
    await this.#updateDoor();
  }

  /** The game stands still, as in a save: nobody gets an answer until the returned call. */
  freeze(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#rcon.freeze(promise);
    return resolve;
  }

  /**
   * Starts the process and takes it through the phases of `boot`; resolves when it is ready, or when
   * it was stopped before.
   * @throws Error when it runs already.
   */
  async start(boot: Boot = AT_ONCE): Promise<void> {
    if (this.#life !== undefined) throw new Error("Cannot start the server: it runs already");
    this.#isStopped = false;
    const life = this.#life = new AbortController();
    try {
      await this.#boot(boot, life.signal);
    } catch (error) {
      if (!life.signal.aborted) throw error;
    }
  }

  /** Stops the process cleanly, which throws everybody out. */
  async exit(): Promise<void> {
    if (this.#life === undefined) return;
    this.log?.line("Closing by request");
    this.log?.close();
    await this.#end();
  }

  /** Ends the process without a word in the log. */
  async crash(): Promise<void> {
    await this.#end();
    this.#startAgain(this.#restarts.restartsAfterCrash);
  }

  async #end(): Promise<void> {
    this.#life?.abort();
    this.#life = undefined;
    this.game.stop();
    this.#isListening = false;
    await this.#updateDoor();
  }

  /** Stops the process and starts it again; resolves when it is ready. */
  async restart(boot?: Boot): Promise<void> {
    await this.exit();
    await this.start(boot);
  }

  /**
   * Ends the process, the network's faults and everything that is under way.
   * @throws what went wrong in the server itself, such as a log that it could not write.
   */
  async stop(): Promise<void> {
    this.#network = "open";
    this.#isStopped = true;
    await this.#end();
    await this.#rcon.stopped();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #boot({ refusedMs, silentMs, loadingMs }: Boot, signal: AbortSignal): Promise<void> {
    const rotatesMs = Math.min(refusedMs, ROTATES_AFTER_MS);
    await this.#pass(rotatesMs, signal);
    this.log?.open();
    this.log?.line("ARK Version: 93.19");
    await this.#pass(refusedMs - rotatesMs, signal);
    this.log?.line(`Server: "${this.sessionName}" has successfully started!`);
    this.game.banned.read();
    this.#rcon.password = this.password;
    this.#rcon.readiness = "silent";
    this.#isListening = true;
    await this.#updateDoor();
    await this.#pass(silentMs, signal);
    this.#rcon.readiness = "loading";
    this.log?.line(`Full Startup: ${((refusedMs + silentMs) / 1000).toFixed(2)} seconds`);
    await this.#pass(loadingMs, signal);
    this.#rcon.readiness = "ready";
    this.game.isUp = true;
    this.log?.line(
      "Server has completed startup and is now advertising for join. (10.10GB Mem)",
    );
  }

  /** A phase of a start; one of no length needs no hand that moves the clock. */
  async #pass(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (ms > 0) await this.#clock.sleep(ms, signal);
  }

  #exitSoon(): void {
    const exit = async () => {
      await this.exit();
      this.#startAgain(this.#restarts.restartsAfterExit);
    };
    const isStopped = () => {}; // in another way, meanwhile
    this.#clock.sleep(this.#exitsAfterMs, this.#life?.signal).then(exit, isStopped);
  }

  /** What the host does, unless somebody else has started it or the server is at its end. */
  #startAgain(boot: Boot | undefined): void {
    if (boot === undefined || this.#isStopped || this.#life !== undefined) return;
    void this.start(boot); // what goes wrong there is no fault on demand: the test is to fail
  }

  async #updateDoor(): Promise<void> {
    // A network that swallows everything does so whether or not a process is behind it.
    const isSeen = this.#isListening || this.#network === "black hole";
    await this.#door.change(isSeen ? this.#network : "shut");
  }
}
