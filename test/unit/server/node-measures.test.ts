import { expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable, packHealth, unpackHealth } from '../../../src/health/health-table.ts';
import { countSuspects, tableBytes } from '../../../src/server/node-measures.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

it('adds up what is in force, and passes over places without a table', () => {
  const image = (bytes: number) => new SharedArrayBuffer(bytes);
  const all = {
    locations: null,
    classTables: [[0, image(8)] as const, [1, null] as const],
    zones: [[0, image(16)] as const, [5, image(24)] as const],
    index: image(4),
  };
  expect(tableBytes(all, image(32))).toEqual({ locations: 32, classes: 8, zones: 40, index: 4, alias: 0 });
  expect(tableBytes({ ...all, aliasTargets: image(12) }, null)).toMatchObject({ locations: 0, alias: 12 });
});

it('counts the endpoints under suspicion', () => {
  const registry = new EndpointRegistry(createHealthTable(4));
  registry.claim([endpointSpec('192.0.2.1'), endpointSpec('192.0.2.2')]);
  expect(countSuspects(registry)).toBe(0);
  const [first] = registry.endpoints();
  const { slot } = first!;
  registry.table[slot] = packHealth({ ...unpackHealth(registry.table[slot]!), suspect: true });
  expect(countSuspects(registry)).toBe(1);
});
