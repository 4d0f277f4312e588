import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../../../src/redis/redis-connection.ts';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-group.ts';
import { accessTo, hasRedisServer } from '../../tools/redis-server.ts';
import { until } from '../../tools/until.ts';

const KEY = 'meridian:{test}:changes';

describe.skipIf(!hasRedisServer())('a connection to a Redis Cluster', () => {
  let cluster: RedisCluster;
  let connection: RedisConnection;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    // One node is enough to begin with.
    const access = accessTo(`redis-cluster://127.0.0.1:${cluster.nodes[0]!.port}`);
    connection = new RedisConnection({ access, slotKey: KEY, name: 'test', commandTimeoutMs: 500, onChange: () => {} });
    connection.open();
    await until('ready', () => connection.isReady);
  }, 40_000);
  afterAll(async () => {
    connection?.close();
    await cluster?.stop();
  });
  const setWorks = () =>
    connection
      .run((client) => client.set(KEY, 'x'))
      .then(
        () => true,
        () => false,
      );

  it('goes to the owner of the slot, and follows the slot', async () => {
    for (const target of [cluster.nodes[1]!, cluster.nodes[2]!, cluster.nodes[0]!]) {
      await cluster.moveSlot(KEY, target);
      await setWorks();
      await until('ready again', () => connection.isReady);
      expect(await setWorks()).toBe(true);
      expect(await target.command('get', KEY)).toBe('x');
    }
  });

  it('is lost with the owner, says so, and is back within 5 s of its return, also when the first node is gone', async () => {
    await cluster.moveSlot(KEY, cluster.nodes[1]!);
    await setWorks();
    await until('ready again', () => connection.isReady);
    await cluster.nodes[1]!.kill();
    await until('lost', () => !connection.isReady);
    await until('it is told why', () => (connection.trouble ?? '') !== '', 30_000);
    await cluster.nodes[1]!.restart({ empty: false });
    await cluster.untilWell();
    expect(await until('ready again', () => connection.isReady)).toBeLessThan(5_000);
    await cluster.nodes[0]!.kill();
    await cluster.nodes[1]!.command('client', 'kill', 'type', 'normal');
    await until('lost', () => !connection.isReady);
    // A Cluster without one of its masters serves nobody by default.
    await until('it is told why', () => (connection.trouble ?? '') !== '', 30_000);
    await cluster.nodes[0]!.restart({ empty: false });
    await cluster.untilWell();
    expect(await until('ready again', () => connection.isReady)).toBeLessThan(5_000);
  });
});
