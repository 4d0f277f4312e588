/** Experiments on simulated worlds; each is told by its seed, which replays it. */

import { factorOfWord } from '../../src/health/health-table.ts';
import { type Behaviour, type SimEndpoint, SimWorld, type WorldOptions } from './sim-world.ts';

/** An endpoint that fails is out of answers after at most this, or the trial has failed. */
const GIVE_UP_MS = 60_000;

/**
 * Lets each endpoint of worlds of 50 fail once, at a moment of its own; the times from the failure to the change of the last
 * node's word.
 */
export async function failureDelays(
  failure: Behaviour,
  trials: number,
  options: WorldOptions,
): Promise<{ delays: number[]; falseDowns: number }> {
  const delays: number[] = [];
  let falseDowns = 0;
  for (let seed = options.seed; delays.length < trials; seed++) {
    const world = new SimWorld({ ...options, seed, endpoints: 50 });
    await world.start();
    const downsAtStart = world.downs();
    const failing = new Map<SimEndpoint, number>();
    const spanMs = world.endpoints.length * 4_000;
    const victims = world.endpoints.slice(0, trials - delays.length);
    for (const endpoint of victims) {
      world.time.timers.after(world.draw() * spanMs, () => {
        endpoint.behaviour = failure;
        failing.set(endpoint, world.time.nowMs);
      });
    }
    let done = 0;
    const look = () => {
      for (const [endpoint, sinceMs] of failing) {
        const delayMs = world.time.nowMs - sinceMs;
        if (!world.isOut(endpoint) && delayMs < GIVE_UP_MS) continue;
        delays.push(delayMs);
        failing.delete(endpoint);
        done++;
        // Well again before the guard against mistaken observers sees half of the world down.
        endpoint.behaviour = 'well';
      }
    };
    while (done < victims.length) await world.time.pass(1_000, look);
    falseDowns += world.downs() - downsAtStart - victims.length * world.nodes.length;
    await world.stop();
  }
  return { delays, falseDowns };
}

/** What went on in a world that was left to itself, or disturbed. */
export type Quiet = {
  readonly rounds: number;
  readonly falseDowns: number;
  readonly checks: number;
  readonly seed: number;
};

/** Lets a world of well endpoints run for so many endpoint rounds (an interval of one endpoint, checked by all agents). */
export async function quietRounds(rounds: number, options: WorldOptions): Promise<Quiet> {
  const endpoints = options.endpoints ?? 500;
  const world = new SimWorld({ ...options, endpoints });
  await world.start();
  // In the first seconds of the world the first agent alone is the majority; what counts is from when all are heard.
  const downsAtStart = world.downs();
  const intervalMs = world.endpoints[0]!.spec.check.intervalMs;
  await world.time.pass((rounds / endpoints) * intervalMs);
  const quiet = { rounds, falseDowns: world.downs() - downsAtStart, checks: world.checksRun, seed: options.seed };
  await world.stop();
  return quiet;
}

/** What is parted from what, for a while. */
export type Partition =
  | 'agent-from-redis'
  | 'agent-from-targets'
  | 'agent-from-both'
  | 'agent-flapping'
  | 'node-from-redis'
  | 'redis-from-all'
  | 'redis-flushed'
  | 'redis-restored';

/** One partition of a random moment and length in a world of well endpoints; how many downs it led to, and how it ended. */
export async function partitionTrial(
  partition: Partition,
  options: WorldOptions,
): Promise<{ downs: number; isNormal: boolean; words: boolean }> {
  const world = new SimWorld({ endpoints: 20, nodes: 2, ...options });
  await world.start();
  const downsAtStart = world.downs();
  await world.time.pass(world.draw() * 10_000);
  const end = part(partition, world);
  await world.time.pass(5_000 + world.draw() * 120_000);
  end();
  await world.time.pass(60_000);
  const isNormal = world.nodes.every(({ feed }) => feed.status().mode === 'NORMAL');
  const words = world.endpoints.every((endpoint) => !world.isOut(endpoint));
  const downs = world.downs() - downsAtStart;
  await world.stop();
  return { downs, isNormal, words };
}

/** Begins the partition; the function returned ends it. */
function part(partition: Partition, world: SimWorld): () => void {
  const victim = world.agents[Math.floor(world.draw() * world.agents.length)]!;
  const clients = world.redis.clients;
  switch (partition) {
    case 'agent-from-redis':
      victim.store.cut(true);
      return () => victim.store.cut(false);
    case 'agent-from-targets':
      victim.isBlind = true;
      return () => {
        victim.isBlind = false;
      };
    case 'agent-from-both':
      victim.isBlind = true;
      victim.store.cut(true);
      return () => {
        victim.isBlind = false;
        victim.store.cut(false);
      };
    case 'agent-flapping':
      return world.time.timers.every(700, () => {
        victim.isBlind = world.draw() < 0.5;
        victim.store.cut(world.draw() < 0.5);
      });
    case 'node-from-redis':
      world.nodes[0]!.store.cut(true);
      return () => world.nodes[0]!.store.cut(false);
    case 'redis-from-all':
      for (const client of clients) client.cut(true);
      return () => {
        for (const client of clients) client.cut(false);
      };
    case 'redis-flushed':
      for (const client of clients) client.cut(true);
      world.redis.flush();
      return () => {
        for (const client of clients) client.cut(false);
      };
    default: {
      const restore = world.redis.dump();
      return () => {
        for (const client of clients) client.cut(true);
        restore();
        world.time.timers.after(4_000, () => {
          for (const client of clients) client.cut(false);
        });
      };
    }
  }
}

/**
 * A node that starts within seconds of a death: milliseconds from its start until the dead endpoint is out of its answers, and how many
 * others ever were.
 */
export async function lateNode(options: WorldOptions): Promise<{ knownMs: number; falseDowns: number }> {
  const world = new SimWorld({ endpoints: 20, ...options });
  await world.start();
  await world.time.pass(world.draw() * 10_000);
  const [dead] = world.endpoints as [SimEndpoint];
  dead.behaviour = 'refusing';
  while (!world.isOut(dead)) await world.time.pass(100);
  // The agents' next snapshots, which hold the death, come at moments of their own.
  await world.time.pass(world.draw() * 3_000);
  const node = world.addNode();
  const startMs = world.time.nowMs;
  let knownMs = Number.POSITIVE_INFINITY;
  await world.time.pass(30_000, () => {
    if (knownMs === Number.POSITIVE_INFINITY && world.isOut(dead)) knownMs = world.time.nowMs - startMs;
  });
  const falseDowns = node.events.filter(
    (event) => event.event === 'verdict' && event.verdict === 'down' && event.check !== dead.spec.check.id,
  ).length;
  await world.stop();
  return { knownMs, falseDowns };
}

/** Three of five agents see nothing for `blindMs`; the most endpoints that were out at one time, and whether it ended well. */
export async function mistakenObservers(
  blindMs: number,
  options: WorldOptions,
): Promise<{ outMost: number; outAtEnd: number }> {
  const world = new SimWorld({ endpoints: 20, ...options });
  await world.start();
  const count = () => world.endpoints.filter((endpoint) => world.isOut(endpoint)).length;
  let outMost = 0;
  const look = () => {
    outMost = Math.max(outMost, count());
  };
  for (const agent of world.agents.slice(0, 3)) agent.isBlind = true;
  await world.time.pass(blindMs, look);
  for (const agent of world.agents) agent.isBlind = false;
  await world.time.pass(60_000);
  const outAtEnd = count();
  await world.stop();
  return { outMost, outAtEnd };
}

/** All endpoints refuse at once; milliseconds until the last is out. */
export async function everythingFails(options: WorldOptions): Promise<number> {
  const world = new SimWorld(options);
  await world.start();
  const startMs = world.time.nowMs;
  for (const endpoint of world.endpoints) endpoint.behaviour = 'refusing';
  let delayMs = Number.POSITIVE_INFINITY;
  await world.time.pass(30_000, () => {
    if (delayMs === Number.POSITIVE_INFINITY && world.endpoints.every((endpoint) => world.isOut(endpoint)))
      delayMs = world.time.nowMs - startMs;
  });
  await world.stop();
  return delayMs;
}

/** One endpoint of three fails and recovers; its factor from the moment it is back, once a second. */
export async function recoveryFactors(options: WorldOptions): Promise<number[]> {
  const world = new SimWorld({
    endpoints: 3,
    endpoint: { recovery: { ramp: { seconds: 60, floor: 0.1 }, manualResume: false } },
    ...options,
  });
  await world.start();
  const [endpoint] = world.endpoints as [SimEndpoint];
  endpoint.behaviour = 'refusing';
  await world.time.pass(15_000);
  endpoint.behaviour = 'well';
  while (world.isOut(endpoint)) await world.time.pass(100);
  const factors: number[] = [];
  for (let second = 0; second < 70; second++) {
    factors.push(factorOfWord(world.nodes[0]!.registry.table[endpoint.slot]!));
    await world.time.pass(1_000);
  }
  await world.stop();
  return factors;
}
