import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createLivePolicy } from '../../../src/answer/live-policy.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { pickPorts } from '../../../src/server/pick-ports.ts';
import type { TableDelta } from '../../../src/server/serving-state.ts';
import { loadSystemCalls } from '../../../src/server/system-calls.ts';
import { type PoolEvent, WorkerPool, type WorkerPoolOptions } from '../../../src/server/worker-pool.ts';
import { buildZoneIndex } from '../../../src/zone/zone-index.ts';
import { ask } from '../../tools/dns-client.ts';
import { modelZone, serve } from '../../tools/model-zone.ts';

const NOTHING: TableDelta = { locations: null, classTables: [], zones: [], index: null };
const FAKE = new URL('../../tools/fake-worker.ts', import.meta.url);

/** Which file a descriptor is; null when it is closed. */
function inodeOf(fd: number): number | null {
  try {
    return fstatSync(fd).ino;
  } catch {
    return null;
  }
}

const pools: WorkerPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.stop();
});

async function prepare(options: Partial<WorkerPoolOptions> = {}) {
  const health = createHealthTable(64).fill(0);
  const events: PoolEvent[] = [];
  const [listen] = options.listen ?? (await pickPorts([{ address: '127.0.0.1', port: 0 }]));
  const pool = new WorkerPool({
    listen: [listen!],
    udpWorkers: 1,
    transport: 'dgram',
    proxyFrom: [],
    tls: null,
    health,
    policy: () => ({
      serverId: null,
      version: null,
      explainFrom: [],
      live: createLivePolicy().buffer,
      rateLimit: { mode: 'off', perSecond: 1, slip: 2, exempt: [] },
    }),
    allTables: () => NOTHING,
    log: (event) => events.push(event),
    ...options,
  });
  pools.push(pool);
  pool.prepare();
  const until = async (condition: () => boolean, ms = 10_000) => {
    for (const end = performance.now() + ms; performance.now() < end && !condition(); ) await sleep(5);
    return condition();
  };
  const names = () => events.map((event) => event.event);
  return { pool, health, events, names, until, listen: listen! };
}

async function start(options: Partial<WorkerPoolOptions> = {}) {
  const prepared = await prepare(options);
  await prepared.pool.start();
  return prepared;
}

describe('WorkerPool', () => {
  const isMmsgMissing = typeof loadSystemCalls() === 'string';
  it.for([
    ['dgram', false],
    ['mmsg', isMmsgMissing],
  ] as const)(
    'answers over UDP (%s) and TCP at one port once it has started, REFUSED without zones',
    async ([transport, isMissing], { skip }) => {
      if (isMissing) skip('recvmmsg cannot be called here');
      const [listen] = await pickPorts([{ address: '127.0.0.1', port: 0 }]);
      const { pool } = await start({ listen: [listen!], udpWorkers: 2, transport });
      const query = Buffer.from('abcd01000001000000000000076578616d706c6503636f6d0000010001', 'hex');
      const udp = createSocket('udp4');
      udp.send(query, listen!.port, '127.0.0.1');
      const [answer] = (await once(udp, 'message')) as [Buffer];
      udp.close();
      expect(answer.subarray(0, 4).toString('hex')).toBe('abcd8105');
      const tcp = connect(listen!.port, '127.0.0.1');
      tcp.write(Buffer.concat([Buffer.from([0, query.length]), query]));
      const [framed] = (await once(tcp, 'data')) as [Buffer];
      tcp.destroy();
      expect(framed.subarray(2, 6).toString('hex')).toBe('abcd8105');
      expect(pool.totals.dns().queries).toEqual({ udp: 1, tcp: 1, tls: 0, https: 0 });
      expect(pool.statuses().map((status) => status.state)).toEqual(['ready', 'ready', 'ready']);
    },
  );

  it('answers from what was published while its threads were born, and from nothing before it is started', async () => {
    const { tables } = serve([modelZone('example.', ['www 300 A 192.0.2.7'])]);
    const zone = tables.zones[0] ?? expect.fail('no zone');
    const { pool, listen } = await prepare();
    pool.publish({ ...NOTHING, zones: [[0, zone.image]], index: buildZoneIndex([zone]) });
    const server = { dnsHost: '127.0.0.1', dnsPort: listen.port };
    await expect(ask(server, 'www.example.', 'A', { timeoutMs: 300 })).rejects.toThrow('no answer');
    expect(pool.statuses().map(({ state }) => state)).toEqual(['starting', 'starting']);
    await pool.start();
    for (const tcp of [false, true])
      expect((await ask(server, 'www.example.', 'A', { tcp })).answers).toMatchObject([{ data: '192.0.2.7' }]);
  });

  it('ends threads that were never started', async () => {
    const { pool, health } = await prepare({ entry: FAKE });
    await pool.stop();
    expect([Atomics.load(health, 8), Atomics.load(health, 10)]).toEqual([2, 2]);
  });

  it('rejects the start when a thread died of its own before', async () => {
    const { pool, health, until } = await prepare({ entry: FAKE });
    Atomics.store(health, 0, 1);
    await until(() => Atomics.load(health, 0) === 0);
    await expect(pool.start()).rejects.toThrow('ordered to throw');
  });

  it('replaces a worker that dies within half a second, and counts it', async () => {
    const { pool, health, names, until } = await start({ entry: FAKE });
    const since = performance.now();
    Atomics.store(health, 0, 1);
    expect(await until(() => names().includes('worker-replaced'))).toBe(true);
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(names()).toEqual(['worker-died', 'worker-replaced']);
    expect(pool.statuses()[0]).toMatchObject({ role: 'udp', state: 'ready', restarts: 1 });
    // What the dead one counted still counts: each thread counts one, and there was one for TCP.
    expect(pool.totals.dns().queries.udp).toBe(3);
  });

  it.skipIf(isMmsgMissing)(
    'closes the sockets of a thread that died, so that no query is given to nobody',
    async () => {
      // The fake puts the descriptor that word 11 names into the place of its raw socket.
      const file = join(mkdtempSync(join(tmpdir(), 'meridian-pool-')), 'socket');
      const fd = openSync(file, 'w');
      const { ino } = fstatSync(fd);
      const { health, names, until } = await start({ entry: FAKE });
      Atomics.store(health, 11, fd + 1);
      Atomics.store(health, 0, 1);
      expect(await until(() => names().includes('worker-died'))).toBe(true);
      // The number may be somebody else's by now.
      expect(inodeOf(fd)).not.toBe(ino);
      rmSync(dirname(file), { recursive: true });
    },
  );

  it('takes an exit without an error for a death too', async () => {
    const { health, events, until, names } = await start({ entry: FAKE });
    Atomics.store(health, 7, 4);
    expect(await until(() => names().includes('worker-replaced'))).toBe(true);
    expect(events[0]).toMatchObject({ event: 'worker-died', role: 'stream', reason: 'exit code 0' });
  });

  it('waits longer each time a worker meets a bug, and no longer when it dies meanwhile and nobody else answers', async () => {
    const { health, names, until } = await start({ entry: FAKE });
    const count = (name: PoolEvent['event']) => names().filter((each) => each === name).length;
    const DEFECTS = 6;
    const times: number[] = [];
    for (let i = 1; i <= DEFECTS; i++) {
      Atomics.store(health, 0, 3);
      expect(await until(() => count('worker-defect') === i)).toBe(true);
      const since = performance.now();
      expect(await until(() => count('worker-replaced') === i)).toBe(true);
      times.push(performance.now() - since);
    }
    // None, 100, 200, 400, 800, 1,600 ms: a timer may be late and never early.
    expect(times[3]!).toBeGreaterThan(350);
    expect(times[5]!).toBeGreaterThan(1_550);
    // The next pause would be 3,200 ms.
    Atomics.store(health, 0, 3);
    expect(await until(() => count('worker-defect') === DEFECTS + 1)).toBe(true);
    Atomics.store(health, 0, 1);
    expect(await until(() => count('worker-replaced') === DEFECTS + 1, 3_100)).toBe(true);
    expect(count('worker-died')).toBe(1);
  });

  it('lets a worker with a defect go on until its successor is ready, then drains it', async () => {
    const { pool, health, names, until } = await start({ entry: FAKE });
    Atomics.store(health, 0, 3);
    expect(await until(() => names().includes('worker-replaced'))).toBe(true);
    expect(await until(() => Atomics.load(health, 10) === 1)).toBe(true);
    expect(names()).toEqual(['worker-defect', 'worker-replaced']);
    expect(pool.statuses()[0]!.restarts).toBe(1);
  });

  it('ends a worker whose loop stands still', async () => {
    const { health, names, until } = await start({ entry: FAKE, watchMs: 40 });
    Atomics.store(health, 0, 2);
    expect(await until(() => names().includes('worker-replaced'))).toBe(true);
    expect(names()).toEqual(['worker-stalled', 'worker-died', 'worker-replaced']);
  });

  it('gives a newborn worker all tables, and each change to every worker', async () => {
    const everything: TableDelta = { ...NOTHING, classTables: [[0, null]] };
    const { pool, health, names, until } = await start({ entry: FAKE, allTables: () => everything });
    expect(await until(() => Atomics.load(health, 9) === 2)).toBe(true);
    pool.publish(everything);
    expect(await until(() => Atomics.load(health, 9) === 4)).toBe(true);
    Atomics.store(health, 0, 1);
    expect(await until(() => names().includes('worker-replaced'))).toBe(true);
    expect(await until(() => Atomics.load(health, 9) === 5)).toBe(true);
  });

  it('says why it cannot start, and leaves nothing running', async () => {
    const holder = createSocket('udp4');
    await new Promise<void>((resolve) => holder.bind(0, '127.0.0.1', resolve));
    const listen = [{ address: '127.0.0.1', port: holder.address().port }];
    await expect(start({ listen })).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: another program/);
    holder.close();
  });

  it('stops within its time even when a worker does not listen any more', async () => {
    const { pool, health } = await start({ entry: FAKE });
    Atomics.store(health, 0, 2);
    await sleep(30);
    const since = performance.now();
    await pool.stop();
    expect(performance.now() - since).toBeLessThan(5_000);
  });
});
