/**
 * `deno task parse`: hands the process's arguments and streams to the command.
 * @module
 */

import { OutputError, parseCommand } from "../src/parse.ts";
import { onStopSignal } from "../src/runtime/signals.ts";

const stop = new AbortController();
// Asked twice, it does not wait any longer for a disk that does not answer.
onStopSignal(() => stop.signal.aborted ? Deno.exit(130) : stop.abort());

const encoder = new TextEncoder();

async function writeAll(text: string): Promise<void> {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(await Deno.stdout.write(bytes));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new OutputError(`Cannot write the result: ${reason}`, { cause: error });
  }
}

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80; // a terminal that does not know its size
  }
}

function note(text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
}

try {
  Deno.exitCode = await parseCommand({
    args: Deno.args,
    cwd: Deno.cwd(),
    startedIn: Deno.env.get("INIT_CWD"),
    env: Deno.env.toObject(),
    out: writeAll,
    err: note,
    errColumns: () => Deno.stderr.isTerminal() ? terminalColumns() : 0,
    colours: Deno.stdout.isTerminal() && !Deno.noColor,
    signal: stop.signal,
  });
} catch (error) {
  // Whoever read the output has seen enough: `… | head`.
  if (error instanceof Deno.errors.BrokenPipe) Deno.exitCode = 141;
  else if (error instanceof OutputError) {
    note(`${error.message}\n`);
    Deno.exitCode = 1;
  } else if (stop.signal.aborted) {
    note("Stopped.\n");
    Deno.exitCode = 130;
  } else throw error;
}
Deno.exit();
