/**
 * Where something listens, as people write it.
 * @module
 */

/** `host:port`; an address of IPv6 stands in brackets. */
export function addressText({ host, port }: { host: string; port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
