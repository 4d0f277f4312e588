import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MasterWatch } from '../../../src/redis/master-watch.ts';
import type { RedisHost } from '../../../src/redis/redis-address.ts';
import { RedisConnection } from '../../../src/redis/redis-connection.ts';
import { MASTER_NAME, type SentinelGroup, startSentinels } from '../../tools/redis-group.ts';
import { accessTo, hasRedisServer } from '../../tools/redis-server.ts';
import { until } from '../../tools/until.ts';

describe.skipIf(!hasRedisServer())('what Sentinels say of a new master', { timeout: 60_000 }, () => {
  let group: SentinelGroup;
  beforeAll(async () => {
    group = await startSentinels();
  }, 40_000);
  afterAll(() => group?.stop());

  /** An operator's failover, which no Sentinel begins while the one before is going on; the new master. */
  async function failOver(): Promise<number> {
    const before = await group.master();
    const [sentinel] = group.sentinels;
    for (const end = performance.now() + 20_000; performance.now() < end; await sleep(100)) {
      await sentinel!.command('sentinel', 'failover', MASTER_NAME).catch(() => {});
      const now = await group.master();
      if (now !== before) return now.port;
    }
    throw new Error('no failover');
  }

  it('is heard from each of them, by its own name alone, also from one that was away', async () => {
    const heard: RedisHost[] = [];
    const sentinels = group.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
    const listen = (masterName: string, onMaster: (master: RedisHost) => void) =>
      new MasterWatch({ sentinels, masterName, login: () => ({}), onMaster, onRefusal: expect.unreachable });
    const watch = listen(MASTER_NAME, (master) => heard.push(master));
    const other = listen('another', () => expect.unreachable('this is not its master'));
    const listeners = async () =>
      Promise.all(
        group.sentinels.map(async (sentinel) => {
          const clients = String(await sentinel.command('client', 'list'));
          return clients.match(/ sub=1 /g)?.length ?? 0;
        }),
      );
    try {
      await group.sentinels[0]!.restart({ empty: false });
      await until('all listen', async () => (await listeners()).join() === '2,2,2');
      const port = await failOver();
      await until('all three tell', () => heard.length === 3);
      expect(heard).toEqual(Array(3).fill({ host: '127.0.0.1', port }));
    } finally {
      watch.close();
      other.close();
    }
    await until('nobody listens', async () => (await listeners()).join() === '0,0,0');
  });

  it('is not heard without the right to listen, which is told by whom', async () => {
    const [sentinel] = group.sentinels;
    await sentinel!.command('acl', 'setuser', 'deaf', 'on', 'nopass', 'resetchannels', '-@all', '+subscribe');
    const told: string[] = [];
    const watch = new MasterWatch({
      sentinels: [{ host: '127.0.0.1', port: sentinel!.port }],
      masterName: MASTER_NAME,
      login: () => ({ username: 'deaf', password: 'x' }),
      onMaster: () => expect.unreachable(),
      onRefusal: (reason) => told.push(reason),
    });
    await until('told', () => told.length > 0);
    watch.close();
    expect(told).toEqual([expect.stringMatching(`at 127.0.0.1 port ${sentinel!.port} says NOPERM .*channel`)]);
  });

  it('takes a connection to it that outlived the hang of the old one, which believes that it still is the master', async () => {
    const connection = new RedisConnection({
      access: accessTo(group.url),
      slotKey: 'x',
      name: 'test',
      // So long that no command is given up here.
      commandTimeoutMs: 60_000,
      onChange: () => {},
    });
    const portOf = () => connection.run((client) => client.config('GET', 'port')).catch(() => null);
    connection.open();
    const old = await group.master();
    try {
      await until('at the master', async () => String(await portOf()) === `port,${old.port}`);
      old.freeze();
      await until('a failover', async () => (await group.master()) !== old);
      old.thaw();
      const { port } = await group.master();
      await until('at the new master', async () => String(await portOf()) === `port,${port}`);
      // What is written to it until it is made a replica is lost.
      expect(await old.command('role')).toContain('master');
    } finally {
      old.thaw();
      connection.close();
    }
  });
});
