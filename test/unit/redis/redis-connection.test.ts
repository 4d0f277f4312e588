import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RedisConnection } from '../../../src/redis/redis-connection.ts';
import { StoreError } from '../../../src/redis/state-store.ts';
import { freePort } from '../../tools/free-port.ts';
import { accessTo, hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';
import { until } from '../../tools/until.ts';

let redis: RedisServer | null = null;
let connection: RedisConnection | null = null;
let server: Server | null = null;

afterEach(async () => {
  connection?.close();
  await redis?.stop();
  server?.close();
  redis = null;
  connection = null;
  server = null;
});

function open(url: string, commandTimeoutMs = 500): RedisConnection {
  connection = new RedisConnection({
    access: accessTo(url),
    slotKey: 'meridian:{test}:changes',
    name: 'test',
    commandTimeoutMs,
    onChange: () => {},
  });
  connection.open();
  return connection;
}

describe.skipIf(!hasRedisServer())('a connection to Redis', () => {
  it('waits for a server that is not there yet, and is ready within 5 s of its start', async () => {
    redis = await startRedis();
    await redis.kill();
    const opened = open(redis.url);
    await until('tried', () => opened.wasTried);
    expect(opened.isReady).toBe(false);
    expect(opened.trouble).toMatch(/ECONNREFUSED/);
    await expect(opened.run((client) => client.ping())).rejects.toThrow(StoreError);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await redis.restart({ empty: true });
    expect(await until('ready', () => opened.isReady)).toBeLessThan(5000);
    expect(opened.trouble).toBeNull();
    expect(await opened.run((client) => client.ping())).toBe('PONG');
  });

  it('refuses at once while the server is gone, queues nothing, and comes back', async () => {
    redis = await startRedis();
    const opened = open(redis.url);
    await until('ready', () => opened.isReady);
    await redis.kill();
    expect(await until('lost', () => !opened.isReady)).toBeLessThan(2_000);
    const start = performance.now();
    const results = await Promise.allSettled(
      Array.from({ length: 1000 }, () => opened.run((client) => client.incr('count'))),
    );
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(performance.now() - start).toBeLessThan(5_000);
    await redis.restart({ empty: true });
    expect(await until('ready', () => opened.isReady)).toBeLessThan(5000);
    expect(await opened.run((client) => client.get('count'))).toBeNull();
  });

  it('gives up on a server that hangs, and comes back within 5 s of its return', async () => {
    redis = await startRedis();
    const opened = open(redis.url);
    await until('ready', () => opened.isReady);
    redis.freeze();
    const start = performance.now();
    await expect(opened.run((client) => client.incr('count'))).rejects.toThrow(StoreError);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(opened.isReady).toBe(false);
    expect(opened.trouble).toMatch(/does not answer|timed out/);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    redis.thaw();
    expect(await until('ready', () => opened.isReady)).toBeLessThan(5000);
    expect(await opened.run((client) => client.ping())).toBe('PONG');
  });

  it('says why it is refused, without the password', async () => {
    redis = await startRedis(['--requirepass', 'right']);
    const wrong = open(`redis://:hunter2@127.0.0.1:${redis.port}`);
    await until('tried', () => wrong.trouble !== 'not connected yet');
    expect(wrong.trouble).toMatch(/WRONGPASS/);
    expect(wrong.trouble).not.toMatch(/hunter2/);
    wrong.close();
    const right = open(`redis://:right@127.0.0.1:${redis.port}`);
    await until('ready', () => right.isReady);
  });

  it('gets in by the password of the moment, once it is the right one', async () => {
    redis = await startRedis(['--requirepass', 'right']);
    let password = 'wrong';
    const access = { ...accessTo(redis.url), secrets: () => ({ password, sentinelPassword: '', tls: {} }) };
    connection = new RedisConnection({ access, slotKey: 'x', name: 'test', commandTimeoutMs: 500, onChange: () => {} });
    connection.open();
    const opened = connection;
    await until('refused', () => /WRONGPASS/.test(opened.trouble ?? ''));
    password = 'right';
    expect(await until('ready', () => opened.isReady)).toBeLessThan(5_000);
  });

  it('does not come back ever more often to a replica, which takes it and refuses every write', async () => {
    redis = await startRedis(['--replicaof', '127.0.0.1', String(await freePort())]);
    const opened = open(redis.url);
    let connections = 0;
    for (const end = performance.now() + 4_000; performance.now() < end; ) {
      await until('ready', () => opened.isReady);
      connections++;
      await expect(opened.run((client) => client.set('a', '1'))).rejects.toThrow(/READONLY/);
      await until('lost', () => !opened.isReady);
    }
    // Pauses of 0.1, 0.2, 0.4, 0.8, 1.6 s, each shortened by up to half; with equal ones it would be dozens.
    expect(connections).toBeLessThan(12);
  });

  it('hands on what the server says of a command, and stays', async () => {
    redis = await startRedis();
    const opened = open(redis.url);
    await until('ready', () => opened.isReady);
    await opened.run((client) => client.set('text', 'x'));
    await expect(opened.run((client) => client.incr('text'))).rejects.toThrow(/not an integer/);
    expect(opened.isReady).toBe(true);
  });
});

describe('a connection to a server', () => {
  it('that takes connections and never answers is given up and tried again, one at a time', async () => {
    const sockets: Socket[] = [];
    let most = 0;
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {}).resume();
      most = Math.max(most, sockets.filter((one) => !one.closed).length);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
    const opened = open(`redis://127.0.0.1:${port}`, 200);
    await until('three attempts', () => sockets.length >= 3);
    expect(opened.isReady).toBe(false);
    expect(most).toBeLessThanOrEqual(2);
    for (const socket of sockets) socket.destroy();
  });

  it('that answers with garbage harms nothing', async () => {
    const sockets: Socket[] = [];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n$-99999999999\r\n*1000000000\r\n\u0000\u0001');
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
    const opened = open(`redis://127.0.0.1:${port}`, 200);
    await until('several attempts', () => sockets.length >= 3);
    expect(opened.isReady).toBe(false);
    expect(opened.trouble).not.toBeNull();
    for (const socket of sockets) socket.destroy();
  });

  it('ends at once when closed while it tries', async () => {
    const opened = open(`redis://127.0.0.1:${await freePort()}`);
    opened.close();
    await expect(opened.run((client) => client.ping())).rejects.toThrow(StoreError);
  });
});
