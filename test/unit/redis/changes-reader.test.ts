import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHANGES_HISTORY_CHARS_MAX } from '../../../src/base/limits.ts';
import { encodeLoadPushes } from '../../../src/health/load-push.ts';
import { encodeAgentChanges } from '../../../src/health/report.ts';
import { ChangesReader } from '../../../src/redis/changes-reader.ts';
import type { ChangesBatch } from '../../../src/redis/state-store.ts';
import { loadPush } from '../../tools/load-push.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';
import { until } from '../../tools/until.ts';

const KEY = 'stream';

describe.skipIf(!hasRedisServer())('the reader of changes', () => {
  let redis: RedisServer;
  let reader: ChangesReader;
  let batches: ChangesBatch[];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  afterEach(() => reader.close());

  const seqs = () => batches.flatMap(({ changes }) => changes.map(({ seq }) => seq));
  const gaps = () => batches.filter(({ gap }) => gap).length;
  const refusals = () => batches.flatMap(({ refused }) => refused);
  const changes = (seq: number, from: { agent?: string; boot?: string } = {}) =>
    encodeAgentChanges({ agent: 'a', region: 'r', boot: 'b', seq, intervalMs: 5000, reports: [], ...from });
  const add = (seq: number, id = '*', from = {}) => redis.command('xadd', KEY, id, 'c', changes(seq, from));
  const loads = () => batches.flatMap((batch) => batch.loads);
  const push = (current: number, id = '*') =>
    redis.command('xadd', KEY, id, 'l', encodeLoadPushes([loadPush('192.0.2.1', current)]));
  const open = async () => {
    await redis.command('flushall');
    batches = [];
    reader = new ChangesReader({ access: redis.access, name: 'test', key: KEY, onChange: () => {} });
  };
  const subscribe = async () => {
    reader.subscribe((batch) => batches.push(batch));
    await until('the first gap', () => gaps() > 0);
  };

  it('opens no connection before somebody listens', async () => {
    await open();
    expect([reader.isUsed, reader.wasTried]).toEqual([false, false]);
  });

  it('begins with what the last seconds brought, once, and goes on where it was after a broken connection', async () => {
    await open();
    // Of a fleet that is long gone.
    await add(1, `${Date.now() - 60_000}-0`);
    for (let seq = 2; seq <= 200; seq++) await add(seq);
    await subscribe();
    expect(batches).toHaveLength(1);
    expect(seqs()).toEqual(Array.from({ length: 199 }, (_, i) => i + 2));
    await add(201);
    await until('201', () => seqs().includes(201));
    await redis.command('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await add(202);
    await until('202', () => seqs().includes(202));
    expect(seqs().slice(199)).toEqual([201, 202]);
    expect(gaps()).toBe(2);
  });

  it('tells together what comes together, in order and once, up to a limit', async () => {
    await open();
    await subscribe();
    const addAll = (from: number, count: number) => {
      const script =
        "for i = 0, ARGV[3] - 1 do redis.call('xadd', KEYS[1], '*', 'c', (ARGV[1]:gsub('SEQ', ARGV[2] + i))) end";
      return redis.command(
        'eval',
        script,
        '1',
        KEY,
        changes(0).replace('"seq":0', '"seq":SEQ'),
        String(from),
        String(count),
      );
    };
    await addAll(1, 200);
    await until('200', () => seqs().includes(200));
    expect(batches.map((batch) => batch.changes.length)).toEqual([0, 200]);
    await addAll(201, 600);
    await until('800', () => seqs().includes(800));
    expect(batches.length).toBeGreaterThan(3);
    expect(seqs()).toEqual(Array.from({ length: 800 }, (_, i) => i + 1));
    expect(gaps()).toBe(1);
  });

  it('leaves out of the past what an agent said before it was restarted', async () => {
    await open();
    await add(1);
    await add(7, '*', { boot: 'later' });
    await add(2, '*', { agent: 'other' });
    await subscribe();
    expect(seqs()).toEqual([7, 2]);
  });

  it('takes in no more of the past than it may, and begins at the end then', async () => {
    await open();
    await redis.command('xadd', KEY, '*', 'c', Buffer.alloc(CHANGES_HISTORY_CHARS_MAX + 1, 0x5b));
    await add(1);
    await subscribe();
    expect(batches[0]).toMatchObject({ changes: [], refused: [{ source: KEY }], gap: true });
    expect(refusals()[0]?.reason).toContain('CHANGES_HISTORY_CHARS_MAX');
    await add(2);
    await until('2', () => seqs().length > 0);
    expect(seqs()).toEqual([2]);
  });

  it('notices a stream that begins anew below the place it had reached', async () => {
    await open();
    await subscribe();
    await add(1, '99999999999999-0');
    await until('1', () => seqs().length === 1);
    await redis.command('del', KEY);
    await add(2);
    await until('a gap', () => gaps() === 2);
    await add(3);
    await until('3', () => seqs().includes(3));
  });

  it('tells of a stream that is none, lets the snapshots be read, and goes on when it is mended', async () => {
    await open();
    await subscribe();
    await redis.command('set', KEY, 'garbage');
    await until('a refusal', () => refusals().length > 0);
    expect(refusals()[0]).toMatchObject({ source: KEY, reason: expect.stringContaining('WRONGTYPE') });
    expect(batches.at(-1)?.gap).toBe(true);
    await redis.command('del', KEY);
    await add(1);
    await until(
      'a gap after the fault',
      () => batches.filter(({ gap, refused }) => gap && refused.length === 0).length === 2,
    );
    await add(2);
    await until('2', () => seqs().includes(2));
  });

  it('refuses entries that are no changes, each by its id, and takes the others', async () => {
    await open();
    await subscribe();
    await redis.command('xadd', KEY, '*', 'c', 'garbage');
    await redis.command('xadd', KEY, '*', 'other', changes(1));
    await add(2);
    await until('2', () => seqs().includes(2));
    expect(seqs()).toEqual([2]);
    expect(refusals().map(({ reason }) => reason)).toEqual(['not JSON', 'no field "c" or "l"']);
    expect(refusals()[0]?.source).toMatch(/^stream \d+-\d+$/);
  });

  it('gives pushed loads as of now, each entry whole', async () => {
    await open();
    await subscribe();
    await push(5);
    await redis.command('xadd', KEY, '*', 'l', encodeLoadPushes([loadPush('192.0.2.1', 6)]).replace('[6,', '[-6,'));
    await redis.command('xadd', KEY, '*', 'l', changes(1));
    await push(7);
    await until('7', () => loads().length === 2);
    expect(loads()).toEqual([loadPush('192.0.2.1', 5), loadPush('192.0.2.1', 7)]);
    expect(refusals().map(({ reason }) => reason)).toEqual(['report 0: bad load', '"kind" is not "loads"']);
    expect(refusals()[0]?.source).toMatch(/^stream \d+-\d+$/);
    expect(seqs()).toEqual([]);
  });

  it('gives pushed loads of the past as old as the server’s clock says, at the start and after a broken connection', async () => {
    await open();
    await push(4, `${Date.now() - 60_000}-0`);
    await push(5, `${Date.now() - 10_000}-0`);
    await push(5.5, `${Date.now() - 9_000}-0`);
    await subscribe();
    expect(loads().map(({ load }) => load.current)).toEqual([5, 5.5]);
    expect(loads()[0]?.load.ageMs).toBeGreaterThanOrEqual(10_000);
    expect(loads()[0]?.load.ageMs).toBeLessThan(15_000);
    await redis.command('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await push(6, `${Date.now() - 8_000}-0`);
    await until('6', () => loads().length === 3);
    expect(loads()[2]?.load).toMatchObject({ current: 6 });
    expect(loads()[2]?.load.ageMs).toBeGreaterThanOrEqual(8_000);
    await push(7);
    await until('7', () => loads().length === 4);
    expect(loads()[3]).toEqual(loadPush('192.0.2.1', 7));
  });

  it('survives an entry of 100 MB', async () => {
    await open();
    await subscribe();
    await redis.command('xadd', KEY, '*', 'c', Buffer.alloc(100_000_000, 0x5b));
    await add(2);
    await until('2', () => seqs().includes(2));
    expect(refusals()[0]?.reason).toMatch(/SNAPSHOT_BYTES_MAX/);
  });

  it('is lost when the server hangs, and back with a gap', async () => {
    await open();
    await subscribe();
    redis.freeze();
    try {
      expect(await until('lost', () => !reader.isReady)).toBeLessThan(4000);
    } finally {
      redis.thaw();
    }
    await until('a gap', () => gaps() === 2);
    await add(1);
    await until('1', () => seqs().includes(1));
  });
});
