import { describe, expect, it } from 'vitest';
import { Decision } from '../../../src/decision/decision.ts';
import { Admission, effectiveWeight, isDrawn, slotOf, weighEndpoints } from '../../../src/decision/endpoint-weight.ts';
import { FACTOR_ONE, packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { DynWord, ENDPOINT_WORDS, PoolWord, STEERED_WORDS } from '../../../src/zone/zone-image.ts';
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
  const slotsAt = zone.dataOf(rrset) + STEERED_WORDS;
  const slot = (i: number) => slotOf(zone, slotsAt, endpointsAt + i * ENDPOINT_WORDS);
  return { zone, slotsAt, endpointsAt, health, slot };
}

describe('effectiveWeight', () => {
  const pool = poolOf(['4', '4 up', '4 down']);
  const weight = (i: number, admission: number = Admission.HEALTHY) =>
    effectiveWeight(pool.zone, pool.slotsAt, pool.endpointsAt + i * ENDPOINT_WORDS, pool.health, admission, null);

  it('follows status: up ignores the verdict, down is never drawn, not even as the last', () => {
    for (let i = 0; i < 3; i++) pool.health[pool.slot(i)] = DOWN;
    expect([weight(0), weight(1), weight(2)]).toEqual([0, 4 * FACTOR_ONE, 0]);
    expect([weight(0, Admission.NOT_DRAINED), weight(2, Admission.NOT_DRAINED)]).toEqual([4 * FACTOR_ONE, 0]);
  });

  it('of a drained endpoint is 0 whatever its status and however bad the rest', () => {
    const drained = packHealth({ ...unpackHealth(UNKNOWN_WORD), factor: 0, shifted: true });
    for (let i = 0; i < 3; i++) pool.health[pool.slot(i)] = drained;
    expect([weight(0), weight(1), weight(1, Admission.NOT_DRAINED)]).toEqual([0, 0, 0]);
  });
});

describe('weighEndpoints', () => {
  it('weighs each endpoint of however large a pool, and adds up', () => {
    const weights = Array.from({ length: 300 }, (_, i) => 1 + (i % 100));
    const pool = poolOf(weights.map(String));
    pool.health[pool.slot(7)] = DOWN;
    const decision = new Decision();
    decision.slotsAt = pool.slotsAt;
    const sum = weighEndpoints(decision, pool.zone, pool.endpointsAt, 300, pool.health, Admission.HEALTHY);
    const left = weights.map((weight, i) => (i === 7 ? 0 : weight * FACTOR_ONE));
    expect([...decision.weights.subarray(0, 300)]).toEqual(left);
    expect(sum).toBe(left.reduce((total, weight) => total + weight, 0));
  });
});

describe('isDrawn', () => {
  it('speaks of what has been drawn so far', () => {
    const decision = new Decision();
    decision.drawn.set([4, 7]);
    decision.count = 1;
    expect([isDrawn(decision, 4), isDrawn(decision, 7)]).toEqual([true, false]);
  });
});
