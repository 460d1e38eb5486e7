/**
 * The game servers of `scripts/bench/rcon.ts`, in a process of their own, so that their time is not
 * counted with the clients'.
 * @module
 */

import { delay } from "es-toolkit";
import { type LocalArk, startArk } from "../../../src/sandbox/ark/server.ts";
import { answerLines } from "../discord/lines.ts";
import type { Address } from "./clients.ts";
import { randomFrom } from "../structure_sets.ts";

const COUNT = 50;
const SPREAD_MS = 33;
/** Part of the messages whose answer is lost; half of them before the game saw the message. */
const LOST_PART = 0.2;
const RESTART_EVERY_MS = 100;

// Their ticks are spread, as those of real ones are.
const servers = await Promise.all(Array.from({ length: COUNT }, async (_, index) => {
  await delay(index * SPREAD_MS / COUNT);
  return await startArk();
}));
const [blackHole, silent, refusing] = servers as [LocalArk, LocalArk, LocalArk];
const addresses: readonly Address[] = servers.map(({ host, port, password }, index) => (
  { name: `server ${index}`, host, port, password }
));
const random = randomFrom(20_260_314);
let isRestless = false;
let restarts: Promise<void> | undefined;

await answerLines(addresses, {
  /** Time between two ticks of every game. */
  tick({ ms }: { ms: number }): void {
    for (const { manner } of servers) manner.tickMs = ms;
  },
  /** From now on one server is a black hole, one answers no command, and one refuses. */
  async break(): Promise<void> {
    await blackHole.network("black hole");
    silent.faults.next({ times: Infinity }, { kind: "silence" });
    await refusing.network("shut");
  },
  /** One server goes away for so long; resolves when it is back. */
  async away({ index, ms }: { index: number; ms: number }): Promise<void> {
    await servers[index]!.exit();
    await delay(ms);
    await servers[index]!.start();
  },
  /** Messages from 0 on will come: some lose their answers, and servers restart. */
  expect({ count }: { count: number }): void {
    planLosses(count);
    isRestless = true;
    restarts = restartNowAndThen();
  },
  /** Ends that. Numbers of the messages that arrived, as often as they did. */
  async arrived(): Promise<number[]> {
    isRestless = false;
    await restarts;
    return arrivedMessages();
  },
});

/** Message n goes to server n % 50. */
function planLosses(count: number): void {
  for (let number = 0; number < count; number++) {
    if (random() >= LOST_PART) continue;
    const on = new RegExp(`^ServerChat message ${number}$`);
    const kind = random() < 0.5 ? "reset" : "close";
    const isCarriedOut = random() < 0.5;
    servers[number % COUNT]!.faults.next({ on, isCarriedOut }, { kind });
  }
}

/** Ends connections at moments that no message chose. */
async function restartNowAndThen(): Promise<void> {
  while (isRestless) {
    await delay(RESTART_EVERY_MS);
    await servers[Math.floor(random() * COUNT)]!.restart();
  }
}

function arrivedMessages(): number[] {
  return servers.flatMap(({ received }) =>
    received.flatMap(({ command, ran }) => {
      const number = command.match(/^ServerChat message (\d+)$/)?.[1];
      return number === undefined || ran.length === 0 ? [] : [Number(number)];
    })
  );
}
