/** Connections of attackers: many, from many addresses of loopback, each spoken to by the drill. */

import { connect, type Socket } from 'node:net';

/** Addresses that connections are spread over; each has its share of the pool and no more. */
const ADDRESSES = 100;

/** Number `index` of a crowd, to `port` on loopback. It reports no errors: an attacker is cut, and that is the point. */
export function attack(port: number, index: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress: `127.1.0.${1 + (index % ADDRESSES)}` });
  socket.on('error', () => {});
  return socket;
}

/** Resolves when all of them are closed, which it sees to. */
export async function withdraw(sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) {
    await new Promise<void>((resolve) => {
      if (socket.closed) resolve();
      else socket.once('close', () => resolve()).destroy();
    });
  }
}
