/**
 * Real groups of redis-servers on loopback: a master with its replica and three Sentinels, and a Cluster of three masters. Each in
 * directories of its own, killed and removed by `stop`. Timeouts are a second, so that failovers take seconds.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from './redis-server.ts';

/** What the Sentinels call the master. */
export const MASTER_NAME = 'meridian';
const DOWN_AFTER_MS = 1_000;
const SETTLED_WITHIN_MS = 20_000;
const SLOTS = 16_384;

/** Owner of the servers and Sentinels. */
export type SentinelGroup = {
  readonly url: string;
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  /** The server that the Sentinels name now. */
  master(): Promise<RedisServer>;
  stop(): Promise<void>;
};

/** A master, a replica and three Sentinels that agree; `extra` for the servers. */
export async function startSentinels(): Promise<SentinelGroup> {
  const started: RedisServer[] = [];
  const start = async (args: readonly string[], configuration?: string) => {
    const server = await startRedis(args, configuration);
    started.push(server);
    return server;
  };
  const stop = async () => void (await Promise.all(started.map((server) => server.stop())));
  try {
    const first = await start([]);
    const second = await start(['--replicaof', '127.0.0.1', String(first.port)]);
    const configuration = [
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${first.port} 2`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER_NAME} 5000`,
    ].join('\n');
    const sentinels: RedisServer[] = [];
    for (let i = 0; i < 3; i++) sentinels.push(await start(['--sentinel'], configuration));
    await settle('the Sentinels know each other and the replica', async () => {
      for (const sentinel of sentinels) {
        const [master] = (await sentinel.command('sentinel', 'masters')) as string[][];
        const field = (name: string) => master![master!.indexOf(name) + 1];
        if (field('num-other-sentinels') !== '2' || field('num-slaves') !== '1') return false;
      }
      return /master_link_status:up/.test(String(await second.command('info', 'replication')));
    });
    const servers = [first, second];
    const master = async () => {
      for (const sentinel of sentinels) {
        const named = await sentinel.command('sentinel', 'get-master-addr-by-name', MASTER_NAME).catch(() => null);
        const server = servers.find(({ port }) => String(port) === (named as string[] | null)?.[1]);
        if (server !== undefined) return server;
      }
      throw new Error('no Sentinel names a master');
    };
    const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return { url: `redis-sentinel://${hosts}/${MASTER_NAME}`, servers, sentinels, master, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Owner of the nodes of a Cluster. */
export type RedisCluster = {
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  /** The node that owns the slot of `key` by its own word. */
  ownerOf(key: string): Promise<RedisServer>;
  /** Moves the slot of `key` with everything in it to `target`, as an operator's resharding does. */
  moveSlot(key: string, target: RedisServer): Promise<void>;
  /** Waits until every node says that the Cluster is well. */
  untilWell(): Promise<void>;
  stop(): Promise<void>;
};

/** Three masters that share the slots. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const stop = async () => void (await Promise.all(nodes.map((server) => server.stop())));
  const untilWell = () =>
    settle('the Cluster is well', async () => {
      const infos = await Promise.all(nodes.map((node) => node.command('cluster', 'info').catch(() => '')));
      return infos.every((info) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(info)));
    });
  try {
    for (let i = 0; i < 3; i++)
      nodes.push(await startRedis(['--cluster-enabled', 'yes', '--cluster-node-timeout', String(DOWN_AFTER_MS)]));
    for (const [i, node] of nodes.entries()) {
      const from = Math.floor((i * SLOTS) / 3);
      await node.command('cluster', 'addslotsrange', from, Math.floor(((i + 1) * SLOTS) / 3) - 1);
      await node.command('cluster', 'set-config-epoch', i + 1);
    }
    for (const node of nodes.slice(1)) await nodes[0]!.command('cluster', 'meet', '127.0.0.1', node.port);
    await untilWell();
  } catch (error) {
    await stop();
    throw error;
  }
  const slotOf = (key: string) => nodes[0]!.command('cluster', 'keyslot', key) as Promise<number>;
  const ownerOf = async (key: string) => {
    const slot = await slotOf(key);
    for (const node of nodes) {
      const mine = String(await node.command('cluster', 'nodes').catch(() => ''))
        .split('\n')
        .find((line) => line.includes('myself'));
      if (mine !== undefined && ownsSlot(mine.split(' ').slice(8), slot)) return node;
    }
    throw new Error(`nobody owns slot ${slot}`);
  };
  const moveSlot = async (key: string, target: RedisServer) => {
    const [slot, source] = [await slotOf(key), await ownerOf(key)];
    if (source === target) return;
    const [sourceId, targetId] = [await source.command('cluster', 'myid'), await target.command('cluster', 'myid')];
    await target.command('cluster', 'setslot', slot, 'importing', String(sourceId));
    await source.command('cluster', 'setslot', slot, 'migrating', String(targetId));
    for (;;) {
      const keys = (await source.command('cluster', 'getkeysinslot', slot, 100)) as string[];
      if (keys.length === 0) break;
      await source.command('migrate', '127.0.0.1', target.port, '', 0, 5_000, 'REPLACE', 'KEYS', ...keys);
    }
    for (const node of [target, source, ...nodes])
      await node.command('cluster', 'setslot', slot, 'node', String(targetId));
  };
  const url = `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return { url, nodes, ownerOf, moveSlot, untilWell, stop };
}

/** Whether a line of CLUSTER NODES lists `slot` among its ranges. */
function ownsSlot(ranges: readonly string[], slot: number): boolean {
  return ranges.some((range) => {
    const [from, to] = range.split('-').map(Number);
    return from !== undefined && from <= slot && slot <= (to ?? from);
  });
}

async function settle(what: string, condition: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + SETTLED_WITHIN_MS;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${SETTLED_WITHIN_MS} ms: ${what}`);
    await sleep(50);
  }
}
