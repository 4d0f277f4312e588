/** Addresses with a port, as they are written on the command line and in the ready line. */

import { isIP } from 'node:net';
import type { ListenAddress } from '../server/serve-options.ts';

/** `192.0.2.1:53` or `[2001:db8::1]:53`, the port 0..65535; null for anything else, host names included. */
export function parseSocketAddress(value: string): ListenAddress | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(value);
  if (match === null) return null;
  const address = match[1] ?? match[2]!;
  if (isIP(address) !== (match[1] === undefined ? 4 : 6) || Number(match[3]) > 65535) return null;
  return { address, port: Number(match[3]) };
}

/** The form that {@link parseSocketAddress} reads. */
export function formatSocketAddress(socket: ListenAddress): string {
  return socket.address.includes(':') ? `[${socket.address}]:${socket.port}` : `${socket.address}:${socket.port}`;
}
