/**
 * `npm run bench:redis`: what agents and nodes cost Redis, well and on fire, and how soon a change is in answers of a node that
 * serves 10,000 endpoints watched by 20 agents. Real Redis, real stores, a real node; the agents' checks are made up.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProbeZones } from '../../src/cli/probe-zones.ts';
import { EndpointRegistry } from '../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../src/health/health-table.ts';
import { ProbeAgent } from '../../src/probe/agent.ts';
import type { ProbeResult } from '../../src/probe/check-attempt.ts';
import { HealthFeed } from '../../src/redis/health-feed.ts';
import { RedisStore } from '../../src/redis/redis-store.ts';
import { systemClock } from '../../src/redis/system-clock.ts';
import { ZONE_DEFAULTS } from '../../src/server/zone-load.ts';
import { ask } from '../tools/dns-client.ts';
import { endpointSpec } from '../tools/endpoint-spec.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { type RedisServer, startRedis } from '../tools/redis-server.ts';
import { until } from '../tools/until.ts';
import { median } from './bench-run.ts';
import { ZONE } from './bench-scenario.ts';
import { type OpenLoopReport, runOpenLoop } from './load-generator.ts';
import { ENDPOINTS_PER_NAME, endpointIndex, manyEndpointsZone } from './many-endpoints.ts';
import { findCompiler } from './native-program.ts';
import { writeNameStream } from './question-file.ts';
import { startToldAgents, type ToldAgent, untilAllUp } from './told-agent.ts';

const SILENT_LOG = { debug: () => {}, info: () => {}, warn: () => {} } as unknown as ConstructorParameters<
  typeof ProbeAgent
>[0]['log'];

const { PRIORITY_LOW, PRIORITY_NORMAL } = constants.priority;

const COST_CHECKS = 1_000;
const COST_SPAN_MS = 30_000;

const AGENTS = 20;
const TRIALS = 50;
const QUERIES_PER_SECOND = 1_000;
/** Of each situation in turn: one stall of a shared machine is most of one span's 99th percentile. */
const ROUNDS = 7;
const SPAN_SECONDS = 4;

/** Commands and octets a second of one agent, then of one node, with all endpoints well, then with all of them dead. */
async function measureCost(): Promise<void> {
  const redis = await startRedis();
  const specs = Array.from({ length: COST_CHECKS }, (_, i) => endpointSpec(`10.1.${i >> 8}.${i & 255}`));
  const agentStore = new RedisStore({ access: redis.access, cluster: 'cost', clientName: 'agent' });
  await until('connected', () => agentStore.state === 'connected');
  let isWell = true;
  const runCheck = async (): Promise<ProbeResult> => ({
    outcome: isWell ? 'ok' : 'failed',
    reason: isWell ? '' : 'connection refused',
    connectMs: 12.345,
    tlsMs: null,
    serverMs: 3.456,
    certificateExpiresMs: null,
  });
  const agent = new ProbeAgent({
    agentId: 'eu-west-1',
    region: 'eu-west',
    checks: new Map(specs.map(({ check }) => [check.id, check])),
    store: agentStore,
    clock: systemClock,
    log: SILENT_LOG,
    runCheck,
  });
  agent.start();
  await sleep(12_000);
  const agentWell = await costOf(redis);
  isWell = false;
  const agentOnFire = await costOf(redis);
  const nodeStore = new RedisStore({ access: redis.access, cluster: 'cost', clientName: 'ns1' });
  const registry = new EndpointRegistry(createHealthTable(COST_CHECKS));
  registry.claim(specs);
  const facts = () => ({ node: 'ns1', boot: 'boot1', version: '1', listen: ['127.0.0.1:53'], zones: 1 });
  const feed = new HealthFeed({ store: nodeStore, registry, clock: systemClock, log: () => {}, facts });
  feed.start();
  await sleep(6_000);
  const bothQuiet = await costOf(redis);
  isWell = true;
  const bothOnFire = await costOf(redis);
  const rows = {
    agentWell,
    agentOnFire,
    nodeWell: less(bothQuiet, agentWell),
    nodeOnFire: less(bothOnFire, agentOnFire),
  };
  console.log(
    `cost on Redis, ${COST_CHECKS} checks, over ${COST_SPAN_MS / 1_000} s; "on fire": every endpoint changes its state in that time`,
  );
  for (const [name, { commands, octetsIn, octetsOut }] of Object.entries(rows))
    console.log(
      `  ${name.padEnd(12)} ${commands.toFixed(1)} commands/s, ${octetsIn.toFixed(0)} octets/s to Redis, ${octetsOut.toFixed(0)} octets/s from it`,
    );
  feed.stop();
  await agent.stop();
  await Promise.all([agentStore.close(), nodeStore.close()]);
  await redis.stop();
}

type Cost = { readonly commands: number; readonly octetsIn: number; readonly octetsOut: number };

/** Per second, over the span that is measured. */
async function costOf(redis: RedisServer): Promise<Cost> {
  const read = async () => {
    const text = String(await redis.command('info', 'stats'));
    const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1]);
    return [field('total_commands_processed'), field('total_net_input_bytes'), field('total_net_output_bytes')];
  };
  const before = await read();
  await sleep(COST_SPAN_MS);
  const after = await read();
  const [commands, octetsIn, octetsOut] = after.map((count, i) => (count - before[i]!) / (COST_SPAN_MS / 1_000));
  return { commands: commands!, octetsIn: octetsIn!, octetsOut: octetsOut! };
}

function less(a: Cost, b: Cost): Cost {
  return { commands: a.commands - b.commands, octetsIn: a.octetsIn - b.octetsIn, octetsOut: a.octetsOut - b.octetsOut };
}

/** From the last agent's entry in the stream to the first answer without the dead endpoint; and the queries meanwhile. */
async function measureScale(): Promise<void> {
  const redis = await startRedis();
  const node = await startServe({
    zones: { [`${ZONE}.yaml`]: manyEndpointsZone() },
    redis: redis.url,
    workers: 1,
    readyWithinMs: 60_000,
  });
  const checks = new ProbeZones(node.zonesFolder, ZONE_DEFAULTS).look().checks ?? [];
  const checkIds = checks.map(({ id }) => id);
  const agents = await startToldAgents(redis, checkIds, AGENTS, 'default');
  // What publishing costs the machine, without the node's part in it.
  const strangers = await startToldAgents(redis, checkIds, AGENTS, 'elsewhere');
  try {
    await untilAllUp(node);
    const delays: number[] = [];
    for (let trial = 0; trial < TRIALS; trial++) delays.push(await delayOf(node, agents, checkIds, trial));
    delays.sort((a, b) => a - b);
    const at = (share: number) => delays[Math.floor(share * (delays.length - 1))]!.toFixed(1);
    console.log(
      `${checks.length} endpoints x ${AGENTS} agents: stream entry to changed answer p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms over ${TRIALS} trials (asked every millisecond)`,
    );
    if (findCompiler() === null) console.log('queries meanwhile: left out, there is no C compiler for the generator');
    else await measureQueries(redis, node, agents, strangers, checkIds);
  } finally {
    await Promise.all([...agents, ...strangers].map(({ store }) => store.close()));
    await node.stop();
    await redis.stop();
  }
}

async function delayOf(
  node: MeridianProcess,
  agents: readonly ToldAgent[],
  ids: readonly string[],
  trial: number,
): Promise<number> {
  const id = ids[(trial * 191) % ids.length]!;
  const address = /127\.1\.\d+\.\d+/.exec(id)![0];
  const index = endpointIndex(address);
  const name = `n${Math.floor(index / ENDPOINTS_PER_NAME)}.${ZONE}`;
  const isAnswered = async () => (await ask(node, name, 'A')).answers.some(({ data }) => String(data) === address);
  await Promise.all(agents.map((agent) => agent.say([id], 'down')));
  const toldMs = performance.now();
  while (await isAnswered()) await sleep(1);
  const delayMs = performance.now() - toldMs;
  await Promise.all(agents.map((agent) => agent.say([id], 'up')));
  for (const endMs = performance.now() + 5_000; !(await isAnswered()) && performance.now() < endMs; ) await sleep(10);
  return delayMs;
}

/** Flips checks all over the world, and publishes snapshots as often as real agents would. */
async function churn(agents: readonly ToldAgent[], ids: readonly string[]): Promise<void> {
  const endMs = performance.now() + SPAN_SECONDS * 1_000;
  for (let round = 0; performance.now() < endMs; round++) {
    const some = Array.from({ length: 20 }, (_, i) => ids[(round * 20 + i) % ids.length]!);
    await Promise.all(agents.map((agent) => agent.say(some, 'down')));
    // Two snapshots a second: those of 20 agents in ten.
    if (round % 5 === 0) await agents[(round / 5) % agents.length]!.publishAll();
    await sleep(50);
    await Promise.all(agents.map((agent) => agent.say(some, 'up')));
    await sleep(50);
  }
}

/** Queries by a process of its own while nothing changes, while much does, and while as much does of a cluster that the node does not hear. */
async function measureQueries(
  redis: RedisServer,
  node: MeridianProcess,
  agents: readonly ToldAgent[],
  strangers: readonly ToldAgent[],
  ids: readonly string[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-redis-scale-'));
  const questions = join(folder, 'questions');
  writeNameStream(questions, 100, (n) => `n${n}`);
  const situations = {
    'nothing changes': () => sleep(SPAN_SECONDS * 1_000),
    '200 verdicts a second change, and every snapshot is published anew': () => churn(agents, ids),
    'the same of another cluster, which the node does not hear': () => churn(strangers, ids),
  };
  const reports = new Map<string, OpenLoopReport[]>();
  // What is elsewhere in reality yields to the node; only root may take that back for the generator of the next span.
  const isRoot = process.getuid?.() === 0;
  const setOwn = (priority: number) => isRoot && setPriority(0, priority);
  if (isRoot) setPriority(redis.pid(), PRIORITY_LOW);
  else console.log('not root: Redis and the agents compete with the node at its own priority');
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [situation, work] of Object.entries(situations)) {
        const load = runOpenLoop(node.dnsPort, questions, QUERIES_PER_SECOND, SPAN_SECONDS, null, folder);
        setOwn(PRIORITY_LOW);
        const [report] = await Promise.all([load, work()]);
        setOwn(PRIORITY_NORMAL);
        reports.set(situation, [...(reports.get(situation) ?? []), report]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`queries at ${QUERIES_PER_SECOND}/s, medians of ${ROUNDS} spans of ${SPAN_SECONDS} s in turn:`);
  for (const [situation, list] of reports) {
    const at = (key: 'p50' | 'p99') => `${key} ${(median(list.map((report) => report[key])) / 1_000).toFixed(2)} ms`;
    const p99s = list.map(({ p99 }) => (p99 / 1_000).toFixed(2)).join(' ');
    const lost = list.reduce((sum, report) => sum + report.lost, 0);
    console.log(`  ${situation}: ${at('p50')}, ${at('p99')} (${p99s}), ${lost} lost`);
  }
}

if (!process.argv.includes('--scale-only')) await measureCost();
await measureScale();
