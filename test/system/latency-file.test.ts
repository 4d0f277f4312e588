/** geo-data/latency.csv in a running node: what it knows decides, its edits are followed, its faults are told, and explain shows it. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from '../tools/dns-client.ts';
import { type MeridianProcess, runMeridian, startServe } from '../tools/meridian-process.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';

const NAME = 'www.l.example';
const ZONE = `
'':
  type: NS
  values: [ns1.example.net.]
www:
  type: A
  values: [192.0.2.9]
  dynamic:
    pools:
      de: {values: [{value: 192.0.2.1, status: up}]}
      ie: {fallback: de, values: [{value: 192.0.2.2, status: up}]}
    rules:
    - {pool: ie}
  octodns:
    meridian:
      steering:
        method: latency
        pools: {de: {region: eu-central}, ie: {region: eu-west}}
`;
const [GERMANY, IRELAND] = ['192.0.2.1', '192.0.2.2'];
const GEO_DATA = {
  'regions.yaml': `eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26}
eu-central: {name: Germany, latitude: 50.11, longitude: 8.68}
`,
  // London: 460 km from Ireland, 650 from Germany.
  'places.mmdb': writeMmdb({
    networks: [
      {
        prefix: '81.2.0.0/16',
        record: {
          continent: { code: 'EU' },
          country: { iso_code: 'GB' },
          location: { latitude: 51.5, longitude: -0.12 },
        },
      },
    ],
  }),
};
const HEADER = 'from,region,ms,count\n';
/** From all of the UK Ireland takes long; from one network in it it does not. */
const KNOWN = `${HEADER}EU-GB,eu-west,90,400\nEU-GB,eu-central,20,60\n81.2.69.0/24,eu-west,4,400\n`;

let node: MeridianProcess;
beforeAll(async () => {
  node = await startServe({ zones: { 'l.example.yaml': ZONE }, geoData: GEO_DATA, workers: 1 });
});
afterAll(() => node?.stop());

const save = (text: string) => writeFileSync(join(node.geoFolder, 'latency.csv'), text);
const answer = async (ecs: string) => {
  const { answers, subnet } = await ask(node, NAME, 'A', { ecs });
  return { address: String(answers[0]?.data), scope: subnet?.scope };
};
async function untilAnswered(ecs: string, address: string): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if ((await answer(ecs)).address === address) return;
    await sleep(100);
  }
  throw new Error(`${ecs} never got ${address}\n${node.output}`);
}
const faults = async () => {
  const status = await fetch(`${node.adminUrl}/api/v1/status`, { signal: AbortSignal.timeout(5_000) });
  return ((await status.json()) as { geo: { faults: { code: string; line: number; column: number }[] } }).geo.faults;
};

it('steers by what is known, network by network, and keeps the last good file', async () => {
  expect((await answer('81.2.1.0/24')).address).toBe(IRELAND);
  save(KNOWN);
  await untilAnswered('81.2.1.0/24', GERMANY!);
  expect(await answer('81.2.69.0/24')).toEqual({ address: IRELAND, scope: 24 });
  // The scope never reaches into the network that is decided otherwise.
  expect((await answer('81.2.68.0/24')).scope).toBeGreaterThanOrEqual(24);

  const explain = ['explain', NAME, '--client', '127.0.0.1', '--admin', new URL(node.adminUrl).host];
  const told = await runMeridian([...explain, '--ecs', '81.2.1.0/24'], { folder: node.folder });
  expect(told.stdout).toContain('latency.csv knows 20 ms from EU-GB, measured 60 times');
  const other = await runMeridian([...explain, '--ecs', '81.2.69.0/24'], { folder: node.folder });
  expect(other.stdout).toContain('latency.csv knows 4 ms from 81.2.69.0/24, measured 400 times');

  save(`${KNOWN}AS64500, eu-west, 3, 7\nEU, eu-west, x, 7\n`);
  for (let i = 0; (await faults()).length === 0 && i < 100; i++) await sleep(100);
  expect(await faults()).toMatchObject([
    { code: 'latency-asn', line: 5, column: 1 },
    { code: 'latency-ms', line: 6, column: 14 },
  ]);
  expect((await answer('81.2.1.0/24')).address).toBe(GERMANY);
  const checked = await runMeridian(['check'], { folder: node.folder });
  expect(checked.code).toBe(1);
  expect(checked.stdout).toMatch(/latency\.csv:5:1: error: .*AS number are not known here/);

  save(KNOWN);
  for (let i = 0; (await faults()).length > 0 && i < 100; i++) await sleep(100);
  writeFileSync(join(node.folder, 'demand.csv'), 'place,queries\nEU-GB,1\n');
  const whatIf = await runMeridian(['whatif', '--json', '--demand', 'demand.csv'], { folder: node.folder });
  const pools = JSON.parse(whatIf.stdout).records[0].pools as { pool: string; before: number }[];
  expect(pools.find(({ pool }) => pool === 'de')!.before).toBeCloseTo(1 - 256 / 65_536, 6);

  rmSync(join(node.geoFolder, 'latency.csv'));
  node.child.kill('SIGHUP');
  await untilAnswered('81.2.1.0/24', IRELAND!);
}, 90_000);
