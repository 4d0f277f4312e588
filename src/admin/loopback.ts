/** Which addresses only this machine can reach (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */

import { BlockList } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
// As dual-stack sockets show IPv4 clients.
LOOPBACK.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/** True if only this machine can reach `address`, an IP address in text form. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
