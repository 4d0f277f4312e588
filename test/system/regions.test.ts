import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnswerWatch } from '../tools/answer-watch.ts';
import {
  ADDRESS_OF,
  addresses,
  addressesFor,
  CLIENTS_OF,
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
import { ask } from '../tools/dns-client.ts';
import type { EndpointBehaviour } from '../tools/http-endpoint.ts';
import { leftovers, markDescendants } from '../tools/leftovers.ts';
import { runMeridian } from '../tools/meridian-process.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';

/** Two checks a second apart in the second of three regions, and a busy machine's share. */
const MOVED_WITHIN_MS = 8_000;
/** An agent is stale after fifteen seconds of silence. */
const STALE_WITHIN_MS = 22_000;

const AT_HOME: Readonly<Record<Region, string>> = {
  'us-east': addresses('us'),
  'eu-west': addresses('eu1', 'eu2'),
  'ap-southeast': addresses('ap'),
};

const title = `three regions, two DNS nodes, four endpoints${hasRedisServer() ? '' : ' (skipped: no redis-server)'}`;
describe.skipIf(!hasRedisServer())(title, () => {
  let redis: RedisServer;
  let cluster: Cluster;
  beforeAll(async () => {
    markDescendants();
    redis = await startRedis();
    cluster = await startCluster(redis);
    figure('all verdicts known on both nodes after the start of the agents', await cluster.untilSettled());
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await redis?.stop();
    expect(await leftovers()).toEqual([]);
  });

  async function expectAllAtHome(): Promise<void> {
    for (const node of cluster.nodes)
      for (const region of REGIONS) expect(await addressesFor(node, WWW, region), region).toBe(AT_HOME[region]);
  }

  /** Runs `change`, waits until clients of `region` get `expected` on both nodes, and prints how long that took. */
  async function moved(what: string, region: Region, expected: string, change: () => unknown): Promise<void> {
    await change();
    const delays = await cluster.untilServed(WWW, region, expected, MOVED_WITHIN_MS);
    figure(what, ...delays);
  }

  it.each(REGIONS)(
    'gives clients of %s their pool on both nodes, whichever way their place is told',
    async (region) => {
      const { v4, v6, from } = CLIENTS_OF[region];
      for (const node of cluster.nodes) {
        for (const tcp of [false, true]) {
          for (const options of [{ ecs: v4 }, { ecs: v6 }, { from }])
            expect(await addressesFor(node, WWW, region, { tcp, ...options })).toBe(AT_HOME[region]);
        }
        // What is true of the rest of the world too (the rule without places) may be told of a larger network.
        const { subnet } = await ask(node, WWW, 'A', { ecs: v4 });
        expect(subnet).toMatchObject({ source: 24, ...(region === 'us-east' ? {} : { scope: 24 }) });
      }
    },
  );

  it('tells with status from Redis of both nodes, all agents and all verdicts', async () => {
    // A node tells Redis of a new mode with its next look at the clock.
    const status = await statusFromRedis((nodes) => nodes.every(({ mode }) => mode === 'NORMAL'));
    expect(status.nodes.map(({ node, mode }) => `${node} ${mode}`).sort()).toEqual(['ns1 NORMAL', 'ns2 NORMAL']);
    expect(status.agents.map(({ agent, region }) => `${agent} ${region}`).sort()).toEqual(
      [...REGIONS].sort().map((region) => `${region}-1 ${region}`),
    );
    expect(status.endpoints).toHaveLength(8);
    for (const endpoint of status.endpoints) {
      expect(endpoint.verdict, endpoint.subject).toBe('up');
      expect(endpoint.votes.map(({ region, vote }) => `${region} ${vote}`).sort()).toEqual(
        [...REGIONS].sort().map((region) => `${region} up`),
      );
    }
  });

  it('explains a choice with the votes behind it', async () => {
    const { v4 } = CLIENTS_OF['eu-west'];
    const node = cluster.nodes[0]!;
    const args = ['explain', WWW, 'A', '--client', '127.0.0.1', '--ecs', v4, '--redis', redis.url];
    const run = await runMeridian([...args, '--json'], { folder: node.folder });
    expect(run.code, run.stderr).toBe(0);
    const explanation = JSON.parse(run.stdout) as ExplanationJson;
    expect(explanation.trace.steps).toMatchObject([{ placedBy: 'client subnet', scope: 24, outcome: 'pool eu-west' }]);
    expect([...explanation.trace.steps[0]!.chosen].sort().join(' ')).toBe(AT_HOME['eu-west']);
    expect(explanation.endpoints.map(({ value }) => value).sort()).toEqual([ADDRESS_OF.eu1, ADDRESS_OF.eu2]);
    for (const { verdict, votes } of explanation.endpoints) {
      expect(verdict).toBe('up');
      expect(votes.map(({ region, vote }) => `${region} ${vote}`)).toEqual([...REGIONS].sort().map((r) => `${r} up`));
    }
    const byNode = ['explain', WWW, '--client', CLIENTS_OF['ap-southeast'].from, '--admin', node.adminUrl];
    const text = await runMeridian(byNode, { folder: node.folder });
    expect(text.code, text.stderr).toBe(0);
    for (const word of ['ap-southeast', ADDRESS_OF.ap, 'us-east:up', 'eu-west:up']) expect(text.stdout).toContain(word);
  });

  it('takes a stopped endpoint out of answers on both nodes and brings it back, and nobody else moves', async () => {
    const { eu1 } = cluster.endpoints;
    await moved('stopped endpoint (refused) out of answers', 'eu-west', addresses('eu2'), () => eu1.refuse());
    for (const region of ['us-east', 'ap-southeast'] as const)
      for (const node of cluster.nodes) expect(await addressesFor(node, WWW, region)).toBe(AT_HOME[region]);
    await moved('endpoint back in answers', 'eu-west', AT_HOME['eu-west'], () => eu1.accept());
  });

  it.each<[string, EndpointBehaviour]>([
    ['silent', { does: 'silence' }],
    ['answering 503', { does: 'answer', status: 503 }],
  ])('takes an endpoint that is %s out, and brings it back', async (what, behaviour) => {
    const { ap } = cluster.endpoints;
    await moved(`endpoint ${what} out of answers`, 'ap-southeast', LAST_RESORT, () => {
      ap.behaviour = behaviour;
    });
    await moved(`endpoint no longer ${what} back in answers`, 'ap-southeast', AT_HOME['ap-southeast'], () => {
      ap.behaviour = { does: 'answer' };
    });
    await expectAllAtHome();
  });

  it('follows the chain of fallbacks to its end and back', async () => {
    const { us, eu1, eu2, ap } = cluster.endpoints;
    // On a busy machine this is the third down of one, which would be held back.
    await cluster.forgiveFlaps();
    await moved('whole pool stopped, its clients in the next one', 'eu-west', addresses('us'), () =>
      Promise.all([eu1.refuse(), eu2.refuse()]),
    );
    await moved('second pool of the chain stopped', 'eu-west', addresses('ap'), () => us.refuse());
    await moved('last pool of the chain stopped', 'eu-west', LAST_RESORT, () => ap.refuse());
    await Promise.all([us, eu1, eu2, ap].map((endpoint) => endpoint.accept()));
    const delays = await Promise.all(
      REGIONS.map((region) => cluster.untilServed(WWW, region, AT_HOME[region], MOVED_WITHIN_MS)),
    );
    figure('everything back after everything was down', ...delays.flat());
    await cluster.untilSettled();
  });

  it('changes nothing when a region loses its agent, whose votes leave the denominator once they are stale', async () => {
    const { ap } = cluster.endpoints;
    await cluster.forgiveFlaps();
    await expectAllAtHome();
    const watches = cluster.nodes.map((node) => new AnswerWatch(node, WWW, 100));
    const verdictsBefore = cluster.nodes.map((node) => verdictsToldBy(node).length);
    const killedMs = performance.now();
    await cluster.agents.get('us-east')!.stop('SIGKILL');
    cluster.agents.delete('us-east');
    await ap.refuse();
    // Two regions of three are a majority. All of three they are not, as long as the word of the dead agent counts.
    figure('stopped endpoint out by two of three regions', ...(await servedAt(WWW, LAST_RESORT)));
    for (const node of cluster.nodes) expect(await addressesFor(node, STRICT, 'ap-southeast')).toBe(addresses('ap'));
    await cluster.untilServed(STRICT, 'ap-southeast', LAST_RESORT, STALE_WITHIN_MS);
    const sinceKillMs = performance.now() - killedMs;
    figure('votes of a killed agent out of the denominator', sinceKillMs);
    expect(sinceKillMs).toBeGreaterThan(10_000);
    for (const node of cluster.nodes) {
      const status = await nodeStatus(node);
      expect(status.mode).toBe('NORMAL');
      expect(status.agents.filter(({ fresh }) => !fresh).map(({ region }) => region)).toEqual(['us-east']);
      const strict = status.endpoints.find(({ name, value }) => name === `${STRICT}.` && value === ADDRESS_OF.ap)!;
      expect(Object.fromEntries(strict.votes.map(({ region, vote }) => [region, vote]))).toEqual({
        'us-east': 'unknown',
        'eu-west': 'down',
        'ap-southeast': 'down',
      });
    }
    await ap.accept();
    await servedAt(WWW, addresses('ap'));
    await sleep(200);
    for (const [i, watch] of watches.entries()) {
      expect((await watch.stop()).lost).toBe(0);
      for (const region of ['us-east', 'eu-west'] as const) expect(watch.answersTo(region)).toEqual([AT_HOME[region]]);
      expect(watch.answersTo('ap-southeast')).toEqual([addresses('ap'), LAST_RESORT, addresses('ap')]);
      const told = verdictsToldBy(cluster.nodes[i]!).slice(verdictsBefore[i]);
      expect(told.every((check) => check.startsWith(`http://${ADDRESS_OF.ap}:`))).toBe(true);
    }
  });

  it('counts a region again when its agent is back', async () => {
    const startMs = performance.now();
    await cluster.startAgent('us-east');
    await cluster.untilSettled();
    figure('restarted agent counted again on both nodes', performance.now() - startMs);
    await expectAllAtHome();
    for (const node of cluster.nodes) {
      for (const { votes } of (await nodeStatus(node)).endpoints)
        expect(votes.map(({ vote }) => vote)).toEqual(['up', 'up', 'up']);
    }
  });

  /** Status from Redis, once `isGood` or after a while. */
  async function statusFromRedis(isGood: (nodes: StatusJson['nodes']) => boolean): Promise<StatusJson> {
    for (let tries = 1; ; tries++) {
      const run = await runMeridian(['status', '--redis', redis.url, '--json']);
      expect(run.code, run.stderr).toBe(0);
      const status = JSON.parse(run.stdout) as StatusJson;
      if (isGood(status.nodes) || tries === 5) return status;
    }
  }

  function servedAt(name: string, expected: string): Promise<number[]> {
    return cluster.untilServed(name, 'ap-southeast', expected, MOVED_WITHIN_MS);
  }
});

type VoteJson = { readonly region: string; readonly vote: string };
type StatusJson = {
  readonly nodes: readonly { readonly node: string; readonly mode: string }[];
  readonly agents: readonly { readonly agent: string; readonly region: string }[];
  readonly endpoints: readonly { readonly subject: string; readonly verdict: string; readonly votes: VoteJson[] }[];
};
type ExplanationJson = {
  readonly trace: { readonly steps: readonly { readonly chosen: readonly string[] }[] };
  readonly endpoints: readonly { readonly value: string; readonly verdict: string; readonly votes: VoteJson[] }[];
};

function figure(what: string, ...delaysMs: number[]): void {
  console.log(`figure: ${what}: ${delaysMs.map((ms) => `${(ms / 1000).toFixed(2)} s`).join(', ')}`);
}
