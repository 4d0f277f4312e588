/** Connections opened and dropped as fast as they can be: by FIN, by RST, in the middle of a message. */

import { setTimeout as sleep } from 'node:timers/promises';
import { attack } from './attackers.ts';
import type { Drill } from './drill.ts';

const SECONDS = 8;
const AT_ONCE = 100;

/** Churn of connections over plain TCP. */
export const CONNECTION_CHURN: Drill = {
  name: 'connection-churn',
  run: async ({ node, scale }) => {
    let begun = 0;
    let running = 0;
    const endMs = performance.now() + Math.max(2, SECONDS * scale) * 1000;
    const next = () => {
      const index = begun++;
      running++;
      const socket = attack(node.dnsPort, index);
      socket.on('connect', () => {
        if (index % 3 === 0) socket.resetAndDestroy();
        else if (index % 3 === 1) socket.end();
        else socket.write(Uint8Array.of(0, 9, 1), () => socket.destroy());
      });
      socket.resume();
      socket.on('close', () => {
        running--;
      });
    };
    while (performance.now() < endMs) {
      while (running < AT_ONCE) next();
      await sleep(1);
    }
    while (running > 0) await sleep(10);
    return `${begun} connections, ${Math.round(begun / Math.max(2, SECONDS * scale))} a second`;
  },
};
