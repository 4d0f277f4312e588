/**
 * `npm run mass-failure`: half of all endpoints fail at once, then all, in a world of real processes: Redis, five agents, a node. How soon
 * the last one is judged, and what the failure costs each process and Redis against the quiet minute before: when the world is on
 * fire, the program must not be. Exits 1 when a bound of the design is broken.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeStatus } from '../../src/server/node-status.ts';
import { nodeStatus } from '../tools/cluster.ts';
import { freePort } from '../tools/free-port.ts';
import { type HttpEndpoint, startHttpEndpoint } from '../tools/http-endpoint.ts';
import { type FileTable, type MeridianProcess, startProbe, startServe } from '../tools/meridian-process.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import { type RedisServer, startRedis } from '../tools/redis-server.ts';
import { readCpuTime } from './process-usage.ts';

const REGIONS = ['af-south', 'ap-east', 'eu-west', 'sa-east', 'us-east'];
const ENDPOINTS = 400;
const INTERVAL_SECONDS = 5;
/** A period and a second, and what asking for the status takes. */
const DECIDED_MS_MAX = 6_000 + 500;
/** Over what a state lasts: the design's tenth. The moments in which news are told are measured, and told apart. */
const SHARE_MAX = 1.1;
/** Of octets more: a report on what is down says why. */
const OCTETS_SHARE_MAX = 1.25;
const SPAN_MS = 30_000;
const CALM_MS = 15_000;
const SETTLED_WITHIN_MS = 60_000;
const GIVE_UP_MS = 30_000;
const ZONE = 'mass.test';

const GEO_DATA: FileTable = {
  'regions.yaml': REGIONS.map(
    (region, i) => `${region}: {name: ${region}, latitude: ${i * 10}, longitude: ${i * 30}, country: US}\n`,
  ).join(''),
  'networks.yaml': '192.0.2.0/24: {region: eu-west}\n',
  'places.mmdb': writeMmdb({ networks: [{ prefix: '192.0.2.0/24', record: { continent: { code: 'EU' } } }] }),
};

/** What a span of time took: processor seconds of the node and of all agents, and Redis's commands and octets. */
type Use = { readonly node: number; readonly agents: number; readonly commands: number; readonly octets: number };

type World = {
  readonly node: MeridianProcess;
  readonly agents: readonly MeridianProcess[];
  readonly redis: RedisServer;
  readonly endpoints: readonly HttpEndpoint[];
};

function zoneText(endpoints: readonly HttpEndpoint[]): string {
  const records = endpoints.map(
    ({ address, port }, i) => `n${i}:
  type: A
  value: 127.0.89.9
  dynamic: {pools: {p: {values: [{value: ${address}}]}}, rules: [{pool: p}]}
  octodns:
    healthcheck: {protocol: HTTP, port: ${port}, path: /healthz}
    meridian: {healthcheck: {interval: ${INTERVAL_SECONDS}, timeout: 1.5}}
`,
  );
  return `'': {type: NS, value: ns.${ZONE}.}\n${records.join('')}`;
}

async function readUse({ node, agents, redis }: World): Promise<Use> {
  const seconds = ({ child }: MeridianProcess) => {
    const { user, system } = readCpuTime(child.pid!);
    return user + system;
  };
  const stats = String(await redis.command('info', 'stats'));
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)?.[1]);
  return {
    node: seconds(node),
    agents: agents.reduce((sum, agent) => sum + seconds(agent), 0),
    commands: field('total_commands_processed'),
    octets: field('total_net_input_bytes') + field('total_net_output_bytes'),
  };
}

/** What the world uses in SPAN_MS. */
async function measure(world: World): Promise<Use> {
  const before = await readUse(world);
  await sleep(SPAN_MS);
  const after = await readUse(world);
  const { node, agents, commands, octets } = after;
  return {
    node: node - before.node,
    agents: agents - before.agents,
    commands: commands - before.commands,
    octets: octets - before.octets,
  };
}

async function until(node: MeridianProcess, withinMs: number, isSo: (status: NodeStatus) => boolean): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    // Where the machine is too busy to answer in time, the next look will do.
    const status = await nodeStatus(node).catch(() => null);
    if (status !== null && isSo(status)) return performance.now() - startMs;
    if (performance.now() - startMs > withinMs) throw new Error(`not within ${withinMs} ms\n${node.output}`);
    await sleep(50);
  }
}

/** Prints `use` beside the quiet one; true if it is no more than may be. */
function report(what: string, use: Use, quiet: Use | null): boolean {
  const shares =
    quiet === null ? [] : (['node', 'agents', 'commands', 'octets'] as const).map((k) => use[k] / quiet[k]);
  const seconds = SPAN_MS / 1_000;
  const figures = [
    `node ${((use.node / seconds) * 100).toFixed(1)} % of a core`,
    `five agents ${((use.agents / seconds) * 100).toFixed(1)} %`,
    `Redis ${(use.commands / seconds).toFixed(1)} commands/s, ${(use.octets / seconds / 1_000).toFixed(1)} KB/s`,
  ].map((figure, i) => (i < 2 && quiet !== null ? `${figure} (x ${shares[i]!.toFixed(2)})` : figure));
  const redis = quiet === null ? '' : ` (x ${shares[2]!.toFixed(2)}, x ${shares[3]!.toFixed(2)})`;
  const isGood = shares.every((share, i) => share <= (i === 3 ? OCTETS_SHARE_MAX : SHARE_MAX));
  process.stdout.write(`${what}: ${figures.join(', ')}${redis}\n`);
  return isGood;
}

async function fail(world: World, part: number): Promise<boolean> {
  const dead = world.endpoints.slice(0, Math.round(part * world.endpoints.length));
  await Promise.all(dead.map((endpoint) => endpoint.refuse()));
  const decidedMs = await until(world.node, GIVE_UP_MS, ({ endpoints }) => {
    return endpoints.filter(({ verdict }) => verdict === 'down').length >= dead.length;
  });
  const isGood = decidedMs <= DECIDED_MS_MAX;
  const seconds = (decidedMs / 1_000).toFixed(2);
  process.stdout.write(
    `${isGood ? 'good' : 'BAD '}  ${dead.length} endpoints dead at once: all out after ${seconds} s\n`,
  );
  return isGood;
}

async function judge(world: World): Promise<boolean> {
  await until(world.node, SETTLED_WITHIN_MS, ({ mode, endpoints }) => {
    return mode === 'NORMAL' && endpoints.every(({ verdict, votes }) => verdict === 'up' && votes.length === 5);
  });
  await sleep(CALM_MS);
  const quiet = await measure(world);
  report('quiet', quiet, null);
  let isGood = true;
  for (const part of [0.5, 1]) {
    const burst = measure(world);
    isGood = (await fail(world, part)) && isGood;
    report(`  the half minute in which ${part * 100} % fail`, await burst, quiet);
    const after = report(`  the half minute after`, await measure(world), quiet);
    process.stdout.write(`${after ? 'good' : 'BAD '}  what lasts is within a tenth of the quiet state\n`);
    isGood &&= after;
  }
  return isGood;
}

async function run(): Promise<number> {
  const port = await freePort('127.0.82.1');
  const addresses = Array.from({ length: ENDPOINTS }, (_, i) => `127.0.${82 + Math.floor(i / 200)}.${(i % 200) + 1}`);
  const endpoints = await Promise.all(addresses.map((address) => startHttpEndpoint({ address, port })));
  const redis = await startRedis();
  const common = { redis: redis.url, zones: { [`${ZONE}.yaml`]: zoneText(endpoints) }, geoData: GEO_DATA };
  const children: MeridianProcess[] = [];
  try {
    const node = await startServe({ ...common, workers: 1, args: ['--node', 'ns1', '--log-level', 'warn'] });
    children.push(node);
    const agents = REGIONS.map((region) =>
      startProbe({ ...common, region, agent: `${region}-1`, args: ['--log-level', 'warn'] }),
    );
    children.push(...agents);
    return (await judge({ node, agents, redis, endpoints })) ? 0 : 1;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await Promise.all(endpoints.map((endpoint) => endpoint.stop()));
    await redis.stop();
  }
}

process.exitCode = await run();
