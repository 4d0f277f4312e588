import { describe, expect, it } from 'vitest';
import { Decision } from '../../../src/decision/decision.ts';
import { Admission, slotOf, weighEndpoints } from '../../../src/decision/endpoint-weight.ts';
import { NO_TURN, newTurns, rotate } from '../../../src/decision/rotation.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { DynWord, ENDPOINT_WORDS, PoolWord, STEERED_WORDS } from '../../../src/zone/zone-image.ts';
import { modelZone, serve } from '../../tools/model-zone.ts';
import { findNode } from '../../tools/zone-node.ts';

const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

function poolOf(weights: readonly number[], rotationSeed = 0) {
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
  decision.rotationSeed = rotationSeed;
  decision.turns = newTurns(health.length);
  decision.slotsAt = zone.dataOf(rrset) + STEERED_WORDS;
  return {
    decision,
    health,
    slot: (i: number) => slotOf(zone, decision.slotsAt, endpointsAt + i * ENDPOINT_WORDS),
    next: (): number => {
      const sum = weighEndpoints(decision, zone, endpointsAt, weights.length, health, Admission.HEALTHY);
      return rotate(decision, zone, endpointsAt, weights.length, sum);
    },
  };
}

function turnsOf(pool: ReturnType<typeof poolOf>, rounds: number): number[] {
  return Array.from({ length: rounds }, () => pool.next());
}

function countTurns(turns: readonly number[], size: number): number[] {
  const counts = new Array<number>(size).fill(0);
  for (const turn of turns) counts[turn]!++;
  return counts;
}

/** Every rotation of `cycle`, as text. */
function rotationsOf(cycle: readonly number[]): string[] {
  return cycle.map((_, i) => [...cycle.slice(i), ...cycle.slice(0, i)].join(''));
}

describe('smooth weighted round robin', () => {
  it("is nginx's: 5, 1, 1 goes a a b a c a a, begun somewhere", () => {
    const cycle = [0, 0, 1, 0, 2, 0, 0];
    for (const seed of [1, 2, 3, 4, 5]) {
      expect(rotationsOf(cycle)).toContain(turnsOf(poolOf([5, 1, 1], seed), 7).join(''));
    }
  });

  it.each([[[1, 1, 1]], [[5, 1, 1]], [[7, 13, 29, 51]], [[100, 1]]])('is exact over each cycle of %j', (weights) => {
    const pool = poolOf(weights, 9);
    const cycle = weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < 20; i++) expect(countTurns(turnsOf(pool, cycle), weights.length)).toEqual(weights);
  });

  it('begins at different turns in different workers', () => {
    const weights = [1, 1, 1, 1];
    const firsts = new Set(Array.from({ length: 40 }, (_, seed) => poolOf(weights, seed).next()));
    expect(firsts.size).toBe(4);
  });

  it('is exact again when an endpoint goes, and when it comes back', () => {
    const pool = poolOf([3, 2, 1], 2);
    turnsOf(pool, 8);
    pool.health[pool.slot(0)] = DOWN;
    turnsOf(pool, 3);
    for (let i = 0; i < 5; i++) expect(countTurns(turnsOf(pool, 3), 3)).toEqual([0, 2, 1]);
    pool.health[pool.slot(0)] = UNKNOWN_WORD;
    turnsOf(pool, 6);
    for (let i = 0; i < 5; i++) expect(countTurns(turnsOf(pool, 6), 3)).toEqual([3, 2, 1]);
  });

  it('is not held up by what a slot had in another life', () => {
    const pool = poolOf([1, 1]);
    pool.next();
    pool.decision.turns[pool.slot(0)] = 1_000_000_000;
    pool.decision.turns[pool.slot(1)] = NO_TURN;
    expect(countTurns(turnsOf(pool, 10), 2)).toEqual([5, 5]);
  });
});
