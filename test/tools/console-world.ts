/**
 * A node to look at in a browser: three regions with an endpoint each on loopback, clients in six countries, a record by distance, one
 * by weight with capacities, and one for shifts.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { type FileTable, type MeridianProcess, startServe } from './meridian-process.ts';
import { writeMmdb } from './mmdb-writer.ts';

/** The node, its endpoints by region, and how to end them. */
export type ConsoleWorld = {
  readonly node: MeridianProcess;
  readonly endpoints: Readonly<Record<string, HttpEndpoint>>;
  readonly stop: () => Promise<void>;
};

export const CONSOLE_ZONE = 'gslb.example.test';

const BUILD = join(import.meta.dirname, '../../src/console/build.mjs');
const ADDRESSES = { 'us-east': '127.0.84.1', 'eu-west': '127.0.84.2', 'ap-southeast': '127.0.84.3' } as const;
const REGIONS = `us-east: {name: Northern Virginia, latitude: 39.04, longitude: -77.49, country: US, province: VA}
eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26, country: IE}
ap-southeast: {name: Singapore, latitude: 1.35, longitude: 103.82, country: SG}
`;
const COUNTRIES: ReadonlyArray<readonly [string, string, number, number]> = [
  ['5.0.0.0/12', 'US', 39, -98],
  ['5.16.0.0/13', 'DE', 51, 10],
  ['5.24.0.0/14', 'FR', 47, 2],
  ['5.28.0.0/14', 'JP', 36, 138],
  ['5.32.0.0/14', 'AU', -25, 134],
  ['5.36.0.0/14', 'BR', -10, -55],
];

/** Builds the page where it is stale. */
export function buildConsole(): void {
  const built = spawnSync(process.execPath, [BUILD, '--if-stale'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the page cannot be built: ${built.stderr}`);
}

/** Builds the page where it is stale, and starts all of it. */
export async function startConsoleWorld(): Promise<ConsoleWorld> {
  buildConsole();
  const port = await freePort();
  const endpoints: Record<string, HttpEndpoint> = {};
  for (const [region, address] of Object.entries(ADDRESSES)) {
    endpoints[region] = new HttpEndpoint({ address, port });
    await endpoints[region].accept();
  }
  const node = await startServe({
    zones: {
      [`${CONSOLE_ZONE}.yaml`]: zoneText(port),
      'broken.example.yaml': 'www:\n  type: A\n  value: not-an-address\n',
    },
    geoData: geoData(),
  });
  return worldOf(node, endpoints);
}

/** How many endpoints {@link startCrowdedWorld} has, and how many of them fall with the endpoint `us-east`. */
export const CROWD = { endpoints: 500, falling: 50 } as const;

/** As {@link startConsoleWorld}, with 500 endpoints in ten records; those of the first are checked at `us-east`, all others at `eu-west`. */
export async function startCrowdedWorld(): Promise<ConsoleWorld> {
  buildConsole();
  const port = await freePort();
  const endpoints: Record<string, HttpEndpoint> = {};
  for (const region of ['us-east', 'eu-west'] as const) {
    endpoints[region] = new HttpEndpoint({ address: ADDRESSES[region], port });
    await endpoints[region].accept();
  }
  const records = Array.from({ length: CROWD.endpoints / CROWD.falling }, (_, i) => crowdedRecord(i, port));
  const node = await startServe({
    zones: { [`${CONSOLE_ZONE}.yaml`]: `'': {type: NS, values: [ns1.example.net.]}\n${records.join('')}` },
    geoData: geoData(),
  });
  return worldOf(node, endpoints);
}

function worldOf(node: MeridianProcess, endpoints: Readonly<Record<string, HttpEndpoint>>): ConsoleWorld {
  return {
    node,
    endpoints,
    stop: async () => {
      await node.stop();
      for (const endpoint of Object.values(endpoints)) await endpoint.stop();
    },
  };
}

function geoData(): FileTable {
  const records = COUNTRIES.map(([prefix, code, latitude, longitude]) => ({
    prefix,
    record: { country: { iso_code: code }, location: { latitude, longitude } },
  }));
  return { 'regions.yaml': REGIONS, 'places.mmdb': writeMmdb({ networks: records }) };
}

function crowdedRecord(record: number, port: number): string {
  const pools = Object.keys(ADDRESSES).map((region, pool) => {
    const count = pool === 0 ? 18 : 16;
    const values = Array.from({ length: count }, (_, i) => `{value: 127.1.${record * 4 + pool}.${i + 1}}`);
    const next = Object.keys(ADDRESSES)[pool + 1];
    return `      ${region}: {${next === undefined ? '' : `fallback: ${next}, `}values: [${values.join(', ')}]}\n`;
  });
  const steered = Object.keys(ADDRESSES).map((region) => `          ${region}: {region: ${region}}\n`);
  return `app${record}:
  type: A
  values: [127.0.84.9]
  dynamic:
    pools:
${pools.join('')}    rules: [{pool: us-east}]
  octodns:
    healthcheck: {protocol: HTTP, port: ${port}, path: /healthz}
    meridian:
      healthcheck: {interval: 2, timeout: 1, rise: 1, fall: 1, target: ${ADDRESSES[record === 0 ? 'us-east' : 'eu-west']}}
      steering:
        method: nearest
        pools:
${steered.join('')}`;
}

function zoneText(port: number): string {
  const regions = Object.entries(ADDRESSES);
  const pools = regions.map(([region, address], i) => {
    const next = regions[i + 1]?.[0];
    return `      ${region}: {${next === undefined ? '' : `fallback: ${next}, `}values: [{value: ${address}}]}\n`;
  });
  const steered = Object.keys(ADDRESSES).map((region) => `          ${region}: {region: ${region}}\n`);
  return `'': {type: NS, values: [ns1.example.net.]}
shift:
  type: A
  ttl: 1
  values: [127.0.84.9]
  dynamic:
    pools:
      first: {fallback: second, values: [{value: 127.0.84.11, status: up}]}
      second: {values: [{value: 127.0.84.12, status: up}]}
    rules: [{pool: first}]
split:
  type: A
  values: [127.0.84.9]
  dynamic:
    pools:
      blue: {fallback: green, values: [{value: 127.0.84.21, status: up}]}
      green: {values: [{value: 127.0.84.22, status: up}]}
    rules: [{pool: blue}]
  octodns:
    meridian:
      steering:
        method: weighted
        pools:
          blue: {region: us-east, weight: 60, capacity: {target: 700, max: 900, unit: conn}}
          green: {region: eu-west, weight: 40, capacity: {target: 700, max: 900, unit: conn}}
www:
  type: A
  ttl: 5
  values: [127.0.84.9]
  dynamic:
    pools:
${pools.join('')}    rules: [{pool: us-east}]
  octodns:
    healthcheck: {protocol: HTTP, port: ${port}, path: /healthz}
    meridian:
      healthcheck: {interval: 1, timeout: 0.5, rise: 1, fall: 1}
      steering:
        method: nearest
        pools:
${steered.join('')}`;
}
