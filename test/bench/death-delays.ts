/**
 * `npm run delays`: how long after its death an endpoint is out of answers. Real processes and sockets on loopback: Redis, an agent in
 * each of five regions, a node, checks every 5 seconds with 1.5 seconds' patience. Endpoints die at random moments, by turns
 *   silent     the program takes requests and does not answer
 *   refused    nothing listens any more
 *   stopped    the process stands still (SIGSTOP); its kernel goes on taking connections
 *   unplugged  the same with full queues: packets get lost without a word
 * Exits 1 when a bound of the design is broken. `--trials N`: of each kind, 30 if not given, which takes six minutes.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { nodeStatus } from '../tools/cluster.ts';
import { ask } from '../tools/dns-client.ts';
import { EndpointMachine } from '../tools/endpoint-machine.ts';
import { freePort } from '../tools/free-port.ts';
import { startHttpEndpoint } from '../tools/http-endpoint.ts';
import { type FileTable, type MeridianProcess, startProbe, startServe } from '../tools/meridian-process.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import { quantile } from '../tools/quantile.ts';
import { startRedis } from '../tools/redis-server.ts';

const REGIONS = ['af-south', 'ap-east', 'eu-west', 'sa-east', 'us-east'];
const INTERVAL_SECONDS = 5;
const TIMEOUT_SECONDS = 1.5;
/** Goals of the design, milliseconds. */
const BOUNDS_MS = {
  silent: { median: 4_000, worst: 6_000 },
  refused: { median: 2_000, worst: 2_000 },
  stopped: { median: 4_000, worst: 6_000 },
  unplugged: { median: 4_000, worst: 6_000 },
} as const;
const KINDS = ['silent', 'refused', 'stopped', 'unplugged'] as const;
/** Endpoints of one machine, which die together; each is checked at moments of its own. */
const MACHINE_ENDPOINTS = 5;
const ZONE = 'delays.test';
const TRIALS_MAX = 60;
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

/** What dies together, once. */
type Victim = {
  readonly kind: Kind;
  readonly addresses: readonly string[];
  die(): unknown;
  revive(): unknown;
  stop(): Promise<void>;
};

type Death = { readonly kind: Kind; readonly tookMs: number };

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
function zoneText(addresses: readonly string[], port: number): string {
  const records = addresses.map(
    (address) => `${nameOf(address)}:
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

/** Label of the name whose endpoint is at `address`. */
function nameOf(address: string): string {
  return `n${address.slice(address.lastIndexOf('.') + 1)}`;
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

async function isAnswered(node: MeridianProcess, address: string): Promise<boolean> {
  const { answers } = await ask(node, `${nameOf(address)}.${ZONE}`, 'A');
  return answers.some(({ data }) => String(data) === address);
}

/** Milliseconds from `startMs`, when it died, until `address` is out of answers. */
async function untilOut(node: MeridianProcess, address: string, startMs: number): Promise<number> {
  while (await isAnswered(node, address)) {
    if (performance.now() - startMs > GIVE_UP_MS) throw new Error(`${address} is dead, and answered after a minute`);
    await sleep(POLL_MS);
  }
  return performance.now() - startMs;
}

/** Lets `victim` die; afterwards it is well again, so that few are dead at once. */
async function measureDeath(node: MeridianProcess, victim: Victim): Promise<Death[]> {
  const { kind, addresses } = victim;
  for (const address of addresses)
    if (!(await isAnswered(node, address))) throw new Error(`${address} was out before its death`);
  const startMs = performance.now();
  await victim.die();
  const delays = await Promise.all(addresses.map((address) => untilOut(node, address, startMs)));
  await victim.revive();
  process.stdout.write(`${kind}: ${delays.map((ms) => (ms / 1_000).toFixed(2)).join(', ')} s\n`);
  return delays.map((tookMs) => ({ kind, tookMs }));
}

async function measure(node: MeridianProcess, victims: readonly Victim[]): Promise<boolean> {
  await untilSettled(node);
  await sleep(CALM_MS);
  const [least, most] = PAUSE_MS;
  let atMs = 0;
  const running = victims.map(async (victim) => {
    const dueMs = atMs + Math.random() * (most - least);
    // As many deaths a minute, whether they come alone or together.
    atMs += (victim.addresses.length * (least + most)) / 2;
    await sleep(dueMs);
    return measureDeath(node, victim);
  });
  const measured = (await Promise.all(running)).flat();
  return KINDS.map((kind) => report(kind, measured)).every(Boolean);
}

/** Prints the delays of one kind of death; true if they keep the design's bounds. */
function report(kind: Kind, measured: readonly Death[]): boolean {
  const delays = measured.filter((death) => death.kind === kind).map(({ tookMs }) => tookMs);
  delays.sort((a, b) => a - b);
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => quantile(delays, share)) as [number, number, number];
  const bound = BOUNDS_MS[kind];
  const isGood = p50 <= bound.median && p99 <= bound.worst;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  const figures = `p50 ${seconds(p50)}, p90 ${seconds(p90)}, p99 ${seconds(p99)}, worst ${seconds(delays.at(-1)!)}`;
  process.stdout.write(`${isGood ? 'good' : 'BAD '}  ${kind}, ${delays.length} trials: ${figures}\n`);
  return isGood;
}

/** Those whose program dies; the port is the same for all. */
async function startPrograms(
  kind: 'silent' | 'refused',
  port: number,
  addresses: readonly string[],
): Promise<Victim[]> {
  return Promise.all(
    addresses.map(async (address) => {
      const endpoint = await startHttpEndpoint({ address, port });
      const silence = (does: 'silence' | 'answer') => {
        endpoint.behaviour = { does };
      };
      return {
        kind,
        addresses: [address],
        die: () => (kind === 'silent' ? silence('silence') : endpoint.refuse()),
        revive: () => (kind === 'silent' ? silence('answer') : endpoint.accept()),
        stop: () => endpoint.stop(),
      };
    }),
  );
}

/** Those whose machine dies. */
async function startMachines(
  kind: 'stopped' | 'unplugged',
  port: number,
  addresses: readonly string[],
): Promise<Victim[]> {
  const victims: Victim[] = [];
  for (let from = 0; from < addresses.length; from += MACHINE_ENDPOINTS) {
    const machine = await EndpointMachine.start(addresses.slice(from, from + MACHINE_ENDPOINTS), port);
    victims.push({
      kind,
      addresses: machine.addresses,
      die: () => (kind === 'stopped' ? machine.freeze() : machine.unplug()),
      revive: () => machine.thaw(),
      stop: () => machine.stop(),
    });
  }
  return victims;
}

/** Kinds by turns, so that none has a time of its own. */
function mix(groups: readonly (readonly Victim[])[]): Victim[] {
  const longest = Math.max(...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => groups.flatMap((group) => group[i] ?? [])).flat();
}

async function run(): Promise<number> {
  if (!Number.isInteger(trials) || trials < 1) throw new Error('--trials takes a whole number from 1');
  const port = await freePort(PARTNER);
  const addressesOf = (kind: Kind) =>
    Array.from({ length: trials }, (_, i) => `127.0.81.${KINDS.indexOf(kind) * trials + i + 1}`);
  const partner = await startHttpEndpoint({ address: PARTNER, port });
  const victims = mix([
    await startPrograms('silent', port, addressesOf('silent')),
    await startPrograms('refused', port, addressesOf('refused')),
    await startMachines('stopped', port, addressesOf('stopped')),
    await startMachines('unplugged', port, addressesOf('unplugged')),
  ]);
  const redis = await startRedis();
  const zones = {
    [`${ZONE}.yaml`]: zoneText(
      victims.flatMap(({ addresses }) => addresses),
      port,
    ),
  };
  const common = { redis: redis.url, zones, geoData: GEO_DATA };
  const children: MeridianProcess[] = [];
  try {
    const node = await startServe({ ...common, workers: 1, args: ['--node', 'ns1', '--log-level', 'warn'] });
    children.push(node);
    children.push(...REGIONS.map((region) => startProbe({ ...common, region, agent: `${region}-1` })));
    return (await measure(node, victims)) ? 0 : 1;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await Promise.all([partner, ...victims].map((each) => each.stop()));
    await redis.stop();
  }
}

process.exitCode = await run();
