/**
 * Turns listen addresses into ones with real ports, and finds out that they can be had before any worker starts. Workers
 * share their ports by SO_REUSEPORT, and with it a second server of the same user would start without a word and take
 * half of the queries; so each address is bound once without it, UDP and TCP, and let go. Where that is what the operator wants
 * (`overlap`), an address in use is taken as it is: a trial with SO_REUSEPORT would be given queries, and lose them.
 */

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { ListenAddress, StreamAddress } from './serve-options.ts';
import { StartError } from './start-error.ts';
import { isErrno, reasonOf } from './state-dir.ts';

/** Ports tried where the operator leaves the choice: one that is free for TCP may be taken for UDP. */
const TRIES = 16;

/** The same for addresses of TCP alone; `taken` are those of plain DNS, which none of these may be. */
export async function pickTcpPorts(
  listen: readonly StreamAddress[],
  taken: readonly ListenAddress[],
  overlap = false,
): Promise<StreamAddress[]> {
  const picked: StreamAddress[] = [];
  for (const wanted of listen) {
    const isTaken = [...taken, ...picked].some(
      ({ address, port }) => port === wanted.port && port !== 0 && address === wanted.address,
    );
    if (isTaken)
      throw new StartError(`${wanted.address} port ${wanted.port} is listed twice: give each service its own`);
    try {
      picked.push({ ...wanted, port: await tryTcp(wanted) });
    } catch (error) {
      if (mayShare(wanted, error, overlap)) {
        picked.push(wanted);
        continue;
      }
      throw new StartError(explainBindError(error, wanted));
    }
  }
  return picked;
}

/** `listen` with every port 0 replaced, duplicates dropped. Rejects with {@link StartError}. */
export async function pickPorts(listen: readonly ListenAddress[], overlap = false): Promise<ListenAddress[]> {
  const picked = new Map<string, ListenAddress>();
  for (const wanted of listen) {
    const address = await pickPort(wanted, overlap);
    picked.set(`${address.address} ${address.port}`, address);
  }
  return [...picked.values()];
}

async function pickPort(wanted: ListenAddress, overlap: boolean): Promise<ListenAddress> {
  for (let tries = 1; ; tries++) {
    let port = wanted.port;
    try {
      port = await tryTcp(wanted);
      await tryUdp({ ...wanted, port });
      return { ...wanted, port };
    } catch (error) {
      if (mayShare(wanted, error, overlap)) return wanted;
      if (wanted.port === 0 && tries < TRIES && isErrno(error, 'EADDRINUSE')) continue;
      throw new StartError(explainBindError(error, { ...wanted, port }));
    }
  }
}

/** Whether the workers may try for the port that is in use: of another program they do not get it, and that is told then. */
function mayShare({ port }: ListenAddress, error: unknown, overlap: boolean): boolean {
  return overlap && port !== 0 && isErrno(error, 'EADDRINUSE');
}

function tryTcp(address: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: address.address, port: address.port, ipv6Only: address.address.includes(':') }, () => {
      const bound = server.address();
      const port = bound !== null && typeof bound === 'object' ? bound.port : address.port;
      server.close(() => resolve(port));
    });
  });
}

function tryUdp(address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const isIpv6 = address.address.includes(':');
    const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4', ipv6Only: isIpv6 });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: address.address, port: address.port, exclusive: true }, () => {
      socket.close(() => resolve());
    });
  });
}

/** One line that says what to do. */
export function explainBindError(error: unknown, address: ListenAddress): string {
  const where = address.address.includes(':')
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
  if (isErrno(error, 'EADDRINUSE')) {
    return `cannot listen on ${where}: another program does; stop it or choose another address with --listen`;
  }
  if (isErrno(error, 'EACCES')) {
    return `cannot listen on ${where}: ports below 1024 need CAP_NET_BIND_SERVICE (see deploy/) or another --listen`;
  }
  if (isErrno(error, 'EADDRNOTAVAIL')) {
    return `cannot listen on ${where}: this host does not have that address; name one of its own with --listen`;
  }
  return `cannot listen on ${where}: ${reasonOf(error)}`;
}
