/**
 * Meridian as a run measures it: one UDP worker, health tracked for every endpoint by checks of a loopback port, clients on
 * loopback placed by networks.yaml so that their queries go the whole way through the geo table.
 */

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hostName, POOLS, type Scenario, TTL_SECONDS, WEIGHTS, ZONE } from './bench-scenario.ts';
import type { ServerCommand, ServerKind } from './server-kind.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** The place of everybody on this machine: in the first pool's country. */
export const LOOPBACK_NETWORK = '127.0.0.0/8: {country: IE, province: null, latitude: 53.3, longitude: -6.2}\n';

/** How UDP is read and written. */
export type MeridianTransport = 'mmsg' | 'dgram';

/** Meridian over one of its two UDP paths. */
export function meridianKind(transport: MeridianTransport): ServerKind {
  return {
    name: `meridian ${transport}`,
    whyMissing: () => null,
    version: () => `working tree, Node ${process.version.slice(1)}`,
    prepare: (scenario, folder, port) => {
      writeMeridianZone(folder, `${ZONE}.yaml`, steeredZone(scenario));
      writeMeridianGeo(folder, scenario.geoDatabase, LOOPBACK_NETWORK);
      return meridianCommand(folder, port, transport);
    },
  };
}

/** Meridian with the city data that it brings along. */
export function bundledGeoKind(): ServerKind {
  return {
    ...meridianKind('mmsg'),
    name: 'meridian, bundled data',
    prepare: (scenario, folder, port) => {
      writeMeridianZone(folder, `${ZONE}.yaml`, steeredZone(scenario));
      writeMeridianGeo(folder, null, LOOPBACK_NETWORK);
      return meridianCommand(folder, port, 'mmsg');
    },
  };
}

/** The command that serves what lies in `folder`. BENCH_NODE_FLAGS: flags for Node, such as `--cpu-prof --cpu-prof-dir=DIR`. */
export function meridianCommand(folder: string, port: number, transport: MeridianTransport): ServerCommand {
  const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
  return {
    file: process.execPath,
    args: [
      ...flags,
      MAIN,
      'serve',
      '--zones',
      join(folder, 'zones'),
      '--geo-data',
      join(folder, 'geo-data'),
      '--state-dir',
      join(folder, 'state'),
      '--listen',
      `127.0.0.1:${port}`,
      '--admin',
      'off',
      '--workers',
      '1',
      '--transport',
      transport,
      '--log-level',
      'warn',
    ],
  };
}

/** Writes one zone file. */
export function writeMeridianZone(folder: string, file: string, text: string): void {
  mkdirSync(join(folder, 'zones'), { recursive: true });
  writeFileSync(join(folder, 'zones', file), text);
}

/** Writes the geo data: a database, or null for the data that Meridian brings along, and `networks`. */
export function writeMeridianGeo(folder: string, geoDatabase: string | null, networks: string): void {
  const geo = join(folder, 'geo-data');
  mkdirSync(geo, { recursive: true });
  if (geoDatabase !== null) copyFileSync(geoDatabase, join(geo, basename(geoDatabase)));
  writeFileSync(join(geo, 'networks.yaml'), networks);
}

/** How the record of a scenario chooses: keys of its `meridian:` block, and whether rules lead some continents to their pools. */
export type ZoneSteering = { readonly keys: string; readonly hasRules: boolean };

const BY_RULES: ZoneSteering = { keys: '', hasRules: true };

/** Meridian with a record that chooses by `steering`, each pool in a region where the others have it too. */
export function steeringKind(name: string, steering: ZoneSteering): ServerKind {
  return {
    ...meridianKind('mmsg'),
    name: `meridian ${name}`,
    prepare: (scenario, folder, port) => {
      writeMeridianZone(folder, `${ZONE}.yaml`, steeredZone(scenario, TTL_SECONDS, steering));
      writeMeridianGeo(folder, scenario.geoDatabase, LOOPBACK_NETWORK);
      const regions = POOLS.map(({ name: pool, latitude, longitude }) => {
        return `${pool}: {name: ${pool}, latitude: ${latitude}, longitude: ${longitude}}\n`;
      });
      writeFileSync(join(folder, 'geo-data', 'regions.yaml'), regions.join(''));
      return meridianCommand(folder, port, 'mmsg');
    },
  };
}

/** The zone of a scenario: the record once, and an alias of it for every further name, as gdnsd has one resource for all. */
export function steeredZone(
  scenario: Scenario,
  ttlSeconds: number = TTL_SECONDS,
  steering: ZoneSteering = BY_RULES,
): string {
  const pools = POOLS.map(({ name, addresses }, n) => {
    const values = addresses.map((value, i) => `{value: ${value}, weight: ${WEIGHTS[i]}}`);
    // A pool that nothing leads to is a fault.
    const next = steering.hasRules ? undefined : POOLS[n + 1];
    return `      ${name}: {${next === undefined ? '' : `fallback: ${next.name}, `}values: [${values.join(', ')}]}\n`;
  });
  const rules = (steering.hasRules ? POOLS.slice(1) : []).map(
    ({ name, continents }) => `    - {geos: [${continents.join(', ')}], pool: ${name}}\n`,
  );
  const record = `&steered
  type: A
  ttl: ${ttlSeconds}
  values: [${POOLS[0].addresses[0]}]
  dynamic:
    pools:
${pools.join('')}    rules:
${rules.join('')}    - {pool: ${POOLS[0].name}}
  octodns:
    healthcheck: {protocol: TCP, port: ${scenario.healthPort}}
    meridian: {healthcheck: {target: 127.0.0.1}${steering.keys}}
`;
  const names = Array.from({ length: scenario.names }, (_, n) => `${hostName(n)}: ${n === 0 ? record : '*steered\n'}`);
  return `'': {type: NS, value: ns1.${ZONE}.}\nns1: {type: A, value: 192.0.2.53}\n${names.join('')}`;
}
