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

  it('orders pools by distance to the regions that are there, also without any rule', () => {
    const groups = new GroupTables();
    const overrides = [networkAt('20.0.0.0/8', 51.5, -0.12)];
    const places = openLocationTable(compileLocationTable({ overrides, databases: [] }));
    const candidates = ['dublin', 'tokyo'].map((region, pool) => ({ pool, region, bias: 0 }));
    const preference = { base: 1, candidates, nearTie: null, fences: [], walks: [] };
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
