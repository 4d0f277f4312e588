import { describe, expect, it } from 'vitest';
import { compileLocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import { GroupTables } from '../../../src/server/group-tables.ts';
import type { ClassSpec } from '../../../src/zone/zone-model.ts';

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
});
