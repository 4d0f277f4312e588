import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hearAgents, misplacedAgents, unwatchedRegions } from '../../../src/cli/agent-regions-check.ts';
import { runCheck } from '../../../src/cli/check-command.ts';
import { RedisStore } from '../../../src/redis/redis-store.ts';
import { checkZonesDirectory } from '../../../src/server/zone-directory.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { freePort } from '../../tools/free-port.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';
import { until } from '../../tools/until.ts';

const REGIONS = `eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26, country: IE}
us-east: {name: Virginia, latitude: 39.04, longitude: -77.49, country: US}
ap-east: {name: Hong Kong, latitude: 22.3, longitude: 114.2, country: HK}
`;
/** `ap` is never checked. */
const ZONE = `'': {type: NS, values: [ns1.example.net.]}
${['www', 'api']
  .map(
    (name) => `${name}:
  type: A
  value: 127.0.0.9
  dynamic:
    pools:
      eu: {values: [{value: 127.0.0.1}]}
      us: {values: [{value: 127.0.0.2}]}
      ap: {values: [{value: 127.0.0.3, status: up}]}
    rules: [{geos: [NA], pool: us}, {geos: [AS], pool: ap}, {pool: eu}]
  octodns:
    meridian: {steering: {pools: {eu: {region: eu-west}, us: {region: us-east}, ap: {region: ap-east}}}}
`,
  )
  .join('')}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-agents-'));
  for (const name of ['zones', 'geo-data']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'zones', 'a.example.yaml'), ZONE);
  writeFileSync(join(folder, 'geo-data', 'regions.yaml'), REGIONS);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const model = () => checkZonesDirectory(join(folder, 'zones'), ZONE_DEFAULTS).zones[0]!.model!;

describe('a region that pools stand for', () => {
  it('is told once a zone when nobody runs an agent there, unless nothing of it is checked', () => {
    const faults = unwatchedRegions(model(), new Map([['eu-west', ['eu-1']]]));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ severity: 'warning', code: 'region-without-agent', record: 'www', type: 'A' });
    expect(faults[0]!.line).toBe(3);
    expect(faults[0]!.message).toBe(
      'pool "us" stands for region "us-east", where no agent runs: it is watched from eu-west',
    );
    expect(unwatchedRegions(model(), new Map()).map(({ message }) => message.slice(-20))).toEqual([
      'runs, nor anywhere else'.slice(-20),
      'runs, nor anywhere else'.slice(-20),
    ]);
    const heard = new Map(['eu-west', 'us-east'].map((region) => [region, ['x']]));
    expect(unwatchedRegions(model(), heard)).toEqual([]);
  });

  it('is not the one of an agent whose region nobody knows', () => {
    const heard = new Map([
      ['eu-wst', ['eu-1']],
      ['us-east', ['us-1', 'us-2']],
      ['mars', ['m-1', 'm-2']],
    ]);
    expect(
      misplacedAgents('regions.yaml', new Set(['eu-west', 'us-east']), heard).map(({ message }) => message),
    ).toEqual([
      'agent "eu-1" runs in region "eu-wst", which regions.yaml does not have',
      '2 agents run in region "mars", which regions.yaml does not have',
    ]);
  });
});

describe.skipIf(!hasRedisServer())('check --redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
    const store = new RedisStore({ access: redis.access, cluster: 'default', clientName: 'agents' });
    await until('connected', () => store.state === 'connected');
    for (const [agent, region] of [
      ['eu-1', 'eu-west'],
      ['us-1', 'us-est'],
    ] as const)
      await store.publishSnapshot({ agent, region, boot: 'b1', seq: 1, intervalMs: 5_000, reports: [] });
    await store.close();
  });
  afterAll(() => redis.stop());

  async function check(url: string) {
    const text = { out: '', err: '' };
    vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
      text.out += String(part);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((part) => {
      text.err += String(part);
      return true;
    });
    const code = await runCheck({ zones: join(folder, 'zones'), 'geo-data': join(folder, 'geo-data'), redis: url }, []);
    vi.restoreAllMocks();
    return { code, ...text };
  }

  it('compares the files with the agents that are heard', async () => {
    expect(await hearAgents({ redis: redis.url })).toEqual(
      new Map([
        ['eu-west', ['eu-1']],
        ['us-est', ['us-1']],
      ]),
    );
    const { code, out, err } = await check(redis.url);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toContain(
      'a.example.yaml:3:3: warning: www A: pool "us" stands for region "us-east", where no agent runs',
    );
    expect(out).toContain('regions.yaml: warning: agent "us-1" runs in region "us-est"');
    expect(out).toContain('no errors, 2 warnings');
  });

  it('checks the files all the same when Redis cannot be reached, and says so', async () => {
    const { code, out, err } = await check(`redis://127.0.0.1:${await freePort()}`);
    expect(code).toBe(0);
    expect(out).toContain('no errors, no warnings');
    expect(err).toMatch(/^meridian: regions are not compared with the agents: cannot reach Redis at redis:\/\/127/);
  });
});
