/** Loads pushed to the admin API of one node: they move the weights of all nodes, and of a node without Redis. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../tools/free-port.ts';
import { type HttpEndpoint, startHttpEndpoint } from '../tools/http-endpoint.ts';
import { type MeridianProcess, startProbe, startServe } from '../tools/meridian-process.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';
import { until } from '../tools/until.ts';

const IDLE = '127.0.5.11';
const BUSY = '127.0.5.12';
const WITHIN_MS = 30_000;

type Shown = {
  readonly endpoints: readonly {
    readonly value: string;
    readonly verdict: string;
    readonly factor: number;
    readonly correction: { readonly source: string | null; readonly terms: { readonly current?: number } };
    readonly load: { readonly current: number | null; readonly source: string; readonly standing: string } | null;
  }[];
};

const zone = (port: number, status: string) => `---
'': {type: NS, value: ns1.outside.test.}
www:
  type: A
  value: 127.0.0.9
  octodns:
    healthcheck: {protocol: HTTP, host: ~, path: /healthz, port: ${port}}
    meridian:
      balance: least_connections
      healthcheck: {interval: 1, timeout: 0.9, load_push: true}
  dynamic:
    pools:
      main: {values: [{value: ${IDLE}, status: ${status}}, {value: ${BUSY}, status: ${status}}]}
    rules: [{pool: main}]
`;

const report = (endpoint: string, current: unknown, rest = {}) => {
  return { endpoint, load: { current, target: 200, valid_s: 300 }, ...rest };
};
const both = (idle: unknown, busy: unknown) => ({ loads: [report(IDLE, idle), report(BUSY, busy)] });

async function push(node: MeridianProcess, body: object) {
  const response = await node.change('POST', '/api/v1/loads', body);
  return { status: response.status, ...((await response.json()) as object) };
}

async function shown(node: MeridianProcess): Promise<Map<string, Shown['endpoints'][number]>> {
  const response = await fetch(`${node.adminUrl}/api/v1/endpoints?name=www.a.test`);
  return new Map(((await response.json()) as Shown).endpoints.map((each) => [each.value, each]));
}

/** Waits until `node` shows what `holds` wants of the idle and the busy endpoint. */
async function untilShown(
  node: MeridianProcess,
  what: string,
  holds: (idle: Shown['endpoints'][number], busy: Shown['endpoints'][number]) => boolean,
): Promise<void> {
  let last: unknown;
  for (const end = performance.now() + WITHIN_MS; performance.now() < end; ) {
    const endpoints = await shown(node);
    last = [...endpoints.values()];
    if (holds(endpoints.get(IDLE)!, endpoints.get(BUSY)!)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come\n${JSON.stringify(last, null, 1)}\n${node.output}`);
}

const currents = async (node: MeridianProcess) => {
  const endpoints = await shown(node);
  return [IDLE, BUSY].map((value) => endpoints.get(value)!.load?.current ?? null);
};

describe.skipIf(!hasRedisServer())(`with Redis${hasRedisServer() ? '' : ' (skipped: no redis-server)'}`, () => {
  let redis: RedisServer;
  let nodes: MeridianProcess[] = [];
  let agent: MeridianProcess;
  let endpoints: HttpEndpoint[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    const port = await freePort();
    endpoints = await Promise.all([IDLE, BUSY].map((address) => startHttpEndpoint({ address, port })));
    const zones = { 'a.test.yaml': zone(port, 'obey') };
    const start = (node: string) => startServe({ zones, redis: redis.url, workers: 1, args: ['--node', node] });
    nodes = await Promise.all([start('ns1'), start('ns2')]);
    agent = startProbe({ zones, redis: redis.url, region: 'eu-west', agent: 'a1' });
    for (const node of nodes)
      await untilShown(node, 'up', (idle, busy) => idle.verdict === 'up' && busy.verdict === 'up');
  }, 90_000);
  afterAll(async () => {
    await Promise.all([...nodes, agent].map((process) => process?.stop()));
    await Promise.all(endpoints.map((endpoint) => endpoint.stop()));
    await redis?.stop();
  });

  it('a push to one node moves weights on both, which show where the load is from', async () => {
    expect(await push(nodes[0]!, both(5, 395))).toEqual({ status: 200, checks: 2, shared: true, trouble: null });
    for (const node of nodes) {
      await untilShown(node, 'another weight', (idle, busy) => idle.factor === 1 && busy.factor < 0.95);
      const idle = (await shown(node)).get(IDLE)!;
      expect(idle.load).toMatchObject({ current: 5, source: 'push', standing: 'used' });
      expect(idle.correction).toMatchObject({ source: 'push', terms: { current: 5, target: 200 } });
      const metrics = await (await fetch(`${node.adminUrl}/metrics`)).text();
      expect(metrics).toMatch(/^meridian_loads_pushed_total(\{[^}]*\})? 2$/m);
    }
  }, 90_000);

  it('a refused push changes nothing on any node', async () => {
    const before = await Promise.all(nodes.map(currents));
    const token = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const noToken = await fetch(`${nodes[0]!.adminUrl}/api/v1/loads`, { ...token, body: JSON.stringify(both(7, 7)) });
    expect(noToken.status).toBe(401);
    const cases: [object, RegExp][] = [
      [both(7, -1), /^report 1 .*"current" is no number in its range/],
      [
        { loads: [report(IDLE, 7), report('127.0.5.99', 7)] },
        /^report 1 .*no steered record .* "127\.0\.5\.99"; write/,
      ],
      [{ loads: [report(IDLE, 7, { name: 'www.b.test' })] }, /^report 0 .*at no record "www\.b\.test\."; write/],
      [{ loads: [report(IDLE, 7), report(IDLE, 8)] }, /^report 1 .*another load than report 0/],
      [{ loads: [{ ...report(IDLE, 7), laod: 1 }] }, /^body: loads\.0/],
    ];
    for (const [body, error] of cases)
      expect(await push(nodes[0]!, body)).toEqual({ status: 400, error: expect.stringMatching(error) });
    // What comes behind them by the same way has come.
    expect(await push(nodes[0]!, { loads: [report(BUSY, 396)] })).toMatchObject({ status: 200 });
    for (const node of nodes) await untilShown(node, 'the push after', (_, busy) => busy.load?.current === 396);
    expect(await Promise.all(nodes.map(currents))).toEqual(before.map(([idle]) => [idle, 396]));
  }, 60_000);

  it('a hostile entry of the stream is refused whole and counted, and no agent speaks of either', async () => {
    const { cluster } = (await (await fetch(`${nodes[0]!.adminUrl}/api/v1/node`)).json()) as { cluster: string };
    const key = `meridian:{${cluster}}:changes`;
    const bad = {
      v: 1,
      kind: 'loads',
      loads: [
        [IDLE, null, [9, null, null, null, null, null, 30, 0]],
        [BUSY, null, []],
      ],
    };
    await redis.command('xadd', key, '*', 'l', JSON.stringify(bad));
    for (const node of nodes) {
      await node.waitForText('report 1: bad load', WITHIN_MS);
      expect((await currents(node))[0]).toBe(5);
    }
    expect(agent.output).not.toMatch(/load|refused|not believed/);
  }, 60_000);

  it('without Redis the node that was asked goes by it alone and says so, and all do again afterwards', async () => {
    await redis.kill();
    await until('the loss', () => nodes[0]!.output.includes('the state store is lost'));
    const alone = await push(nodes[0]!, both(6, 300));
    expect(alone).toEqual({ status: 200, checks: 2, shared: false, trouble: expect.stringMatching(/./) });
    expect(await currents(nodes[0]!)).toEqual([6, 300]);
    expect(await currents(nodes[1]!)).toEqual([5, 396]);
    await redis.restart({ empty: true });
    let last: object = {};
    for (const end = performance.now() + WITHIN_MS; !('shared' in last && last.shared); ) {
      expect(performance.now()).toBeLessThan(end);
      last = await push(nodes[1]!, both(8, 200));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const node of nodes)
      await untilShown(node, 'the push after', (idle, busy) => idle.load?.current === 8 && busy.load?.current === 200);
  }, 90_000);
});

describe('a node without Redis', () => {
  let node: MeridianProcess;
  beforeAll(async () => {
    node = await startServe({ zones: { 'a.test.yaml': zone(80, 'up') }, workers: 1 });
  }, 60_000);
  afterAll(() => node?.stop());

  it('goes by what is pushed to it, also where nothing is checked', async () => {
    expect(await push(node, both(5, 395))).toEqual({ status: 200, checks: 2, shared: true, trouble: null });
    await untilShown(node, 'another weight', (idle, busy) => idle.factor === 1 && busy.factor < 0.95);
    const answer = await fetch(`${node.adminUrl}/api/v1/explain?name=www.a.test&type=A&client=127.0.0.1`);
    const { endpoints } = (await answer.json()) as Shown;
    expect(endpoints.find(({ value }) => value === BUSY)!.correction).toMatchObject({
      source: 'push',
      terms: { current: 395 },
    });
  }, 60_000);
});
