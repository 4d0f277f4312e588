/** A flood under which the operator switches response rate limiting on in the configuration file, first with a slip of the pen. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildQuery } from '../tools/dns-client.ts';
import type { Drill, DrillGround } from './drill.ts';
import { flood } from './flood-crowd.ts';

const PER_SECOND = 10_000;
const SECONDS_EACH = 4;

/** The configuration broken, deleted, and changed while live (08-faults); rate limiting without a restart. */
export const RATE_LIMIT_SWITCHED: Drill = {
  name: 'rate-limit-switched',
  node: { config: 'rate-limit: "off"\n' },
  streamHasCookie: true,
  run: async (ground) => {
    const off = await factorOf(ground);
    const broken = await reload(ground, 'rate-limit: "on"\nrate-limit-per-sec: [\n');
    if (broken.status !== 409 || !broken.body.includes('meridian.yaml'))
      throw new Error(`a broken configuration was answered with ${broken.status}: ${broken.body}`);
    const stillOff = await factorOf(ground);
    if ((await ground.counters()).rateDropped !== 0) throw new Error('a broken configuration was put in force');
    const mended = await reload(ground, 'rate-limit: "on"\n');
    if (mended.status !== 200) throw new Error(`a good configuration was answered with ${mended.status}`);
    await sleep(200);
    const on = await factorOf(ground);
    const { rateDropped = 0 } = await ground.counters();
    if (rateDropped === 0 || on >= off)
      throw new Error(`octets out/in ${on.toFixed(2)} with the limit, ${off.toFixed(2)} without`);
    const back = await reload(ground, 'rate-limit: "off"\n');
    if (back.status !== 200) throw new Error(`the way back was answered with ${back.status}`);
    return `octets out/in ${off.toFixed(2)} without the limit, ${stillOff.toFixed(2)} after a broken configuration (refused), ${on.toFixed(2)} with it on (${rateDropped} dropped), no restart`;
  },
};

/** Octets out for each octet in. */
async function factorOf({ node, scale }: DrillGround): Promise<number> {
  const query = (index: number) => buildQuery('www.drill.test.', 'A', { id: index & 0xffff });
  const { octetsIn, octetsOut } = await flood(node, PER_SECOND, Math.max(800, SECONDS_EACH * scale * 1000), query);
  return octetsOut / octetsIn;
}

async function reload({ node }: DrillGround, config: string): Promise<{ status: number; body: string }> {
  writeFileSync(join(node.folder, 'meridian.yaml'), config);
  const response = await node.change('POST', '/api/v1/reload');
  return { status: response.status, body: await response.text() };
}
