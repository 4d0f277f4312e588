import { describe, expect, it } from 'vitest';
import { preferenceOf, walkFrom, walkOfCatchAll } from '../../../src/zone/pool-walk.ts';
import type { SteeringModel } from '../../../src/zone/zone-model.ts';
import { type DynamicSketch, modelZone } from '../../tools/model-zone.ts';

const values = ['192.0.2.1'];

/** Pools 0 ap, 1 eu, 2 sorry, 3 us; eu and us fall back to sorry. */
function record(steering: Partial<SteeringModel>, pools: DynamicSketch['pools'] = {}) {
  const all = {
    ap: { values },
    eu: { fallback: 'sorry', values },
    sorry: { values },
    us: { fallback: 'sorry', values },
  };
  const sketch = { name: 'www', pools: { ...all, ...pools }, rules: [{ pool: 'us' }], steering };
  return modelZone('example.', [], [sketch]).dynamics[0]!;
}

describe('walkFrom', () => {
  it('follows the fallbacks', () => {
    expect(walkFrom(record({}).pools, 1)).toEqual({ pools: [1, 2], ties: 1 });
  });
});

describe('the walk of the catch-all', () => {
  it("is octoDNS's by rules", () => {
    expect(walkOfCatchAll(record({}), 3)).toEqual({ pools: [3, 2], ties: 1 });
  });

  it('is the file order by failover, fallbacks that have no share last', () => {
    const method = 'failover';
    expect(walkOfCatchAll(record({ method }), 3)).toEqual({ pools: [0, 1, 2, 3], ties: 1 });
    expect(walkOfCatchAll(record({ method, candidates: [1, 3] }), 3)).toEqual({ pools: [1, 3, 2], ties: 1 });
  });

  it('has those with a share as equals by weight, those without one standing by', () => {
    const steering = { method: 'weighted' as const, candidates: [0, 1, 3] };
    const dynamic = record(steering, { ap: { values, share: 0 } });
    expect(walkOfCatchAll(dynamic, 3)).toEqual({ pools: [1, 3, 0, 2], ties: 2 });
  });

  it('begins with its own pool by distance: it is for clients whose place is not known', () => {
    expect(walkOfCatchAll(record({ method: 'nearest', candidates: [0, 1, 3] }), 3)).toEqual({
      pools: [3, 2, 0, 1],
      ties: 1,
    });
  });
});

describe('what depends on the place', () => {
  it('is nothing by the location-free methods', () => {
    for (const method of ['rules', 'failover', 'weighted'] as const) {
      expect(preferenceOf(record({ method }, { eu: { values, region: 'eu-west' } }), [])).toBeNull();
    }
  });

  it('is the order of pools with a region by distance', () => {
    const dynamic = record({ method: 'nearest' }, { eu: { values, region: 'eu-west', bias: 10 } });
    expect(preferenceOf(dynamic, [])).toMatchObject({
      base: 1,
      candidates: [{ pool: 1, region: 'eu-west', bias: 10 }],
      walks: [],
    });
    expect(preferenceOf(record({ method: 'nearest' }), [])).toBeNull();
  });

  it('is a fence by any method', () => {
    const fences = [{ geos: [], pools: [1], onDown: 'nodata' as const }];
    const walks = [{ pools: [3], ties: 1 }];
    expect(preferenceOf(record({ fences }), walks)).toMatchObject({ fences, walks, candidates: [] });
  });
});
