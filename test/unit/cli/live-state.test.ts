import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLiveState, wordsIn } from '../../../src/cli/live-state.ts';
import { UNKNOWN_WORD } from '../../../src/health/health-table.ts';
import { capacityFolder, capacityZone } from '../../tools/capacity-zone.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';
import { groundOf, poolIn } from '../../tools/what-if-world.ts';

const GROUND = groundOf([
  {
    name: 'www',
    pools: { eu: poolIn('dublin', 1, 8, 9), us: poolIn('virginia', 2, 8, 9) },
    rules: [{ pool: 'eu' }],
  },
]);

describe('the state of now', () => {
  it('gives each endpoint of a ground its own word, and unknown to those nobody has heard of', () => {
    const [eu, us] = GROUND.endpoints;
    const live = {
      words: new Map([
        [us!.key, 77],
        ['elsewhere', 5],
      ]),
      facts: { line: { baseMs: 5, msPerKm: 0.02 }, regions: [], checks: new Map() },
      notes: [],
    };
    expect([eu!.value, us!.value]).toEqual(['192.0.2.1', '192.0.2.2']);
    // Behind the words of the endpoints stands what regions say besides: nothing.
    expect([...wordsIn(GROUND, live)]).toEqual([UNKNOWN_WORD, 77, 0, 0]);
  });
});

describe.skipIf(!hasRedisServer())('the state of now through Redis', { timeout: 60_000 }, () => {
  let redis: RedisServer;
  let files: ReturnType<typeof capacityFolder>;
  beforeAll(async () => {
    redis = await startRedis();
    files = capacityFolder(capacityZone(1200));
  });
  afterAll(async () => {
    files.remove();
    await redis.stop();
  });

  it('says that no agent is heard where none is, and measures nothing', async () => {
    const live = await readLiveState({ zones: files.zones, 'geo-data': files.geoData, redis: redis.url });
    expect(live.notes.join()).toMatch(/no agent is heard through Redis/);
    expect(live.facts.checks.size).toBe(0);
    expect(live.words.size).toBe(2);
  });
});
