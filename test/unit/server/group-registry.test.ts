import { describe, expect, it } from 'vitest';
import { NEAREST_GROUP } from '../../../src/geo/nearest-regions.ts';
import { GroupRegistry } from '../../../src/server/group-registry.ts';
import type { ClassSpec } from '../../../src/zone/zone-model.ts';

const spec = (country: string): ClassSpec => ({
  targets: [{ subnets: [], geos: [{ continent: 'EU', country, province: null }], class: 1 }],
  otherwise: 0,
});

describe('GroupRegistry', () => {
  it('gives equal groups one id, told as new once', () => {
    const registry = new GroupRegistry();
    const added: [number, ClassSpec][] = [];
    expect([...registry.claim([spec('DE'), spec('FR'), spec('DE')], added)]).toEqual([1, 2, 1]);
    expect(added.map(([id]) => id)).toEqual([1, 2]);
    expect([...registry.claim([spec('FR')], added)]).toEqual([2]);
    expect(added).toHaveLength(2);
  });

  it('tells groups apart by what places prefer', () => {
    const registry = new GroupRegistry();
    const near = (bias: number): ClassSpec => {
      const candidates = [{ pool: 0, region: 'dublin', bias, checks: [] }];
      return {
        ...spec('DE'),
        preference: { base: 2, method: 'nearest', candidates, nearTie: null, fences: [], walks: [] },
      };
    };
    expect([...registry.claim([spec('DE'), near(0), near(5), near(0)], [])]).toEqual([1, 2, 3, 2]);
  });

  it('gives up what is not used, and uses the id again', () => {
    const registry = new GroupRegistry();
    registry.claim([spec('DE'), spec('FR')], []);
    expect(registry.keepOnly(new Set([2]))).toEqual([1]);
    expect(registry.keepOnly(new Set([2]))).toEqual([]);
    expect([...registry.claim([spec('IT')], [])]).toEqual([1]);
    expect(registry.all().map(([id]) => id)).toEqual([2, 1]);
  });

  it('keeps an id that is no zone’s for the regions nearest a client', () => {
    const registry = new GroupRegistry();
    expect(registry.setNearest(spec('DE'))).toBe(true);
    expect(registry.setNearest(spec('DE'))).toBe(false);
    expect([...registry.claim([spec('DE')], [])]).toEqual([NEAREST_GROUP + 1]);
    registry.keepOnly(new Set());
    expect(registry.all()).toEqual([[NEAREST_GROUP, spec('DE')]]);
    expect(registry.setNearest(null)).toBe(true);
    expect(registry.setNearest(null)).toBe(false);
    expect(registry.all()).toEqual([]);
  });
});
