/** A thousand screens hold streams of the node's events open while there is much to tell: answers do not wait for them. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill } from './drill.ts';
import { Onlookers } from './onlookers.ts';
import { compareQuietAndLoud } from './quiet-and-loud.ts';

const STREAMS = 1_000;
const RELOAD_EVERY_MS = 400;

/** A thousand event streams. */
export const MANY_ONLOOKERS: Drill = {
  name: 'many-onlookers',
  // A reload every 400 ms, so that there is something to tell.
  logLinesMax: 200,
  run: async ({ node, scale }) => {
    const count = Math.max(50, STREAMS * scale);
    let events = 0;
    let isOver = false;
    // All the while, so that the streams alone make the difference.
    const telling = (async () => {
      for (let serial = 0; !isOver; serial++) {
        node.writeZone('told.test.yaml', `'': {type: NS, value: ns${serial}.told.test.}\n`);
        node.reload();
        await sleep(RELOAD_EVERY_MS);
      }
    })();
    const compare = compareQuietAndLoud(node, 'www.drill.test.', scale, async () => {
      const onlookers = await Onlookers.gather(node.adminUrl, count);
      return async () => {
        events += await onlookers.leave();
      };
    });
    const { words } = await compare.finally(() => {
      isOver = true;
      return telling;
    });
    if (!(events >= count)) throw new Error(`${count} streams were sent ${events} events`);
    return `${count} streams, ${events} events; ${words}`;
  },
};
