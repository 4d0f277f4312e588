import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBits, type IpFamily, parseIpAddress } from '../../../src/base/ip-address.ts';
import { type IpPrefix, parseIpPrefix, prefixContains, prefixOf } from '../../../src/base/ip-prefix.ts';
import {
  CLASS_NONROUTABLE,
  type ClassTable,
  classOf,
  compileClassMap,
  compileClassTable,
  lookupClass,
  openClassTable,
  scopeOf,
} from '../../../src/geo/class-table.ts';
import { GeoImageError } from '../../../src/geo/geo-image.ts';
import { GeoSourceError } from '../../../src/geo/geo-source.ts';
import { compileLocationTable, type LocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import { readMmdb } from '../../../src/geo/mmdb-source.ts';
import type { NetworkOverride } from '../../../src/geo/network-override.ts';
import type { ClassSpec, GeoCode } from '../../../src/zone/zone-model.ts';
import { writeMmdb } from '../../tools/mmdb-writer.ts';

function prefix(text: string): IpPrefix {
  const parsed = parseIpPrefix(text);
  if (typeof parsed === 'string') throw new Error(text);
  return parsed;
}

function geo(text: string): GeoCode {
  const [continent = '', country = null, province = null] = text.split('-');
  return { continent, country, province };
}

function target(classId: number, subnets: readonly string[], geos: readonly string[]): ClassSpec['targets'][number] {
  return { subnets: subnets.map(prefix), geos: geos.map(geo), class: classId };
}

function override(text: string, country: string): NetworkOverride {
  return { prefix: prefix(text), country, province: null, latitude: null, longitude: null, region: null };
}

function locations(overrides: readonly NetworkOverride[] = []): LocationTable {
  const place = (country: string, province: string) => ({
    country: { iso_code: country },
    subdivisions: [{ iso_code: province }],
  });
  const read = readMmdb(
    writeMmdb({
      networks: [
        { prefix: '1.0.0.0/8', record: place('DE', 'BE') },
        { prefix: '1.1.0.0/16', record: place('US', 'CA') },
        { prefix: '1.2.0.0/16', record: place('US', 'NY') },
        { prefix: '1.3.0.0/16', record: place('FR', 'IDF') },
        { prefix: '2a00::/16', record: place('DE', 'BE') },
        { prefix: '10.0.0.0/8', record: place('JP', '13') },
      ],
    }),
    'test.mmdb',
  );
  if (read instanceof GeoSourceError) throw read;
  return openLocationTable(compileLocationTable({ overrides, databases: [read] }));
}

/** Both forms of the table, which must mean the same. */
function bothForms(spec: ClassSpec, table: LocationTable): { direct: ClassTable; mapped: ClassTable } {
  return {
    direct: openClassTable(compileClassTable(spec, table), null),
    mapped: openClassTable(compileClassMap(spec, table), table),
  };
}

/** Class in both forms, "class/scope" of the direct one. */
function asker(spec: ClassSpec, table: LocationTable): (text: string) => string {
  const { direct, mapped } = bothForms(spec, table);
  return (text) => {
    const { family, words } = parseIpAddress(text)!;
    const found = lookupClass(direct, family, words);
    const other = lookupClass(mapped, family, words);
    expect(classOf(other)).toBe(classOf(found));
    expect(scopeOf(other)).toBeGreaterThanOrEqual(scopeOf(found));
    return `${classOf(found) === CLASS_NONROUTABLE ? 'ask' : classOf(found)}/${scopeOf(found)}`;
  };
}

describe('lookupClass', () => {
  it('goes by continent, country and province, the first target first', () => {
    const targets = [target(3, [], ['NA-US-CA']), target(4, [], ['EU-FR', 'NA-US']), target(5, [], ['EU'])];
    const ask = asker({ targets, otherwise: 9 }, locations());
    expect(ask('1.1.0.1')).toBe('3/16');
    expect(ask('1.2.0.1')).toBe('4/15');
    expect(ask('1.3.0.1')).toBe('4/15');
    expect(ask('1.4.0.1')).toBe('5/14');
    expect(ask('2a00::1')).toBe('5/16');
    expect(ask('8.8.8.8')).toBe('9/7');
  });

  it('lets the earlier of two targets have the place that both name', () => {
    const ask = asker({ targets: [target(1, [], ['EU']), target(2, [], ['EU-DE'])], otherwise: 0 }, locations());
    expect(ask('1.4.0.1')).toMatch(/^1\//);
  });

  it('puts a subnet before any place, and an earlier subnet before a later one inside it', () => {
    const targets = [
      target(1, ['1.1.0.0/24'], []),
      target(2, ['1.1.0.128/25', '1.1.1.0/24'], []),
      target(3, [], ['NA']),
    ];
    const ask = asker({ targets, otherwise: 0 }, locations());
    expect(ask('1.1.0.1')).toBe('1/24');
    expect(ask('1.1.0.200')).toBe('1/24');
    expect(ask('1.1.1.1')).toBe('2/24');
    expect(ask('1.1.2.1')).toBe('3/23');
  });

  it('says to ask the resolver for addresses that are not routable, unless somebody named them', () => {
    const spec = { targets: [target(1, ['10.20.0.0/16', 'fd00:1::/32'], []), target(2, [], ['EU'])], otherwise: 0 };
    const ask = asker(spec, locations([override('10.30.0.0/16', 'DE'), override('192.168.7.0/24', 'US')]));
    expect(ask('10.20.1.1')).toBe('1/16');
    expect(ask('10.30.1.1')).toBe('2/16');
    expect(ask('192.168.7.1')).toBe('0/24');
    expect(ask('10.1.1.1')).toBe('ask/12');
    expect(ask('192.168.8.1')).toBe('ask/21');
    expect(ask('fd00:1::1')).toBe('1/32');
    expect(ask('fd00:2::1')).toMatch(/^ask/);
    expect(ask('::1')).toBe('ask/3');
    expect(ask('255.255.255.255')).toBe('ask/3');
  });

  it('agrees with first match by hand, in both forms, for any overlay of subnets', () => {
    const table = locations();
    const words = fc.constantFrom(
      [0x01010000],
      [0x01010080],
      [0x01000000],
      [0x0a000000],
      [0x2a000000, 0, 0xffffffff, 7],
    );
    const subnet = fc.tuple(words, fc.integer({ min: 5, max: 128 })).map(([head, length]) => {
      const family: IpFamily = head.length === 1 ? 4 : 6;
      return prefixOf(
        { family, words: Uint32Array.from({ length: 4 }, (_, i) => head[i] ?? 0) },
        Math.min(length, addressBits(family)),
      );
    });
    fc.assert(
      fc.property(fc.array(fc.array(subnet, { maxLength: 3 }), { maxLength: 5 }), (lists) => {
        const targets = lists.map((subnets, i) => ({ subnets, geos: i === 2 ? [geo('EU')] : [], class: i + 1 }));
        const { direct, mapped } = bothForms({ targets, otherwise: 0 }, table);
        const plain = openClassTable(
          compileClassTable({ targets: targets.map((t) => ({ ...t, subnets: [] })), otherwise: 0 }, table),
          null,
        );
        for (const probe of lists.flat()) {
          const first = targets.find((each) => each.subnets.some((one) => prefixContains(one, probe)));
          const expected = first?.class ?? classOf(lookupClass(plain, probe.family, probe.words));
          const found = lookupClass(direct, probe.family, probe.words);
          expect(classOf(found)).toBe(expected);
          const other = lookupClass(mapped, probe.family, probe.words);
          expect(classOf(other)).toBe(expected);
          expect(scopeOf(other)).toBeGreaterThanOrEqual(scopeOf(found));
        }
      }),
    );
  });
});

describe('openClassTable', () => {
  const spec = { targets: [target(1, [], ['EU'])], otherwise: 0 };

  it('opens the direct form without the location table, the mapped one only with its own', () => {
    const table = locations();
    expect(() => openClassTable(compileClassTable(spec, table), null)).not.toThrow();
    const mapped = compileClassMap(spec, table);
    expect(() => openClassTable(mapped, table)).not.toThrow();
    expect(() => openClassTable(mapped, null)).toThrow(GeoImageError);
    expect(() => openClassTable(mapped, locations([override('1.0.0.0/24', 'FR')]))).toThrow(GeoImageError);
    expect(() => openClassTable(table.image, table)).toThrow(GeoImageError);
  });
});
