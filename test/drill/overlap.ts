/** An upgrade as it is meant: a new process starts beside the old one at the same addresses, and the old one is stopped when it answers. */

import { streamDuring } from '../tools/query-stream.ts';
import type { Drill } from './drill.ts';
import { untilInForce } from './in-force.ts';

const UPGRADES = 5;
const PER_SECOND = 4_000;
/** What the worst answer should take; printed beside, as a start takes the processors of a small machine. */
const BAR_MS = 30;

/** Upgrade by overlap of two processes (08-faults). */
export const OVERLAP: Drill = {
  name: 'overlap',
  node: { args: ['--overlap'] },
  // Connections end with the process that they are of, and their clients ask again.
  sharesMin: { tcp: 0.95 },
  run: async (ground) => {
    const upgrades = Math.max(1, Math.round(UPGRADES * ground.scale));
    const questions = [{ name: 'www.drill.test.', type: 'A' }];
    const report = await streamDuring(ground.node, { questions, perSecond: PER_SECOND }, async () => {
      for (let i = 1; i <= upgrades; i++) {
        const old = ground.node;
        await ground.restart();
        const { code, tookMs } = await old.stop();
        if (code !== 0) throw new Error(`the old process ended with ${code} after ${tookMs.toFixed(0)} ms`);
        // The newest wins: only it is there to see what is saved now.
        const zone = `'': {type: NS, value: ns.drill.test.}\nwww: {type: A, value: 192.0.2.${i}}\n`;
        ground.node.writeZone('drill.test.yaml', zone);
        ground.node.reload();
        await untilInForce(ground.node, 'www.drill.test.', `192.0.2.${i}`);
      }
    });
    const { sent, lost, rcodes, worstMs, p99Ms } = report;
    if (lost > 0 || (rcodes[0] ?? 0) !== sent - lost)
      throw new Error(`${lost} of ${sent} lost, ${JSON.stringify(rcodes)}`);
    return `${upgrades} upgrades, ${sent} queries, ${lost} lost, worst ${worstMs.toFixed(1)} ms (bar ${BAR_MS} ms), p99 ${p99Ms.toFixed(1)} ms`;
  },
};
