import { expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable, packHealth, unpackHealth } from '../../../src/health/health-table.ts';
import { measureTables } from '../../../src/server/node-measures.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

const image = (bytes: number) => new SharedArrayBuffer(bytes);

it('adds up what is in force, passes over places without a table, and counts endpoints under suspicion', () => {
  const registry = new EndpointRegistry(createHealthTable(4));
  registry.claim([endpointSpec('192.0.2.1'), endpointSpec('192.0.2.2')]);
  const all = {
    locations: null,
    classTables: [[0, image(8)] as const, [1, null] as const],
    zones: [[0, image(16)] as const, [5, image(24)] as const],
    index: image(4),
  };
  const snapshot = { allTables: () => all, openLocations: () => ({ image: image(32) }) };
  expect(measureTables(snapshot, registry)).toEqual({
    tables: { locations: 32, classes: 8, zones: 40, index: 4, alias: 0 },
    steeringGroups: 1,
    suspect: 0,
  });
  const [first] = registry.endpoints();
  const { slot } = first!;
  registry.table[slot] = packHealth({ ...unpackHealth(registry.table[slot]!), suspect: true });
  expect(measureTables(snapshot, registry).suspect).toBe(1);
});
