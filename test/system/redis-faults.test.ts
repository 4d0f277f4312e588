/**
 * Everything that can befall a Redis, as one server, behind Sentinels and as a Cluster, while real nodes and agents use it and
 * clients ask: no query is lost or answered otherwise, nothing is falsely down, and afterwards news arrive again. The three
 * worlds run side by side. `npm run redis-faults` is the long form: pauses of half a minute, and everything three times.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeKeys } from '../../src/redis/keys.ts';
import { readMemory } from '../bench/process-usage.ts';
import { AnswerWatch } from '../tools/answer-watch.ts';
import {
  addresses,
  type Cluster,
  PATIENT,
  REGIONS,
  type RedisPlace,
  type Region,
  startCluster,
  verdictsToldBy,
  WWW,
} from '../tools/cluster.ts';
import { leftovers, markDescendants } from '../tools/leftovers.ts';
import { type RedisCluster, type SentinelGroup, startRedisCluster, startSentinels } from '../tools/redis-group.ts';
import { aclOfReadme } from '../tools/redis-locks.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';

const IS_LONG = process.env.MERIDIAN_REDIS_FAULTS === 'long';
const ROUNDS = IS_LONG ? 3 : 1;
const PAUSE_MS = IS_LONG ? 30_000 : 6_000;
const FAULT_MS = IS_LONG ? 20_000 : 1_500;
const QUERIES_PER_SECOND = IS_LONG ? 1_000 : 150;
/** All faults of one world, one after the other; a quiet machine takes a third of it. */
const ENDURED_WITHIN_MS = IS_LONG ? 1_800_000 : 900_000;
/** Reconnection within five seconds, all agents heard, two seconds of doubt, two intervals; and a busy machine. */
const SETTLED_WITHIN_MS = 15_000;
/** Of a process, over all faults: what grows without end grows further than a heap breathes. */
const GROWTH_BYTES_MAX = 64 * 1024 * 1024;

const AT_HOME: Readonly<Record<Region, string>> = {
  'us-east': addresses('us'),
  'eu-west': addresses('eu1', 'eu2'),
  'ap-southeast': addresses('ap'),
};
const PASSWORD = 'pa%ss';
const KEYS = storeKeys('default');

/** What befalls it; ends when Redis is well again. */
type Fault = readonly [name: string, befall: () => Promise<void>];

/** One kind of Redis with everything around it. */
class World {
  readonly cluster: Cluster;
  readonly #names: string[] = [];

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  static async start(redis: RedisPlace): Promise<World> {
    const cluster = await startCluster(redis, { nodes: 1, checks: PATIENT });
    await cluster.untilSettled();
    return new World(cluster);
  }

  /** Lets the faults happen one after the other; what each must leave alone, it leaves alone. */
  async endure(kind: string, faults: readonly Fault[]): Promise<void> {
    const before = this.#memory();
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, befall] of faults) await this.#endureOne(`${kind}: ${name}`, befall);
    await this.#expectNewsArrive(kind);
    const grown = this.#memory().map((bytes, i) => bytes - before[i]!);
    console.log(
      `figure: ${kind}: memory of node and agents grew by ${grown.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(', ')} MiB over ${this.#names.length} faults`,
    );
    for (const bytes of grown) expect(bytes, `${kind}: memory`).toBeLessThan(GROWTH_BYTES_MAX);
    for (const process of this.#processes()) expect(process.output, kind).not.toMatch(/defect:|[Uu]nhandled/);
  }

  async #endureOne(name: string, befall: () => Promise<void>): Promise<void> {
    const [node] = this.cluster.nodes;
    this.#names.push(name);
    const verdicts = verdictsToldBy(node!);
    const watch = new AnswerWatch(node!, WWW, QUERIES_PER_SECOND);
    const settledMs = await befall()
      .then(() => this.#untilSettled(name))
      .finally(() => sleep(200))
      .catch(async (error: unknown) => {
        await watch.stop();
        throw error;
      });
    const report = await watch.stop();
    console.log(
      `figure: ${name}: settled ${(settledMs / 1000).toFixed(2)} s after its end; ${report.sent} queries, ${report.lost} lost, p99 ${report.p99Ms.toFixed(1)} ms`,
    );
    expect(report.lost, name).toBe(0);
    expect(Object.keys(report.rcodes), name).toEqual(['0']);
    for (const region of REGIONS) expect(watch.answersTo(region), `${name}: ${region}`).toEqual([AT_HOME[region]]);
    expect(verdictsToldBy(node!), `${name}: verdicts`).toEqual(verdicts);
    for (const process of this.#processes()) expect(process.hasEnded, name).toBe(false);
  }

  /** Milliseconds until the node is NORMAL and every agent has been heard since; `fresh` alone could still be of before. */
  async #untilSettled(name: string): Promise<number> {
    const startMs = performance.now();
    return this.cluster.untilStatus(name, SETTLED_WITHIN_MS, ({ mode, agents, endpoints }) => {
      const passedSeconds = (performance.now() - startMs) / 1_000;
      // Ages are told in whole seconds.
      const isHeard = agents.every(({ fresh, ageSeconds }) => fresh && ageSeconds + 0.5 <= passedSeconds);
      return mode === 'NORMAL' && isHeard && endpoints.every(({ verdict }) => verdict === 'up');
    });
  }

  /** An endpoint dies and comes back, as if nothing had been. */
  async #expectNewsArrive(kind: string): Promise<void> {
    const { eu2 } = this.cluster.endpoints;
    await eu2.refuse();
    const [tookMs] = await this.cluster.untilServed(WWW, 'eu-west', addresses('eu1'), SETTLED_WITHIN_MS);
    console.log(`figure: ${kind}: a death after all faults is in answers after ${(tookMs! / 1000).toFixed(2)} s`);
    await eu2.accept();
    await this.cluster.untilSettled();
  }

  #processes() {
    return [...this.cluster.nodes, ...this.cluster.agents.values()];
  }

  #memory(): number[] {
    return this.#processes().map(({ child }) => readMemory(child.pid!).anonymous);
  }
}

/** What befalls any server that is asked by command. */
function faultsOf(redis: RedisServer): Fault[] {
  const command = redis.command.bind(redis);
  return [
    [
      'killed and back, empty',
      async () => {
        await redis.kill();
        await sleep(FAULT_MS);
        await redis.restart({ empty: true });
        await command('acl', 'log', 'reset');
      },
    ],
    ['flushed', async () => void (await command('flushall'))],
    [
      'an old dump restored',
      async () => {
        await redis.save();
        await sleep(3_000);
        await redis.restart({ empty: false });
      },
    ],
    [
      'the stream trimmed, then deleted',
      async () => {
        for (let i = 0; i < 20; i++) await command('xtrim', KEYS.changes, 'MAXLEN', 0).then(() => sleep(50));
        await command('del', KEYS.changes);
      },
    ],
    [
      'paused',
      async () => {
        await command('client', 'pause', PAUSE_MS, 'ALL');
        await sleep(PAUSE_MS);
      },
    ],
    [
      'its password changed for a while',
      async () => {
        await command('acl', 'setuser', 'meridian', 'resetpass', '>other');
        await command('client', 'kill', 'user', 'meridian');
        await sleep(FAULT_MS);
        await command('acl', 'setuser', 'meridian', 'resetpass', `>${PASSWORD}`);
        await command('acl', 'log', 'reset');
      },
    ],
    [
      'out of memory',
      async () => {
        await command('config', 'set', 'maxmemory', 1);
        await sleep(FAULT_MS);
        await command('config', 'set', 'maxmemory', 0);
      },
    ],
    [
      'read-only',
      async () => {
        await command('replicaof', '127.0.0.1', 1);
        await sleep(FAULT_MS);
        await command('replicaof', 'no', 'one');
      },
    ],
    [
      'slow',
      async () => {
        const endMs = performance.now() + FAULT_MS;
        while (performance.now() < endMs) await command('debug', 'sleep', 0.3).then(() => sleep(50));
      },
    ],
    ['full of garbage, wrong types and huge values', () => writeGarbage(redis)],
  ];
}

/** One of four wrong things under a key that is free. */
function writeWrong(redis: RedisServer, key: string, kind: number, huge: number): Promise<unknown> {
  if (kind === 0) return redis.command('set', key, '{"v":1,"kind":"snapshot","agent":');
  if (kind === 1) return redis.command('sadd', key, 'garbage');
  if (kind === 2) return redis.command('setrange', key, huge, 'x');
  return redis.command('hset', key, 'version', '99', 'no name!', 'x', 'x', '{"v":1}');
}

/** An intruder at every key, over and over; then gone. */
async function writeGarbage(redis: RedisServer): Promise<void> {
  const huge = IS_LONG ? 100_000_000 : 20_000_000;
  const endMs = performance.now() + FAULT_MS;
  for (let round = 0; performance.now() < endMs; round++) {
    const keys = (await redis.command('keys', '*')) as string[];
    for (const key of keys) {
      await redis.command('unlink', key);
      // Its owner may have written it anew, as another type.
      await writeWrong(redis, key, round % 4, huge).catch((error: Error) =>
        expect(error.message).toMatch(/^WRONGTYPE/),
      );
    }
    await sleep(100);
  }
  await redis.command('unlink', KEYS.changes, KEYS.agents);
  for (const fields of [
    ['c', '{"v":1'],
    ['d', 'x'],
    ['c', 'x'.repeat(1_000_000)],
  ]) {
    await redis.command('xadd', KEYS.changes, '*', ...fields);
  }
  await redis.command('xadd', KEYS.changes, '18446744073709551615-18446744073709551615', 'c', 'the last id there is');
  await redis.command('zadd', KEYS.agents, 1, 'no name!', 1e300, 'from the future');
}

const title = `faults of Redis${hasRedisServer() ? '' : ' (skipped: no redis-server)'}`;
describe.skipIf(!hasRedisServer())(title, { timeout: ENDURED_WITHIN_MS }, () => {
  let single: RedisServer;
  let sentinels: SentinelGroup;
  let redisCluster: RedisCluster;
  let worlds: World[] = [];
  beforeAll(async () => {
    markDescendants();
    [single, sentinels, redisCluster] = await Promise.all([
      startRedis(['--requirepass', 'operator', '--enable-debug-command', 'local'], aclOfReadme(PASSWORD, true)),
      startSentinels(),
      startRedisCluster(),
    ]);
    worlds = await Promise.all([
      World.start({
        url: `redis://meridian@127.0.0.1:${single.port}`,
        env: { MERIDIAN_REDIS_PASSWORD: PASSWORD },
      }),
      World.start({ url: sentinels.url }),
      World.start({ url: redisCluster.url }),
    ]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(worlds.map(({ cluster }) => cluster.stop()));
    await Promise.all([single, sentinels, redisCluster].map((group) => group?.stop()));
    expect(await leftovers()).toEqual([]);
  });

  it.concurrent('one server, as the ACL user of the README', async () => {
    await worlds[0]!.endure('one server', faultsOf(single));
    // Nothing was asked for that the user may not.
    expect(await single.command('acl', 'log')).toEqual([]);
    for (const process of [...worlds[0]!.cluster.nodes, ...worlds[0]!.cluster.agents.values()])
      expect(process.output).not.toContain(PASSWORD);
  });

  it.concurrent('three Sentinels', async () => {
    await worlds[1]!.endure('Sentinels', [
      [
        'the master killed: a failover, and it comes back as a replica',
        async () => {
          const master = await sentinels.master();
          await master.kill();
          while ((await sentinels.master()) === master) await sleep(50);
          await master.restart({ empty: false });
        },
      ],
      [
        'the replica killed and back',
        async () => {
          const master = await sentinels.master();
          const replica = sentinels.servers.find((server) => server !== master)!;
          await replica.kill();
          await sleep(FAULT_MS);
          await replica.restart({ empty: true });
        },
      ],
      [
        'one Sentinel killed, then the connections to the master cut',
        async () => {
          await sentinels.sentinels[0]!.kill();
          await (await sentinels.master()).command('client', 'kill', 'type', 'normal');
          await sleep(FAULT_MS);
          await sentinels.sentinels[0]!.restart({ empty: false });
        },
      ],
      [
        'the master hangs: a failover',
        async () => {
          const master = await sentinels.master();
          master.freeze();
          while ((await sentinels.master()) === master) await sleep(50);
          await sleep(FAULT_MS);
          master.thaw();
        },
      ],
    ]);
  });

  it.concurrent('a Cluster of three masters', async () => {
    await worlds[2]!.endure('Cluster', [
      [
        'the slot moved to another master',
        async () => {
          const owner = await redisCluster.ownerOf(KEYS.changes);
          await redisCluster.moveSlot(KEYS.changes, redisCluster.nodes.find((node) => node !== owner)!);
        },
      ],
      [
        'the owner of the slot killed and back, empty',
        async () => {
          const owner = await redisCluster.ownerOf(KEYS.changes);
          await owner.kill();
          await sleep(FAULT_MS);
          await owner.restart({ empty: true });
          await redisCluster.untilWell();
        },
      ],
      [
        'another master killed and back',
        async () => {
          const owner = await redisCluster.ownerOf(KEYS.changes);
          const other = redisCluster.nodes.find((node) => node !== owner)!;
          await other.kill();
          await sleep(FAULT_MS);
          await other.restart({ empty: true });
          await redisCluster.untilWell();
        },
      ],
      [
        'the owner hangs',
        async () => {
          const owner = await redisCluster.ownerOf(KEYS.changes);
          owner.freeze();
          await sleep(FAULT_MS * 2);
          owner.thaw();
          await redisCluster.untilWell();
        },
      ],
    ]);
  });
});
