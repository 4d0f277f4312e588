/**
 * How to get into Redis: the address, and the secrets, which are asked for anew before every connection, so that a password or
 * a certificate can be replaced while the program runs. Made by the command line, used by connections; printed by nobody.
 */

import type { RedisAddress } from './redis-address.ts';

/** What proves who we are, and who the server is. */
export type RedisSecrets = {
  /** Of the user of the address; '' for none. */
  readonly password: string;
  /** Of the Sentinels themselves; '' for none. */
  readonly sentinelPassword: string;
  /** PEM texts and the name that the server's certificate must carry; what is absent is left to TLS's defaults. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string };
};

export type RedisAccess = {
  readonly address: RedisAddress;
  /** Never throws: what cannot be read any more stays what it was. */
  readonly secrets: () => RedisSecrets;
};
