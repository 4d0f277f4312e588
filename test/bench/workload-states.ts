/**
 * How soon 10,000 endpoints that change their state at once are out of the answers: what a node's own part in it takes, and the whole way
 * from agents through Redis.
 */

import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProbeZones } from '../../src/cli/probe-zones.ts';
import { EndpointRegistry } from '../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../src/health/health-table.ts';
import type { CheckState } from '../../src/health/observation.ts';
import type { AgentChanges, AgentSnapshot } from '../../src/health/report.ts';
import { HealthFeed } from '../../src/redis/health-feed.ts';
import { MemoryStore } from '../../src/redis/memory-store.ts';
import type { ChangesBatch } from '../../src/redis/state-store.ts';
import { systemClock } from '../../src/redis/system-clock.ts';
import { ZONE_DEFAULTS } from '../../src/server/zone-load.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { endpointSpec } from '../tools/endpoint-spec.ts';
import { FakeAgent } from '../tools/feed-world.ts';
import { startServe } from '../tools/meridian-process.ts';
import { hasRedisServer, startRedis } from '../tools/redis-server.ts';
import { until } from '../tools/until.ts';
import { type BenchRun, median } from './bench-run.ts';
import { ZONE } from './bench-scenario.ts';
import { ADDRESSES_WITHOUT, ENDPOINT_NAMES, ENDPOINTS_PER_NAME, manyEndpointsZone } from './many-endpoints.ts';
import { startToldAgents, type ToldAgent, untilAllUp } from './told-agent.ts';

/** Agents, each in a region of its own. */
const AGENTS = 3;
const ASKED_NAMES = 100;
/** Names that are asked for, evenly over the zone, the first and the last one among them. */
const ASKED = Array.from(
  { length: ASKED_NAMES },
  (_, i) => `n${Math.round((i * (ENDPOINT_NAMES - 1)) / (ASKED_NAMES - 1))}.${ZONE}.`,
);
/** Of them, those that are asked for until one has lost its endpoints: the processor is the node's and Redis's meanwhile. */
const FEELERS = [ASKED[0]!, ASKED[ASKED.length >> 1]!, ASKED.at(-1)!];
const ANSWER_WITHIN_MS = 500;
const ASK_GAP_MS = 1;
const CHANGED_WITHIN_MS = 10_000;
const LIVED_ENDPOINTS = 5_000;
const LIVED_AT_ONCE = 100;
const LIVED_STEP_MS = 40;
/** In the header (RFC 1035 section 4.1.1). */
const ANCOUNT_AT = 6;

let nextId = 1;

/** Both ways of measuring, with {@link AGENTS} agents in as many regions. */
export async function measureStates(run: BenchRun): Promise<void> {
  const own = await repeat(run, 'taken in', measureOwnPart);
  const rows = [rowOf('taken in and in force in a node', own)];
  if (hasRedisServer())
    rows.push(rowOf('the whole way through Redis', await repeat(run, 'through Redis', measureWholeWay)));
  else run.missing.push('states through Redis (no redis-server)');
  run.tables.push({
    title: `states: ${(ENDPOINT_NAMES * ENDPOINTS_PER_NAME).toLocaleString('en')} endpoints go down at once, ms`,
    columns: ['', 'median', 'worst', 'rounds', 'queries lost'],
    rows,
    notes: [
      `at the word of ${AGENTS} agents in as many regions, to a node that has seen half of the endpoints go and come back`,
      'in a node: the words, read together, become votes, verdicts and the words of the health table',
      `the whole way: from the last agent's word in Redis until each of ${ASKED.length} names has been answered without an endpoint`,
    ],
  });
}

type Measured = { readonly delayMs: number; readonly lost: number };

async function repeat(run: BenchRun, label: string, measure: () => Promise<Measured>): Promise<Measured[]> {
  const list: Measured[] = [];
  for (let round = 0; round < run.options.rounds; round++) {
    list.push(await measure());
    run.say(`all endpoints down, ${label}, round ${round + 1} of ${run.options.rounds}`);
  }
  return list;
}

function rowOf(label: string, list: readonly Measured[]): string[] {
  const delays = list.map(({ delayMs }) => delayMs);
  const lost = list.reduce((sum, each) => sum + each.lost, 0);
  return [label, median(delays).toFixed(0), Math.max(...delays).toFixed(0), String(list.length), String(lost)];
}

/** A store that hands over together what was said together, as Redis's stream is read. */
class ToldStore extends MemoryStore {
  #listener: ((batch: ChangesBatch) => void) | null = null;

  override subscribe(listener: (batch: ChangesBatch) => void): () => void {
    this.#listener = listener;
    return super.subscribe(listener);
  }

  tell(changes: AgentChanges[]): void {
    this.#listener?.({ changes, loads: [], refused: [], gap: false });
  }
}

/** A health feed without a network. */
async function measureOwnPart(): Promise<Measured> {
  const count = ENDPOINT_NAMES * ENDPOINTS_PER_NAME;
  const registry = new EndpointRegistry(createHealthTable(count));
  registry.claim(
    Array.from({ length: count }, (_, i) =>
      endpointSpec(`10.1.${i >> 8}.${i & 255}`, { name: `n${Math.floor(i / ENDPOINTS_PER_NAME)}.${ZONE}.` }),
    ),
  );
  const ids = [...registry.checks().keys()];
  const store = new ToldStore();
  const feed = new HealthFeed({ store, registry, clock: systemClock, log: () => {} });
  const agents = Array.from({ length: AGENTS }, (_, i) => new FakeAgent(`agent-${i}`, `region-${i}`));
  // New texts, as from a socket: maps find those later than ones they have met.
  const wordOf = (agent: FakeAgent, some: readonly string[], state: CheckState) =>
    JSON.parse(JSON.stringify(agent.message(Object.fromEntries(some.map((id) => [id, state]))))) as AgentSnapshot;
  const say = (some: readonly string[], state: CheckState) =>
    store.tell(agents.map((agent) => wordOf(agent, some, state)));
  feed.start();
  try {
    for (const agent of agents) await store.publishSnapshot(wordOf(agent, ids, 'up'));
    await until('all endpoints up', () => feed.status().mode === 'NORMAL' && feed.status().checksUp === count);
    for (let at = 0; at < LIVED_ENDPOINTS; at += LIVED_AT_ONCE)
      for (const state of ['down', 'up'] as const) say(ids.slice(at, at + LIVED_AT_ONCE), state);
    const words = agents.map((agent) => wordOf(agent, ids, 'down'));
    const atMs = performance.now();
    store.tell(words);
    const delayMs = performance.now() - atMs;
    if (feed.status().checksDown !== count) throw new Error('not every endpoint is down');
    return { delayMs, lost: 0 };
  } finally {
    feed.stop();
  }
}

async function measureWholeWay(): Promise<Measured> {
  const redis = await startRedis();
  const zones = { [`${ZONE}.yaml`]: manyEndpointsZone() };
  const node = await startServe({ zones, redis: redis.url, workers: 1 });
  const checks = new ProbeZones(node.zonesFolder, ZONE_DEFAULTS).look().checks ?? [];
  const ids = checks.map(({ id }) => id);
  const agents = await startToldAgents(redis, ids, AGENTS, 'default');
  const socket = createSocket('udp4');
  try {
    await untilAllUp(node);
    await liveAWhile(agents, ids);
    await untilAllUp(node);
    const before = await ask(socket, node.dnsPort, ASKED);
    if (before.whole.length !== ASKED.length) throw new Error('not every name has its endpoints');
    const said = Promise.all(agents.map((agent) => agent.say(ids, 'down'))).then(() => performance.now());
    const out = await waitUntilOut(socket, node.dnsPort);
    return { delayMs: Math.max(0, out.atMs - (await said)), lost: out.lost };
  } finally {
    socket.close();
    await Promise.all(agents.map(({ store }) => store.close()));
    await node.stop();
    await redis.stop();
  }
}

/** What a node has been through that has run for more than seconds: endpoints that went down and came back, each of them once. */
async function liveAWhile(agents: readonly ToldAgent[], ids: readonly string[]): Promise<void> {
  for (let at = 0; at < LIVED_ENDPOINTS; at += LIVED_AT_ONCE) {
    const some = ids.slice(at, at + LIVED_AT_ONCE);
    for (const state of ['down', 'up'] as const) {
      await Promise.all(agents.map((agent) => agent.say(some, state)));
      await sleep(LIVED_STEP_MS);
    }
  }
}

/** Asks for names that have had endpoints in their answers until none has one; what has lost all of them is not asked for again. */
async function waitUntilOut(socket: Socket, port: number): Promise<{ atMs: number; lost: number }> {
  const left = new Set(ASKED);
  let lost = 0;
  for (const end = performance.now() + CHANGED_WITHIN_MS; performance.now() < end; ) {
    const isUntouched = left.size === ASKED.length;
    const { bare, unanswered } = await ask(socket, port, isUntouched ? FEELERS : [...left]);
    lost += unanswered;
    for (const name of bare) left.delete(name);
    if (left.size === 0) return { atMs: performance.now(), lost };
    if (bare.length === 0) await sleep(ASK_GAP_MS);
  }
  throw new Error(`endpoints are in answers after ${CHANGED_WITHIN_MS} ms`);
}

/** Of the names asked for, those answered with every endpoint and with none; and how many were not answered. */
type Asked = { readonly whole: readonly string[]; readonly bare: readonly string[]; readonly unanswered: number };

/** Asks once for each of `names`, all at a time. */
function ask(socket: Socket, port: number, names: readonly string[]): Promise<Asked> {
  return new Promise((resolve) => {
    const open = new Map<number, string>();
    const whole: string[] = [];
    const bare: string[] = [];
    const finish = () => {
      clearTimeout(timer);
      socket.off('message', take);
      resolve({ whole, bare, unanswered: open.size });
    };
    const take = (message: Buffer) => {
      const id = message.readUInt16BE(0);
      const name = open.get(id);
      if (name === undefined) return;
      open.delete(id);
      const addresses = message.readUInt16BE(ANCOUNT_AT);
      if (addresses === ENDPOINTS_PER_NAME) whole.push(name);
      if (addresses === ADDRESSES_WITHOUT) bare.push(name);
      if (open.size === 0) finish();
    };
    const timer = setTimeout(finish, ANSWER_WITHIN_MS);
    socket.on('message', take);
    for (const name of names) {
      const id = nextId++ & 0xffff;
      open.set(id, name);
      socket.send(buildQuery(name, 'A', { id }), port, '127.0.0.1');
    }
  });
}
