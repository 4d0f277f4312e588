import { describe, expect, it } from 'vitest';
import { classOf, lookupClass, openClassTable, preferenceAt } from '../../../src/geo/class-table.ts';
import { compileLocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import { GroupTables } from '../../../src/server/group-tables.ts';
import { WALK_WORDS } from '../../../src/zone/zone-image.ts';
import type { ClassSpec } from '../../../src/zone/zone-model.ts';
import { networkAt, regionAt } from '../../tools/model-zone.ts';

const locations = () => openLocationTable(compileLocationTable({ overrides: [], databases: [] }));
const spec = (n: number): ClassSpec => ({
  targets: [{ subnets: [], geos: [{ continent: 'EU', country: null, province: null }], class: n }],
  otherwise: 0,
});

describe('GroupTables', () => {
  it('has no table for a group that is the same for everyone', () => {
    expect(new GroupTables().update([[0, { targets: [], otherwise: 0 }]], [], locations())).toEqual([[0, null]]);
  });

  it('compiles few groups in the direct form and further ones over the location table', () => {
    const groups = new GroupTables();
    const many = Array.from({ length: 64 }, (_, i) => [i, spec(i)] as const);
    groups.update(many, [], locations());
    expect(groups.isMapped).toBe(false);
    groups.update([[64, spec(64)]], [], locations());
    expect(groups.isMapped).toBe(true);
    groups.update([], [64], locations());
    expect(groups.isMapped).toBe(false);
  });

  it('compiles all that are left over another location table', () => {
    const groups = new GroupTables();
    groups.update(
      [
        [0, spec(1)],
        [1, spec(2)],
      ],
      [],
      locations(),
    );
    groups.update([], [0], locations());
    expect(groups.recompile(locations()).map(([group]) => group)).toEqual([1]);
  });

  it('makes those that follow latency anew, in the mapped form, and only where something has changed', () => {
    const groups = new GroupTables();
    const overrides = [networkAt('20.0.0.0/8', 51.5, -0.12), networkAt('21.0.0.0/8', 35, 139)];
    const places = openLocationTable(compileLocationTable({ overrides, databases: [] }));
    const regions = [regionAt('dublin', 53.35, -6.26), regionAt('frankfurt', 50.11, 8.68)];
    const candidates = regions.map(({ name }, pool) => ({
      pool,
      region: name,
      bias: 0,
      checks: [{ id: name, weight: 1 }],
    }));
    const preference = { base: 1, method: 'latency' as const, candidates, nearTie: null, fences: [], walks: [] };
    const factsOf = (dublin: number, frankfurt: number) => ({
      line: { baseMs: 5, msPerKm: 0.02 },
      regions: ['dublin'],
      checks: new Map([
        ['dublin', Float64Array.of(dublin)],
        ['frankfurt', Float64Array.of(frankfurt)],
      ]),
    });
    const first = (image: SharedArrayBuffer | null | undefined) => {
      const table = openClassTable(image!, places);
      const found = classOf(lookupClass(table, 4, Uint32Array.of(20 * 2 ** 24, 0, 0, 0)));
      return table.preferences[preferenceAt(table, found - 1) + WALK_WORDS];
    };
    const placed = groups.update(
      [
        [0, { targets: [], otherwise: 0, preference }],
        [1, spec(1)],
      ],
      [],
      places,
      regions,
    );
    expect(groups.isMapped).toBe(true);
    expect(first(placed[0]![1])).toBe(0);
    const follow = (dublin: number, frankfurt: number, nowMs: number) => {
      groups.setFacts(factsOf(dublin, frankfurt));
      return groups.followLatency(nowMs, places, regions);
    };
    // The first measurements move whom they move: what distance said does not stand against them.
    const measured = follow(90, 30, 0);
    expect(measured.tables.map(([group]) => group)).toEqual([0]);
    expect(first(measured.tables[0]![1])).toBe(1);
    expect(follow(91, 31, 1_000)).toEqual({ tables: [], moved: 0, isWaiting: false });
    // London moves; Tokyo has no agent near.
    const moved = follow(10, 60, 2_000);
    expect([first(moved.tables[0]![1]), moved.moved, moved.isWaiting]).toEqual([0, 1, false]);
    expect(follow(90, 30, 3_000)).toEqual({ tables: [], moved: 0, isWaiting: true });
    expect(follow(90, 30, 63_000)).toMatchObject({ moved: 1, isWaiting: false });
  });

  it('orders pools by distance to the regions that are there, also without any rule', () => {
    const groups = new GroupTables();
    const overrides = [networkAt('20.0.0.0/8', 51.5, -0.12)];
    const places = openLocationTable(compileLocationTable({ overrides, databases: [] }));
    const candidates = ['dublin', 'tokyo'].map((region, pool) => ({ pool, region, bias: 0, checks: [] }));
    const preference = { base: 1, method: 'nearest' as const, candidates, nearTie: null, fences: [], walks: [] };
    const near: ClassSpec = { targets: [], otherwise: 0, preference };
    const classAt = (placed: readonly (readonly [number, SharedArrayBuffer | null])[]) => {
      const table = openClassTable(placed[0]![1]!, places);
      const found = classOf(lookupClass(table, 4, Uint32Array.of(20 * 2 ** 24, 0, 0, 0)));
      if (found === 0) return null;
      return table.preferences[preferenceAt(table, found - preference.base) + WALK_WORDS];
    };
    const dublin = regionAt('dublin', 53.35, -6.26);
    const tokyo = regionAt('tokyo', 35.7, 139.7);
    expect(classAt(groups.update([[0, near]], [], places, [dublin, tokyo]))).toBe(0);
    expect(classAt(groups.recompile(places, [tokyo]))).toBe(1);
    expect(classAt(groups.recompile(places, []))).toBeNull();
  });
});
