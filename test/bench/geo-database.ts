/**
 * The MMDB that all servers of a run share, and clients that it places. With the networks of MaxMind's test data where the vectors
 * are, else with some of them; and always with this machine's own network, from which the load comes: a server that finds no place
 * for its client must not be the one that does less.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseIpPrefix } from '../../src/base/ip-prefix.ts';
import { GeoSourceError } from '../../src/geo/geo-source.ts';
import { readGeoipLite } from '../../src/geo/geoip-lite-source.ts';
import { compileLocationTable, openLocationTable } from '../../src/geo/location-table.ts';
import { unpackRuns } from '../../src/geo/run-table.ts';
import { MmdbEncoder } from './mmdb-encoder.ts';

type Place = readonly [prefix: string, continent: string, country: string, latitude: number, longitude: number];

/** Where the load comes from. */
const LOOPBACK: Place = ['127.0.0.0/8', 'EU', 'IE', 53.3, -6.2];

/** Networks of GeoIP2-City-Test, for when that is not there, with a Client Subnet inside each. */
const PLACES: readonly (readonly [...place: Place, subnet: string])[] = [
  ['2.2.3.0/24', 'EU', 'GB', 51.5, -0.1, '2.2.3.0/24'],
  ['2.3.3.0/24', 'EU', 'DE', 50.1, 8.7, '2.3.3.0/24'],
  ['67.43.156.0/24', 'AS', 'BT', 27.5, 90.5, '67.43.156.0/24'],
  ['89.160.20.128/25', 'EU', 'SE', 58.4, 15.6, '89.160.20.128/25'],
  ['149.101.100.0/28', 'NA', 'US', 37.8, -97.8, '149.101.100.0/28'],
  ['175.16.199.0/24', 'AS', 'CN', 43.9, 125.3, '175.16.199.0/24'],
  ['202.196.224.0/20', 'AS', 'PH', 13, 122, '202.196.230.0/24'],
  ['214.78.120.0/22', 'NA', 'US', 32.9, -117.1, '214.78.121.0/24'],
  ['2001:240::/32', 'AS', 'JP', 35.7, 139.8, '2001:240:12::/48'],
  ['2001:480:10::/48', 'NA', 'US', 32.9, -117.1, '2001:480:10::/48'],
  ['2a02:d300::/29', 'EU', 'UA', 49, 32, '2a02:d301:4::/48'],
  ['2a02:fe40::/29', 'EU', 'GB', 51.5, -0.1, '2a02:fe42:7::/48'],
];

/** Client Subnets that the database places. */
export const CLIENT_SUBNETS: readonly string[] = PLACES.map((place) => place[5]);

/** One network of the vectors' list; an IPv4 network stands there as `::a.b.c.d/96+n`. */
type VectorRecord = {
  readonly continent?: { readonly code?: string };
  readonly country?: { readonly iso_code?: string };
  readonly location?: { readonly latitude?: number; readonly longitude?: number };
};

/** Writes the database into `folder`; returns its path and what it holds. */
export function makeGeoDatabase(folder: string): { path: string; label: string } {
  const vectors = process.env.MERIDIAN_VECTORS ?? join(import.meta.dirname, '../../../shared/vectors');
  const list = join(vectors, 'mmdb', 'GeoIP2-City-Test.json');
  const places = existsSync(list) ? readVectorPlaces(list) : PLACES;
  const encoder = new MmdbEncoder();
  const sized = [...places, LOOPBACK].flatMap((place) => {
    const prefix = parseIpPrefix(place[0]);
    return typeof prefix === 'string' ? [] : [{ prefix, place }];
  });
  for (const { prefix, place } of sized.sort((a, b) => a.prefix.length - b.prefix.length)) {
    const record = encoder.addRecord(recordOf(place[1], place[2], place[3], place[4]));
    if (prefix.family === 4) encoder.addPrefix4(prefix.words[0]!, prefix.length, record);
    else encoder.addPrefix6(prefix.words, prefix.length, record);
  }
  const path = join(folder, 'city.mmdb');
  writeFileSync(path, encoder.finish('GeoIP2-City'));
  const source = existsSync(list) ? 'GeoIP2-City-Test' : 'a few test networks';
  return { path, label: `${source} and this machine's network, ${sized.length} networks` };
}

/**
 * Writes geoip-lite's whole city data as an MMDB, for servers that read nothing else: some 3,000,000 IPv4 networks. The places are
 * those of Meridian's own table (country, province, cell of one degree).
 */
export function makeFullDatabase(folder: string): { path: string; label: string } {
  const data = join(dirname(createRequire(import.meta.url).resolve('geoip-lite/package.json')), 'data');
  const read = (name: string) => readFileSync(join(data, name));
  const source = readGeoipLite({
    city: read('geoip-city.dat'),
    city6: read('geoip-city6.dat'),
    cityNames: read('geoip-city-names.dat'),
  });
  if (source instanceof GeoSourceError) throw source;
  const table = openLocationTable(compileLocationTable({ overrides: [], databases: [source] }));
  const encoder = new MmdbEncoder();
  const records = table.classes.map((place) =>
    place === null || place.country === null
      ? -1
      : encoder.addRecord(recordOf(place.continent ?? '', place.country, place.latitude ?? 0, place.longitude ?? 0)),
  );
  const runs = unpackRuns(table.runs, 4, null);
  let networks = 0;
  for (let i = 0; i < runs.count; i++) {
    const record = records[runs.values[i]!] ?? -1;
    if (record < 0) continue;
    encoder.addRange4(runs.keys[i]!, i + 1 < runs.count ? runs.keys[i + 1]! - 1 : 0xffffffff, record);
    networks++;
  }
  const loopback = encoder.addRecord(recordOf(LOOPBACK[1], LOOPBACK[2], LOOPBACK[3], LOOPBACK[4]));
  encoder.addPrefix4(0x7f000000, 8, loopback);
  const path = join(folder, 'full-city.mmdb');
  writeFileSync(path, encoder.finish('GeoIP2-City'));
  return { path, label: `geoip-lite's city data, ${networks} IPv4 ranges` };
}

function recordOf(continent: string, country: string, latitude: number, longitude: number) {
  return {
    continent: { code: continent },
    country: { iso_code: country },
    location: { latitude, longitude },
  };
}

function readVectorPlaces(list: string): Place[] {
  const entries = JSON.parse(readFileSync(list, 'utf8')) as Record<string, VectorRecord>[];
  return entries.flatMap(Object.entries).flatMap(([network, record]): Place[] => {
    const { continent, country, location } = record;
    if (continent?.code === undefined || country?.iso_code === undefined) return [];
    const prefix = network.replace(
      /^::(\d+\.\d+\.\d+\.\d+)\/(\d+)$/,
      (_, address, length) => `${address}/${length - 96}`,
    );
    return [[prefix, continent.code, country.iso_code, location?.latitude ?? 0, location?.longitude ?? 0]];
  });
}
