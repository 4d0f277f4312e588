import { describe, expect, it } from 'vitest';
import { classOf, compileClassMap, lookupClass, openClassTable } from '../../../src/geo/class-table.ts';
import { addressClients, clientCells, countAddresses } from '../../../src/geo/client-cells.ts';
import { compileLocationTable, lookupLocation, openLocationTable } from '../../../src/geo/location-table.ts';
import type { ClassSpec } from '../../../src/zone/zone-model.ts';
import { network, prefix } from '../../tools/model-zone.ts';

/** Three countries inside one /16, and an island in the middle of them; the rest is unknown. */
const overrides = [
  network('5.5.0.0/17', 'DE'),
  network('5.5.128.0/18', 'US', 'CA'),
  network('5.5.192.0/18', 'ZA'),
  network('5.5.64.0/24', 'US'),
];
const locations = openLocationTable(compileLocationTable({ overrides, databases: [] }));
const places = countAddresses(locations);

const EU = { continent: 'EU', country: null, province: null };
const SPEC: ClassSpec = {
  targets: [
    // Inside one place, across two, and where nothing is placed.
    { subnets: ['5.5.3.0/25', '5.5.127.0/24', '5.5.128.0/30', '9.9.9.0/24'].map(prefix), geos: [], class: 0 },
    { subnets: [], geos: [EU], class: 1 },
  ],
  otherwise: 2,
};
const table = openClassTable(compileClassMap(SPEC, locations), locations);

describe('cells of clients', () => {
  it('count every placed address once, under the place and class that a query has', () => {
    const wanted = new Map<string, number>();
    for (let host = 0; host < 65_536; host++) {
      const words = Uint32Array.of(((5 << 24) | (5 << 16) | host) >>> 0);
      const key = `${lookupLocation(locations, 4, words)} ${classOf(lookupClass(table, 4, words))}`;
      wanted.set(key, (wanted.get(key) ?? 0) + 1 / 65_536);
    }
    const cells = clientCells(table, table, addressClients(places), places);
    const found = new Map<string, number>(
      cells.flatMap((cell) => cell.places.map((place, i) => [`${place} ${cell.before}`, cell.shares[i]!] as const)),
    );
    expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [key, share] of wanted) expect(found.get(key)).toBeCloseTo(share, 12);
    expect(cells.every(({ before, after }) => before === after)).toBe(true);
  });

  it('weigh places as they are told, subnets in proportion', () => {
    const clients = Float64Array.from(places.addresses, (_, place) => (place === 2 ? 1 : 0));
    const cells = clientCells(table, table, clients, places);
    expect(cells.flatMap((cell) => cell.places).every((place) => place === 2)).toBe(true);
    expect(cells.reduce((sum, cell) => sum + cell.share, 0)).toBeCloseTo(1, 12);
    // DE has half a /16 less the island, of which a /25 and a /24 are in subnets.
    const inSubnet = cells.find(({ before }) => before === 0)!.share;
    expect(inSubnet).toBeCloseTo((128 + 256) / (32_768 - 256), 12);
  });

  it('have one class for all without a table', () => {
    const cells = clientCells(null, null, addressClients(places), places);
    expect(cells.map(({ before, after }) => [before, after])).toEqual([[-1, -1]]);
    expect(cells[0]!.places).toHaveLength(4);
  });

  it('are all routable addresses where nothing is placed', () => {
    const empty = openLocationTable(compileLocationTable({ overrides: [], databases: [] }));
    const cells = clientCells(null, null, addressClients(countAddresses(empty)), countAddresses(empty));
    expect(cells).toEqual([{ before: -1, after: -1, share: 1, places: [0], shares: [1] }]);
  });
});
