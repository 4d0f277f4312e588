import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../../../src/cli/settings.ts';
import { runShift } from '../../../src/cli/shift-command.ts';
import { judgeShift } from '../../../src/cli/shift-guard.ts';
import { capacityFolder, capacityZone } from '../../tools/capacity-zone.ts';
import { shift } from '../../tools/override.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';

let files: ReturnType<typeof capacityFolder>;
beforeEach(() => {
  files = capacityFolder(capacityZone(1200));
});
afterEach(() => {
  vi.restoreAllMocks();
  files.remove();
});

describe('a shift without anything to reckon by', () => {
  it('is judged by nothing, and says so', async () => {
    expect(await judgeShift({ zones: 'nowhere' }, shift('s1'))).toEqual({
      over: [],
      notes: ['capacities are not checked: no zone files at nowhere, name them with --zones DIR'],
    });
    files.write('zones/a.example.yaml', 'www: {type: A}\n');
    expect((await judgeShift({ zones: files.zones }, shift('s1'))).notes.join()).toMatch(
      /a\.example\. are not checked/,
    );
    expect(await judgeShift({ zones: 'nowhere' }, shift('s1', { isResume: true, factor: 1 }))).toEqual({
      over: [],
      notes: [],
    });
  });
});

describe.skipIf(!hasRedisServer())('a shift', { timeout: 60_000 }, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const settings = (further: Settings = {}): Settings => ({
    zones: files.zones,
    'geo-data': files.geoData,
    redis: redis.url,
    region: 'eu-west',
    factor: 0,
    for: '1h',
    reason: 'test',
    ...further,
  });

  async function add(further: Settings = {}): Promise<number> {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    return runShift(settings(further), 'add', undefined);
  }

  it('is refused where another pool would pass its max, unless forced', async () => {
    await expect(add()).rejects.toThrow(/us \(us-east\) of www\.a\.example\. A would have 1600 conn[\s\S]*--force/);
    expect(await add({ force: true })).toBe(0);
  });

  it('is reckoned on top of the shifts in force', async () => {
    files.write('zones/a.example.yaml', capacityZone(1700));
    // Forced before: Ireland is drained already, and nothing gets worse.
    const { over } = await judgeShift(settings(), shift('s2'));
    expect(over).toEqual([]);
    files.write('zones/a.example.yaml', capacityZone(1200));
    expect((await judgeShift(settings(), shift('s3'))).over).toEqual([]);
  });

  it('is made where there is room', async () => {
    expect(await add({ region: undefined, name: 'elsewhere.example' })).toBe(0);
  });
});
