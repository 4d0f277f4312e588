/** Connections that send queries without end, half of them without ever reading an answer. */

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildQuery } from '../tools/dns-client.ts';
import { attack, withdraw } from './attackers.ts';
import type { Drill } from './drill.ts';

const CONNECTIONS = 40;
const SECONDS = 8;
const QUERIES_PER_WRITE = 1_000;

/** Pipelines over plain TCP (RFC 7766 6.2.1.1), as no honest client has them. */
export const GIANT_PIPELINES: Drill = {
  name: 'giant-pipelines',
  run: async ({ node, scale, counters }) => {
    const query = buildQuery('www.drill.test.', 'A', { id: 1 });
    const many = Buffer.concat(new Array(QUERIES_PER_WRITE).fill(Buffer.from([0, query.length, ...query])));
    const before = (await counters()).queriesTcp ?? 0;
    const sockets = Array.from({ length: Math.max(4, Math.round(CONNECTIONS * scale)) }, (_, index) => {
      const socket = attack(node.dnsPort, index);
      if (index % 2 === 0) socket.resume();
      pump(socket, many);
      return socket;
    });
    await sleep(Math.max(2, SECONDS * scale) * 1000);
    await withdraw(sockets);
    const answered = ((await counters()).queriesTcp ?? 0) - before;
    if (answered < QUERIES_PER_WRITE) throw new Error(`only ${answered} pipelined queries were answered`);
    return `${sockets.length} pipelines, ${answered} queries answered`;
  },
};

/** Writes as long as the kernel takes it. */
function pump(socket: Socket, octets: Buffer): void {
  if (!socket.destroyed) socket.write(octets, (error) => error ?? setImmediate(pump, socket, octets));
}
