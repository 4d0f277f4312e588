import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AgentSnapshot } from '../../../src/health/report.ts';
import { storeKeys } from '../../../src/redis/keys.ts';
import { RedisStore } from '../../../src/redis/redis-store.ts';
import { StoreError } from '../../../src/redis/state-store.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';
import { until } from '../../tools/until.ts';

const keys = storeKeys('test');

function snapshot(agent: string, seq: number): AgentSnapshot {
  const report = {
    id: 'x',
    state: 'up',
    reason: '',
    connectMs: 1,
    connectDevMs: 1,
    serverMs: 1,
    seq,
    heldMs: 0,
    failing: 0,
  } as const;
  return { agent, region: 'eu-west', boot: 'boot1', seq, intervalMs: 5000, reports: [report] };
}

describe.skipIf(!hasRedisServer())(
  'the Redis store (what it promises with the in-process one is in the conformance suite)',
  () => {
    let redis: RedisServer;
    let store: RedisStore;

    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.stop());
    beforeEach(async () => {
      await redis.command('flushall');
      store = new RedisStore({ access: redis.access, cluster: 'test', clientName: 'test' });
      await until('connected', () => store.state === 'connected');
    });
    afterEach(() => store.close());

    it('lets snapshots and statuses expire, and bounds the stream', async () => {
      await store.publishSnapshot(snapshot('a', 1));
      expect(Number(await redis.command('pttl', keys.snapshotOf('a')))).toBeGreaterThan(100_000);
      await redis.command('del', keys.snapshotOf('a'));
      expect(await store.readSnapshots()).toEqual({ snapshots: [], refused: [], epoch: 1 });
      for (let i = 0; i < 60; i++)
        await Promise.all(Array.from({ length: 100 }, (_, j) => store.publishChanges(snapshot('a', i * 100 + j + 2))));
      // Redis runs on this machine, so its clock is ours.
      expect(Math.abs((store.clockMs() ?? 0) - Date.now())).toBeLessThan(10_000);
      expect(Number(await redis.command('xlen', keys.changes))).toBeLessThan(3000);
    });

    it('drops from its listing whoever has not published for a day, and all but the newest', async () => {
      await redis.command('zadd', keys.agents, 1, 'ancient');
      const future = Date.now();
      for (let i = 0; i < 3; i++)
        await redis.command(
          'zadd',
          keys.agents,
          ...Array.from({ length: 100 }, (_, j) => [future - 1000, `x${i}-${j}`]).flat(),
        );
      await store.publishSnapshot(snapshot('a', 1));
      expect(await redis.command('zscore', keys.agents, 'ancient')).toBeNull();
      expect(await redis.command('zcard', keys.agents)).toBe(256);
      expect((await store.readSnapshots()).snapshots).toHaveLength(1);
    });

    it.each([-3, 3])(
      "lists by the server's clock: an agent whose own is %i days off pushes nobody out",
      async (days) => {
        await store.publishSnapshot(snapshot('a', 1));
        const wrong = Date.now() + days * 86_400_000;
        const clock = vi.spyOn(Date, 'now').mockReturnValue(wrong);
        const other = new RedisStore({ access: redis.access, cluster: 'test', clientName: 'other' });
        await until('connected', () => other.state === 'connected');
        await other.publishSnapshot(snapshot('b', 1));
        clock.mockRestore();
        await store.publishSnapshot(snapshot('a', 2));
        const { snapshots } = await store.readSnapshots();
        expect(snapshots.map(({ agent }) => agent).sort()).toEqual(['a', 'b']);
        await other.close();
      },
    );

    it('refuses each bad snapshot by its key, and reads the others', async () => {
      await store.publishSnapshot(snapshot('good', 1));
      const bad = ['garbage', 'list', 'huge', 'other'];
      for (const name of [...bad, 'gone', 'no name!']) await redis.command('zadd', keys.agents, Date.now(), name);
      await redis.command('set', keys.snapshotOf('garbage'), '{"v":1');
      await redis.command('lpush', keys.snapshotOf('list'), 'x');
      await redis.command('setrange', keys.snapshotOf('huge'), 99_999_999, 'x');
      await redis.command('copy', keys.snapshotOf('good'), keys.snapshotOf('other'));
      const start = performance.now();
      const { snapshots, refused } = await store.readSnapshots();
      expect(performance.now() - start).toBeLessThan(5_000);
      expect(snapshots).toEqual([snapshot('good', 1)]);
      expect(Object.fromEntries(refused.map(({ source, reason }) => [source.split(':').at(-1), reason]))).toEqual({
        agents: 'a member that is no name: "no name!"',
        garbage: 'not JSON',
        list: 'a value of the wrong type',
        huge: expect.stringContaining('100000000 bytes'),
        other: 'it names another agent',
      });
    });

    it('refuses bad statuses of nodes, and reads the others', async () => {
      await redis.command('zadd', keys.nodes, 1, 'dns1', 2, 'dns2', 3, 'gone');
      await redis.command('set', keys.nodeOf('dns1'), 'x'.repeat(1_000_000));
      await redis.command('sadd', keys.nodeOf('dns2'), 'x');
      const { nodes, refused } = await store.readNodes();
      expect(nodes).toEqual([]);
      expect(refused.map(({ source }) => source).sort()).toEqual([keys.nodeOf('dns1'), keys.nodeOf('dns2')]);
    });

    it('reads on when listing or epoch are of the wrong type, and mends them at the next publication', async () => {
      for (const key of [keys.agents, keys.epoch, keys.changes, keys.nodes])
        await redis.command('sadd', key, 'garbage');
      const { snapshots, refused, epoch } = await store.readSnapshots();
      expect([snapshots, epoch]).toEqual([[], 0]);
      expect(refused.map(({ source }) => source).sort()).toEqual([keys.agents, keys.epoch]);
      await store.publishSnapshot(snapshot('a', 1));
      expect(await store.readSnapshots()).toEqual({ snapshots: [snapshot('a', 1)], refused: [], epoch: 1 });
      expect(await redis.command('xlen', keys.changes)).toBe(1);
    });

    it.each(['garbage', '9223372036854775807'])('mends an epoch of %s', async (value) => {
      await redis.command('set', keys.epoch, value);
      expect((await store.readSnapshots()).epoch).toBe(0);
      await store.publishSnapshot(snapshot('a', 1));
      expect((await store.readSnapshots()).epoch).toBe(1);
    });

    it('refuses to publish what nobody would read', async () => {
      const reports = Array.from({ length: 2100 }, (_, i) => ({
        ...snapshot('a', 1).reports[0]!,
        id: `${i}`.padEnd(8192),
      }));
      await expect(store.publishSnapshot({ ...snapshot('a', 1), reports })).rejects.toThrow(/SNAPSHOT_BYTES_MAX/);
    });

    it('says that Redis is out of memory, and stays connected', async () => {
      await redis.command('config', 'set', 'maxmemory', '1');
      try {
        await expect(store.publishSnapshot(snapshot('a', 1))).rejects.toThrow(/OOM/);
        await expect(store.publishSnapshot(snapshot('a', 1))).rejects.toThrow(StoreError);
        expect(store.state).toBe('connected');
      } finally {
        await redis.command('config', 'set', 'maxmemory', '0');
      }
      await store.publishSnapshot(snapshot('a', 2));
    });

    it('notices a server that hangs also when it has nothing to tell it', async () => {
      let batches = 0;
      store.subscribe(() => batches++);
      await until('the reader reads', () => batches > 0);
      redis.freeze();
      try {
        // The reader's word counts for both: the commands' own patience would not even have begun.
        expect(await until('lost', () => store.state === 'lost')).toBeLessThan(6_000);
        await expect(store.publishChanges(snapshot('a', 1))).rejects.toThrow(/does not answer/);
      } finally {
        redis.thaw();
      }
      await until('connected again', () => store.state === 'connected');
    });

    it('is lost with the server, refuses at once, and tells of a gap when it is back', async () => {
      const gaps: boolean[] = [];
      const states: string[] = [];
      store.onState((state) => states.push(state));
      store.subscribe(({ gap }) => gaps.push(gap));
      await until('the first gap', () => gaps.length === 1);
      await redis.kill();
      await until('lost', () => store.state === 'lost');
      expect(store.trouble).not.toBeNull();
      await expect(store.publishChanges(snapshot('a', 1))).rejects.toThrow(StoreError);
      await expect(store.readSnapshots()).rejects.toThrow(StoreError);
      await redis.restart({ empty: true });
      expect(await until('connected', () => store.state === 'connected')).toBeLessThan(5000);
      await until('a gap', () => gaps.at(-1) === true && gaps.length === 2);
      expect(states).toEqual(['lost', 'connected']);
      expect(await store.readSnapshots()).toEqual({ snapshots: [], refused: [], epoch: 0 });
    });
  },
);
