/**
 * Ports that nobody listens on. Taken below the range from which the system picks ports for outgoing connections, so that
 * another test's client does not sit on one between the look and the use.
 */

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const FIRST_PORT = 15_000;
const PORT_COUNT = 15_000;
const TRIES_MAX = 200;

/** Every port given out by this process: two servers of one test never get the same. */
const givenOut = new Set<number>();

/** A port free for both UDP and TCP at `address` (loopback). */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (givenOut.has(port)) continue;
    if ((await tcpIsFree(port, address)) && (await udpIsFree(port, address))) {
      givenOut.add(port);
      return port;
    }
  }
  throw new Error(`no free port at ${address} in ${TRIES_MAX} tries`);
}

function tcpIsFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function udpIsFree(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ port, address, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
