/** Tables for the micro-benchmarks, made in memory: 1,000 steered names over geoip-lite's whole city data, pools of several sizes. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ServingTables } from '../../src/answer/serving-tables.ts';
import { type ClassTable, compileClassTable, openClassTable } from '../../src/geo/class-table.ts';
import { GeoSourceError } from '../../src/geo/geo-source.ts';
import { readGeoipLite } from '../../src/geo/geoip-lite-source.ts';
import { compileLocationTable, type LocationTable, openLocationTable } from '../../src/geo/location-table.ts';
import { EndpointRegistry } from '../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../src/health/health-table.ts';
import { listEndpoints } from '../../src/zone/steered-record.ts';
import { compileZone } from '../../src/zone/zone-compile.ts';
import { buildZoneIndex, openZoneIndex } from '../../src/zone/zone-index.ts';
import { linkZone, openZoneTable, type ZoneTable } from '../../src/zone/zone-table.ts';
import { type DynamicSketch, type FollowSketch, modelZone } from '../tools/model-zone.ts';
import { hostName, POOLS, TTL_SECONDS, WEIGHTS, ZONE } from './bench-scenario.ts';

/** Steered names, each with an HTTPS and an SRV that follow it, and as many static ones named `plainN`. */
export const MICRO_NAMES = 1_000;

/** What the measurements read. */
export type MicroTables = {
  readonly tables: ServingTables;
  readonly registry: EndpointRegistry;
  readonly zone: ZoneTable;
  readonly classTable: ClassTable;
};

/** Location table of the data that Meridian brings along. */
export function openCityData(): LocationTable {
  const data = join(dirname(createRequire(import.meta.url).resolve('geoip-lite/package.json')), 'data');
  const read = (name: string) => readFileSync(join(data, name));
  const files = {
    city: read('geoip-city.dat'),
    city6: read('geoip-city6.dat'),
    cityNames: read('geoip-city-names.dat'),
  };
  const source = readGeoipLite(files);
  if (source instanceof GeoSourceError) throw source;
  return openLocationTable(compileLocationTable({ overrides: [], databases: [source] }));
}

/** Tables with {@link MICRO_NAMES} names, and one name `poolN` with a pool of N for each of `poolSizes`. */
export function makeMicroTables(locations: LocationTable, poolSizes: readonly number[]): MicroTables {
  const steered = Array.from({ length: MICRO_NAMES }, (_, n): DynamicSketch => ({ name: hostName(n), ...REGIONS }));
  const sized = poolSizes.map(
    (size): DynamicSketch => ({
      name: `pool${size}`,
      pools: { all: { values: Array.from({ length: size }, (_, n) => `10.0.${n >> 8}.${n & 255} ${1 + (n % 20)}`) } },
      rules: [{ pool: 'all' }],
    }),
  );
  const lines = Array.from({ length: MICRO_NAMES }, (_, n) => `plain${n} 300 A 192.0.2.${n & 255}`);
  const services = Array.from({ length: MICRO_NAMES }, (_, n) => [
    `${hostName(n)} 300 HTTPS 1 . alpn=h3,h2`,
    `_s._tcp.${hostName(n)} 300 SRV 1 1 53 ${hostName(n)}`,
    `_s._tcp.${hostName(n)} 300 SRV 2 1 53 ${hostName((n + 1) % MICRO_NAMES)}`,
  ]).flat();
  const follows = Array.from({ length: MICRO_NAMES }, (_, n): FollowSketch[] => [
    { owner: hostName(n), type: 'HTTPS', hints: true },
    { owner: `_s._tcp.${hostName(n)}`, type: 'SRV' },
  ]).flat();
  const records = ['@ 300 NS ns1', 'ns1 300 A 192.0.2.53', ...lines, ...services];
  const model = modelZone(`${ZONE}.`, records, [...steered, ...sized], follows);
  const compiled = compileZone(model);
  const { image, groups } = compiled;
  const registry = new EndpointRegistry(createHealthTable(65_536));
  const classTables = groups.map((spec) => openClassTable(compileClassTable(spec, locations), locations));
  linkZone(image, registry.claim(listEndpoints(compiled)), Int32Array.from(groups.keys()));
  const zone = openZoneTable(image);
  const index = openZoneIndex(buildZoneIndex([zone]));
  const tables = { index, zones: [zone], classTables, health: registry.table };
  const classTable = classTables[0];
  if (classTable === undefined) throw new Error('the zone has no steering group');
  return { tables, registry, zone, classTable };
}

const REGIONS = {
  ttl: TTL_SECONDS,
  pools: Object.fromEntries(
    POOLS.map(({ name, addresses }) => [name, { values: addresses.map((value, i) => `${value} ${WEIGHTS[i]}`) }]),
  ),
  rules: [
    ...POOLS.slice(1).map(({ name, continents }) => ({ geos: continents, pool: name })),
    { pool: POOLS[0].name as string },
  ],
} satisfies Omit<DynamicSketch, 'name'>;
