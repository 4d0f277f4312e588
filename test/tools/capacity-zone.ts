/** A directory with a zone of two regions that share a name, and the geo data beside it, for tests of commands. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMmdb } from './mmdb-writer.ts';

/** Half of each region's weight; `max` is what each can bear, its target is 800. */
export function capacityZone(max: number, weights: readonly [number, number] = [50, 50]): string {
  return `'': {type: NS, values: [ns1.example.net.]}
www:
  type: A
  values: [192.0.2.1]
  dynamic:
    pools:
      eu:
        fallback: us
        values: [{value: 192.0.2.2}]
      us:
        values: [{value: 192.0.2.3}]
    rules:
    - pool: eu
  octodns:
    meridian:
      steering:
        method: weighted
        pools:
          eu: {region: eu-west, weight: ${weights[0]}, capacity: {target: 800, max: ${max}, unit: conn}}
          us: {region: us-east, weight: ${weights[1]}, capacity: {target: 800, max: ${max}, unit: conn}}
`;
}

const REGIONS = `eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26}
us-east: {name: Virginia, latitude: 39.04, longitude: -77.49}
`;

/** Writes `zone` as a.example; `remove` takes the directory away again. */
export function capacityFolder(zone: string) {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-capacity-'));
  const [zones, geoData] = [join(folder, 'zones'), join(folder, 'geo-data')];
  mkdirSync(zones);
  mkdirSync(geoData);
  writeFileSync(join(zones, 'a.example.yaml'), zone);
  writeFileSync(join(geoData, 'regions.yaml'), REGIONS);
  // Small, so that a test does not wait for the bundled data: half Germany, half Virginia.
  const german = { country: { iso_code: 'DE' }, location: { latitude: 52.5, longitude: 13.4 } };
  const american = { country: { iso_code: 'US' }, location: { latitude: 39, longitude: -77.5 } };
  const networks = [
    { prefix: '5.5.0.0/17', record: german },
    { prefix: '5.5.128.0/17', record: american },
  ];
  writeFileSync(join(geoData, 'city.mmdb'), writeMmdb({ networks, databaseType: 'Test-City' }));
  return {
    folder,
    zones,
    geoData,
    write: (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
