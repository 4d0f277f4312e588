/**
 * A real redis-server of a test's own: on a free loopback port, in a directory of its own, gone when the test ends.
 * Persistence is off unless `save()` is asked for, so that a restart comes back
 * empty or, with `empty: false`, as last saved.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RedisAccess, RedisSecrets } from '../../src/redis/redis-access.ts';
import { parseRedisAddress } from '../../src/redis/redis-address.ts';
import { freePort } from './free-port.ts';
import { keepMarks } from './leftovers.ts';
import { findTool } from './tool-finder.ts';

export type RedisServer = {
  readonly url: string;
  /** The way in for whoever needs no password. */
  readonly access: RedisAccess;
  readonly port: number;
  /** Process id of the server that runs now. */
  pid(): number;
  /** Asks it to end, waits, and removes its directory. */
  stop(): Promise<void>;
  /** SIGKILL: nothing is saved, connections are reset. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: it holds its connections and does not answer. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same port, after killing the old one if need be; with what was saved unless `empty`. */
  restart(options: { empty: boolean }): Promise<void>;
  /** Writes everything to its dump file, for `restart({ empty: false })`. */
  save(): Promise<void>;
  /** Sends one command on a connection of its own, as an intruder or an operator would. */
  command(name: string, ...args: (string | number | Buffer)[]): Promise<unknown>;
};

const START_MS_MAX = 30_000;
const START_TRIES = 3;
const CONFIGURATION = 'redis.conf';

/** The way into the Redis at `url`, with the password in it, and over TLS with `tls`. */
export function accessTo(url: string, tls: RedisSecrets['tls'] = {}): RedisAccess {
  const address = parseRedisAddress(url);
  if ('fault' in address) throw new Error(`${url} ${address.fault}`);
  return { address, secrets: () => ({ password: address.password, sentinelPassword: '', tls }) };
}

/** True if a redis-server can be run here. */
export function hasRedisServer(): boolean {
  return findTool('redis-server') !== null;
}

/**
 * Starts one with further command line arguments `extra` (`['--requirepass', 'x']`), and with a `configuration` file where
 * given, as Sentinels need.
 */
export async function startRedis(extra: readonly string[] = [], configuration?: string): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'meridian-redis-'));
  keepMarks(directory);
  if (configuration !== undefined) writeFileSync(join(directory, CONFIGURATION), configuration);
  const started = await launchSomewhere(directory, extra);
  const { port } = started;
  let { child } = started;
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
  };
  // A test that dies must not leave a server behind.
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  return {
    url: `redis://127.0.0.1:${port}`,
    access: accessTo(`redis://127.0.0.1:${port}`),
    port,
    pid: () => child.pid ?? 0,
    stop: async () => {
      await end('SIGKILL');
      process.off('exit', reap);
      rmSync(directory, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    restart: async ({ empty }) => {
      await end('SIGKILL');
      if (empty) rmSync(join(directory, 'dump.rdb'), { force: true });
      child = await launch(port, directory, extra);
    },
    save: async () => void (await sendCommand(port, extra, 'save', [])),
    command: (name, ...args) => sendCommand(port, extra, name, args),
  };
}

/** On a free port, or on another when somebody takes that one first. */
async function launchSomewhere(
  directory: string,
  extra: readonly string[],
): Promise<{ port: number; child: ChildProcess }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    try {
      return { port, child: await launch(port, directory, extra) };
    } catch (error) {
      if (tries === START_TRIES) throw error;
    }
  }
}

async function launch(port: number, directory: string, extra: readonly string[]): Promise<ChildProcess> {
  const file = join(directory, CONFIGURATION);
  const args = [...(existsSync(file) ? [file] : []), '--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
  // A Sentinel knows neither.
  if (!extra.includes('--sentinel')) args.push('--save', '', '--appendonly', 'no');
  const binary = findTool('redis-server');
  if (binary === null) throw new Error('no redis-server: install it, or name one in REDIS_SERVER_BIN');
  // Whatever it writes, it writes there.
  const child = spawn(binary, [...args, ...extra], { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`redis-server did not start: ${printed}`)), START_MS_MAX);
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`redis-server (${binary}) ${why}: ${printed}`));
    };
    const hearEnd = (code: number | null) => fail(`ended with ${code}`);
    const hear = (chunk: Buffer) => {
      printed += chunk.toString();
      if (!/Ready to accept connections|Sentinel ID is/.test(printed)) return;
      clearTimeout(timer);
      child.off('exit', hearEnd);
      child.stdout.off('data', hear);
      // Read on, or its log would fill the pipe and stop it.
      child.stdout.resume();
      resolve();
    };
    child.once('error', (error) => fail(error.message));
    child.once('exit', hearEnd);
    child.stdout.on('data', hear);
  });
  return child;
}

async function sendCommand(
  port: number,
  extra: readonly string[],
  name: string,
  args: (string | number | Buffer)[],
): Promise<unknown> {
  const at = extra.indexOf('--requirepass');
  const password = at < 0 ? {} : { password: extra[at + 1] ?? '' };
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: null, ...password });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(name, args);
  } finally {
    client.disconnect();
  }
}
