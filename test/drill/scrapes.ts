/** Scrapes of a node with ten thousand endpoints: each is quick, and answers do not wait for it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../bench/bench-run.ts';
import type { Drill } from './drill.ts';
import { compareQuietAndLoud } from './quiet-and-loud.ts';

const NAMES = 100;
const ENDPOINTS_PER_NAME = 100;
/** Prometheus scrapes every 15 s or so; as often as this, one query in ten meets a scrape. */
const PAUSE_MS = 450;
const SCRAPE_MS_MAX = 250;

/** No endpoint is checked: nothing leaves loopback. */
function zones(): Record<string, string> {
  const name = (i: number) => {
    const values = Array.from({ length: ENDPOINTS_PER_NAME }, (_, j) => `{value: 127.1.${i}.${j + 1}, status: up}`);
    return `n${i}: {type: A, value: 127.0.0.9, dynamic: {pools: {main: {values: [${values}]}}, rules: [{pool: main}]}}\n`;
  };
  const ns = "'': {type: NS, value: ns.drill.test.}\n";
  return {
    'drill.test.yaml': `${ns}www: {type: A, value: 192.0.2.7}\n`,
    'large.test.yaml': `${ns}${Array.from({ length: NAMES }, (_, i) => name(i)).join('')}`,
  };
}

/** Scrapes of 10,000 endpoints. */
export const SCRAPES: Drill = {
  name: 'scrapes',
  node: { zones: zones() },
  run: async ({ node, scale }) => {
    const took: number[] = [];
    const scrape = async () => {
      const beganMs = performance.now();
      const text = await (await fetch(`${node.adminUrl}/metrics`)).text();
      took.push(performance.now() - beganMs);
      if (!text.includes('meridian_endpoint_answers_total{')) throw new Error('the scrape tells of no endpoint');
    };
    const { words } = await compareQuietAndLoud(node, 'www.drill.test.', scale, async () => {
      let isOver = false;
      const scraping = (async () => {
        for (; !isOver; await sleep(PAUSE_MS)) await scrape();
      })();
      return async () => {
        isOver = true;
        await scraping;
      };
    });
    const middleMs = median(took);
    const said = `${took.length} scrapes of ${NAMES * ENDPOINTS_PER_NAME} endpoints, ${middleMs.toFixed(0)} ms each`;
    if (scale === 1 && middleMs > SCRAPE_MS_MAX) throw new Error(`${said}, not ${SCRAPE_MS_MAX}`);
    return `${said}; ${words}`;
  },
};
