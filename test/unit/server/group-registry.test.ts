import { describe, expect, it } from 'vitest';
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
    expect([...registry.claim([spec('DE'), spec('FR'), spec('DE')], added)]).toEqual([0, 1, 0]);
    expect(added.map(([id]) => id)).toEqual([0, 1]);
    expect([...registry.claim([spec('FR')], added)]).toEqual([1]);
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
    expect([...registry.claim([spec('DE'), near(0), near(5), near(0)], [])]).toEqual([0, 1, 2, 1]);
  });

  it('gives up what is not used, and uses the id again', () => {
    const registry = new GroupRegistry();
    registry.claim([spec('DE'), spec('FR')], []);
    expect(registry.keepOnly(new Set([1]))).toEqual([0]);
    expect(registry.keepOnly(new Set([1]))).toEqual([]);
    expect([...registry.claim([spec('IT')], [])]).toEqual([0]);
    expect(registry.all().map(([id]) => id)).toEqual([1, 0]);
  });
});
