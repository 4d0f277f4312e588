/**
 * Processes that stand still for longer than a vote lives, machines of endpoints that hang or are unplugged, and clocks that jump by
 * an hour or by days: with real processes around a real Redis. Only what is dead goes down.
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnswerWatch } from '../tools/answer-watch.ts';
import {
  ADDRESS_OF,
  addresses,
  type Cluster,
  LAST_RESORT,
  nodeStatus,
  PATIENT,
  REGIONS,
  type Region,
  startCluster,
  verdictsToldBy,
  WWW,
} from '../tools/cluster.ts';
import { EndpointMachine } from '../tools/endpoint-machine.ts';
import { leftovers, markDescendants } from '../tools/leftovers.ts';
import { type MeridianProcess, runMeridian } from '../tools/meridian-process.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JUMPS_MS = [HOUR_MS, -HOUR_MS, 3 * DAY_MS, -3 * DAY_MS];
/** Longer than the votes of an agent stay fresh. */
const STALL_MS = 17_000;
/** All agents heard anew, two seconds of doubt; and a busy machine. */
const SETTLED_WITHIN_MS = 20_000;
const MOVED_WITHIN_MS = 15_000;
/** Some intervals, and the pause between two looks at shifts. */
const AFTER_JUMP_MS = 2_000;
const QUERIES_PER_SECOND = 100;

const AT_HOME: Readonly<Record<Region, string>> = {
  'us-east': addresses('us'),
  'eu-west': addresses('eu1', 'eu2'),
  'ap-southeast': addresses('ap'),
};

const title = `what stands still${hasRedisServer() ? '' : ' (skipped: no redis-server)'}`;
describe.skipIf(!hasRedisServer())(title, { timeout: 120_000 }, () => {
  let redis: RedisServer;
  let cluster: Cluster;
  beforeAll(async () => {
    markDescendants();
    redis = await startRedis();
    const preload = pathToFileURL(join(import.meta.dirname, '../tools/clock-jumps.mjs')).href;
    const env = { NODE_OPTIONS: `--import ${preload}`, TEST_CLOCK_JUMPS: JUMPS_MS.join(',') };
    cluster = await startCluster({ url: redis.url, env }, { nodes: 2, checks: PATIENT });
    await cluster.untilSettled();
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await redis?.stop();
    expect(await leftovers()).toEqual([]);
  });

  it('an agent, and a node, for longer than votes live: nobody goes down, and both go on', async () => {
    const [awake, stalled] = cluster.nodes as [MeridianProcess, MeridianProcess];
    const agent = cluster.agents.get('ap-southeast')!;
    const watch = new AnswerWatch(awake, WWW, QUERIES_PER_SECOND);
    const before = cluster.nodes.map(verdictsToldBy);
    for (const { child } of [agent, stalled]) child.kill('SIGSTOP');
    await sleep(STALL_MS);
    const { mode, agents } = await nodeStatus(awake);
    expect(mode).toBe('NORMAL');
    expect(agents.filter(({ fresh }) => !fresh).map(({ region }) => region)).toEqual(['ap-southeast']);
    for (const { child } of [agent, stalled]) child.kill('SIGCONT');
    const tookMs = await cluster.untilStatus('well again', SETTLED_WITHIN_MS, (status) => {
      const isFresh = status.agents.length === REGIONS.length && status.agents.every(({ fresh }) => fresh);
      return status.mode === 'NORMAL' && isFresh && status.endpoints.every(({ verdict }) => verdict === 'up');
    });
    console.log(`figure: well again ${(tookMs / 1000).toFixed(2)} s after an agent and a node stood still for 17 s`);
    // What they had under way has ended.
    await sleep(2_000);
    expect((await watch.stop()).lost).toBe(0);
    for (const region of REGIONS) expect(watch.answersTo(region), region).toEqual([AT_HOME[region]]);
    expect(cluster.nodes.map(verdictsToldBy)).toEqual(before);
    for (const { output } of [...cluster.nodes, ...cluster.agents.values()]) expect(output).not.toMatch(/defect:/);
  });

  it.each(['freeze', 'unplug'] as const)(
    'the machine of an endpoint (%s): it is out of answers, and back later',
    async (how) => {
      const { ap } = cluster.endpoints;
      await ap.refuse();
      const machine = await EndpointMachine.start([ADDRESS_OF.ap], ap.port);
      try {
        await cluster.untilSettled();
        const startMs = performance.now();
        machine[how]();
        await cluster.untilServed(WWW, 'ap-southeast', LAST_RESORT, MOVED_WITHIN_MS);
        console.log(`figure: ${how}: out of answers after ${((performance.now() - startMs) / 1000).toFixed(2)} s`);
        const reasons = await reasonsOf(ADDRESS_OF.ap);
        expect(reasons.length).toBeGreaterThan(0);
        for (const reason of reasons)
          expect(reason).toMatch(how === 'unplug' ? /^timeout.*\(connect\)/ : /^timeout.*\((?!connect)/);
        machine.thaw();
        await cluster.untilSettled();
      } finally {
        await machine.stop();
        await ap.accept();
      }
      await cluster.untilSettled();
    },
  );

  it('clocks that jump by an hour and by three days, to and fro: nobody goes down, and shifts are neither lost nor kept', async () => {
    const [node] = cluster.nodes as [MeridianProcess];
    await cluster.untilSettled();
    await cluster.forgiveFlaps();
    const ours = await drain(ADDRESS_OF.eu1);
    await untilShifted([ours]);
    const watch = new AnswerWatch(node, WWW, QUERIES_PER_SECOND);
    const before = cluster.nodes.map(verdictsToldBy);
    const startMs = Date.now();
    for (const jumpMs of JUMPS_MS) {
      for (const { child } of [node, cluster.agents.get('eu-west')!]) child.kill('SIGUSR2');
      await sleep(AFTER_JUMP_MS);
      const { mode, agents } = await nodeStatus(node);
      expect({ mode, fresh: agents.filter(({ fresh }) => fresh).length }, `${jumpMs}`).toEqual({
        mode: 'NORMAL',
        fresh: 3,
      });
      // A drain of the moment is in force on a node whose clock says something else.
      const another = await drain(ADDRESS_OF.eu2);
      await untilShifted([ours, another]);
      await takeBack(another);
      await untilShifted([ours]);
    }
    const held = (await nodeStatus(node)).shifts.find(({ id }) => id === ours)!;
    const leftSeconds = 600 - (Date.now() - startMs) / 1000;
    expect(Math.abs(held.leftSeconds - leftSeconds)).toBeLessThan(15);
    await takeBack(ours);
    await untilShifted([]);
    const report = await watch.stop();
    expect(report.lost).toBe(0);
    expect(watch.answersTo('us-east')).toEqual([AT_HOME['us-east']]);
    expect(watch.answersTo('ap-southeast')).toEqual([AT_HOME['ap-southeast']]);
    expect(cluster.nodes.map(verdictsToldBy)).toEqual(before);
    // The last jump was three days back; deaths are seen as ever.
    expect(Math.abs(newestLogMs(node) - Date.now() - JUMPS_MS.at(-1)!)).toBeLessThan(HOUR_MS);
    await cluster.endpoints.us.refuse();
    await cluster.untilServed(WWW, 'us-east', AT_HOME['ap-southeast'], MOVED_WITHIN_MS);
    await cluster.endpoints.us.accept();
    await cluster.untilSettled();
  });

  /** Why each agent calls the endpoint at `address` down, by the first node. */
  async function reasonsOf(address: string): Promise<string[]> {
    const run = await runMeridian([
      'explain',
      WWW,
      'A',
      '--client',
      '203.0.113.7',
      '--admin',
      cluster.nodes[0]!.adminUrl,
      '--json',
    ]);
    expect(run.code, run.stderr).toBe(0);
    const { endpoints } = JSON.parse(run.stdout) as {
      endpoints: { value: string; voices: { vote: string; reason: string }[] }[];
    };
    return endpoints
      .filter(({ value }) => value === address)
      .flatMap(({ voices }) => voices.flatMap(({ vote, reason }) => (vote === 'down' ? reason : [])));
  }

  /** Drains an endpoint for ten minutes, through the first node, whose clock is the one that jumps; the shift's id. */
  async function drain(target: string): Promise<string> {
    const shift = { scope: 'endpoint', target, factor: 0, seconds: 600, reason: 'test', by: 'test', force: true };
    const response = await cluster.nodes[0]!.change('POST', '/api/v1/shifts', shift);
    expect(response.status).toBe(201);
    return ((await response.json()) as { shift: { id: string } }).shift.id;
  }

  async function takeBack(id: string): Promise<void> {
    const response = await cluster.nodes[0]!.change('DELETE', `/api/v1/shifts/${id}`);
    expect(response.ok).toBe(true);
  }

  /** Waits until every node has exactly the shifts `ids` besides those that only let endpoints back in. */
  async function untilShifted(ids: readonly string[]): Promise<void> {
    await cluster.untilStatus(`shifted by ${ids}`, 10_000, ({ shifts }) => {
      const held = shifts.filter(({ isResume }) => !isResume).map(({ id }) => id);
      return held.sort().join() === [...ids].sort().join();
    });
  }
});

/** What the clock of a process says by the newest line of its log. */
function newestLogMs({ logs }: MeridianProcess): number {
  return Date.parse(String(logs.at(-1)?.time));
}
