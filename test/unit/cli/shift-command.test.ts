import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandFailure } from '../../../src/cli/command-failure.ts';
import type { Settings } from '../../../src/cli/settings.ts';
import { durationMs, overrideOf, runShift } from '../../../src/cli/shift-command.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';

const base: Settings = { region: 'eu-west', factor: 0, for: '2h', reason: 'kernel' };
const now = 1_790_000_000_000;

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['3d', 259_200_000],
    ['', null],
    ['2', null],
    ['2 h', null],
    ['-1h', null],
    ['30m1h', null],
    ['1e3s', null],
  ])('%s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});

describe('shift add', () => {
  it('makes a shift that ends by itself', () => {
    expect(overrideOf({ ...base, by: 'ann' }, now)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      scope: 'region',
      target: 'eu-west',
      factor: 0,
      isResume: false,
      reason: 'kernel',
      by: 'ann',
      createdMs: now,
      expiresMs: now + 7_200_000,
    });
    const { region: _, ...rest } = base;
    expect(overrideOf({ ...rest, pool: 'WWW.example.com/eu' }, now).target.toLowerCase()).toBe('www.example.com./eu');
    expect(overrideOf({ ...rest, name: 'www.example.com' }, now)).toMatchObject({
      scope: 'name',
      target: 'www.example.com.',
    });
    expect(overrideOf({ endpoint: '192.0.2.1', resume: true, reason: 'x' }, now)).toMatchObject({
      isResume: true,
      factor: 1,
      expiresMs: now + 3_600_000,
    });
  });

  it.each<[string, Settings, RegExp]>([
    ['without an end', { ...base, for: undefined }, /needs --for/],
    ['that ends at once', { ...base, for: '59s' }, /1m to 72h/],
    ['for ever', { ...base, for: '73h' }, /1m to 72h/],
    ['without a reason', { ...base, reason: undefined }, /--reason/],
    ['without a factor', { ...base, factor: undefined }, /--factor/],
    ['of a factor and a resume', { ...base, resume: true }, /without --factor/],
    ['of nothing', { ...base, region: undefined }, /one of --region/],
    ['of two things', { ...base, endpoint: '192.0.2.1' }, /one of --region/],
    ['for an endless reason', { ...base, reason: 'x'.repeat(501) }, /not possible/],
  ])('%s is refused', (_, settings, message) => {
    expect(() => overrideOf(settings, now)).toThrow(message);
    expect(() => overrideOf(settings, now)).toThrow(CommandFailure);
  });
});

describe.skipIf(!hasRedisServer())('shift on a Redis', () => {
  let redis: RedisServer;
  let printed = '';
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is added, listed and removed', async () => {
    const at: Settings = { redis: redis.url };
    expect(await runShift({ ...at, ...base }, 'add', undefined)).toBe(0);
    const id = printed.slice(0, 8);
    printed = '';
    await runShift(at, 'list', undefined);
    expect(printed).toMatch(new RegExp(`${id}.*region.*eu-west.*0.*2h0m.*kernel`));
    printed = '';
    await runShift({ ...at, json: true }, 'list', undefined);
    expect(JSON.parse(printed)).toMatchObject({ shifts: [{ id, target: 'eu-west' }] });
    await runShift(at, 'remove', id);
    printed = '';
    await runShift(at, 'list', undefined);
    expect(printed).toBe('none\n');
    await expect(runShift(at, 'remove', id)).rejects.toThrow(/there is no shift/);
  });

  it('says what it cannot do', async () => {
    await expect(runShift({ redis: redis.url }, 'move', undefined)).rejects.toThrow(/add, list or remove/);
    await expect(runShift({ redis: redis.url }, 'remove', undefined)).rejects.toThrow(/needs the id/);
    await expect(runShift({ redis: redis.url }, 'list', 'x')).rejects.toThrow(/takes no id/);
    await expect(runShift({}, 'list', undefined)).rejects.toThrow(/--redis/);
  });
});
