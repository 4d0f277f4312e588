import { describe, expect, it } from 'vitest';
import { ClientSampler, createClientSamples } from '../../../src/answer/client-samples.ts';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { parseIpPrefix } from '../../../src/base/ip-prefix.ts';
import type { SteeringRequest } from '../../../src/decision/steering-request.ts';
import { compileLocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import type { NetworkOverride } from '../../../src/geo/network-override.ts';
import { DemandCounts } from '../../../src/server/demand-counts.ts';

const DAY_MS = 86_400_000;
const network = (text: string, country: string, province: string | null = null): NetworkOverride => {
  const prefix = parseIpPrefix(text);
  if (typeof prefix === 'string') throw new Error(text);
  return { prefix, country, province, latitude: null, longitude: null, region: null };
};
const GERMANY = network('5.1.0.0/16', 'DE');
const tableOf = (...overrides: NetworkOverride[]) =>
  openLocationTable(compileLocationTable({ overrides, databases: [] }));

function world(table = tableOf(GERMANY, network('2001:500::/32', 'US', 'CA'))) {
  const state = { ms: 1_000, table };
  const rings = [createClientSamples(), createClientSamples()];
  const samplers = rings.map((ring, i) => new ClientSampler(ring, i));
  const counts = new DemandCounts({ samples: () => rings, locations: () => state.table, nowMs: () => state.ms });
  counts.look();
  const ask = (client: string, queries: number, worker = 0) => {
    const { family, words } = parseIpAddress(client)!;
    const request = { sourceFamily: family, sourceWords: words, subnet: { family: 0, sourceLength: 0, words } };
    for (let i = 0; i < queries; i++) samplers[worker]!.count(request as unknown as SteeringRequest, false);
    counts.look();
  };
  const placed = () => Object.fromEntries(counts.report().places.map(({ place, queries }) => [place, queries]));
  return { state, counts, ask, placed };
}

describe('demand', () => {
  it('is counted by place over all workers, the busiest first', () => {
    const { ask, counts, placed, state } = world();
    ask('5.1.2.3', 32_000);
    ask('5.1.2.3', 32_000, 1);
    ask('2001:500::1', 16_000);
    ask('10.0.0.1', 6_400);
    ask('9.9.9.9', 6_400, 1);
    state.ms += 60_000;
    const report = counts.report();
    expect(report.places.map(({ place }) => place)).toEqual(['EU-DE', 'NA-US-CA', 'unknown']);
    expect(report).toMatchObject({ windowSeconds: 60, queriesPerSample: 64 });
    expect(Math.abs(placed()['EU-DE']! - 64_000)).toBeLessThan(8_000);
    expect(Math.abs(placed()['NA-US-CA']! - 16_000)).toBeLessThan(4_000);
    expect(Math.abs(placed().unknown! - 12_800)).toBeLessThan(4_000);
    expect(report.samples).toBeGreaterThan(1_000);
  });

  it('outlives the location table it was placed by', () => {
    const { ask, placed, state } = world();
    ask('5.1.2.3', 6_400);
    const before = placed()['EU-DE']!;
    state.table = tableOf(network('7.0.0.0/8', 'FR'), GERMANY);
    ask('7.1.2.3', 6_400);
    expect(placed()['EU-DE']).toBe(before);
    expect(placed()['EU-FR']).toBeGreaterThan(3_000);
  });

  it('forgets what is older than the day before', () => {
    const { ask, counts, placed, state } = world();
    ask('5.1.2.3', 6_400);
    state.ms += DAY_MS;
    ask('2001:500::1', 6_400);
    expect(Object.keys(placed()).sort()).toEqual(['EU-DE', 'NA-US-CA']);
    expect(counts.report().windowSeconds).toBe(86_400);
    state.ms += DAY_MS;
    counts.look();
    expect(Object.keys(placed())).toEqual(['NA-US-CA']);
    expect(counts.report().windowSeconds).toBe(86_400);
  });

  it('is of unknown places while there is no table', () => {
    const { ask, placed, state } = world();
    Object.assign(state, { table: null });
    ask('5.1.2.3', 6_400);
    expect(Object.keys(placed())).toEqual(['unknown']);
  });
});
