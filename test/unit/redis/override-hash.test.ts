import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeOverride } from '../../../src/health/override.ts';
import { RedisStore } from '../../../src/redis/redis-store.ts';
import { shift } from '../../tools/override.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';
import { until } from '../../tools/until.ts';

const KEY = 'meridian:{hash}:overrides';
const isThere = hasRedisServer();
let redis: RedisServer;
let store: RedisStore;
let raw: Redis;

beforeAll(async () => {
  if (!isThere) return;
  redis = await startRedis();
  raw = new Redis(redis.url);
  store = new RedisStore({ access: redis.access, cluster: 'hash', clientName: 'test' });
  await until('connected', () => store.state === 'connected');
});
afterAll(async () => {
  if (!isThere) return;
  await store.close();
  raw.disconnect();
  await redis.stop();
});

describe.skipIf(!isThere)('the hash of shifts', () => {
  it('refuses each bad field by itself, unread when it is huge', async () => {
    await raw.del(KEY);
    await store.putOverride(shift('good'));
    await raw.hset(KEY, 'bad', 'nonsense', 'other', encodeOverride(shift('good')), 'a b', 'x');
    await raw.hset(KEY, 'huge', Buffer.alloc(50_000_000, 'x'));
    const read = await store.readOverrides(-1);
    expect(read?.overrides.map(({ id }) => id)).toEqual(['good']);
    expect(read?.refused.map(({ source }) => source.split(' ').slice(1).join(' ')).sort()).toEqual([
      'a b',
      'bad',
      'huge',
      'other',
    ]);
  });

  it('takes a version that is no number for none', async () => {
    await raw.del(KEY);
    await raw.hset(KEY, 'version', '-3e9');
    expect(await store.readOverrides(5)).toMatchObject({ overrides: [], refused: [], version: 0 });
  });

  it("dates a shift by the server's clock, however far its maker's is off", async () => {
    await raw.del(KEY);
    for (const createdMs of [1_000, Date.now() + 3 * 86_400_000]) {
      const kept = await store.putOverride(shift('one', { createdMs }));
      expect(Math.abs(kept.createdMs - Date.now())).toBeLessThan(5_000);
      expect(kept.expiresMs - kept.createdMs).toBe(3_600_000);
      const read = await store.readOverrides(-1);
      expect(read?.overrides).toEqual([kept]);
      expect(Math.abs(read!.nowMs! - Date.now())).toBeLessThan(5_000);
    }
  });

  it('is put right when it is no hash, and drops what ended long ago', async () => {
    await raw.set(KEY, 'a string');
    await store.putOverride(shift('old'));
    await raw.hset(KEY, 'old', encodeOverride(shift('old', { createdMs: 1_000 })));
    await store.putOverride(shift('new', { createdMs: Date.now() }));
    expect((await raw.hkeys(KEY)).sort()).toEqual(['new', 'version']);
    expect(await store.removeOverride('version')).toBe(false);
  });
});
