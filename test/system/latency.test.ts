import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisStore } from '../../src/redis/redis-store.ts';
import { nodeStatus } from '../tools/cluster.ts';
import { ask } from '../tools/dns-client.ts';
import { type MeridianProcess, runMeridian, startServe } from '../tools/meridian-process.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';

const NAME = 'www.gslb.example.test';
const IRELAND = '127.0.64.1';
const GERMANY = '127.0.64.2';
const REGIONS = ['eu-west', 'eu-central'] as const;
const FOLLOWED_WITHIN_MS = 40_000;

const ZONES = {
  'gslb.example.test.yaml': `---
'':
  type: NS
  value: ns1.gslb.example.test.
ns1: {type: A, value: 127.0.0.1}
www:
  type: A
  ttl: 5
  value: 127.0.64.9
  dynamic:
    pools:
      de: {values: [{value: ${GERMANY}}]}
      ie: {fallback: de, values: [{value: ${IRELAND}}]}
    rules:
    - {pool: ie}
  octodns:
    healthcheck: {protocol: TCP, port: 9}
    meridian:
      steering:
        method: latency
        pools: {de: {region: eu-central}, ie: {region: eu-west}}
`,
};
const GEO_DATA = {
  'regions.yaml': `eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26}
eu-central: {name: Germany, latitude: 50.11, longitude: 8.68}
`,
  // London: 460 km from Ireland, 650 from Germany.
  'networks.yaml': '192.0.2.0/24: {country: GB, latitude: 51.5, longitude: -0.12}\n',
  'places.mmdb': writeMmdb({
    networks: [{ prefix: '81.2.69.0/24', record: { continent: { code: 'EU' }, country: { iso_code: 'GB' } } }],
  }),
};

const title = `steering by latency through Redis${hasRedisServer() ? '' : ' (skipped: no redis-server)'}`;
describe.skipIf(!hasRedisServer())(title, () => {
  let redis: RedisServer;
  let node: MeridianProcess;
  let store: RedisStore;
  let checks: Record<string, string>;
  /** Milliseconds to Ireland and Germany, as agents of both regions say. */
  let measured: readonly [number, number] = [10, 12];
  let seq = 0;
  let agents: NodeJS.Timeout;
  beforeAll(async () => {
    redis = await startRedis();
    node = await startServe({ zones: ZONES, geoData: GEO_DATA, redis: redis.url, workers: 1 });
    checks = Object.fromEntries((await nodeStatus(node)).endpoints.map(({ value, check }) => [value, check]));
    store = new RedisStore({ access: redis.access, cluster: 'default', clientName: 'agents' });
    agents = setInterval(() => void publish().catch(() => undefined), 1_000);
  }, 60_000);
  afterAll(async () => {
    clearInterval(agents);
    await store?.close();
    await node?.stop();
    await redis?.stop();
  });

  async function publish(): Promise<void> {
    seq += 1;
    for (const region of REGIONS) {
      const reports = [IRELAND, GERMANY].map((value, i) => ({
        id: checks[value]!,
        state: 'up' as const,
        reason: '',
        connectMs: measured[i]!,
        connectDevMs: 0.2,
        serverMs: null,
        seq,
        heldMs: 1_000,
        failing: 0,
      }));
      await store.publishSnapshot({ agent: `${region}-1`, region, boot: 'b1', seq, intervalMs: 5_000, reports });
    }
  }

  const answer = async () => String((await ask(node, NAME, 'A', { ecs: '192.0.2.0/24' })).answers[0]?.data);

  async function untilAnswered(expected: string): Promise<number> {
    const startMs = performance.now();
    let seen = '';
    while (performance.now() - startMs < FOLLOWED_WITHIN_MS) {
      seen = await answer();
      if (seen === expected) return performance.now() - startMs;
      await sleep(100);
    }
    throw new Error(`${seen}, not ${expected}, after ${FOLLOWED_WITHIN_MS} ms\n${node.output}`);
  }

  it('goes by distance at first, then where agents measure less, and explains it', async () => {
    expect(await answer()).toBe(IRELAND);
    measured = [80, 15];
    const followedMs = await untilAnswered(GERMANY);
    console.log(`figure: measured latency in answers after ${(followedMs / 1000).toFixed(1)} s`);
    const url = `${node.adminUrl}/api/v1/explain?name=${NAME}&type=A&client=127.0.0.1&ecs=192.0.2.0%2F24`;
    const explanation = (await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json()) as {
      trace: { steps: { method: string; pools: { pool: string; cost: { latency: { landmarks: unknown[] } } }[] }[] };
    };
    const [step] = explanation.trace.steps;
    expect(step!.method).toBe('latency');
    expect(step!.pools[0]).toMatchObject({ pool: 'de' });
    expect(step!.pools[0]!.cost.latency.landmarks).toMatchObject([
      { region: 'eu-west', measuredMs: 15 },
      { region: 'eu-central', measuredMs: 15 },
    ]);
  }, 60_000);

  it('is planned with by commands that ask Redis, and not by those that do not', async () => {
    measured = [80, 15];
    writeFileSync(join(node.folder, 'demand.csv'), 'place,queries\nEU-GB@+51.5-0.12,1\n');
    const run = async (...args: string[]) => {
      const result = await runMeridian(args, { folder: node.folder, withinMs: 30_000 });
      return { ...result, json: JSON.parse(result.stdout) };
    };
    const shares = async (...args: string[]) => {
      const { json } = await run('whatif', '--json', '--demand', 'demand.csv', ...args);
      const pools = json.records[0].pools as { pool: string; before: number }[];
      return { shares: Object.fromEntries(pools.map(({ pool, before }) => [pool, before])), notes: json.notes.join() };
    };
    const byFiles = await shares();
    expect(byFiles.shares).toEqual({ de: 0, ie: 1 });
    expect(byFiles.notes).toMatch(/latency are ordered by distance/);
    const byRedis = await shares('--redis', redis.url);
    expect(byRedis.shares).toEqual({ de: 1, ie: 0 });
    expect(byRedis.notes).not.toMatch(/by distance/);

    const check = await run('check', '--n-1', '--json', '--demand', 'demand.csv', '--redis', redis.url);
    const lost = check.json.nMinusOne.losses.map(({ region, movedShare }: { region: string; movedShare: number }) => [
      region,
      movedShare,
    ]);
    expect(lost.sort()).toEqual([
      ['eu-central', 1],
      ['eu-west', 0],
    ]);
    const client = ['--client', '127.0.0.1', '--ecs', '192.0.2.0/24', '--json'];
    const explained = await run('explain', NAME, ...client, '--redis', redis.url);
    expect(explained.json.trace.steps[0].pools[0]).toMatchObject({
      pool: 'de',
      cost: { latency: { landmarks: [{ measuredMs: 15 }, { measuredMs: 15 }] } },
    });
  }, 120_000);
});
