/** The reader of the log stops reading, then goes away, while there is much to log. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill } from './drill.ts';

const SECONDS = 6;

/** Log pipe blocked, then closed (08-faults). */
export const LOG_PIPE: Drill = {
  name: 'log-pipe',
  node: { args: ['--log-level', 'trace'] },
  run: async ({ node, scale }) => {
    const reader = node.child.stderr!;
    const zone = (serial: number) =>
      `'':\n  type: NS\n  value: ns${serial}.log.test.\n${'a:\n  type: NONE\n'.repeat(50)}`;
    let reloads = 0;
    const reloadFor = async (milliseconds: number) => {
      for (const endMs = performance.now() + milliseconds; performance.now() < endMs; await sleep(200)) {
        node.writeZone('log.test.yaml', zone(reloads++));
        node.reload();
      }
    };
    reader.pause();
    await reloadFor(Math.max(2, SECONDS * scale) * 500);
    reader.destroy();
    await reloadFor(Math.max(2, SECONDS * scale) * 500);
    if (node.hasEnded) throw new Error('the node ended');
    return `${reloads} reloads with faults, log unread, then closed`;
  },
};
