import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reader } from 'mmdb-lib';
import { describe, expect, it } from 'vitest';
import { formatIpAddress, parseIpAddress } from '../../../src/base/ip-address.ts';
import { unwatched } from '../../../src/base/progress.ts';
import { GeoSourceError } from '../../../src/geo/geo-source.ts';
import type { Location } from '../../../src/geo/location.ts';
import { LocationClasses } from '../../../src/geo/location-classes.ts';
import { compileLocationTable, lookupLocation, openLocationTable } from '../../../src/geo/location-table.ts';
import { type MmdbSource, orderMmdbSources, readMmdb } from '../../../src/geo/mmdb-source.ts';
import { RunList } from '../../../src/geo/prefix-runs.ts';
import { type MmdbContent, writeMmdb } from '../../tools/mmdb-writer.ts';

const VECTORS = join(process.env.MERIDIAN_VECTORS ?? '../shared/vectors', 'mmdb');

function source(bytes: Uint8Array, name = 'test.mmdb'): MmdbSource {
  const read = readMmdb(bytes, name);
  if (read instanceof GeoSourceError) throw read;
  return read;
}

function refusal(bytes: Uint8Array): GeoSourceError {
  const read = readMmdb(bytes, 'bad.mmdb');
  if (!(read instanceof GeoSourceError)) throw new Error('accepted');
  return read;
}

/** Looks addresses up in a table of the given sources. */
function locator(...databases: MmdbSource[]): (text: string) => Location | null {
  const table = openLocationTable(compileLocationTable({ overrides: [], databases }));
  return (text) => {
    const address = parseIpAddress(text);
    if (address === null) throw new Error(text);
    return table.placeOf(lookupLocation(table, address.family, address.words));
  };
}

function city(country: string, province: string, latitude: number, longitude: number) {
  return { country: { iso_code: country }, subdivisions: [{ iso_code: province }], location: { latitude, longitude } };
}

const NESTED: MmdbContent = {
  networks: [
    { prefix: '1.0.0.0/8', record: city('FR', 'IDF', 48.8, 2.3) },
    { prefix: '1.2.3.0/24', record: city('US', 'CA', 37.4, -122.1) },
    { prefix: '1.2.3.77/32', record: city('US', 'NY', 40.7, -74) },
    { prefix: '2a00::/16', record: city('DE', 'BE', 52.5, 13.4) },
    { prefix: '2a00:1::/48', record: city('JP', '13', 35.7, 139.7) },
    { prefix: '2a00:1:0:1::8/125', record: city('CA', 'QC', 45.5, -73.6) },
  ],
};

describe('readMmdb', () => {
  it.each([24, 28, 32] as const)('reads records of %i bits, the longest prefix first', (recordBits) => {
    const at = locator(source(writeMmdb({ ...NESTED, recordBits, aliases: true })));
    expect(at('1.2.4.1')).toMatchObject({ continent: 'EU', country: 'FR', province: 'IDF', origin: 'mmdb' });
    expect(at('1.2.3.4')).toMatchObject({
      continent: 'NA',
      country: 'US',
      province: 'CA',
      latitude: 37.4,
      longitude: -122.1,
    });
    expect(at('1.2.3.77')).toMatchObject({ country: 'US', province: 'NY' });
    expect(at('2a00:2::1')).toMatchObject({ country: 'DE' });
    expect(at('2a00:1::1')).toMatchObject({ country: 'JP' });
    expect(at('2a00:1:0:1::f')).toMatchObject({ country: 'CA', province: 'QC' });
    expect(at('2a00:1:0:1::10')).toMatchObject({ country: 'JP' });
    expect(at('2.0.0.1')).toBeNull();
  });

  it('reads a tree of IPv4 only', () => {
    const at = locator(source(writeMmdb({ ipVersion: 4, networks: NESTED.networks.slice(0, 3) })));
    expect(at('1.2.3.77')).toMatchObject({ province: 'NY' });
    expect(at('2a00:1::1')).toBeNull();
  });

  it('does not repeat the IPv4 tree where its aliases stand, nor leaves global unicast', () => {
    const v4 = new RunList(4);
    const v6 = new RunList(6);
    const stray = { prefix: 'fc00::/7', record: city('BR', 'SP', -23, -46) };
    const read = source(writeMmdb({ networks: [...NESTED.networks, stray], aliases: true }));
    read.fill(new LocationClasses(), v4, v6, unwatched);
    // 1.0.0.0, .2.3.0, .2.3.77, .2.3.78, .2.4.0, 2.0.0.0 and 2a00::, 2a00:1::, the /125, what follows each, and the first hole.
    expect([v4.count, v6.count]).toEqual([7, 7]);
  });

  it('tells how far it is in the space of addresses', () => {
    const networks = Array.from({ length: 200 }, (_, i) => ({
      prefix: `${i + 11}.0.0.0/16`,
      record: city('BR', 'SP', -23, -46),
    }));
    const blocks = networks.flatMap(({ prefix, record }) =>
      Array.from({ length: 200 }, (_, i) => ({ prefix: prefix.replace('.0.0.0/16', `.${i}.0.0/16`), record })),
    );
    const told: number[] = [];
    const read = source(writeMmdb({ networks: blocks }));
    read.fill(new LocationClasses(), new RunList(4), new RunList(6), (done) => told.push(done));
    expect(told).toHaveLength(3);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.every((done) => done >= 0 && done <= 0.5)).toBe(true);
  });

  it('reads flat records (IPinfo, ip-location-db): coordinates as text or number, names of provinces, codes', () => {
    const at = locator(
      source(
        writeMmdb({
          networks: [
            { prefix: '1.0.0.0/16', record: { country: 'US', region: 'California', lat: '37.39', lng: '-122.08' } },
            { prefix: '1.1.0.0/16', record: { country: 'Germany', country_code: 'de', continent_code: 'EU' } },
            {
              prefix: '1.2.0.0/16',
              record: { country_code: 'CA', state1: 'Québec', latitude: 45.5, longitude: -73.6 },
            },
            { prefix: '1.3.0.0/16', record: { country_code: 'GB', lat: '0.0', lng: '0' } },
            { prefix: '1.4.0.0/16', record: { country_code: 'GB', lat: '91', lng: '200' } },
          ],
        }),
      ),
    );
    expect(at('1.0.0.1')).toMatchObject({ country: 'US', province: 'CA', latitude: 37.39, longitude: -122.08 });
    expect(at('1.1.0.1')).toMatchObject({ continent: 'EU', country: 'DE', province: null, latitude: null });
    expect(at('1.2.0.1')).toMatchObject({ country: 'CA', province: 'QC', latitude: 45.5 });
    expect(at('1.3.0.1')).toMatchObject({ country: 'GB', latitude: null, longitude: null });
    expect(at('1.4.0.1')).toMatchObject({ country: 'GB', latitude: null, longitude: null });
  });

  it('does not take the country of registration for the place', () => {
    const record = { registered_country: { iso_code: 'AU' }, traits: { is_anycast: true } };
    const at = locator(source(writeMmdb({ networks: [{ prefix: '1.1.1.0/24', record }] })));
    expect(at('1.1.1.1')).toBeNull();
  });

  it('keeps the continent of a record that knows no country', () => {
    const record = { continent: { code: 'EU' } };
    const at = locator(source(writeMmdb({ networks: [{ prefix: '1.1.1.0/24', record }] })));
    expect(at('1.1.1.1')).toMatchObject({ continent: 'EU', country: null });
  });

  it('survives every single changed byte and every cut: an error or a source, never a crash', () => {
    const good = writeMmdb({ ...NESTED, aliases: true });
    for (let i = 0; i < good.length; i++) {
      const bad = Uint8Array.from(good);
      bad[i]! ^= 0xff;
      for (const bytes of [bad, good.subarray(0, i)]) {
        const read = readMmdb(bytes, 'bad.mmdb');
        if (!(read instanceof GeoSourceError)) compileLocationTable({ overrides: [], databases: [read] });
      }
    }
    expect(refusal(good.subarray(0, 100)).code).toBe('not-mmdb');
  });

  it('refuses a search tree that loops, at once', () => {
    const good = writeMmdb({ ipVersion: 4, networks: [{ prefix: '128.0.0.0/2', record: city('DE', 'BE', 52, 13) }] });
    const loop = Uint8Array.from(good);
    // Both sides of node 1 lead back to node 1.
    loop.set([0, 0, 1, 0, 0, 1], 6);
    expect(refusal(loop).code).toBe('bad-tree');
  });

  it('refuses a search tree of few nodes and billions of paths, at once', () => {
    const trap = writeMmdb({ ipVersion: 4, networks: [{ prefix: '0.0.0.0/32', record: city('DE', 'BE', 52, 13) }] });
    // Nodes 0 to 30 lead to the next one on both sides.
    for (let node = 0; node < 31; node++) trap.set([0, 0, node + 1, 0, 0, node + 1], node * 6);
    const started = performance.now();
    expect(refusal(trap).message).toMatch(/MMDB_STEPS_PER_NODE_MAX/);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('refuses a tree without its separator', () => {
    const good = writeMmdb({ ipVersion: 4, networks: [{ prefix: '0.0.0.0/1', record: city('DE', 'BE', 52, 13) }] });
    for (let at = 6; at < 22; at++) {
      const bad = Uint8Array.from(good);
      bad[at] = 1;
      expect(refusal(bad).code).toBe('bad-tree');
    }
  });

  it('names the file and what is wrong', () => {
    expect(refusal(new Uint8Array(10)).message).toMatch(/^bad\.mmdb: no MaxMind DB file/);
    expect(refusal(new Uint8Array(0)).code).toBe('not-mmdb');
  });
});

describe('orderMmdbSources', () => {
  it('asks cities before countries, by name, and leaves out files without places', () => {
    const asn = source(
      writeMmdb({ networks: [{ prefix: '1.0.0.0/8', record: { autonomous_system_number: 64500 } }] }),
      'a-asn',
    );
    const country = source(
      writeMmdb({ networks: [{ prefix: '1.0.0.0/8', record: { country_code: 'GB' } }] }),
      'b-country',
    );
    const cities = ['d-city', 'c-city'].map((name) => source(writeMmdb(NESTED), name));
    const { databases, ignored } = orderMmdbSources([asn, country, ...cities]);
    expect(databases.map((each) => each.name)).toEqual(['c-city', 'd-city', 'b-country']);
    expect(ignored.map((each) => each.name)).toEqual(['a-asn']);
  });

  it('fills the holes of the first database from the next', () => {
    const first = source(writeMmdb({ networks: [{ prefix: '1.0.0.0/16', record: city('FR', 'IDF', 48, 2) }] }));
    const second = source(writeMmdb({ networks: [{ prefix: '1.0.0.0/8', record: { country_code: 'GB' } }] }));
    const at = locator(first, second);
    expect(at('1.0.3.4')).toMatchObject({ country: 'FR' });
    expect(at('1.1.3.4')).toMatchObject({ country: 'GB' });
  });
});

describe.skipIf(!existsSync(VECTORS))('readMmdb on the vectors (needs MERIDIAN_VECTORS)', () => {
  const files = existsSync(VECTORS) ? readdirSync(VECTORS).filter((file) => file.endsWith('.mmdb')) : [];
  const read = (file: string) => readFileSync(join(VECTORS, file));

  it.each(files.filter((file) => /broken|invalid/i.test(file)))('refuses %s and says what is wrong', (file) => {
    expect(refusal(read(file)).message).toMatch(/node|tree|data offset|metadata/);
  });

  it.each(files.filter((file) => !/broken|invalid/i.test(file)))('accepts %s', (file) => {
    const richness = /City/.test(file) ? 'city' : /Country/.test(file) ? 'country' : 'none';
    expect(source(read(file)).richness).toBe(richness);
  });

  it('places every network of GeoIP2-City-Test.json as that list says', () => {
    type Listed = {
      country?: { iso_code: string };
      subdivisions?: { iso_code: string }[];
      location?: { latitude: number; longitude: number };
    };
    const list = JSON.parse(read('GeoIP2-City-Test.json').toString()) as Record<string, Listed>[];
    const at = locator(source(read('GeoIP2-City-Test.mmdb')));
    const exact = new Reader<never>(read('GeoIP2-City-Test.mmdb'));
    let compared = 0;
    for (const [network, listed] of list.flatMap((entry) => Object.entries(entry))) {
      const address = network.replace(/\/\d+$/, '').replace(/^::(?=\d+\.)/, '');
      // A later, longer entry of the list may stand at the same address; the file knows which one holds there.
      if (JSON.stringify(exact.get(address)) !== JSON.stringify(listed)) continue;
      const location = at(address);
      expect([network, location?.country ?? null]).toEqual([network, listed.country?.iso_code ?? null]);
      if (listed.country !== undefined)
        expect(location?.province ?? null).toBe(listed.subdivisions?.[0]?.iso_code ?? null);
      if (listed.location !== undefined) {
        expect(Math.abs(location!.latitude! - listed.location.latitude)).toBeLessThan(0.5);
        expect(Math.abs(location!.longitude! - listed.location.longitude)).toBeLessThan(0.5);
      }
      compared++;
    }
    expect(compared).toBeGreaterThan(200);
  });

  it.each(['GeoIP2-City-Test.mmdb', 'GeoIP2-Country-Test.mmdb'])('agrees with mmdb-lib all over %s', (file) => {
    const at = locator(source(read(file)));
    const reader = new Reader<never>(read(file));
    let found = 0;
    for (let i = 0; i < 20_000; i++) {
      const draw = (n: number) => (Math.imul(i * 4 + n + 1, 0x9e3779b1) ^ Math.imul(i, 0x85ebca6b)) >>> 0;
      const family = i % 2 === 0 ? 4 : 6;
      const tops = [0x2a02d000 + (draw(0) % 0x3000), 0x20010200 + (draw(0) % 0x500)];
      const words = family === 4 ? [draw(0), 0, 0, 0] : [tops[draw(1) & 1]!, draw(2), draw(3), 1];
      if (family === 4) words[0] = [0x51024500, 0xd8a05300, 0x02027d00, 0x5924a014][(i % 8) >> 1]! + (draw(0) & 0x3ff);
      const address = formatIpAddress({ family, words: Uint32Array.from(words, (word) => word >>> 0) });
      const expected = reader.get(address) as { country?: { iso_code: string } } | null;
      expect([address, at(address)?.country ?? null]).toEqual([address, expected?.country?.iso_code ?? null]);
      if (expected !== null) found++;
    }
    expect(found).toBeGreaterThan(500);
  });
});
