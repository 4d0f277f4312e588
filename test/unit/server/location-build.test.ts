import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { lookupLocation } from '../../../src/geo/location-table.ts';
import { LocationBuilder } from '../../../src/server/location-build.ts';
import { StateDir } from '../../../src/server/state-dir.ts';
import { writeMmdb } from '../../tools/mmdb-writer.ts';

/** A database in which 5.5.0.0/16 is in `country`. */
const database = (country: string) =>
  writeMmdb({
    networks: [
      { prefix: '5.5.0.0/16', record: { country: { iso_code: country }, location: { latitude: 50, longitude: 10 } } },
    ],
    databaseType: 'Test-City',
  });

describe('LocationBuilder', () => {
  let root: string;
  let warnings: string[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-geo-'));
    mkdirSync(join(root, 'geo'));
    warnings = [];
    put('city.mmdb', database('DE'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(root, 'geo', name), content);
  const open = () =>
    new LocationBuilder(join(root, 'geo'), new StateDir(join(root, 'state'), (message) => warnings.push(message)));
  const countryOf = (builder: LocationBuilder, text: string) => {
    const { family, words } = parseIpAddress(text)!;
    return builder.table!.placeOf(lookupLocation(builder.table!, family, words))?.country ?? null;
  };
  const codes = (builder: LocationBuilder, explicit = true) =>
    builder.look(explicit)?.faults.map((fault) => fault.code);

  it('places addresses by the MMDB file, and networks.yaml over it', () => {
    const builder = open();
    put('networks.yaml', '5.5.5.0/24: {country: FR}\n');
    expect(builder.look(false)).toMatchObject({ source: 'city.mmdb', note: null, cached: false, faults: [] });
    expect([countryOf(builder, '5.5.1.1'), countryOf(builder, '5.5.5.1')]).toEqual(['DE', 'FR']);
    expect(builder.look(true)).toBeNull();
  });

  it('gives regions what latency.csv knows of them, follows its edits, and keeps the last good one', () => {
    const builder = open();
    put(
      'regions.yaml',
      'eu: {name: Europe, latitude: 50, longitude: 10}\nus: {name: US, latitude: 39, longitude: -77}\n',
    );
    put('latency.csv', 'from,region,ms,count\nEU-DE,eu,30,5\n5.5.7.0/24,eu,7,9\n');
    const roundTrips = () => builder.regions.map((region) => region.roundTrips?.map(({ ms }) => ms));
    const networkOf = (text: string) => {
      const { family, words } = parseIpAddress(text)!;
      return builder.table!.placeOf(lookupLocation(builder.table!, family, words))?.network;
    };
    expect(builder.look(false)?.faults).toEqual([]);
    expect(roundTrips()).toEqual([[30, 7], undefined]);
    expect([networkOf('5.5.6.255'), networkOf('5.5.7.1')]).toEqual([undefined, '5.5.7.0/24']);
    expect(countryOf(builder, '5.5.7.1')).toBe('DE');

    put('latency.csv', 'from,region,ms,count\nEU-DE,eu,31,5\n');
    expect(builder.look(false)?.faults).toEqual([]);
    expect([roundTrips(), networkOf('5.5.7.1')]).toEqual([[[31], undefined], undefined]);
    put('latency.csv', 'from,region,ms,count\nEU-DE,eu,31,5\nAS7,eu,1,5\n');
    expect(builder.look(false)?.faults).toMatchObject([{ code: 'latency-asn', line: 3, column: 1 }]);
    expect(roundTrips()).toEqual([[31], undefined]);
    const second = open();
    expect(second.look(false)?.faults).toMatchObject([{ code: 'latency-asn' }]);
  });

  it('takes the table from the cache at the next start, unless a file has changed', () => {
    open().look(false);
    const second = open();
    expect(second.look(false)).toMatchObject({ source: 'city.mmdb', cached: true });
    expect(countryOf(second, '5.5.1.1')).toBe('DE');
    put('city.mmdb', database('IT'));
    const third = open();
    expect(third.look(false)).toMatchObject({ cached: false });
    expect(countryOf(third, '5.5.1.1')).toBe('IT');
  });

  it('makes a damaged cache anew', () => {
    open().look(false);
    const cache = new StateDir(join(root, 'state'), () => undefined);
    const bytes = cache.read('locations.table')!;
    bytes[bytes.length - 5]! ^= 0xff;
    cache.write('locations.table', bytes);
    const builder = open();
    expect(builder.look(false)).toMatchObject({ cached: false, faults: [] });
    expect(countryOf(builder, '5.5.1.1')).toBe('DE');
  });

  it.each([
    ['cut', database('IT').subarray(0, 300)],
    ['emptied', ''],
    ['replaced by something else', 'this is no database'],
  ])('keeps the table when a live MMDB file is %s, and says so; takes it when it is whole', (_, content) => {
    const builder = open();
    builder.look(false);
    put('city.mmdb', content);
    expect(codes(builder)).toEqual([expect.stringMatching(/^geo-/)]);
    expect(countryOf(builder, '5.5.1.1')).toBe('DE');
    put('city.mmdb', database('IT'));
    expect(codes(builder)).toEqual([]);
    expect(countryOf(builder, '5.5.1.1')).toBe('IT');
  });

  it('keeps all of the table while networks.yaml is broken, with the place of the fault', () => {
    const builder = open();
    put('networks.yaml', '5.5.5.0/24: {country: FR}\n');
    builder.look(false);
    put('networks.yaml', '5.5.5.0/24: {country: FR}\n5.5.6.7/24: {country: FR}\n');
    put('city.mmdb', database('IT'));
    const build = builder.look(true);
    expect(build?.faults[0]).toMatchObject({ line: 2, severity: 'error' });
    expect([countryOf(builder, '5.5.1.1'), countryOf(builder, '5.5.5.1')]).toEqual(['DE', 'FR']);
  });

  it('keeps what was made of a file that is gone, until the operator says to reload', () => {
    const builder = open();
    put('networks.yaml', '5.5.5.0/24: {country: FR}\n');
    builder.look(false);
    rmSync(join(root, 'geo/networks.yaml'));
    expect(codes(builder, false)).toEqual(['geo-file-gone']);
    expect(countryOf(builder, '5.5.5.1')).toBe('FR');
    expect(codes(builder)).toEqual([]);
    expect(countryOf(builder, '5.5.5.1')).toBe('DE');
  });

  it('starts with the table of an earlier run when a file is broken', () => {
    put('networks.yaml', '5.5.5.0/24: {country: FR}\n');
    open().look(false);
    put('networks.yaml', 'nonsense: [\n');
    const builder = open();
    expect(builder.look(false)).toMatchObject({ cached: true, faults: [{ severity: 'error' }] });
    expect(countryOf(builder, '5.5.5.1')).toBe('FR');
  });
});
