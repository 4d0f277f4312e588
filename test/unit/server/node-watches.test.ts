import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Counter, createCounters } from '../../../src/answer/counters.ts';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { createListenerCounters } from '../../../src/server/listener-counters.ts';
import { NodeWatches, type NodeWatchesInput } from '../../../src/server/node-watches.ts';
import { createServiceTimes } from '../../../src/server/service-times.ts';
import { WorkerTotals } from '../../../src/server/worker-totals.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A node without zones; `workers` come when a test pushes them. */
function watched() {
  const counters = createCounters();
  const totals = new WorkerTotals([
    { counters, listenerCounters: createListenerCounters(), serviceTimes: createServiceTimes() },
  ]);
  const pool = { totals, tallies: () => [], samples: () => [], publish: () => undefined };
  const state = { hasPool: false };
  const input = {
    options: { listen: [], aliasResolvers: [] },
    clock: { wallMs: () => 0, monotonicMs: () => 0 },
    log: pino({ level: 'silent' }),
    registry: new EndpointRegistry(createHealthTable(4)),
    snapshot: {
      serving: { zones: [] },
      regions: [],
      openLocations: () => null,
      latencyChecks: () => new Set(),
      followNearest: async () => undefined,
    },
    health: () => null,
    pool: () => (state.hasPool ? pool : null),
  };
  return { counters, state, watches: new NodeWatches(input as unknown as NodeWatchesInput) };
}

it('count nothing before there are workers, and their queries of all transports then', () => {
  const { counters, state, watches } = watched();
  expect(watches.queries()).toBe(0);
  expect(watches.zoneTotals.read()).toEqual({ zones: new Map(), none: 0, other: 0 });
  state.hasPool = true;
  counters[Counter.QUERIES] = 3;
  counters[Counter.QUERIES + 3] = 4;
  expect(watches.queries()).toBe(7);
});

it('leave no timer behind', async () => {
  const { watches } = watched();
  await watches.startTables(true);
  watches.startCounts();
  expect(vi.getTimerCount()).toBe(5);
  watches.stop();
  expect(vi.getTimerCount()).toBe(0);
});
