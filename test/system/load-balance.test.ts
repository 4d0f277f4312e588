/**
 * Endpoints that tell their load by HTTP, and what that does to real answers: the whole way from `load_path` over the node's own
 * agent to the shares of two addresses, and what an operator sees of it.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { BulkClient } from '../tools/bulk-client.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { freePort } from '../tools/free-port.ts';
import { type HttpEndpoint, startHttpEndpoint } from '../tools/http-endpoint.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';

const IDLE = '127.0.5.1';
const BUSY = '127.0.5.2';
const QUERIES = 4_000;

const record = (port: number, balance: string) => `
  type: A
  value: 127.0.0.9
  octodns:
    healthcheck: {protocol: HTTP, host: ~, path: /healthz, port: ${port}}
    meridian:
      balance: ${balance}
      healthcheck: {interval: 1, timeout: 0.9, load_path: /load}
  dynamic:
    pools:
      main: {values: [{value: ${IDLE}}, {value: ${BUSY}}]}
    rules: [{pool: main}]`;

let idle: HttpEndpoint;
let busy: HttpEndpoint;
let server: MeridianProcess;

beforeAll(async () => {
  const port = await freePort();
  const tells = (current: number) => ({ does: 'answer', body: JSON.stringify({ current, target: 200 }) }) as const;
  idle = await startHttpEndpoint({ address: IDLE, port, behaviour: tells(5) });
  busy = await startHttpEndpoint({ address: BUSY, port, behaviour: tells(395) });
  const zone = `---
'': {type: NS, value: ns1.outside.test.}
www:${record(port, 'least_connections')}
plain:${record(port, 'weighted')}
`;
  server = await startServe({ zones: { 'a.test.yaml': zone }, workers: 1 });
});

afterAll(async () => {
  await server?.stop();
  await idle?.stop();
  await busy?.stop();
});

/** Share of the idle endpoint in so many answers. */
async function idleShare(name: string): Promise<number> {
  const client = await BulkClient.open(server);
  const query = buildQuery(`${name}.a.test`, 'A', { id: 1 });
  let idles = 0;
  for (let i = 0; i < QUERIES; i += 50) {
    const replies = await Promise.all(Array.from({ length: 50 }, () => client.ask(query, false)));
    for (const reply of replies) if (readReply(reply!).answers[0]?.data === IDLE) idles++;
  }
  client.close();
  return idles / QUERIES;
}

it('moves answers slowly to the endpoint that carries less, in that record alone, and explains it', async () => {
  let share = 0;
  // A step every two seconds of at most 4 % of ln c: some 60 % after half a minute.
  for (const end = performance.now() + 120_000; share < 0.58 && performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    share = await idleShare('www');
  }
  console.log(`share of the idle endpoint ${share.toFixed(3)} after ${(performance.now() / 1000).toFixed(0)} s`);
  expect(share, server.output).toBeGreaterThanOrEqual(0.58);
  // The correction ends at 2 against 0.7: three quarters at most.
  expect(share).toBeLessThan(0.8);
  expect(await idleShare('plain')).toBeCloseTo(0.5, 1);
  expect(idle.requests.map(({ path }) => path)).toContain('/load');

  const answer = await fetch(`${server.adminUrl}/api/v1/explain?name=www.a.test&type=A&client=127.0.0.1`);
  const { endpoints } = (await answer.json()) as { endpoints: { value: string; correction: object }[] };
  expect(endpoints.find(({ value }) => value === IDLE)!.correction).toMatchObject({
    load: 5 / 200,
    mean: 1,
    standing: 'used',
    condition: 'settled',
    terms: { current: 5, target: 200 },
  });
}, 240_000);

it('tells of a load report that is no good, and goes on with the rest', async () => {
  busy.behaviour = { does: 'answer', body: '{"current": -1}' };
  const refused = () => server.logs.find((line) => line.event === 'load-refused');
  await server.waitFor('a refused load report', () => refused() !== undefined, 20_000);
  expect(refused()).toMatchObject({ target: BUSY, reason: '"current" is no number in its range' });
  const status = (await (await fetch(`${server.adminUrl}/api/v1/status`)).json()) as {
    endpoints: { verdict: string }[];
  };
  expect(status.endpoints.map(({ verdict }) => verdict)).toEqual(['up', 'up', 'up', 'up']);
}, 60_000);
