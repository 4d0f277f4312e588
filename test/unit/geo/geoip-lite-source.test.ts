import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type IpAddress, type IpFamily, parseIpAddress } from '../../../src/base/ip-address.ts';
import { RandomStream } from '../../../src/base/random.ts';
import type { GeoSource } from '../../../src/geo/geo-source.ts';
import { GeoSourceError } from '../../../src/geo/geo-source.ts';
import { type GeoipLiteFiles, readGeoipLite } from '../../../src/geo/geoip-lite-source.ts';
import { NONROUTABLE_CLASS } from '../../../src/geo/location-classes.ts';
import {
  compileLocationTable,
  type LocationTable,
  lookupLocation,
  openLocationTable,
} from '../../../src/geo/location-table.ts';

// MERIDIAN_GEO_PROOF=1 proves the whole: a million IPv4 addresses, 300,000 IPv6 ones and each edge of every tenth record.
const PROOF = process.env.MERIDIAN_GEO_PROOF === '1';
const V4_COUNT = PROOF ? 1_000_000 : 100_000;
const V6_COUNT = PROOF ? 300_000 : 40_000;

type Found = { country: string; region: string; ll: [number | null, number | null] } | null;
type Geoip = { lookup: (address: string) => Found };

const require = createRequire(import.meta.url);
const data = join(dirname(require.resolve('geoip-lite/package.json')), 'data');
const files: GeoipLiteFiles = {
  city: readFileSync(join(data, 'geoip-city.dat')),
  city6: readFileSync(join(data, 'geoip-city6.dat')),
  cityNames: readFileSync(join(data, 'geoip-city-names.dat')),
};

function source(from: GeoipLiteFiles): GeoSource {
  const read = readGeoipLite(from);
  if (read instanceof GeoSourceError) throw read;
  return read;
}

/** Plain full form, which geoip-lite parses without guessing. */
function longText({ family, words }: IpAddress): string {
  if (family === 4) return [24, 16, 8, 0].map((shift) => (words[0]! >>> shift) & 255).join('.');
  return [...words].map((word) => `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`).join(':');
}

describe('readGeoipLite', () => {
  let geoip: Geoip;
  let table: LocationTable;
  const told: number[] = [];

  beforeAll(() => {
    geoip = require('geoip-lite') as Geoip;
    table = openLocationTable(
      compileLocationTable({ overrides: [], databases: [source(files)], progress: (done) => told.push(done) }),
    );
  });

  it('tells how far it is often enough for a line that moves', () => {
    expect(told.length).toBeGreaterThan(30);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBeLessThanOrEqual(1);
  });

  /** True if the address is one that geoip-lite places; fails unless the table says the same. */
  function agrees(family: IpFamily, words: Uint32Array): boolean {
    const address = { family, words };
    const id = lookupLocation(table, family, words);
    // The data places a few networks that nobody can be in (2000:db8:: is fine, 192.0.2.0 is not): ours to leave out.
    if (id === NONROUTABLE_CLASS) return false;
    const expected = geoip.lookup(longText(address));
    const location = table.placeOf(id);
    const ours = [location?.country ?? '', location?.province ?? ''].join('-');
    const theirs = expected === null ? '-' : [expected.country.replaceAll('\0', ''), expected.region].join('-');
    if (ours !== theirs) expect([longText(address), ours]).toEqual([longText(address), theirs]);
    const [latitude, longitude] = expected?.ll ?? [null, null];
    if (latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0)) {
      const off = Math.max(Math.abs(location!.latitude! - latitude), Math.abs(location!.longitude! - longitude));
      if (!(off <= 0.5)) expect([longText(address), off]).toEqual([longText(address), 'at most half a degree']);
    } else if (location !== null) expect(location.latitude).toBeNull();
    return location !== null;
  }

  it(`says what geoip.lookup says, on ${V4_COUNT} random IPv4 addresses`, { timeout: 120_000 }, () => {
    const random = new RandomStream(4);
    let placed = 0;
    for (let i = 0; i < V4_COUNT; i++) if (agrees(4, Uint32Array.of(random.nextBits(), 0, 0, 0))) placed++;
    expect(placed).toBeGreaterThan(V4_COUNT * 0.7);
  });

  it(`says what geoip.lookup says, on ${V6_COUNT} IPv6 addresses in and around its records`, {
    timeout: 120_000,
  }, () => {
    const random = new RandomStream(6);
    const view = new DataView(files.city6.buffer, files.city6.byteOffset, files.city6.byteLength);
    const records = view.byteLength / 48;
    let placed = 0;
    for (let i = 0; i < V6_COUNT; i++) {
      // First and last addresses of records, their neighbours, and random ones near them or anywhere in 2000::/3.
      const edge = random.nextBelow(records) * 48 + (i & 1) * 16;
      const words = Uint32Array.from([0, 4, 8, 12], (at) => view.getUint32(edge + at));
      if (i % 5 === 1) words[1]! += 1;
      if (i % 5 === 2) words[1]! -= 1;
      if (i % 5 === 3) words.set([random.nextBits(), random.nextBits(), random.nextBits()], 1);
      if (i % 5 === 4) words.set([0x20000000 + (random.nextBits() >>> 3), random.nextBits()]);
      if (agrees(6, words)) placed++;
    }
    expect(placed).toBeGreaterThan(V6_COUNT * 0.5);
  });

  it('says what geoip.lookup says at the edges of records', { timeout: 240_000 }, () => {
    const view = new DataView(files.city.buffer, files.city.byteOffset, files.city.byteLength);
    const step = (PROOF ? 10 : 500) * 24;
    for (let at = 0; at < view.byteLength; at += step) {
      const first = view.getUint32(at);
      const last = view.getUint32(at + 4);
      for (const word of [first - 1, first, last, last + 1]) agrees(4, Uint32Array.of(word, 0, 0, 0));
    }
  });

  it('gives private addresses no place, as geoip.lookup', () => {
    for (const text of ['10.1.2.3', '172.16.0.1', '192.168.255.255', '127.0.0.1', '::1', 'fd00::1', 'fe80::1']) {
      const { family, words } = parseIpAddress(text)!;
      expect(lookupLocation(table, family, words)).toBe(NONROUTABLE_CLASS);
      expect(geoip.lookup(text)).toBeNull();
    }
  });
});

describe('readGeoipLite refuses', () => {
  const small = { city: files.city.slice(0, 240), city6: files.city6.slice(0, 480), cityNames: files.cityNames };
  const refusal = (from: GeoipLiteFiles) => {
    const read = readGeoipLite(from);
    return read instanceof GeoSourceError ? `${read.code} ${read.source}` : 'accepted';
  };

  it('files that are cut or empty', () => {
    expect(refusal(small)).toBe('accepted');
    expect(refusal({ ...small, city: small.city.slice(0, 100) })).toBe('bad-size geoip-lite data/geoip-city.dat');
    expect(refusal({ ...small, city6: new Uint8Array(0) })).toBe('bad-size geoip-lite data/geoip-city6.dat');
    expect(refusal({ ...small, cityNames: small.cityNames.slice(1) })).toBe(
      'bad-size geoip-lite data/geoip-city-names.dat',
    );
  });

  it('records out of order, without a location, or off the globe', () => {
    const changed = (at: number, value: number) => {
      const city = small.city.slice();
      new DataView(city.buffer).setUint32(at, value);
      return refusal({ ...small, city });
    };
    expect(changed(48, 0)).toBe('bad-record geoip-lite data/geoip-city.dat');
    expect(changed(8, 0x7fffffff)).toBe('bad-record geoip-lite data/geoip-city.dat');
    expect(changed(12, 900_001)).toBe('bad-record geoip-lite data/geoip-city.dat');
    expect(refusal({ ...small, cityNames: small.cityNames.slice(0, 88) })).toMatch(/^bad-record/);
  });
});
