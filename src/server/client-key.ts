/** Who counts as one client where connections are counted: an IPv4 address, an IPv6 /64 (what one subscriber has). */

import type { IpAddress } from '../base/ip-address.ts';

/** Equal for addresses of one client. */
export function clientKeyOf(client: IpAddress): string {
  return client.words.subarray(0, client.family === 4 ? 1 : 2).join('.');
}
