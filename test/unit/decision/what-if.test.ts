import { describe, expect, it } from 'vitest';
import { compareStates, excessOf, plannedLoad, recordState } from '../../../src/decision/what-if.ts';
import { wordsOfNothing } from '../../../src/decision/what-if-report.ts';
import { wordsWithout } from '../../../src/health/planned-words.ts';
import { groundOf, poolIn } from '../../tools/what-if-world.ts';

const POOLS = {
  eu: { ...poolIn('dublin', 1, 100, 150), share: 3 },
  us: { ...poolIn('virginia', 2, 60, 120), share: 1 },
  ap: { region: 'tokyo', values: ['192.0.2.3'], share: 0 },
};

function stateOf(method: 'weighted' | 'nearest', down: readonly string[] = []) {
  const ground = groundOf([{ name: 'www', pools: POOLS, rules: [{ pool: 'eu' }], steering: { method } }]);
  const { before: record, cells } = ground.records[0]!;
  const numbers = new Map<string, number>();
  const words = wordsOfNothing(ground);
  const stand = (lost: readonly string[]) =>
    recordState(record, cells, 'before', wordsWithout(words, ground.endpoints, new Set(lost)), numbers);
  return { record, cells, before: stand([]), after: stand(down) };
}

describe('one record', () => {
  it('shares its clients as its method says', () => {
    expect([...stateOf('weighted').before.shares.pools]).toEqual([0.75, 0.25, 0]);
    expect([...stateOf('nearest').before.shares.pools]).toEqual([0.5, 0.25, 0.25]);
  });

  it('tells who moves and how much farther, of those alone that must', () => {
    const { record, cells, before, after } = stateOf('nearest', ['dublin']);
    const { moved, added } = compareStates(record, cells, before, after);
    expect([...after.shares.pools]).toEqual([0, 0.75, 0.25]);
    expect(moved).toBeCloseTo(0.5, 12);
    const report = added.report() ?? expect.fail('nobody moves');
    expect(report.clients).toBeCloseTo(0.5, 12);
    // London to Dublin is 464 km, to Virginia 5,935 km.
    expect(report.meanKm).toBeGreaterThan(5_300);
    expect(report.meanKm).toBeLessThan(5_600);
    expect(report.worstKm).toBeCloseTo(report.meanKm, 6);
  });

  it('counts clients that nobody answers, or with values', () => {
    const { after } = stateOf('weighted', ['dublin', 'virginia', 'tokyo']);
    expect(after.shares).toEqual({ pools: new Float64Array(3), values: 1, nothing: 0 });
  });

  it('has so much load that pools with a capacity carry the sum of their targets', () => {
    const { record, before } = stateOf('nearest');
    expect(plannedLoad(record, before.shares)).toBeCloseTo(160 / 0.75, 9);
    const none = { ...record, pools: record.pools.map((pool) => ({ ...pool, capacity: null })) };
    expect(plannedLoad(none, before.shares)).toBeNull();
    // Only who stands by states one.
    expect(plannedLoad(record, { ...before.shares, pools: Float64Array.of(0, 0, 1) })).toBeNull();
  });

  it('passes a maximum above it, not at it', () => {
    const capacity = { target: 1, max: 100, unit: 'conn' };
    expect(excessOf(100 * (1 + 1e-12), capacity)).toBe(0);
    expect(excessOf(101, capacity)).toBe(1);
    expect(excessOf(1e9, null)).toBe(0);
  });
});
