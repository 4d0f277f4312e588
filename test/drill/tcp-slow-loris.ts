/** Five thousand connections that begin a query and drip an octet now and then, opened again as they are cut. */

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { attack, withdraw } from './attackers.ts';
import type { Drill } from './drill.ts';

const CONNECTIONS = 5_000;
const SECONDS = 12;
const OPENED_PER_ROUND = 100;

/** Slow-loris over plain TCP. */
export const TCP_SLOW_LORIS: Drill = {
  name: 'tcp-slow-loris',
  run: async ({ node, scale, counters }) => {
    const open = new Set<Socket>();
    const wanted = Math.round(CONNECTIONS * scale);
    let begun = 0;
    const endMs = performance.now() + Math.max(4, SECONDS * scale) * 1000;
    for (let round = 0; performance.now() < endMs; round++) {
      for (let i = 0; i < OPENED_PER_ROUND && open.size < wanted; i++) {
        const socket = attack(node.dnsPort, begun++);
        open.add(socket);
        socket.on('close', () => open.delete(socket));
        socket.write(Uint8Array.of(0, 40));
      }
      if (round % 20 === 0) for (const socket of open) socket.write(Uint8Array.of(1));
      await sleep(30);
    }
    await withdraw([...open]);
    const { tcpEvicted = 0, tcpTimedOut = 0 } = await counters();
    if (tcpEvicted + tcpTimedOut === 0) throw new Error('no slow connection was closed');
    return `${begun} slow connections, ${tcpEvicted} made room, ${tcpTimedOut} ran out of time`;
  },
};
