import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IpFamily } from '../../../src/base/ip-address.ts';
import { type IpPrefix, parseIpPrefix, prefixContains, prefixOf } from '../../../src/base/ip-prefix.ts';
import { crossRuns, HOLE, layOver, layPrefixes, type PrefixValue, RunList } from '../../../src/geo/prefix-runs.ts';

/** The value at an address, by plain search. */
function valueAt(runs: RunList, words: Uint32Array): number {
  let value = runs.values[0]!;
  for (let i = 0; i < runs.count; i++) {
    const key = [0, 0, 0, 0].map((_, k) => (k < runs.stride ? runs.keys[i * runs.stride + k]! : 0));
    const order = key.map((word, k) => Math.sign(word - words[k]!)).find((sign) => sign !== 0) ?? 0;
    if (order > 0) break;
    value = runs.values[i]!;
  }
  return value;
}

function prefixOfText(text: string): IpPrefix {
  const prefix = parseIpPrefix(text);
  if (typeof prefix === 'string') throw new Error(text);
  return prefix;
}

/** Prefixes of one family that nest a lot: few distinct bits at few places. */
function prefixes(family: IpFamily): fc.Arbitrary<IpPrefix> {
  const bits = family === 4 ? 32 : 128;
  const word = fc.constantFrom(0, 0xffffffff, 0x80000000, 0x00ff00ff, 0x0a000001);
  return fc
    .tuple(fc.array(word, { minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: bits }))
    .map(([words, length]) =>
      prefixOf({ family, words: Uint32Array.from(family === 4 ? [words[0]!, 0, 0, 0] : words) }, length),
    );
}

describe('layPrefixes', () => {
  it.each([4, 6] as const)('gives every address the lowest rank among the prefixes that hold it (IPv%i)', (family) => {
    const entry = fc.record({ prefix: prefixes(family), value: fc.nat(5), rank: fc.nat(3) });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 12 }),
        fc.array(prefixes(family), { maxLength: 20 }),
        (entries, probes) => {
          // Equal ranks must mean equal values for the naive answer to be unique.
          const ranked: PrefixValue[] = entries.map((each) => ({ ...each, value: each.rank * 10 }));
          const runs = layPrefixes(family, ranked);
          for (const { words } of [...probes, ...entries.map((each) => each.prefix)]) {
            const best = ranked
              .filter((each) => prefixContains(each.prefix, { family, words }))
              .sort((a, b) => a.rank - b.rank)[0];
            expect(valueAt(runs, words)).toBe(best?.value ?? HOLE);
          }
        },
      ),
    );
  });

  it('ends runs behind the prefix and never past the end of the space', () => {
    const entries = ['10.0.0.0/8', '10.1.2.3/32', '255.255.255.255/32'].map((text, i) => ({
      prefix: prefixOfText(text),
      value: i + 1,
      rank: -prefixOfText(text).length,
    }));
    const runs = layPrefixes(4, entries);
    expect([...runs.keys.subarray(0, runs.count)]).toEqual([
      0, 0x0a000000, 0x0a010203, 0x0a010204, 0x0b000000, 0xffffffff,
    ]);
    expect([...runs.values.subarray(0, runs.count)]).toEqual([HOLE, 1, 2, 1, HOLE, 3]);
  });

  it('carries into the words above when an IPv6 prefix ends on all ones', () => {
    const entry = { prefix: prefixOfText('2001:db8:0:ffff:ffff:ffff:ffff:ffff/128'), value: 1, rank: 0 };
    const runs = layPrefixes(6, [entry]);
    expect([...runs.keys.subarray(8, 12)]).toEqual([0x20010db8, 0x00010000, 0, 0]);
  });
});

describe('layOver', () => {
  it('shows the lower layer through the holes of the upper one', () => {
    const any = fc.array(fc.record({ prefix: prefixes(6), value: fc.nat(3), rank: fc.constant(0) }), { maxLength: 6 });
    fc.assert(
      fc.property(any, any, fc.array(prefixes(6), { maxLength: 12 }), (above, below, probes) => {
        const upper = layPrefixes(6, above);
        const lower = layPrefixes(6, below);
        const both = layOver(upper, lower);
        for (const { words } of [...probes, ...[...above, ...below].map((each) => each.prefix)]) {
          const top = valueAt(upper, words);
          expect(valueAt(both, words)).toBe(top === HOLE ? valueAt(lower, words) : top);
        }
        for (let i = 1; i < both.count; i++) expect(both.values[i]).not.toBe(both.values[i - 1]);
      }),
    );
  });
});

describe('RunList', () => {
  it('joins ranges that touch and have one value', () => {
    const runs = new RunList(4);
    runs.addRange4(10, 19, 7);
    runs.addRange4(20, 29, 7);
    runs.addRange4(30, 39, 8);
    runs.addRange4(50, 0xffffffff, 8);
    expect([...runs.keys.subarray(0, runs.count)]).toEqual([0, 10, 30, 40, 50]);
    expect([...runs.values.subarray(0, runs.count)]).toEqual([HOLE, 7, 8, HOLE, 8]);
  });
});

describe('crossRuns', () => {
  it.each([4, 6] as const)('combines both values of every address (IPv%i)', (family) => {
    const layer = fc.array(fc.record({ prefix: prefixes(family), value: fc.nat(5), rank: fc.nat(3) }), {
      maxLength: 6,
    });
    const tell = (top: number, bottom: number) => (top === HOLE ? bottom : bottom === HOLE ? 50 : 10 * top + bottom);
    fc.assert(
      fc.property(layer, layer, prefixes(family), (upper, lower, probe) => {
        const [a, b] = [layPrefixes(family, upper), layPrefixes(family, lower)];
        const crossed = crossRuns(a, b, tell);
        for (const { prefix } of [...upper, ...lower, { prefix: probe }]) {
          expect(valueAt(crossed, prefix.words)).toBe(tell(valueAt(a, prefix.words), valueAt(b, prefix.words)));
        }
      }),
    );
  });
});
