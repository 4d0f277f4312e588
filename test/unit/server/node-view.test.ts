import { expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable, packHealth, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { NodeHistory } from '../../../src/server/node-history.ts';
import { NodeView } from '../../../src/server/node-view.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

const ALL = { name: null, region: null, pool: null };
const PAGE = { offset: 0, limit: 10 };

function world() {
  const registry = new EndpointRegistry(createHealthTable(8));
  const specs = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((value, i) =>
    endpointSpec(value, { region: i === 0 ? 'eu' : 'us', pool: `p${i}` }),
  );
  registry.claim(specs);
  registry.table[1] = packHealth({
    ...unpackHealth(registry.table[1]!),
    verdict: Verdict.DOWN,
    barred: true,
    suspect: true,
  });
  const facts = { registry, queries: () => 40, nowMs: () => 9 };
  const report = {
    current: 5,
    target: null,
    max: null,
    utilisation: null,
    requestsPerSecond: null,
    errorsPerSecond: null,
  };
  const health = {
    mode: () => ({ mode: 'NORMAL', modeReason: null }),
    agents: () => [{ agent: 'a', region: 'ap', fresh: false, ageSeconds: 99 }],
    endpointOf: (slot: number) => ({ key: specs[slot]!.key }),
    measuresOf: () => ({
      latencies: [{ region: 'ap', ms: 3, deviationMs: 0 }],
      load: {
        report: { ...report, validSeconds: 60 },
        ageMs: 2_400,
        standing: 'used',
        source: 'push',
        responseMs: null,
      },
      flap: { check: 'c', penalty: 2_500, heldMs: 1_001 },
    }),
  };
  const view = new NodeView({
    ...facts,
    health: () => health as never,
    history: new NodeHistory({ ...facts, latenciesOf: () => [] }),
    counts: () => ({
      windowSeconds: 300,
      lastResort: { total: 0, recent: 0 },
      countOf: (slot) => ({ total: 9, recent: slot === 0 ? 3 : 0.5 }),
    }),
    regions: () => [{ name: 'eu', label: 'Europe', latitude: 50, longitude: 4, country: null, province: null }],
  });
  return { view, report };
}

it('counts endpoints by what is thought of them', () => {
  expect(world().view.pulse()).toMatchObject({
    mode: 'NORMAL',
    queries: 40,
    endpoints: { up: 0, down: 1, unknown: 2, barred: 1 },
  });
});

it('lists regions of the file, of pools and of agents, and never invents a place', () => {
  const { regions } = world().view.regions();
  expect(regions.map(({ region }) => region)).toEqual(['ap', 'eu', 'us']);
  expect(regions[0]).toMatchObject({ latitude: null, agents: { fresh: 0, known: 1 }, answers: 0 });
  expect(regions[1]).toMatchObject({ label: 'Europe', latitude: 50, answers: 3, answeredShare: 0.75 });
});

it('gives endpoints in pages, with what is measured of them', () => {
  const { view, report } = world();
  const { total, endpoints } = view.endpoints({ ...ALL, region: 'us' }, { offset: 0, limit: 1 });
  expect(total).toBe(2);
  expect(endpoints).toHaveLength(1);
  expect(endpoints[0]).toMatchObject({ suspect: true, penalty: 2_500, heldSeconds: 2 });
  expect(endpoints[0]!.load).toEqual({ ...report, ageSeconds: 2, standing: 'used', source: 'push' });
  expect(view.endpoints({ ...ALL, name: 'example.com.' }, PAGE).total).toBe(3);
  expect(view.endpoints({ ...ALL, pool: 'p2' }, PAGE).total).toBe(1);
  expect(view.endpoints(ALL, { offset: 9, limit: 5 }).endpoints).toEqual([]);
});

it('gives the history of the same endpoints', () => {
  expect(world().view.historyOf({ ...ALL, region: 'eu' }, PAGE)).toMatchObject({ total: 1, intervalMs: 10_000 });
});
