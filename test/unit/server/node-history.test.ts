import { expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable, packHealth, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { NodeHistory } from '../../../src/server/node-history.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

const SAMPLES_MAX = 180;

function world() {
  const registry = new EndpointRegistry(createHealthTable(8));
  const spec = { ...endpointSpec('192.0.2.1'), region: 'us' };
  registry.claim([spec, { ...endpointSpec('192.0.2.2'), region: 'us' }]);
  let nowMs = 0;
  let queries = 0;
  const latenciesOf = () => [{ region: 'eu', ms: 12.345, deviationMs: 1 }];
  const history = new NodeHistory({ registry, queries: () => queries, latenciesOf, nowMs: () => nowMs });
  const pass = (seconds: number, rate = 0) => {
    for (let i = 0; i < seconds; i++) {
      nowMs += 1000;
      queries += rate;
      history.tick();
    }
  };
  const judge = (verdict: 0 | 1 | 2, barred = false, slot = 0) => {
    registry.table[slot] = packHealth({ ...unpackHealth(registry.table[slot]!), verdict, barred });
  };
  return { history, pass, judge, registry };
}

it('keeps the rate of queries, and the state and latency of an endpoint, every ten seconds', () => {
  const { history, pass, judge } = world();
  pass(10, 5);
  judge(Verdict.UP);
  pass(10, 50);
  judge(Verdict.DOWN, true);
  pass(10, 50);
  judge(Verdict.UP, true);
  pass(10, 50);
  expect(history.queriesPerSecond).toBe(50);
  expect(history.read().queriesPerSecond.at(-1)).toBe(50);
  expect(history.endpoint(0).states).toBe('?udh');
  expect(history.endpoint(0).latencyMs).toEqual([12.35, 12.35, 12.35, 12.35]);
  expect(history.read().regions).toContainEqual({
    region: 'eu',
    states: '????',
    latencyMs: [12.35, 12.35, 12.35, 12.35],
  });
});

it('tells of a region whether none, a part or all of its own endpoints were out', () => {
  const { history, pass, judge } = world();
  pass(10);
  judge(Verdict.UP);
  judge(Verdict.UP, false, 1);
  pass(10);
  judge(Verdict.DOWN, true);
  pass(10);
  judge(Verdict.UP, true, 1);
  pass(10);
  expect(history.read().regions.find(({ region }) => region === 'us')?.states).toBe('?upd');
});

it('remembers changes of a verdict that fall between two samples', () => {
  const { history, pass, judge } = world();
  pass(1);
  judge(Verdict.DOWN, true);
  pass(1);
  judge(Verdict.UP);
  pass(1);
  expect(history.transitions(0)).toEqual([
    { atMs: 1000, verdict: 'unknown' },
    { atMs: 2000, verdict: 'down' },
    { atMs: 3000, verdict: 'up' },
  ]);
});

it('is bounded in time, and forgets endpoints that are gone', () => {
  const { history, pass, registry } = world();
  pass(10 * (SAMPLES_MAX + 5));
  expect(history.endpoint(0).states).toHaveLength(SAMPLES_MAX);
  expect(history.read().queriesPerSecond).toHaveLength(SAMPLES_MAX);
  registry.keepOnly(new Set());
  pass(1);
  expect(history.endpoint(0)).toEqual({ states: '', latencyMs: [] });
});

it('begins anew for an endpoint that has got the slot of another', () => {
  const { history, pass, judge, registry } = world();
  judge(Verdict.DOWN);
  pass(10);
  for (let reload = 0; reload < 4; reload++) registry.keepOnly(new Set());
  expect([...registry.claim([endpointSpec('192.0.2.3'), endpointSpec('192.0.2.4')])].sort()).toEqual([0, 1]);
  expect(history.endpoint(0)).toEqual({ states: '', latencyMs: [] });
  pass(10);
  expect([history.endpoint(0).states, history.transitions(0).map(({ verdict }) => verdict)]).toEqual([
    '?',
    ['unknown'],
  ]);
});

it('knows no rate before it has looked twice', () => {
  const { history, pass } = world();
  pass(1);
  expect(history.queriesPerSecond).toBeNull();
});
