import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { Decision } from '../../../src/decision/decision.ts';
import { drawEndpoints } from '../../../src/decision/draw.ts';
import { Admission, slotOf } from '../../../src/decision/endpoint-weight.ts';
import { FACTOR_ONE, packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { DynWord, ENDPOINT_WORDS, PoolWord, STEERED_WORDS } from '../../../src/zone/zone-image.ts';
import { chiSquare, chiSquareLimit } from '../../tools/chi-square.ts';
import { modelZone, serve } from '../../tools/model-zone.ts';
import { findNode } from '../../tools/zone-node.ts';

const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

/** One pool of `weights`, ready to draw from. */
function poolOf(weights: readonly string[]) {
  const values = weights.map((weight, i) => `192.0.${i >> 8}.${i & 255} ${weight}`);
  const serving = serve([
    modelZone('example.', [], [{ name: 'www', pools: { p: { values } }, rules: [{ pool: 'p' }] }]),
  ]);
  const zone = serving.tables.zones[0]!;
  const rrset = zone.findRRset(findNode(zone, 'www.example.'), RRType.A);
  const block = zone.blockOf(rrset);
  const endpointsAt = zone.words[zone.words[block + DynWord.POOLS_AT]! + PoolWord.ENDPOINTS_AT]!;
  const { health } = serving.tables;
  const decision = new Decision();
  decision.slotsAt = zone.dataOf(rrset) + STEERED_WORDS;
  const random = new RandomStream(99);
  return {
    zone,
    endpointsAt,
    health,
    slotsAt: decision.slotsAt,
    slot: (i: number) => slotOf(zone, decision.slotsAt, endpointsAt + i * ENDPOINT_WORDS),
    /** Index of one endpoint drawn. */
    drawOne: (): number => {
      drawEndpoints(decision, zone, endpointsAt, weights.length, 1, health, random, Admission.HEALTHY);
      return decision.drawn[0]!;
    },
    draw: (wanted = 1, admission: number = Admission.HEALTHY) => {
      drawEndpoints(decision, zone, endpointsAt, weights.length, wanted, health, random, admission);
      return [...decision.drawn.subarray(0, decision.count)];
    },
  };
}

function countDraws(pool: ReturnType<typeof poolOf>, size: number, draws = 1_000_000): number[] {
  const counts = new Array<number>(size).fill(0);
  for (let i = 0; i < draws; i++) counts[pool.drawOne()]!++;
  return counts;
}

describe('drawEndpoints', () => {
  it.each([[[1, 1]], [[1, 2, 3]], [[100, 1]], [[7, 13, 29, 51]], [[1, 1, 1, 1, 1, 1, 1]]])(
    'draws 10^6 times in proportion to the weights %j',
    (weights) => {
      const counts = countDraws(poolOf(weights.map(String)), weights.length);
      expect(chiSquare(counts, weights)).toBeLessThan(chiSquareLimit(weights.length - 1));
    },
  );

  it('draws 10^6 times in proportion to the weights that are left when one is down', () => {
    const pool = poolOf(['5', '3', '2']);
    pool.health[pool.slot(1)] = DOWN;
    expect(chiSquare(countDraws(pool, 3), [5, 0, 2])).toBeLessThan(chiSquareLimit(1));
  });

  it('halves the share of an endpoint that ramps at a half', () => {
    const pool = poolOf(['1', '1']);
    pool.health[pool.slot(0)] = packHealth({ ...unpackHealth(UNKNOWN_WORD), factor: FACTOR_ONE / 2 });
    expect(chiSquare(countDraws(pool, 2, 300_000), [1, 2])).toBeLessThan(chiSquareLimit(1));
  });

  it('is as fair in a pool of 100, where it searches instead of walking', () => {
    const weights = Array.from({ length: 100 }, (_, i) => 1 + (i % 10));
    const pool = poolOf(weights.map(String));
    for (let i = 0; i < 30; i++) pool.health[pool.slot(i)] = DOWN;
    const factor = FACTOR_ONE / 4;
    pool.health[pool.slot(99)] = packHealth({ ...unpackHealth(UNKNOWN_WORD), factor });
    const shares = weights.map((weight, i) => (i < 30 ? 0 : i === 99 ? weight / 4 : weight));
    expect(chiSquare(countDraws(pool, 100), shares)).toBeLessThan(chiSquareLimit(69));
  });

  it('finds the only healthy endpoint of 1,000', () => {
    const pool = poolOf(new Array(1000).fill('1'));
    for (let i = 0; i < 1000; i++) if (i !== 617) pool.health[pool.slot(i)] = DOWN;
    for (let i = 0; i < 200; i++) expect(pool.draw()).toEqual([617]);
  });

  it('draws several without replacement, the first by weight', () => {
    const pool = poolOf(['10', '5', '1', '1']);
    const first = [0, 0, 0, 0];
    for (let i = 0; i < 100_000; i++) {
      const drawn = pool.draw(3);
      expect(new Set(drawn).size).toBe(3);
      first[drawn[0]!]!++;
    }
    expect(chiSquare(first, [10, 5, 1, 1])).toBeLessThan(chiSquareLimit(3));
  });

  it('stays inside the pool when health changes in the middle of a draw', () => {
    const pool = poolOf(['1', '1', '100']);
    const decision = new Decision();
    decision.slotsAt = pool.slotsAt;
    // In the middle of the second draw the others go down; each endpoint is weighed once.
    class Interrupted extends RandomStream {
      draws = 0;
      override nextBelow(bound: number): number {
        if (++this.draws === 2) for (const i of [0, 1]) pool.health[pool.slot(i)] = DOWN;
        return bound - 1;
      }
    }
    const random = new Interrupted(1);
    drawEndpoints(decision, pool.zone, pool.endpointsAt, 3, 3, pool.health, random, Admission.HEALTHY);
    expect([...decision.drawn.subarray(0, decision.count)]).toEqual([2, 1, 0]);
  });

  it('gives what there is when more are wanted, and nothing when nothing is eligible', () => {
    const pool = poolOf(['1', '1', '1']);
    pool.health[pool.slot(0)] = DOWN;
    expect(pool.draw(16).sort()).toEqual([1, 2]);
    for (let i = 0; i < 3; i++) pool.health[pool.slot(i)] = DOWN;
    expect(pool.draw(16)).toEqual([]);
    expect(pool.draw(16, Admission.NOT_DRAINED)).toHaveLength(3);
  });
});
