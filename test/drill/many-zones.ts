/** All of 12,000 zones saved anew and reloaded while clients ask at a steady rate: what the worst answer waits for, and none is lost. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { QueryStream } from '../tools/query-stream.ts';
import type { Drill } from './drill.ts';
import { untilInForce } from './in-force.ts';

const ZONES = 12_000;
/** Smaller in a smoke. */
const ZONES_MIN = 300;
const PER_SECOND = 1_000;
const RELOAD_MS_MAX = 240_000;
/** What no answer should wait for (08-faults); printed beside, for another program may have the processor. */
const BAR_MS = 50;
const WORST_MS_MAX = 1_500;

/** 12,000 zones reloaded: no stall on the query's way. */
export const MANY_ZONES: Drill = {
  name: 'many-zones',
  // A line for each zone that changed.
  logLinesMax: ZONES * 2 + 100,
  growthMbMax: 1_024,
  run: async ({ node, scale }) => {
    const count = Math.max(ZONES_MIN, Math.round(ZONES * scale * scale));
    const save = (last: number) => {
      for (let i = 0; i < count; i++) {
        const text = `'': {type: NS, value: ns.z${i}.test.}\nwww: {type: A, value: 192.0.2.${last}}\n`;
        writeFileSync(join(node.zonesFolder, `z${i}.test.yaml`), text);
      }
    };
    const reload = async () => {
      const signal = AbortSignal.timeout(RELOAD_MS_MAX);
      const response = await node.change('POST', '/api/v1/reload', undefined, signal);
      const { ok, milliseconds } = (await response.json()) as { ok: boolean; milliseconds: number };
      if (!ok) throw new Error(`the reload was answered with ${response.status}`);
      await untilInForce(node, `www.z${count - 1}.test.`, `192.0.2.${last}`);
      return milliseconds;
    };
    let last = 1;
    save(last);
    await reload();
    save(++last);
    // Only now: saving holds this process, and with it the stream's clock.
    const ownDelay = monitorEventLoopDelay({ resolution: 5 });
    ownDelay.enable();
    const stream = new QueryStream(node, {
      questions: [
        { name: 'www.drill.test.', type: 'A' },
        { name: 'www.z0.test.', type: 'A' },
      ],
      perSecond: PER_SECOND,
    });
    const tookMs = await reload().finally(() => stream.stop());
    const { sent, lost, rcodes, worstMs, p99Ms } = stream.report;
    if (lost > 0 || rcodes[0] !== sent) throw new Error(`${lost} of ${sent} lost, ${JSON.stringify(rcodes)}`);
    if (worstMs > WORST_MS_MAX) throw new Error(`an answer took ${worstMs.toFixed(0)} ms`);
    return `${count} zones reloaded in ${tookMs.toFixed(0)} ms, ${sent} queries meanwhile, none lost, worst ${worstMs.toFixed(1)} ms (bar ${BAR_MS} ms; the client itself stood still for ${(ownDelay.max / 1e6).toFixed(1)} ms), p99 ${p99Ms.toFixed(1)} ms`;
  },
};
