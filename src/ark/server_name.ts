/**
 * Names of game servers, as people say them.
 * @module
 */

/**
 * The name without the version that hosters put behind it, which changes with every update:
 * `Island - (v93.19)` is `Island`.
 */
export function withoutVersion(sessionName: string): string {
  return sessionName.replace(/ - \(v\d+(?:\.\d+)*\)\s*$/, "").trim() || sessionName;
}
