/** Zone files that are saved and reloaded under load: no query is lost, and none waits long. */

import { setTimeout as sleep } from 'node:timers/promises';
import { streamDuring } from '../tools/query-stream.ts';
import type { Drill } from './drill.ts';
import { untilInForce } from './in-force.ts';

const RELOADS = 6;
const PER_SECOND = 4_000;
const BETWEEN_MS = 1_000;
/** What the worst answer should take; printed beside it, as another program on the machine may take the processor. */
const BAR_MS = 30;

function zone(address: string): string {
  return `'': {type: NS, value: ns.drill.test.}\nwww: {type: A, value: ${address}}\n`;
}

/** Six reloads at 4,000 queries a second. */
export const RELOADS_UNDER_LOAD: Drill = {
  name: 'reloads',
  run: async ({ node, scale }) => {
    const questions = [{ name: 'www.drill.test.', type: 'A' }];
    const report = await streamDuring(node, { questions, perSecond: PER_SECOND }, async () => {
      for (let i = 1; i <= RELOADS; i++) {
        node.writeZone('drill.test.yaml', zone(`192.0.2.${i}`));
        node.reload();
        await sleep(Math.max(300, BETWEEN_MS * scale));
      }
    });
    await untilInForce(node, 'www.drill.test.', `192.0.2.${RELOADS}`);
    if (report.lost > 0) throw new Error(`${report.lost} of ${report.sent} queries were lost`);
    if (report.rcodes[0] !== report.sent) throw new Error(`other RCODEs than 0: ${JSON.stringify(report.rcodes)}`);
    return `${RELOADS} reloads, ${report.sent} queries, none lost, worst ${report.worstMs.toFixed(1)} ms (bar ${BAR_MS} ms), p99 ${report.p99Ms.toFixed(1)} ms`;
  },
};
