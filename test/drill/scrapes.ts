/** Scrapes of a node with ten thousand endpoints: each is quick, and answers do not wait for it. */

import { median } from '../bench/bench-run.ts';
import { startServe } from '../tools/meridian-process.ts';
import type { Drill } from './drill.ts';
import { compareQuietAndLoud } from './quiet-and-loud.ts';
import { startScraper } from './scraper.ts';

const NAMES = 100;
const ENDPOINTS_PER_NAME = 100;
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
    const other = await startServe({ zones: zones(), workers: 2, readyWithinMs: 60_000 });
    const took: number[] = [];
    const compare = compareQuietAndLoud(node, other, 'www.drill.test.', scale, async (at) => {
      const end = startScraper(at.adminUrl);
      return async () => {
        took.push(...(await end()));
      };
    });
    const words = await compare.finally(() => other.stop());
    const middleMs = median(took);
    const said = `${took.length} scrapes of ${NAMES * ENDPOINTS_PER_NAME} endpoints, ${middleMs.toFixed(0)} ms each`;
    if (scale === 1 && middleMs > SCRAPE_MS_MAX) throw new Error(`${said}, not ${SCRAPE_MS_MAX}`);
    return `${said}; ${words}`;
  },
};
