/** The host of a check as TLS and HTTP write it. */

/** `host` without the final dot of an absolute name or the brackets of an IPv6 address. */
export function bareHost(host: string): string {
  if (host.startsWith('[') && host.endsWith(']')) return host.slice(1, -1);
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

/** The Host field of `host` (RFC 9110 7.2): the port stands in it unless it is the scheme's own. */
export function hostField(host: string, port: number, defaultPort: number): string {
  const bare = bareHost(host);
  const written = bare.includes(':') ? `[${bare}]` : bare;
  return port === defaultPort ? written : `${written}:${port}`;
}
