import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { parseIpPrefix } from '../../../src/base/ip-prefix.ts';
import { GeoImageError, shareImage } from '../../../src/geo/geo-image.ts';
import { GeoSourceError } from '../../../src/geo/geo-source.ts';
import { NONROUTABLE_CLASS, UNKNOWN_CLASS } from '../../../src/geo/location-classes.ts';
import {
  compileLocationTable,
  type LocationTable,
  lookupLocation,
  mapLocationTable,
  openLocationTable,
} from '../../../src/geo/location-table.ts';
import { readMmdb } from '../../../src/geo/mmdb-source.ts';
import type { NetworkOverride } from '../../../src/geo/network-override.ts';
import { writeMmdb } from '../../tools/mmdb-writer.ts';

function override(text: string, fields: Partial<NetworkOverride>): NetworkOverride {
  const prefix = parseIpPrefix(text);
  if (typeof prefix === 'string') throw new Error(text);
  return { prefix, country: null, province: null, latitude: null, longitude: null, region: null, ...fields };
}

function compile(overrides: readonly NetworkOverride[]): SharedArrayBuffer {
  const record = { country: { iso_code: 'DE' }, location: { latitude: 52.52, longitude: 13.4 } };
  const read = readMmdb(
    writeMmdb({
      networks: [
        { prefix: '1.0.0.0/8', record },
        { prefix: '10.0.0.0/8', record },
      ],
    }),
    'x',
  );
  if (read instanceof GeoSourceError) throw read;
  return compileLocationTable({ overrides, databases: [read] });
}

function classAt(table: LocationTable, text: string): number {
  const { family, words } = parseIpAddress(text)!;
  return lookupLocation(table, family, words);
}

const OVERRIDES = [
  override('1.2.0.0/16', { country: 'US', province: 'CA', latitude: 37.123456, longitude: -122.654321 }),
  override('1.2.3.0/24', { region: 'eu-west', latitude: 53.35, longitude: -6.26 }),
  override('10.20.0.0/16', { country: 'JP' }),
  override('fd00::/8', { region: 'us-east', latitude: 38.9, longitude: -77 }),
];

describe('the location table', () => {
  const table = openLocationTable(compile(OVERRIDES));
  const at = (text: string) => table.placeOf(classAt(table, text));

  it('puts networks.yaml before the database, the longest prefix first, exactly as written', () => {
    expect(at('1.2.4.1')).toEqual({
      continent: 'NA',
      country: 'US',
      province: 'CA',
      latitude: 37.123456,
      longitude: -122.654321,
      region: null,
      origin: 'networks',
    });
    expect(at('1.2.3.4')).toMatchObject({
      continent: null,
      country: null,
      region: 'eu-west',
      latitude: 53.35,
      longitude: -6.26,
    });
    expect(at('1.3.0.1')).toMatchObject({ country: 'DE', origin: 'mmdb' });
    expect(at('fd12::1')).toMatchObject({ region: 'us-east' });
  });

  it('gives a network placed by coordinates the country of the nearest known place, if any is near', () => {
    const placed = openLocationTable(
      compile([
        override('100.0.0.0/8', { region: 'berlin', latitude: 52.9, longitude: 13.1 }),
        override('101.0.0.0/8', { region: 'atlantic', latitude: 30, longitude: -40 }),
        override('102.0.0.0/8', { country: 'PL', latitude: 52.9, longitude: 13.1 }),
      ]),
    );
    const country = (text: string) => placed.placeOf(classAt(placed, text));
    expect(country('100.1.1.1')).toMatchObject({ continent: 'EU', country: 'DE', region: 'berlin', latitude: 52.9 });
    expect(country('101.1.1.1')).toMatchObject({ continent: null, country: null, region: 'atlantic' });
    expect(country('102.1.1.1')).toMatchObject({ country: 'PL' });
  });

  it('keeps unknown and not routable apart, and places neither', () => {
    expect(classAt(table, '8.8.8.8')).toBe(UNKNOWN_CLASS);
    expect(classAt(table, '2a00::1')).toBe(UNKNOWN_CLASS);
    expect(classAt(table, '10.1.1.1')).toBe(NONROUTABLE_CLASS);
    expect(at('8.8.8.8')).toBeNull();
    expect(at('10.1.1.1')).toBeNull();
    expect(at('10.20.1.1')).toMatchObject({ continent: 'AS', country: 'JP', latitude: null });
  });

  it('is the same after a way over disk', () => {
    const restored = openLocationTable(shareImage(new Uint8Array(table.image).slice()));
    expect(restored.classes).toEqual(table.classes);
    expect(classAt(restored, '1.2.3.4')).toBe(classAt(table, '1.2.3.4'));
  });

  it('is the same where it is only mapped', () => {
    const mapped = mapLocationTable(table.image);
    const texts = ['1.2.3.4', '10.20.1.1', '10.1.1.1', '8.8.8.8', '2001:db8::1'];
    const places = (each: LocationTable) => texts.map((text) => each.placeOf(classAt(each, text)));
    expect(places(mapped)).toEqual(places(table));
    expect([mapped.classCount, mapped.classes]).toEqual([table.classes.length, table.classes]);
  });

  it('refuses a damaged image with a typed error', () => {
    const bytes = new Uint8Array(table.image).slice();
    for (let at = 0; at < bytes.length; at += 101) {
      const bad = bytes.slice();
      bad[at]! ^= 0x10;
      expect(() => openLocationTable(shareImage(bad))).toThrow(GeoImageError);
      expect(() => openLocationTable(shareImage(bytes.slice(0, at)))).toThrow(GeoImageError);
    }
  });

  it('works with no source at all', () => {
    const empty = openLocationTable(compileLocationTable({ overrides: [], databases: [] }));
    expect(classAt(empty, '8.8.8.8')).toBe(UNKNOWN_CLASS);
    expect(classAt(empty, '127.0.0.1')).toBe(NONROUTABLE_CLASS);
  });
});

describe('networks that latency.csv knows', () => {
  it('are told apart from what is around them, each at the place it had', () => {
    const prefix = (text: string) => parseIpPrefix(text) as Exclude<ReturnType<typeof parseIpPrefix>, string>;
    const override = (text: string, country: string) => ({
      prefix: prefix(text),
      country,
      province: null,
      latitude: 50,
      longitude: country === 'DE' ? 10 : 2,
      region: null,
    });
    const overrides = [override('5.0.0.0/8', 'DE'), override('5.1.0.0/17', 'FR')];
    const measured = ['5.1.0.0/16', '5.1.2.0/24', '10.0.0.0/8', '9.9.0.0/16', '2001:500::/32'].map(prefix);
    const table = openLocationTable(compileLocationTable({ overrides, databases: [], measured }));
    const placeAt = (text: string) => {
      const { family, words } = parseIpAddress(text)!;
      const place = table.placeOf(lookupLocation(table, family, words));
      return place === null ? null : [place.country, place.longitude, place.network];
    };
    expect(placeAt('5.0.0.1')).toEqual(['DE', 10, undefined]);
    expect(placeAt('5.1.1.1')).toEqual(['FR', 2, '5.1.0.0/16']);
    expect(placeAt('5.1.2.1')).toEqual(['FR', 2, '5.1.2.0/24']);
    expect(placeAt('5.1.200.1')).toEqual(['DE', 10, '5.1.0.0/16']);
    expect(placeAt('5.2.0.0')).toEqual(['DE', 10, undefined]);
    expect(placeAt('9.9.1.1')).toEqual([null, null, '9.9.0.0/16']);
    expect(placeAt('2001:500::1')).toEqual([null, null, '2001:500::/32']);
    // Of no place on the Internet, whatever the file says.
    expect(lookupLocation(table, 4, parseIpAddress('10.1.1.1')!.words)).toBe(1);
  });
});
