import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { Decision } from '../../../src/decision/decision.ts';
import { Admission } from '../../../src/decision/endpoint-weight.ts';
import { drawFromPool, poolAt, walkPools } from '../../../src/decision/walk-pools.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { PoolWord, STEERED_WORDS, WalkEnd } from '../../../src/zone/zone-image.ts';
import { chiSquare, chiSquareLimit } from '../../tools/chi-square.ts';
import { modelZone, serve } from '../../tools/model-zone.ts';
import { findNode } from '../../tools/zone-node.ts';

const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

/** Four pools of one endpoint each, with shares 5, 3, 2 and 0. */
function fourPools() {
  const pools = Object.fromEntries(
    [5, 3, 2, 0].map((share, i) => [`p${i}`, { share, values: [`192.0.2.${i}`, `192.0.2.1${i} 1 down`] }]),
  );
  const serving = serve([modelZone('example.', [], [{ name: 'www', pools, rules: [{ pool: 'p0' }] }])]);
  const zone = serving.tables.zones[0]!;
  const rrset = zone.findRRset(findNode(zone, 'www.example.'), RRType.A);
  const block = zone.blockOf(rrset);
  const { health } = serving.tables;
  const decision = new Decision();
  decision.slotsAt = zone.dataOf(rrset) + STEERED_WORDS;
  const random = new RandomStream(3);
  return {
    zone,
    block,
    down: (pool: number) => {
      health[serving.slotOf(`192.0.2.${pool}`)] = DOWN;
    },
    /** The pool that a walk over `pools` ends in. */
    walk: (pools: readonly number[], ties: number): number => {
      const walk = Int32Array.from([pools.length, ties, WalkEnd.ALL_DOWN, 0, ...pools]);
      const isFound = walkPools(decision, zone, block, walk, 0, health, random, Admission.HEALTHY);
      expect(isFound).toBe(decision.pool >= 0);
      return decision.pool;
    },
  };
}

function sharesOf(pools: ReturnType<typeof fourPools>, ties: number, rounds = 300_000): number[] {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < rounds; i++) counts[pools.walk([0, 1, 2, 3], ties)]!++;
  return counts;
}

describe('a walk over pools', () => {
  it('ends in the first that has something to offer', () => {
    const pools = fourPools();
    expect(pools.walk([2, 0, 1], 1)).toBe(2);
    pools.down(2);
    expect(pools.walk([2, 0, 1], 1)).toBe(0);
    pools.down(0);
    pools.down(1);
    expect(pools.walk([2, 0, 1], 1)).toBe(-1);
  });

  it('draws one of equals by its share', () => {
    expect(chiSquare(sharesOf(fourPools(), 3), [5, 3, 2, 0])).toBeLessThan(chiSquareLimit(2));
  });

  it('gives the share of one that is down to the others, in proportion', () => {
    const pools = fourPools();
    pools.down(0);
    expect(chiSquare(sharesOf(pools, 3), [0, 3, 2, 0])).toBeLessThan(chiSquareLimit(1));
  });

  it('takes one without a share only when the others are exhausted', () => {
    const pools = fourPools();
    expect(sharesOf(pools, 4, 10_000)[3]).toBe(0);
    for (const pool of [0, 1, 2]) pools.down(pool);
    expect(pools.walk([0, 1, 2, 3], 4)).toBe(3);
    expect(pools.walk([3, 0], 2)).toBe(3);
  });
});

describe('poolAt', () => {
  it('finds each pool of a block', () => {
    const { zone, block } = fourPools();
    expect([0, 1, 2, 3].map((pool) => zone.words[poolAt(zone, block, pool) + PoolWord.SHARE])).toEqual([5, 3, 2, 0]);
  });
});

describe('an answer of a blind node', () => {
  it('carries two endpoints where the record asks for one, and as many as ever where it asks for more', () => {
    for (const [answers, expected] of [
      [1, 2],
      [3, 3],
    ] as const) {
      const values = Array.from({ length: 5 }, (_, i) => `192.0.2.${i}`);
      const record = { name: 'www', answers, pools: { p: { values } }, rules: [{ pool: 'p' }] };
      const serving = serve([modelZone('example.', [], [record])]);
      const zone = serving.tables.zones[0]!;
      const rrset = zone.findRRset(findNode(zone, 'www.example.'), RRType.A);
      const block = zone.blockOf(rrset);
      const decision = new Decision();
      decision.slotsAt = zone.dataOf(rrset) + STEERED_WORDS;
      const draw = () => {
        drawFromPool(decision, zone, block, 0, serving.tables.health, new RandomStream(1), Admission.HEALTHY);
        return decision.count;
      };
      expect(draw()).toBe(answers);
      for (const value of values)
        serving.tables.health[serving.slotOf(value)] = packHealth({ ...unpackHealth(UNKNOWN_WORD), blind: true });
      expect(draw()).toBe(expected);
    }
  });
});
