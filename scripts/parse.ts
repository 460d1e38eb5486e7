/**
 * `deno task parse`: hands the process's arguments and streams to the command.
 * @module
 */

import { parseCommand } from "../src/parse.ts";
import { onStopSignal } from "../src/runtime/signals.ts";

const stop = new AbortController();
// Asked twice, it does not wait any longer for a disk that does not answer.
onStopSignal(() => stop.signal.aborted ? Deno.exit(130) : stop.abort());

const encoder = new TextEncoder();

async function writeAll(text: string): Promise<void> {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await Deno.stdout.write(bytes));
}

function note(text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
}

try {
  Deno.exitCode = await parseCommand({
    args: Deno.args,
    cwd: Deno.cwd(),
    env: Deno.env.toObject(),
    out: writeAll,
    err: note,
    errIsTerminal: Deno.stderr.isTerminal(),
    colours: Deno.stdout.isTerminal() && !Deno.noColor,
    signal: stop.signal,
  });
} catch (error) {
  // Whoever read the output has seen enough: `… | head`.
  if (error instanceof Deno.errors.BrokenPipe) Deno.exitCode = 141;
  else if (stop.signal.aborted) {
    note("Stopped.\n");
    Deno.exitCode = 130;
  } else throw error;
}
Deno.exit();
