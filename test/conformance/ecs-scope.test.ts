/**
 * The scope of a Client Subnet answer (RFC 7871 7.2.1), by brute force: for fixed random /24s and /48s over a geo database with nested
 * prefixes, every address inside the returned scope gets the same decision, and no shorter scope would do. What decides is worked out
 * here again from the lists of networks, with BigInt and plain search; only the table under test is the program's.
 */

import { describe, expect, it } from 'vitest';
import type { IpFamily } from '../../src/base/ip-address.ts';
import { formatIpPrefix, type IpPrefix, parseIpPrefix, prefixOf } from '../../src/base/ip-prefix.ts';
import { RandomStream } from '../../src/base/random.ts';
import {
  CLASS_NONROUTABLE,
  type ClassTable,
  classOf,
  compileClassMap,
  compileClassTable,
  lookupClass,
  openClassTable,
  scopeOf,
} from '../../src/geo/class-table.ts';
import { GeoSourceError } from '../../src/geo/geo-source.ts';
import { compileLocationTable, openLocationTable } from '../../src/geo/location-table.ts';
import { readMmdb } from '../../src/geo/mmdb-source.ts';
import type { NetworkOverride } from '../../src/geo/network-override.ts';
import { SPECIAL_SPACE } from '../../src/geo/special-space.ts';
import type { ClassSpec } from '../../src/zone/zone-model.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';

type Country = { readonly code: string; readonly continent: string };
type Block = { readonly family: IpFamily; readonly first: bigint; readonly last: bigint; readonly length: number };
type Network = Block & { readonly country: Country };

const COUNTRIES: readonly Country[] = [
  { code: 'DE', continent: 'EU' },
  { code: 'FR', continent: 'EU' },
  { code: 'US', continent: 'NA' },
  { code: 'JP', continent: 'AS' },
  { code: 'BR', continent: 'SA' },
];

function parse(text: string): IpPrefix {
  const prefix = parseIpPrefix(text);
  if (typeof prefix === 'string') throw new Error(text);
  return prefix;
}

function blockOf(prefix: IpPrefix): Block {
  const bits = prefix.family === 4 ? 32 : 128;
  const wide = prefix.words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const first = wide >> BigInt(128 - bits);
  return {
    family: prefix.family,
    first,
    last: first + (1n << BigInt(bits - prefix.length)) - 1n,
    length: prefix.length,
  };
}

function wordsOf(family: IpFamily, address: bigint): Uint32Array {
  const wide = family === 4 ? address << 96n : address;
  return Uint32Array.from([96n, 64n, 32n, 0n], (shift) => Number((wide >> shift) & 0xffffffffn));
}

function holds(block: Block, family: IpFamily, address: bigint): boolean {
  return block.family === family && block.first <= address && address <= block.last;
}

/** A tower of nested prefixes: /8 to /32 below some /8s, /32 to /64 and beyond below some /32s. */
function drawNetworks(random: RandomStream): { prefix: IpPrefix; country: Country }[] {
  const networks = new Map<string, { prefix: IpPrefix; country: Country }>();
  const steps = {
    4: [8, 12, 16, 20, 22, 24, 25, 27, 29, 31, 32],
    6: [20, 32, 40, 44, 48, 49, 52, 56, 60, 64, 72, 96, 128],
  } as const;
  for (const family of [4, 6] as const) {
    const tops = family === 4 ? [1, 5, 9, 23, 45, 80, 150] : [0x20010400, 0x24000000, 0x2a001000, 0x2a020000];
    for (let tower = 0; tower < 60; tower++) {
      const top = tops[random.nextBelow(tops.length)]!;
      const head = family === 4 ? top * 2 ** 24 + (random.nextBits() & 0xffffff) : top + random.nextBelow(16);
      // Every other tower stands over the first address of a /24 or /48, where a client prefix is looked up.
      const rest = [random.nextBits(), random.nextBits(), random.nextBits()];
      const isFirst = tower % 2 === 0;
      const words =
        family === 4
          ? Uint32Array.of(isFirst ? head - (head & 255) : head, 0, 0, 0)
          : Uint32Array.of(head, ...(isFirst ? [rest[0]! & 0xffff0000, 0, 0] : rest));
      for (const length of steps[family]) {
        if (random.nextBelow(3) === 0) continue;
        const prefix = prefixOf({ family, words }, length);
        networks.set(formatIpPrefix(prefix), { prefix, country: COUNTRIES[random.nextBelow(COUNTRIES.length)]! });
      }
    }
  }
  return [...networks.values()];
}

const random = new RandomStream(7871);
const drawn = drawNetworks(random);
const networks: Network[] = drawn.map(({ prefix, country }) => ({ ...blockOf(prefix), country }));
const special = SPECIAL_SPACE.map(blockOf);
const overrideTexts = ['10.20.0.0/16', '1.2.3.128/25', '2a00:1000:1::/48', 'fd00::/8'];
const overrides: NetworkOverride[] = overrideTexts.map((text, i) => ({
  prefix: parse(text),
  country: COUNTRIES[i]!.code,
  province: null,
  latitude: null,
  longitude: null,
  region: null,
}));
const named: Network[] = overrides.map((each, i) => ({ ...blockOf(each.prefix), country: COUNTRIES[i]! }));

const spec: ClassSpec = {
  targets: [
    { subnets: ['10.20.30.0/24', '5.6.0.0/17', '2400:1::/33'].map(parse), geos: [], class: 11 },
    {
      subnets: ['5.6.7.0/28', '2400:1:0:8000::/49'].map(parse),
      geos: [{ continent: 'EU', country: 'FR', province: null }],
      class: 12,
    },
    { subnets: [], geos: [{ continent: 'EU', country: null, province: null }], class: 13 },
    { subnets: [], geos: [{ continent: 'NA', country: 'US', province: null }], class: 14 },
  ],
  otherwise: 10,
};
const targetBlocks = spec.targets.map((target) => target.subnets.map(blockOf));
const allBlocks: Block[] = [...networks, ...special, ...named, ...targetBlocks.flat()];

/** The decision for one address, from the lists. */
function decide(family: IpFamily, address: bigint): number {
  const target = spec.targets.find((_, i) => targetBlocks[i]!.some((block) => holds(block, family, address)));
  if (target !== undefined) return target.class;
  const longest = (list: readonly Network[]) =>
    list.filter((each) => holds(each, family, address)).sort((a, b) => b.length - a.length)[0]?.country;
  const country = longest(named);
  if (country === undefined && special.some((block) => holds(block, family, address))) return CLASS_NONROUTABLE;
  const place = country ?? longest(networks);
  if (place === undefined) return spec.otherwise;
  const byPlace = spec.targets.find((each) =>
    each.geos.some((geo) => geo.continent === place.continent && (geo.country === null || geo.country === place.code)),
  );
  return byPlace?.class ?? spec.otherwise;
}

/** Every decision inside a block: between two edges of the networks it cannot change. */
function decisionsIn(block: Block): Set<number> {
  const points = [block.first];
  for (const each of allBlocks) {
    for (const edge of [each.first, each.last + 1n]) {
      if (each.family === block.family && edge > block.first && edge <= block.last) points.push(edge);
    }
  }
  return new Set(points.map((point) => decide(block.family, point)));
}

function scopeBlock(family: IpFamily, address: bigint, length: number): Block {
  return blockOf(prefixOf({ family, words: wordsOf(family, address) }, length));
}

/** Client prefixes: a quarter holds networks longer than itself, a quarter is next to networks, half is anywhere. */
function drawClients(family: IpFamily, count: number): bigint[] {
  const draw = new RandomStream(family);
  const bits = family === 4 ? 8n : 80n;
  const own = networks.filter((each) => each.family === family);
  const inner = own.filter((each) => each.length > (family === 4 ? 24 : 48));
  return Array.from({ length: count }, (_, i) => {
    const near = own[draw.nextBelow(own.length)]!;
    const holding = inner[draw.nextBelow(inner.length)]!;
    const anywhere =
      (BigInt(draw.nextBits()) << (family === 4 ? 0n : 96n)) | (family === 4 ? 0n : BigInt(draw.nextBits()) << 64n);
    const around = near.first + ((BigInt(draw.nextBelow(7)) - 3n) << bits);
    const address = i % 2 === 1 ? anywhere : i % 4 === 0 ? around : holding.first;
    return ((address < 0n ? 0n : address) >> bits) << bits;
  });
}

function tables(): { name: string; table: ClassTable; exact: boolean }[] {
  const file = writeMmdb({
    networks: drawn.map(({ prefix, country }) => ({
      prefix: formatIpPrefix(prefix),
      record: { country: { iso_code: country.code } },
    })),
    aliases: true,
  });
  const source = readMmdb(file, 'nested.mmdb');
  if (source instanceof GeoSourceError) throw source;
  const locations = openLocationTable(compileLocationTable({ overrides, databases: [source] }));
  return [
    { name: 'direct', table: openClassTable(compileClassTable(spec, locations), null), exact: true },
    { name: 'mapped', table: openClassTable(compileClassMap(spec, locations), locations), exact: false },
  ];
}

describe('the scope of an answer', () => {
  for (const { name, table, exact } of tables()) {
    for (const family of [4, 6] as const) {
      const clients = drawClients(family, 400);

      it(`covers one decision${exact ? ', and no shorter prefix does' : ''}: 400 IPv${family} clients, ${name} table`, () => {
        for (const address of clients) {
          const found = lookupClass(table, family, wordsOf(family, address));
          const client = `${formatIpPrefix(prefixOf({ family, words: wordsOf(family, address) }, family === 4 ? 24 : 48))}`;
          const block = scopeBlock(family, address, scopeOf(found));
          expect([client, ...decisionsIn(block)]).toEqual([client, classOf(found)]);
          if (!exact || scopeOf(found) === 0) continue;
          const wider = decisionsIn(scopeBlock(family, address, scopeOf(found) - 1));
          expect([client, wider.size > 1]).toEqual([client, true]);
        }
      });

      it(`is the same for every address inside it: edges of 400 IPv${family} clients, ${name} table`, () => {
        for (const address of clients) {
          const found = lookupClass(table, family, wordsOf(family, address));
          const block = scopeBlock(family, address, scopeOf(found));
          for (const inside of [block.first, block.last, (block.first + block.last) / 2n]) {
            expect(lookupClass(table, family, wordsOf(family, inside))).toBe(found);
          }
        }
      });
    }

    it(`holds for every single address of 60 /24s, ${name} table`, () => {
      for (const address of drawClients(4, 120).filter((_, i) => i % 2 === 0)) {
        for (let host = 0n; host < 256n; host++) {
          const found = lookupClass(table, 4, wordsOf(4, address + host));
          expect(classOf(found)).toBe(decide(4, address + host));
        }
      }
    });
  }

  it('has been tried where networks nest deeper than the client prefix', () => {
    const { table } = tables()[0]!;
    const scopes = (family: IpFamily) =>
      drawClients(family, 400).map((address) => scopeOf(lookupClass(table, family, wordsOf(family, address))));
    expect(scopes(4).filter((scope) => scope > 24).length).toBeGreaterThan(50);
    expect(scopes(6).filter((scope) => scope > 48).length).toBeGreaterThan(20);
    expect(scopes(6).filter((scope) => scope > 64).length).toBeGreaterThan(5);
  });
});
