/**
 * `npm run delays`: how long after its death an endpoint is out of answers. Real processes and sockets on loopback: Redis, an agent in
 * each of five regions, a node, checks every 5 seconds with 1.5 seconds' patience. Endpoints die at random moments, by turns silently
 * (connections are taken, and nothing comes) and by refusal (nothing listens any more). Exits 1 when a bound of the design
 * is broken. `--trials N`: of each kind, 30 if not given, which takes four minutes.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { nodeStatus } from '../tools/cluster.ts';
import { ask } from '../tools/dns-client.ts';
import { freePort } from '../tools/free-port.ts';
import { type HttpEndpoint, startHttpEndpoint } from '../tools/http-endpoint.ts';
import { type FileTable, type MeridianProcess, startProbe, startServe } from '../tools/meridian-process.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import { startRedis } from '../tools/redis-server.ts';

const REGIONS = ['af-south', 'ap-east', 'eu-west', 'sa-east', 'us-east'];
const INTERVAL_SECONDS = 5;
const TIMEOUT_SECONDS = 1.5;
/** Goals of the design, milliseconds. */
const BOUNDS_MS = {
  silent: { median: 4_000, worst: 6_000 },
  refused: { median: 2_000, worst: 2_000 },
} as const;
const KINDS = ['silent', 'refused'] as const;
const ZONE = 'delays.test';
const TRIALS_MAX = 100;
/** Between two deaths, at random, so that they meet every moment of the agents' schedules; a few overlap. */
const PAUSE_MS = [1_500, 5_500] as const;
const POLL_MS = 10;
const GIVE_UP_MS = 60_000;
const SETTLED_WITHIN_MS = 60_000;
/** Agents that have just met spread their checks over the interval anew. */
const CALM_MS = 12_000;
/** Never dies: what is answered when the other is dead. */
const PARTNER = '127.0.80.1';

type Kind = (typeof KINDS)[number];

const { values } = parseArgs({ options: { trials: { type: 'string', default: '30' } } });
const trials = Math.min(TRIALS_MAX, Number(values.trials));

const GEO_DATA: FileTable = {
  'regions.yaml': REGIONS.map(
    (region, i) => `${region}: {name: ${region}, latitude: ${i * 10}, longitude: ${i * 30}, country: US}\n`,
  ).join(''),
  'networks.yaml': '192.0.2.0/24: {region: eu-west}\n',
  'places.mmdb': writeMmdb({ networks: [{ prefix: '192.0.2.0/24', record: { continent: { code: 'EU' } } }] }),
};

/** Every name has a pool of the partner and one endpoint that dies once. */
function zoneText(endpoints: readonly HttpEndpoint[]): string {
  const records = endpoints.map(
    ({ address, port }, i) => `n${i}:
  type: A
  value: 127.0.89.9
  dynamic: {pools: {p: {values: [{value: ${PARTNER}}, {value: ${address}}]}}, rules: [{pool: p}]}
  octodns:
    healthcheck: {protocol: HTTP, port: ${port}, path: /healthz}
    meridian: {answers: 2, healthcheck: {interval: ${INTERVAL_SECONDS}, timeout: ${TIMEOUT_SECONDS}}}
`,
  );
  return `'': {type: NS, value: ns.${ZONE}.}\n${records.join('')}`;
}

async function untilSettled(node: MeridianProcess): Promise<void> {
  const deadlineMs = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { mode, endpoints } = await nodeStatus(node);
    const isUp = endpoints.every(({ votes }) => votes.filter(({ vote }) => vote === 'up').length === REGIONS.length);
    if (mode === 'NORMAL' && isUp) return;
    if (performance.now() > deadlineMs) throw new Error(`not settled: ${mode}\n${node.output}`);
    await sleep(100);
  }
}

async function isAnswered(node: MeridianProcess, name: string, address: string): Promise<boolean> {
  const { answers } = await ask(node, name, 'A');
  return answers.some(({ data }) => String(data) === address);
}

/** Kills the endpoint of `name`; milliseconds until it is out of answers. It is back afterwards, so that few are dead at once. */
async function measureDeath(node: MeridianProcess, name: string, endpoint: HttpEndpoint, kind: Kind): Promise<number> {
  if (!(await isAnswered(node, name, endpoint.address))) throw new Error(`${name} was out before its death`);
  const startMs = performance.now();
  if (kind === 'silent') endpoint.behaviour = { does: 'silence' };
  else await endpoint.refuse();
  while (await isAnswered(node, name, endpoint.address)) {
    if (performance.now() - startMs > GIVE_UP_MS) throw new Error(`${name}: ${kind}, and answered after a minute`);
    await sleep(POLL_MS);
  }
  const tookMs = performance.now() - startMs;
  endpoint.behaviour = { does: 'answer' };
  await endpoint.accept();
  return tookMs;
}

async function measure(node: MeridianProcess, endpoints: readonly HttpEndpoint[]): Promise<boolean> {
  await untilSettled(node);
  await sleep(CALM_MS);
  const [least, most] = PAUSE_MS;
  const running = endpoints.map(async (endpoint, i) => {
    await sleep(i * ((least + most) / 2) + Math.random() * (most - least));
    const kind = KINDS[i % KINDS.length]!;
    const tookMs = await measureDeath(node, `n${i}.${ZONE}`, endpoint, kind);
    process.stdout.write(`${kind}: ${(tookMs / 1_000).toFixed(2)} s\n`);
    return { kind, tookMs };
  });
  const measured = await Promise.all(running);
  return KINDS.map((kind) => report(kind, measured)).every(Boolean);
}

/** Prints the delays of one kind of death; true if they keep the design's bounds. */
function report(kind: Kind, measured: readonly { readonly kind: Kind; readonly tookMs: number }[]): boolean {
  const delays = measured.filter((death) => death.kind === kind).map(({ tookMs }) => tookMs);
  delays.sort((a, b) => a - b);
  const quantile = (part: number) => delays[Math.ceil(part * delays.length) - 1]!;
  const bound = BOUNDS_MS[kind];
  const isGood = quantile(0.5) <= bound.median && quantile(0.99) <= bound.worst;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  const figures = `p50 ${seconds(quantile(0.5))}, p90 ${seconds(quantile(0.9))}, p99 ${seconds(quantile(0.99))}, worst ${seconds(delays.at(-1)!)}`;
  process.stdout.write(`${isGood ? 'good' : 'BAD '}  ${kind}, ${delays.length} trials: ${figures}\n`);
  return isGood;
}

async function run(): Promise<number> {
  if (!Number.isInteger(trials) || trials < 1) throw new Error('--trials takes a whole number from 1');
  const port = await freePort(PARTNER);
  const addresses = [PARTNER, ...Array.from({ length: trials * KINDS.length }, (_, i) => `127.0.81.${i + 1}`)];
  const all = await Promise.all(addresses.map((address) => startHttpEndpoint({ address, port })));
  const endpoints = all.slice(1);
  const redis = await startRedis();
  const zones = { [`${ZONE}.yaml`]: zoneText(endpoints) };
  const common = { redis: redis.url, zones, geoData: GEO_DATA };
  const children: MeridianProcess[] = [];
  try {
    const node = await startServe({ ...common, workers: 1, args: ['--node', 'ns1', '--log-level', 'warn'] });
    children.push(node);
    children.push(...REGIONS.map((region) => startProbe({ ...common, region, agent: `${region}-1` })));
    return (await measure(node, endpoints)) ? 0 : 1;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await Promise.all(all.map((endpoint) => endpoint.stop()));
    await redis.stop();
  }
}

process.exitCode = await run();
