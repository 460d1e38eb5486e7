/**
 * `deno task doctor`: hands the process's arguments and streams to the command.
 * @module
 */

import { parseArgs } from "node:util";
import { doctorCommand } from "../src/doctor.ts";
import { onStopSignal } from "../src/runtime/signals.ts";

onStopSignal(() => Deno.exit(130));

try {
  const { values } = parseArgs({
    args: Deno.args,
    options: { config: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) console.log("deno task doctor [--config FILE]");
  else {
    Deno.exitCode = await doctorCommand({
      args: { config: values.config },
      cwd: Deno.cwd(),
      env: Deno.env.toObject(),
      out: (text) => console.log(text.replace(/\n$/, "")),
      colours: Deno.stdout.isTerminal() && !Deno.noColor,
    });
  }
} catch (error) {
  if (!(error instanceof TypeError && "code" in error)) throw error; // parseArgs
  console.error(error.message.split(". To specify")[0]);
  Deno.exitCode = 2;
}
Deno.exit();
