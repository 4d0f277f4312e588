import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import {
  classOf,
  compileClassMap,
  compileClassTable,
  lookupClass,
  openClassTable,
  scopeOf,
} from '../../../src/geo/class-table.ts';
import { compileLocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import { nearestPairOf, nearestRegionsSpec } from '../../../src/geo/nearest-regions.ts';
import { PoolCosts } from '../../../src/geo/pool-costs.ts';
import { networkAt, regionAt } from '../../tools/model-zone.ts';

const REGIONS = [
  regionAt('dublin', 53.3, -6.3),
  regionAt('frankfurt', 50.1, 8.7),
  regionAt('tokyo', 35.7, 139.7),
  regionAt('virginia', 38.9, -77.4),
];
/** London, Berlin, Osaka and New York; London and Berlin have the same two nearest, in another order. */
const NETWORKS = [
  networkAt('20.0.0.0/16', 51.5, -0.1),
  networkAt('20.1.0.0/16', 52.5, 13.4),
  networkAt('20.2.0.0/16', 34.7, 135.5),
  networkAt('20.3.0.0/16', 40.7, -74),
];
const NUMBERED = [
  { region: 'virginia', number: 5 },
  { region: 'dublin', number: 0 },
  { region: 'tokyo', number: 30 },
  { region: 'frankfurt', number: 2 },
];

describe('the regions nearest a client', () => {
  const locations = openLocationTable(compileLocationTable({ overrides: NETWORKS, databases: [] }));
  const costs = new PoolCosts(locations.classes, REGIONS);

  it.each([compileClassTable, compileClassMap])('are two, by their numbers, in either form of table: %o', (compile) => {
    const table = openClassTable(compile(nearestRegionsSpec(NUMBERED)!, locations, costs), locations);
    const pairOf = (address: string) => {
      const { family, words } = parseIpAddress(address)!;
      return nearestPairOf(table, classOf(lookupClass(table, family, words)));
    };
    const bits = (...numbers: number[]) => numbers.reduce((sum, number) => sum | (1 << number), 0);
    expect(pairOf('20.0.0.1')).toBe(bits(0, 2));
    expect(pairOf('20.1.0.1')).toBe(bits(0, 2));
    expect(pairOf('20.3.0.1')).toBe(bits(0, 5));
    expect(pairOf('20.2.0.1')).toBe(bits(30, 2));
    expect(pairOf('9.9.9.9')).toBe(0);
  });

  it('are a set: two places with the same pair are one class, and share a scope', () => {
    const table = openClassTable(compileClassTable(nearestRegionsSpec(NUMBERED)!, locations, costs), locations);
    const found = ['20.0.0.1', '20.1.0.1'].map((address) => lookupClass(table, 4, parseIpAddress(address)!.words));
    expect(found[0]).toBe(found[1]);
    expect(scopeOf(found[0]!)).toBe(15);
  });

  it('are nobody’s affair with two regions, which are the world', () => {
    expect(nearestRegionsSpec(NUMBERED.slice(0, 2))).toBeNull();
    expect(nearestRegionsSpec([])).toBeNull();
  });
});
