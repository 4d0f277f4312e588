import { beforeEach, describe, expect, it } from 'vitest';
import { LOADS_PUSHED_MAX } from '../../../src/base/limits.ts';
import type { Timers } from '../../../src/base/timers.ts';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import type { LoadPush } from '../../../src/health/load-push.ts';
import { LoadFeed } from '../../../src/redis/load-feed.ts';
import { StoreError } from '../../../src/redis/state-store.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { loadPush } from '../../tools/load-push.ts';

const CHECK = 'check:10.0.0.1';
let nowMs: number;
let told: (readonly LoadPush[])[];
let fails: Error | null;
let waits: { ms: number; go: () => void }[];
let feed: LoadFeed;

beforeEach(() => {
  [nowMs, told, fails, waits] = [1_000, [], null, []];
  const registry = new EndpointRegistry(createHealthTable(1_024));
  registry.claim(Array.from({ length: LOADS_PUSHED_MAX + 10 }, (_, i) => endpointSpec(`10.0.${i >> 8}.${i & 255}`)));
  const never = () => () => {};
  const after: Timers['after'] = (ms, go) => {
    waits.push({ ms, go });
    return () => {};
  };
  feed = new LoadFeed({
    store: {
      publishLoads: async (loads) => {
        if (fails !== null) throw fails;
        told.push(loads);
      },
    },
    registry,
    clock: { monotonicMs: () => nowMs, wallMs: () => 0 },
    timers: { after, every: never, nextTurn: never },
  });
});

const push = (current: number, endpoint = '10.0.0.1') => feed.push([loadPush(endpoint, current)]);
const current = () => feed.newestOf(CHECK)?.report.current ?? null;

it('is in use here at once, and told to the others as it came', async () => {
  const taken = push(7);
  expect(current()).toBe(7);
  expect(await taken).toEqual({ checks: 1, shared: true, trouble: null });
  expect(told).toEqual([[loadPush('10.0.0.1', 7)]]);
});

it('is refused whole for one bad report: neither used nor told', async () => {
  const fault = await feed.push([loadPush('10.0.0.1', 7), loadPush('192.0.2.99', 1)]);
  expect(fault).toMatchObject({ index: 1, fault: expect.stringContaining('192.0.2.99') });
  expect([current(), told, feed.taken]).toEqual([null, [], 0]);
});

it('is used by this node alone while the store is gone, which is said', async () => {
  fails = new StoreError('Redis is gone');
  expect(await push(7)).toEqual({ checks: 1, shared: false, trouble: 'Redis is gone' });
  expect([current(), feed.taken]).toEqual([7, 1]);
  fails = null;
  nowMs += 1_000;
  expect(await push(8)).toMatchObject({ shared: true });
  expect(told).toEqual([[loadPush('10.0.0.1', 8)]]);
});

it('lets a bug of ours be one', async () => {
  fails = new TypeError('ours');
  await expect(push(7)).rejects.toThrow('ours');
});

it('ages by this node’s clock, also what another node has told', () => {
  feed.hear([loadPush('10.0.0.1', 3, null, { ageMs: 400 }), loadPush('10.99.0.1', 3)]);
  expect(feed.newestOf(CHECK)).toMatchObject({ atMs: 600, report: { current: 3 } });
  expect(feed.taken).toBe(2);
});

describe('pushes that follow each other closely', () => {
  it('are told together, the newest of each endpoint in the order in which they came', async () => {
    await push(1);
    nowMs += 10;
    const later = [push(2), push(3, '10.0.0.2'), push(4)];
    expect(current()).toBe(4);
    await Promise.resolve();
    expect([told.length, waits.map(({ ms }) => ms)]).toEqual([1, [90]]);
    waits[0]!.go();
    expect(await Promise.all(later)).toEqual(Array(3).fill({ checks: 1, shared: true, trouble: null }));
    expect(told.slice(1)).toEqual([[loadPush('10.0.0.2', 3), loadPush('10.0.0.1', 4)]]);
  });

  it('are told at once again after a quiet moment', async () => {
    await push(1);
    nowMs += 100;
    await push(2, '10.0.0.2');
    expect(told).toEqual([[loadPush('10.0.0.1', 1)], [loadPush('10.0.0.2', 2)]]);
    expect(waits).toEqual([]);
  });

  it('fill no entry of the stream beyond its limit', async () => {
    await push(1);
    const many = Array.from({ length: LOADS_PUSHED_MAX + 5 }, (_, i) => push(i, `10.0.${i >> 8}.${i & 255}`));
    waits[0]!.go();
    await Promise.all(many);
    expect(told.slice(1).map(({ length }) => length)).toEqual([LOADS_PUSHED_MAX, 5]);
  });
});

it('forgets what zones no longer have', async () => {
  await push(7);
  feed.zonesChanged();
  expect(current()).toBe(7);
});
