import { expect, it } from 'vitest';
import type { NodeStatus } from '../../../src/health/node-status.ts';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { NodeHeartbeat } from '../../../src/redis/node-heartbeat.ts';
import { type Refusal, StoreError } from '../../../src/redis/state-store.ts';

class SlowStore extends MemoryStore {
  readonly told: NodeStatus[] = [];
  end: (error?: Error) => void = () => {};

  override async publishNode(status: NodeStatus): Promise<void> {
    this.told.push(status);
    await new Promise<void>((resolve, reject) => {
      this.end = (error) => (error ? reject(error) : resolve());
    });
  }
}

function world() {
  const store = new SlowStore();
  const refused: Refusal[] = [];
  const heartbeat = new NodeHeartbeat({
    store,
    facts: () => ({ node: 'ns1', boot: 'b', version: '1', listen: [], zones: 2 }),
    status: () => ({
      mode: 'NORMAL',
      modeReason: null,
      modeHeldMs: 5,
      checksUp: 1,
      checksDown: 0,
      checksUnknown: 0,
      regionsFresh: 1,
      regionsKnown: 1,
      downChecks: [],
      unknownChecks: [],
    }),
    startMs: 100,
    onRefused: (refusal) => refused.push(refusal),
  });
  const at = async (ms: number, error?: Error) => {
    heartbeat.tick(ms);
    store.end(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { store, refused, heartbeat, at };
}

it('speaks at the start and every 5 s, with a rising number and its age', async () => {
  const { store, at } = world();
  for (const ms of [100, 1_100, 5_099, 5_100]) await at(ms);
  expect(store.told).toMatchObject([
    { node: 'ns1', seq: 1, uptimeMs: 0 },
    { node: 'ns1', seq: 2, uptimeMs: 5_000 },
  ]);
});

it('speaks with the next look at the clock when something has changed', async () => {
  const { store, heartbeat, at } = world();
  await at(100);
  heartbeat.hurry();
  await at(1_100);
  expect(store.told).toHaveLength(2);
});

it('gathers nothing while the store hangs or is lost, and tells a refusal only of a store that is there', async () => {
  const { store, refused, heartbeat, at } = world();
  for (let ms = 100; ms < 60_000; ms += 1_000) heartbeat.tick(ms);
  expect(store.told).toHaveLength(1);
  await at(60_000, new StoreError('no'));
  expect(refused).toEqual([{ source: 'node status', reason: 'no' }]);
  store.setConnected(false);
  await at(70_000);
  expect(store.told).toHaveLength(1);
});
