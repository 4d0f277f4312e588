/** The metrics of a real node: what promtool says of them, and what deploy/ asks of them. That they count exactly is in `query-counts.test.ts`. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countedZone } from '../tools/counted-zone.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
/** A hundred steered names of a hundred endpoints each. */
function largeZone(): string {
  const name = (i: number) => {
    const values = Array.from({ length: 100 }, (_, j) => `{value: 127.1.${i}.${j + 1}, status: up}`).join(', ');
    return `n${i}: {type: A, value: 127.0.0.9, dynamic: {pools: {main: {values: [${values}]}}, rules: [{pool: main}]}}\n`;
  };
  return `---\n${Array.from({ length: 100 }, (_, i) => name(i)).join('')}`;
}
const promtool = findTool('promtool');

async function scrape(node: MeridianProcess): Promise<string> {
  return await (await fetch(`${node.adminUrl}/metrics`)).text();
}

function checkWith(args: readonly string[], input?: string) {
  const { status, stdout, stderr } = spawnSync(promtool!, args, { input, encoding: 'utf8', timeout: 20_000 });
  return { status, said: `${stdout}${stderr}`.trim() };
}

describe('the metrics of a node', () => {
  let node: MeridianProcess;
  beforeAll(async () => {
    node = await startServe({
      zones: { 'a.test.yaml': countedZone('127.0.1.1'), 'b.test.yaml': countedZone('127.0.1.2') },
      workers: 2,
    });
  }, 30_000);
  afterAll(() => node?.stop());

  it('are clean to promtool', async ({ skip }) => {
    if (promtool === null) skip('no promtool');
    const { said } = checkWith(['check', 'metrics'], await scrape(node));
    // The names of the Node.js runtime are prom-client's.
    expect(said.split('\n').filter((line) => line.startsWith('meridian_') || /error/i.test(line))).toEqual([]);
  });

  it('are all there that the alert rules and the dashboard name', async () => {
    const known = new Set<string>();
    for (const [, name, type] of (await scrape(node)).matchAll(/^# TYPE (\S+) (\S+)/gm))
      for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) known.add(`${name}${suffix}`);
    for (const file of ['alerts.yaml', 'grafana-dashboard.json']) {
      const text = readFileSync(join(DEPLOY, file), 'utf8');
      const named = new Set([...text.matchAll(/\bmeridian_\w+/g)].map((match) => match[0]));
      expect(named.size).toBeGreaterThan(10);
      expect([...named].filter((name) => !known.has(name))).toEqual([]);
    }
  });
});

it('has alert rules that promtool takes', ({ skip }) => {
  if (promtool === null) skip('no promtool');
  const { status, said } = checkWith(['check', 'rules', join(DEPLOY, 'alerts.yaml')]);
  expect(status, said).toBe(0);
});

it('tells of 10,000 endpoints in one scrape of bounded size', async () => {
  const node = await startServe({ zones: { 'large.test.yaml': largeZone() }, workers: 1 });
  try {
    await scrape(node);
    const beganMs = performance.now();
    const text = await scrape(node);
    console.log(`scrape: ${Math.round(performance.now() - beganMs)} ms, ${text.length} octets`);
    expect(text.match(/^meridian_endpoint_answers_total\{/gm)!.length).toBe(2_001);
  } finally {
    await node.stop();
  }
}, 60_000);
