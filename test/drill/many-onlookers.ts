/** A thousand screens hold streams of the node's events open while there is much to tell: answers do not wait for them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { startServe } from '../tools/meridian-process.ts';
import { DRILL_ZONES, type Drill } from './drill.ts';
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
    const other = await startServe({ zones: DRILL_ZONES, workers: 2 });
    const count = Math.max(50, STREAMS * scale);
    let events = 0;
    let isOver = false;
    // All the while and at both, so that the streams alone make the difference.
    const telling = (async () => {
      for (let serial = 0; !isOver; serial++) {
        for (const each of [node, other]) {
          each.writeZone('told.test.yaml', `'': {type: NS, value: ns${serial}.told.test.}\n`);
          each.reload();
        }
        await sleep(RELOAD_EVERY_MS);
      }
    })();
    const compare = compareQuietAndLoud(node, other, 'www.drill.test.', scale, async (at) => {
      const onlookers = await Onlookers.gather(at.adminUrl, count);
      return async () => {
        const told = await onlookers.leave();
        if (at === node) events += told;
      };
    });
    const words = await compare.finally(async () => {
      isOver = true;
      await telling;
      await other.stop();
    });
    if (!(events >= count)) throw new Error(`${count} streams were sent ${events} events`);
    return `${count} streams, ${events} events; ${words}`;
  },
};
