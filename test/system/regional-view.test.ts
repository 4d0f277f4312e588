/**
 * A regional view through a real Redis: agents of three regions, two of which cannot reach an endpoint that the world calls up. The node is
 * a process of its own; the agents are the program's, with checks that see what the test says their region sees.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProbeAgent, type ProbeAgentOptions } from '../../src/probe/agent.ts';
import type { ProbeResult } from '../../src/probe/check-attempt.ts';
import { RedisStore } from '../../src/redis/redis-store.ts';
import { systemClock } from '../../src/redis/system-clock.ts';
import { checkSpec } from '../tools/check-spec.ts';
import { nodeStatus } from '../tools/cluster.ts';
import { ask } from '../tools/dns-client.ts';
import { type MeridianProcess, runMeridian, startServe } from '../tools/meridian-process.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';

const NAME = 'www.gslb.example.test';
const LEFT = '127.0.64.1';
const RIGHT = '127.0.64.2';
const BOTH = `${LEFT} ${RIGHT}`;
const CLIENTS = { 'us-east': '198.51.100.0/24', 'eu-west': '192.0.2.0/24', 'ap-southeast': '203.0.113.0/24' } as const;
type Region = keyof typeof CLIENTS;
const REGIONS = Object.keys(CLIENTS) as Region[];
const WITHIN_MS = 30_000;

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
      all: {values: [{value: ${LEFT}}, {value: ${RIGHT}}]}
    rules:
    - {pool: all}
  octodns:
    healthcheck: {protocol: TCP, port: 9}
    meridian:
      answers: 4
      healthcheck: {interval: 1, timeout: 0.5, rise: 2, fall: 2, quorum: all}
`,
};
const GEO_DATA = {
  'regions.yaml': `us-east: {name: Northern Virginia, latitude: 39.04, longitude: -77.49, country: US, province: VA}
eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26, country: IE}
ap-southeast: {name: Singapore, latitude: 1.35, longitude: 103.82, country: SG}
`,
  'networks.yaml': REGIONS.map((region) => `${CLIENTS[region]}: {region: ${region}}\n`).join(''),
  'places.mmdb': writeMmdb({
    networks: [{ prefix: '81.2.69.0/24', record: { continent: { code: 'EU' }, country: { iso_code: 'GB' } } }],
  }),
};

const title = `a regional view${hasRedisServer() ? '' : ' (skipped: no redis-server)'}`;
describe.skipIf(!hasRedisServer())(title, () => {
  let redis: RedisServer;
  let node: MeridianProcess;
  const agents: { agent: ProbeAgent; store: RedisStore }[] = [];
  /** By region: the endpoints that it cannot reach. */
  const unreachable: Record<Region, Set<string>> = {
    'us-east': new Set(),
    'eu-west': new Set(),
    'ap-southeast': new Set(),
  };

  beforeAll(async () => {
    redis = await startRedis();
    node = await startServe({ zones: ZONES, geoData: GEO_DATA, redis: redis.url, workers: 1 });
    const { endpoints } = await nodeStatus(node);
    const values = new Map(endpoints.map(({ check, value }) => [check, value]));
    const spec = checkSpec({ intervalMs: 1_000, timeoutMs: 500, rise: 2, fall: 2 });
    const checks = new Map([...values.keys()].map((id) => [id, { ...spec, id }]));
    for (const region of REGIONS) {
      const store = new RedisStore({ access: redis.access, cluster: 'default', clientName: region });
      const log = { debug: () => {}, info: () => {}, warn: () => {} } as unknown as ProbeAgentOptions['log'];
      const runCheck = async ({ id }: { readonly id: string }): Promise<ProbeResult> => {
        const isReached = !unreachable[region].has(values.get(id)!);
        const times = { connectMs: isReached ? 5 : null, tlsMs: null, serverMs: null, certificateExpiresMs: null };
        return { outcome: isReached ? 'ok' : 'failed', reason: isReached ? '' : 'no route', ...times };
      };
      const agent = new ProbeAgent({
        agentId: `${region}-1`,
        region,
        checks,
        store,
        clock: systemClock,
        log,
        runCheck,
      });
      agents.push({ agent, store });
      agent.start();
    }
  }, 60_000);
  afterAll(async () => {
    for (const { agent, store } of agents) {
      await agent.stop();
      await store.close();
    }
    await node?.stop();
    await redis?.stop();
  });

  const answerFor = async (ecs: string) => {
    const reply = await ask(node, NAME, 'A', { ecs });
    const addresses = reply.answers.map(({ data }) => String(data)).sort();
    return { addresses: addresses.join(' '), scope: reply.subnet?.scope };
  };
  const answers = async () => {
    const all: Record<string, string> = {};
    for (const region of REGIONS) all[region] = (await answerFor(CLIENTS[region])).addresses;
    return all;
  };
  async function untilAnswers(expected: Record<Region, string>): Promise<void> {
    await expect.poll(answers, { timeout: WITHIN_MS, interval: 50 }).toEqual(expected);
  }
  const everywhere = (answer: string) => ({ 'us-east': answer, 'eu-west': answer, 'ap-southeast': answer });

  it('is the world’s while regions agree: one answer for everybody, whoever asks', async () => {
    const isSettled = async () => {
      const { mode, agents: heard, endpoints } = await nodeStatus(node);
      return mode === 'NORMAL' && heard.length === 3 && endpoints.every(({ verdict }) => verdict === 'up');
    };
    await expect.poll(isSettled, { timeout: WITHIN_MS, interval: 50 }).toBe(true);
    await untilAnswers(everywhere(BOTH));
    expect((await answerFor(CLIENTS['us-east'])).scope).toBe(0);
  }, 60_000);

  it('takes an endpoint from clients whose two nearest regions call it down, and from no others', async () => {
    unreachable['us-east'].add(LEFT);
    unreachable['eu-west'].add(LEFT);
    await untilAnswers({ 'us-east': RIGHT, 'eu-west': RIGHT, 'ap-southeast': BOTH });
    const { endpoints } = await nodeStatus(node);
    expect(endpoints.map(({ value, verdict }) => [value, verdict])).toEqual([
      [LEFT, 'up'],
      [RIGHT, 'up'],
    ]);
    // Between here and there the answers differ, and the scope says so.
    expect((await answerFor(CLIENTS['us-east'])).scope).toBeGreaterThan(0);
    expect((await answerFor(CLIENTS['ap-southeast'])).scope).toBeGreaterThan(0);
    expect((await answerFor('81.2.69.0/24')).addresses).toBe(BOTH);
  }, 60_000);

  it('is told by explain, which decides it again the same', async () => {
    const url = `${node.adminUrl}/api/v1/explain?name=${NAME}&type=A&client=127.0.0.1&ecs=${encodeURIComponent(CLIENTS['us-east'])}`;
    const explain = async () =>
      (await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json()) as {
        trace: { steps: { nearest: unknown; pools: { endpoints: { value: string; fate: string }[] }[] }[] };
      };
    const fatesOf = ({ trace: { steps } }: Awaited<ReturnType<typeof explain>>) =>
      steps[0]!.pools[0]!.endpoints.map(({ value, fate }) => [value, fate]);
    const disputed = [
      [LEFT, 'down nearby'],
      [RIGHT, 'eligible'],
    ];
    // Votes live for seconds here: where the machine stands still for longer, the regions must see it again.
    let explanation = await explain();
    const fates = async () => {
      explanation = await explain();
      return fatesOf(explanation);
    };
    await expect.poll(fates, { timeout: WITHIN_MS, interval: 50 }).toEqual(disputed);
    expect(explanation.trace.steps[0]!.nearest).not.toBeNull();
    const files = ['--zones', join(node.folder, 'zones'), '--geo-data', join(node.folder, 'geo-data')];
    const trace = join(node.folder, 'trace.json');
    writeFileSync(trace, JSON.stringify(explanation));
    const again = await runMeridian(['explain', '--replay', trace, ...files]);
    expect(again.stdout).toContain('the answer is the same, octet for octet');
    expect(again.stdout).toContain('eu-west and us-east are nearest, and what both call down is avoided');
    expect(again.stdout).toContain('out: down for both regions nearest the client');
  }, 60_000);

  it('gives way where nothing else is left, and to the world when that says down', async () => {
    for (const region of ['us-east', 'eu-west'] as const) unreachable[region].add(RIGHT);
    await untilAnswers(everywhere(BOTH));
    unreachable['ap-southeast'].add(LEFT);
    await untilAnswers(everywhere(RIGHT));
    for (const region of REGIONS) unreachable[region].clear();
    await untilAnswers(everywhere(BOTH));
  }, 90_000);
});
