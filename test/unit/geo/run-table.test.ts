import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBits, type IpFamily } from '../../../src/base/ip-address.ts';
import { type IpPrefix, prefixContains, prefixOf } from '../../../src/base/ip-prefix.ts';
import { GeoImageError } from '../../../src/geo/geo-image.ts';
import { layOver, layPrefixes, RunList } from '../../../src/geo/prefix-runs.ts';
import {
  lookupRun,
  openRuns,
  packRuns,
  type RunTable,
  runScope,
  runValue,
  unpackRuns,
} from '../../../src/geo/run-table.ts';

type Entry = { prefix: IpPrefix; value: number; rank: number };

function prefixes(family: IpFamily): fc.Arbitrary<IpPrefix> {
  const bits = addressBits(family);
  const top = fc.constantFrom(0, 0x20010db8, 0x2a000000, 0x3fffffff, 0x0a000001, 0xffffffff, 0x80000000);
  const word = fc.constantFrom(0, 0xffffffff, 0x80000000, 0x00ff00ff, 1);
  return fc.tuple(top, word, word, word, fc.integer({ min: 0, max: bits })).map(([w0, w1, w2, w3, length]) => {
    const words = family === 4 ? Uint32Array.of(w0, 0, 0, 0) : Uint32Array.of(w0, w1, w2, w3);
    return prefixOf({ family, words }, length);
  });
}

function build(entries: readonly Entry[]): RunTable {
  const lay = (family: IpFamily) => layOver(layPrefixes(family, entries), new RunList(family, 0));
  return openRuns(packRuns(lay(4), lay(6)), 16);
}

function naive(entries: readonly Entry[], family: IpFamily, words: Uint32Array): number {
  const holding = entries.filter((each) => prefixContains(each.prefix, { family, words }));
  return holding.sort((a, b) => a.rank - b.rank)[0]?.value ?? 0;
}

/** True if all addresses of `block` have one value: tried at its start and at every edge of an entry inside it. */
function isUniform(entries: readonly Entry[], block: IpPrefix): boolean {
  const value = naive(entries, block.family, block.words);
  return [block.words, ...edges(entries, block.family)]
    .filter((words) => prefixContains(block, { family: block.family, words }))
    .every((words) => naive(entries, block.family, words) === value);
}

/** First addresses, last addresses, and their neighbours on the other side. */
function edges(entries: readonly Entry[], family: IpFamily): Uint32Array[] {
  const bits = addressBits(family);
  const shift = BigInt(128 - bits);
  const toBig = (words: Uint32Array) => words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n) >> shift;
  const toWords = (value: bigint) => {
    const wide = value << shift;
    return Uint32Array.from([96n, 64n, 32n, 0n], (at) => Number((wide >> at) & 0xffffffffn));
  };
  return entries
    .filter((each) => each.prefix.family === family)
    .flatMap(({ prefix }) => {
      const first = toBig(prefix.words);
      const size = 1n << BigInt(bits - prefix.length);
      return [first - 1n, first, first + size - 1n, first + size];
    })
    .filter((value) => value >= 0n && value < 1n << BigInt(bits))
    .map(toWords);
}

describe('lookupRun', () => {
  it.each([4, 6] as const)('finds the value and the shortest uniform prefix of any address (IPv%i)', (family) => {
    const entry = fc.record({ prefix: prefixes(family), value: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 10 }),
        fc.array(prefixes(family), { maxLength: 10 }),
        (drawn, probes) => {
          // Longest match with the earlier of equals, so that the naive answer is unique.
          const entries = drawn.map((each, i) => ({ ...each, rank: -each.prefix.length * 100 + i }));
          const table = build(entries);
          for (const words of [...probes.map((probe) => probe.words), ...edges(entries, family)]) {
            const result = lookupRun(table, family, words);
            const scope = runScope(result);
            expect(runValue(result)).toBe(naive(entries, family, words));
            expect(isUniform(entries, prefixOf({ family, words }, scope))).toBe(true);
            if (scope > 0) expect(isUniform(entries, prefixOf({ family, words }, scope - 1))).toBe(false);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives everything scope 0 when there is one value', () => {
    const table = build([]);
    for (const family of [4, 6] as const) {
      expect(lookupRun(table, family, Uint32Array.of(0x20010db8, 1, 2, 3))).toBe(0);
      expect(lookupRun(table, family, Uint32Array.of(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff))).toBe(0);
    }
  });
});

describe('unpackRuns', () => {
  it('gives back the runs that were packed, cut /64s included', () => {
    const entry = fc.record({ prefix: prefixes(6), value: fc.integer({ min: 0, max: 3 }), rank: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const packed = layOver(layPrefixes(6, entries), new RunList(6, 0));
        const unpacked = unpackRuns(openRuns(packRuns(new RunList(4, 0), packed), 16), 6, null);
        expect(unpacked.count).toBe(packed.count);
        expect(unpacked.keys.subarray(0, packed.count * 4)).toEqual(packed.keys.subarray(0, packed.count * 4));
        expect(unpacked.values.subarray(0, packed.count)).toEqual(packed.values.subarray(0, packed.count));
      }),
    );
  });
});

describe('openRuns', () => {
  it('refuses values and order that make no sense', () => {
    const sections = () => packRuns(layOver(layPrefixes(4, []), new RunList(4, 3)), new RunList(6, 3));
    expect(() => openRuns(sections(), 3)).toThrow(GeoImageError);
    expect(() => openRuns(sections(), 4)).not.toThrow();
    const unsorted = sections();
    unsorted[1] = Uint32Array.of(0, 1, 9, 2, 8, 1);
    expect(() => openRuns(unsorted, 4)).toThrow(GeoImageError);
    const lost = sections();
    lost[2]![3] = 7;
    expect(() => openRuns(lost, 4)).toThrow(GeoImageError);
  });
});
