import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AnswerWatch } from '../tools/answer-watch.ts';
import {
  ADDRESS_OF,
  addresses,
  addressesFor,
  type Cluster,
  LAST_RESORT,
  nodeStatus,
  REGIONS,
  type Region,
  STRICT,
  startCluster,
  verdictsToldBy,
  WWW,
} from '../tools/cluster.ts';
import { leftovers, markDescendants } from '../tools/leftovers.ts';
import { runMeridian } from '../tools/meridian-process.ts';
import type { StreamReport } from '../tools/query-stream.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';

/** Of the stream at each node. */
const QUERIES_PER_SECOND = 300;
const MOVED_WITHIN_MS = 8_000;
/** A lost Redis is met at once, one that hangs within the time that the reader of the stream waits. */
const HOLD_WITHIN_MS = 4_000;
const HANG_NOTICED_WITHIN_MS = 8_000;
/** Reconnection within two seconds, all agents heard, and two seconds of doubt. */
const NORMAL_WITHIN_MS = 12_000;
/** Longer than the votes of an agent stay fresh, so that all of them are stale when Redis is back. */
const OUTAGE_MS = 17_000;

const AT_HOME: Readonly<Record<Region, string>> = {
  'us-east': addresses('us'),
  'eu-west': addresses('eu1', 'eu2'),
  'ap-southeast': addresses('ap'),
};

const title = `without Redis${hasRedisServer() ? '' : ' (skipped: no redis-server)'}`;
describe.skipIf(!hasRedisServer())(title, () => {
  let redis: RedisServer;
  let cluster: Cluster;
  let watches: AnswerWatch[] = [];
  beforeAll(async () => {
    markDescendants();
    redis = await startRedis();
    await redis.kill();
    cluster = await startCluster(redis);
  }, 60_000);
  afterEach(async () => {
    await Promise.all(watches.map((watch) => watch.stop()));
    watches = [];
  });
  afterAll(async () => {
    await cluster?.stop();
    await redis?.stop();
    expect(await leftovers()).toEqual([]);
  });

  it('never there: nodes and agents start, serve what is unknown, and know more once there is a Redis', async () => {
    watchAll();
    for (const node of cluster.nodes) {
      figure('ready line of a node without Redis', node.readyAfterMs);
      expect(await nodeStatus(node)).toMatchObject({ mode: 'HOLD', state: 'redis' });
      for (const region of REGIONS) expect(await addressesFor(node, WWW, region), region).toBe(AT_HOME[region]);
    }
    const { eu2 } = cluster.endpoints;
    await eu2.refuse();
    await sleep(3_000);
    await expectHoldInStatus();
    const backMs = performance.now();
    await redis.restart({ empty: true });
    figure('NORMAL after the first Redis appeared', await untilMode('NORMAL', NORMAL_WITHIN_MS, backMs));
    await cluster.untilServed(WWW, 'eu-west', addresses('eu1'), MOVED_WITHIN_MS);
    figure(
      'dead endpoint known after the first Redis appeared',
      ...(await firstSeen('eu-west', backMs, addresses('eu1'))),
    );
    await eu2.accept();
    await cluster.untilSettled();
    await sleep(200);
    for (const watch of watches) {
      expect(watch.answersTo('us-east')).toEqual([AT_HOME['us-east']]);
      expect(watch.answersTo('eu-west')).toEqual([AT_HOME['eu-west'], addresses('eu1'), AT_HOME['eu-west']]);
      expect(watch.answersTo('ap-southeast')).toEqual([AT_HOME['ap-southeast']]);
    }
    await expectNothingLost('no Redis at the start');
  }, 60_000);

  it('killed: every query is answered as before, also when endpoints change; back and empty: news again, nothing falsely down', async () => {
    const { us, eu1, ap } = cluster.endpoints;
    await mend();
    await ap.refuse();
    for (const name of [WWW, STRICT]) await cluster.untilServed(name, 'ap-southeast', LAST_RESORT, MOVED_WITHIN_MS);
    await cluster.untilDown(ADDRESS_OF.ap, MOVED_WITHIN_MS);
    const before = cluster.nodes.map(verdictsToldBy);
    watchAll();
    await sleep(500);

    const lostMs = performance.now();
    await redis.kill();
    figure('HOLD after Redis was killed', await untilMode('HOLD', HOLD_WITHIN_MS));
    // One endpoint dies and one comes back to life, and nobody can tell.
    await Promise.all([eu1.refuse(), ap.accept()]);
    await expectHoldInStatus();
    await sleep(OUTAGE_MS - (performance.now() - lostMs));
    for (const watch of watches) {
      expect(watch.answersTo('us-east', lostMs)).toEqual([AT_HOME['us-east']]);
      expect(watch.answersTo('eu-west', lostMs)).toEqual([AT_HOME['eu-west']]);
      expect(watch.answersTo('ap-southeast', lostMs)).toEqual([LAST_RESORT]);
    }
    expect(cluster.nodes.map(verdictsToldBy)).toEqual(before);
    for (const node of cluster.nodes) expect((await nodeStatus(node)).agents.map(({ fresh }) => fresh)).toEqual(NONE);

    const backMs = performance.now();
    await redis.restart({ empty: true });
    figure('NORMAL after Redis was back, empty', await untilMode('NORMAL', NORMAL_WITHIN_MS, backMs));
    await cluster.untilServed(WWW, 'eu-west', addresses('eu2'), MOVED_WITHIN_MS);
    await cluster.untilServed(WWW, 'ap-southeast', AT_HOME['ap-southeast'], MOVED_WITHIN_MS);
    figure(
      'death during the outage known after Redis was back',
      ...(await firstSeen('eu-west', backMs, addresses('eu2'))),
    );
    figure(
      'recovery during the outage known after Redis was back',
      ...(await firstSeen('ap-southeast', backMs, AT_HOME['ap-southeast'])),
    );

    const deathMs = performance.now();
    await us.refuse();
    await cluster.untilServed(WWW, 'us-east', AT_HOME['ap-southeast'], MOVED_WITHIN_MS);
    figure('a new death after the outage', ...(await firstSeen('us-east', deathMs, AT_HOME['ap-southeast'])));
    const revivalMs = performance.now();
    await Promise.all([us.accept(), eu1.accept()]);
    await cluster.untilSettled();
    figure('two endpoints back after the outage', performance.now() - revivalMs);
    await sleep(200);

    // Every change there was, and no other: nothing was down for a moment that was not dead.
    for (const watch of watches) {
      expect(watch.answersTo('us-east')).toEqual([AT_HOME['us-east'], AT_HOME['ap-southeast'], AT_HOME['us-east']]);
      expect(watch.answersTo('eu-west')).toEqual([AT_HOME['eu-west'], addresses('eu2'), AT_HOME['eu-west']]);
      expect(watch.answersTo('ap-southeast')).toEqual([LAST_RESORT, AT_HOME['ap-southeast']]);
    }
    await expectNothingLost('Redis killed and back');
  }, 80_000);

  it('hanging: the same, and NORMAL again when it answers', async () => {
    await mend();
    watchAll();
    const stoppedMs = performance.now();
    redis.freeze();
    figure('HOLD after Redis hung', await untilMode('HOLD', HANG_NOTICED_WITHIN_MS));
    await expectHoldInStatus();
    await sleep(Math.max(0, 6_000 - (performance.now() - stoppedMs)));
    const backMs = performance.now();
    redis.thaw();
    figure('NORMAL after it answered again', await untilMode('NORMAL', NORMAL_WITHIN_MS, backMs));
    await sleep(500);
    for (const watch of watches)
      for (const region of REGIONS) expect(watch.answersTo(region), region).toEqual([AT_HOME[region]]);
    await expectNothingLost('Redis hung');
  }, 40_000);

  it('restarted meanwhile: a node answers by the verdicts that it kept', async () => {
    const { ap } = cluster.endpoints;
    await mend();
    await ap.refuse();
    const first = await cluster.startNode('ns3', { keepFolder: true });
    try {
      await cluster.untilDown(ADDRESS_OF.ap, MOVED_WITHIN_MS, [first]);
      expect(await addressesFor(first, WWW, 'ap-southeast')).toBe(LAST_RESORT);
      await redis.kill();
    } finally {
      await first.stop();
    }
    const second = await cluster.startNode('ns3', { folder: first.folder });
    try {
      expect(await nodeStatus(second)).toMatchObject({ mode: 'HOLD' });
      expect(await addressesFor(second, WWW, 'ap-southeast')).toBe(LAST_RESORT);
      expect(await addressesFor(second, WWW, 'eu-west')).toBe(AT_HOME['eu-west']);
    } finally {
      await second.stop();
    }
  }, 30_000);

  /** A good beginning, whatever the test before has left. */
  async function mend(): Promise<void> {
    if ((await redis.command('ping').catch(() => null)) === null) await redis.restart({ empty: true });
    await Promise.all(Object.values(cluster.endpoints).map((endpoint) => endpoint.accept()));
    await cluster.untilSettled();
  }

  function watchAll(): void {
    watches = cluster.nodes.map((node) => new AnswerWatch(node, WWW, QUERIES_PER_SECOND));
  }

  /** Milliseconds from `sinceMs` until every node is in `mode`. */
  async function untilMode(mode: string, withinMs: number, sinceMs = performance.now()): Promise<number> {
    await cluster.untilStatus(mode, withinMs, (status) => status.mode === mode);
    return performance.now() - sinceMs;
  }

  /** `meridian status` of each node, with Redis gone. */
  async function expectHoldInStatus(): Promise<void> {
    for (const node of cluster.nodes) {
      const run = await runMeridian(['status', '--admin', node.adminUrl]);
      expect(run.code, run.stderr).toBe(0);
      expect(run.stdout).toMatch(/^HOLD: ns\d keeps its last verdicts/m);
    }
  }

  /** Of each node's stream, milliseconds after `sinceMs`. */
  function firstSeen(region: Region, sinceMs: number, expected: string): Promise<number[]> {
    return Promise.all(watches.map((watch) => watch.untilAnswered(region, sinceMs, expected)));
  }

  /** Ends the streams. */
  async function expectNothingLost(what: string): Promise<void> {
    const reports = await Promise.all(watches.map((watch) => watch.stop()));
    watches = [];
    for (const report of reports) {
      console.log(`figure: ${what}: ${describeStream(report)}`);
      expect(report.lost).toBe(0);
      expect(report.answered).toBe(report.sent);
      expect(report.sent).toBeGreaterThan(QUERIES_PER_SECOND);
      expect(Object.keys(report.rcodes)).toEqual(['0']);
    }
  }
});

/** No agent is fresh. */
const NONE = REGIONS.map(() => false);

function describeStream({ sent, lost, p50Ms, p99Ms, worstMs }: StreamReport): string {
  const [p50, p99, worst] = [p50Ms, p99Ms, worstMs].map((ms) => ms.toFixed(1));
  return `${sent} queries at one node, ${lost} lost, latency p50 ${p50} ms, p99 ${p99} ms, worst ${worst} ms`;
}

function figure(what: string, ...delaysMs: number[]): void {
  console.log(`figure: ${what}: ${delaysMs.map((ms) => `${(ms / 1000).toFixed(2)} s`).join(', ')}`);
}
