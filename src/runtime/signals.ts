/**
 * The signals by which people and service managers ask a program to stop.
 * @module
 */

/** Calls `stop` at each such signal, with its name. Windows knows Ctrl+C and Ctrl+Break only. */
export function onStopSignal(stop: (name: Deno.Signal) => void): void {
  const names: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM"];
  for (const name of names) Deno.addSignalListener(name, () => stop(name));
}
