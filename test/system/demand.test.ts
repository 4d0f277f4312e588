/** Demand from a node's own counters: queries by `dig` with Client Subnet, `status --demand`, and what-if over the file that it prints. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MeridianProcess, runMeridian, startServe } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';

const ZONE = `
'':
  type: NS
  values: [ns1.example.net.]
www:
  type: A
  values: [192.0.2.1]
  dynamic:
    pools:
      gb: {values: [{value: 192.0.2.1, status: up}]}
      us: {values: [{value: 192.0.2.2, status: up}]}
    rules:
    - {geos: [EU-GB], pool: gb}
    - {pool: us}
`;
const NETWORKS = `
81.2.69.0/24: {country: GB, latitude: 51.5, longitude: -0.13}
5.35.240.0/24: {country: DE}
`;
const QUERIES = 4_000;
const program = findTool('dig');
let node: MeridianProcess;

beforeAll(async () => {
  node = await startServe({ zones: { 'd.example.yaml': ZONE }, geoData: { 'networks.yaml': NETWORKS } });
});
afterAll(async () => {
  await node?.stop();
});

it.skipIf(program === null)(
  'a what-if reckons with the queries that a node has counted',
  async () => {
    const ask = runMeridian.bind(null, ['status', '--demand', '--admin', new URL(node.adminUrl).host]);
    const empty = await ask({ folder: node.folder });
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringContaining('has counted no steered query yet')]);

    // Three in four from London, one from Germany.
    const line = (i: number) => `www.d.example. A +subnet=${i % 4 === 0 ? '5.35.240.0/24' : '81.2.69.0/24'}`;
    const file = join(node.folder, 'questions');
    writeFileSync(file, Array.from({ length: QUERIES }, (_, i) => line(i)).join('\n'));
    const own = [
      '-r',
      '+norecurse',
      '+short',
      '+tries=2',
      '+timeout=3',
      `@${node.dnsHost}`,
      '-p',
      String(node.dnsPort),
    ];
    await promisify(execFile)(program!, [...own, '-f', file], { timeout: 50_000, maxBuffer: 16 << 20 });

    const { stdout: demand } = await ask({ folder: node.folder });
    expect(demand).toMatch(/^# steered queries of 0\.0 hours, reckoned from \d+ samples, one in 64\nplace,queries\n/);
    const queriesOf = (place: RegExp) => Number(new RegExp(`^${place.source},(\\d+)$`, 'm').exec(demand)?.[1] ?? 0);
    const london = queriesOf(/EU-GB@\+51\.500-000\.130/);
    const germany = queriesOf(/EU-DE/);
    // Some 62 samples in all.
    expect(london + germany).toBeGreaterThan(QUERIES / 2);
    expect(london + germany).toBeLessThan(QUERIES * 2);
    expect(london).toBeGreaterThan(germany);

    writeFileSync(join(node.folder, 'demand.csv'), demand);
    const whatIf = await runMeridian(['whatif', '--demand', 'demand.csv', '--json'], { folder: node.folder });
    expect([whatIf.code, whatIf.stderr]).toEqual([0, '']);
    const view = JSON.parse(whatIf.stdout);
    expect(view.demand).toMatchObject({ source: 'file', total: london + germany, notFound: 0 });
    const [gb] = view.records[0].pools;
    expect(gb.pool).toBe('gb');
    expect(gb.before).toBeCloseTo(london / (london + germany), 6);
  },
  90_000,
);
