import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dig } from '../tools/dig.ts';
import { ask, buildQuery } from '../tools/dns-client.ts';
import { freePort } from '../tools/free-port.ts';
import { leftovers, markDescendants } from '../tools/leftovers.ts';
import { type MeridianProcess, runMeridian, startProbe, startServe } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';

const ROOT = join(import.meta.dirname, '../..');
const SAMPLES = { zones: join(ROOT, 'zones'), geoData: join(ROOT, 'geo-data') };
const STEERED = 'www.gslb.example.com';
/** Subnets of clients in North America and in Europe, by the bundled data. */
const AMERICA = '64.6.64.0/24';
const EUROPE = '81.2.69.0/24';
/** The first start compiles the bundled places. */
const FIRST_READY_MS = 40_000;
/** Their answers fit into the receive buffer that a socket has everywhere. */
const QUERIES_AT_STOP = 150;

beforeAll(() => markDescendants());
afterAll(async () => expect(await leftovers()).toEqual([]));

describe('npm start in a fresh copy', () => {
  let folder = '';
  let npm: ChildProcess | null = null;
  afterEach(() => {
    if (npm?.exitCode === null && npm.pid !== undefined) process.kill(-npm.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('says that it is ready, answers by place, and ends with 0 on SIGTERM', async () => {
    folder = mkdtempSync(join(tmpdir(), 'meridian-start-'));
    for (const name of ['src', 'zones', 'geo-data', 'package.json'])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const [dnsPort, adminPort] = [await freePort(), await freePort()];
    const inherited = Object.entries(process.env).filter(([name]) => !/^(MERIDIAN_|VITEST|NODE_|npm_)/.test(name));
    const env = {
      ...Object.fromEntries(inherited),
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
      MERIDIAN_LISTEN: `127.0.0.1:${dnsPort}`,
      MERIDIAN_ADMIN: `127.0.0.1:${adminPort}`,
    };
    npm = spawn('npm', ['start'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stdout = '';
    npm.stdout!.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    npm.stderr!.resume();
    const ended = new Promise<number | null>((resolve) => npm!.once('exit', resolve));
    const ready = `meridian ready: dns 127.0.0.1:${dnsPort} udp+tcp, admin http://127.0.0.1:${adminPort}, 2 zones, state embedded`;
    for (const endMs = performance.now() + FIRST_READY_MS; performance.now() < endMs; await sleep(20))
      if (stdout.split('\n').includes(ready) || npm.exitCode !== null) break;
    expect(stdout.split('\n')).toContain(ready);

    const server = { dnsHost: '127.0.0.1', dnsPort };
    const [america, europe] = await Promise.all([steered(server, AMERICA), steered(server, EUROPE)]);
    expect(america).toMatch(/^192\.0\.2\.1[01]$/);
    expect(europe).toMatch(/^198\.51\.100\.1[01]$/);
    // What is kept between runs is where it is said to be.
    expect(existsSync(join(folder, '.meridian'))).toBe(true);

    const startMs = performance.now();
    npm.kill('SIGTERM');
    expect(await ended).toBe(0);
    figure('npm start ended after SIGTERM', performance.now() - startMs);
  }, 60_000);
});

describe('meridian serve', () => {
  let server: MeridianProcess;
  let firstReadyMs = 0;
  beforeAll(async () => {
    server = await startServe({ ...SAMPLES, workers: 2, keepFolder: true, readyWithinMs: FIRST_READY_MS });
    firstReadyMs = server.readyAfterMs;
  }, 60_000);
  afterAll(async () => {
    await server?.stop('SIGKILL');
    if (server !== undefined) rmSync(server.folder, { recursive: true, force: true });
  });

  it.skipIf(findTool('dig') === null)('answers dig by place over UDP and TCP (needs dig)', async () => {
    for (const tcp of [[], ['+tcp']]) {
      const answers = await Promise.all(
        [AMERICA, EUROPE].map((subnet) => dig('dig', server, STEERED, 'A', [`+subnet=${subnet}`, ...tcp])),
      );
      const [america, europe] = answers.map((reply) => reply.answers.map(({ rdata }) => rdata).join(' '));
      expect(america).toMatch(/^192\.0\.2\.1[01]$/);
      expect(europe).toMatch(/^198\.51\.100\.1[01]$/);
    }
  });

  it('reads every file again on SIGHUP', async () => {
    const reloads = () => server.logs.filter((line) => line.event === 'reload').length;
    const before = reloads();
    server.reload();
    await server.waitFor('the reload', () => reloads() > before);
    server.writeZone('added.test.yaml', '---\nwww: {type: A, value: 127.0.91.1}\n');
    server.reload();
    await untilRcode(0);
    // A file that goes is an accident until somebody says that it is not.
    rmSync(join(server.zonesFolder, 'added.test.yaml'));
    server.reload();
    await untilRcode(5);
  });

  it('answers what has come in before SIGTERM, and ends with 0', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    let answers = 0;
    socket.on('message', () => {
      answers++;
    });
    const query = buildQuery(STEERED, 'A', { ecs: EUROPE });
    const sent = Array.from(
      { length: QUERIES_AT_STOP },
      () => new Promise((resolve) => socket.send(query, server.dnsPort, server.dnsHost, resolve)),
    );
    await Promise.all(sent);
    const ending = await server.stop();
    await sleep(50);
    socket.close();
    expect(ending).toMatchObject({ code: 0, signal: null });
    figure('ended after SIGTERM', ending.tookMs);
    expect(answers).toBe(QUERIES_AT_STOP);
    expect(ending.tookMs).toBeLessThan(15_000);
  });

  it('starts the second time from the places that it kept', async () => {
    await expectGeoCached(false);
    server = await startServe({ folder: server.folder, keepFolder: true, workers: 2 });
    figure('ready for the first time, and again with the places kept', firstReadyMs, server.readyAfterMs);
    await expectGeoCached(true);
    expect(await steered(server, EUROPE)).toMatch(/^198\.51\.100\.1[01]$/);
  });

  it('starts again after a SIGKILL with nothing in its way', async () => {
    await server.stop('SIGKILL');
    const { folder, dnsPort } = server;
    server = await startServe({ folder, dnsPort, keepFolder: true, workers: 2, listen: ['127.0.0.1', '::1'] });
    figure('ready after a SIGKILL', server.readyAfterMs);
    for (const dnsHost of ['127.0.0.1', '::1'])
      expect(await steered({ dnsHost, dnsPort }, AMERICA)).toMatch(/^192\.0\.2\.1[01]$/);
    expect(server.readyLine).toContain(`dns 127.0.0.1:${dnsPort} udp+tcp, dns [::1]:${dnsPort} udp+tcp, admin `);
  });

  it.each([
    ['UDP', () => holdUdp(0)],
    ['TCP', () => holdTcp(0)],
  ])('ends with 1 and one line when its %s port is taken', async (_, hold) => {
    const taken = await hold();
    try {
      const listen = ['--listen', `127.0.0.1:${taken.port}`, '--admin', 'off', '--state-dir', 'second'];
      const run = await runMeridian(['serve', ...listen], { folder: server.folder });
      expect(run.code).toBe(1);
      expect(wordsOf(run.stderr)).toEqual([
        `meridian: cannot listen on 127.0.0.1:${taken.port}: another program does; stop it or choose another address with --listen`,
      ]);
    } finally {
      taken.free();
    }
  });

  it('ends with 1 and one line when another node or a program has its addresses', async () => {
    const { host } = new URL(server.adminUrl);
    const dns = `127.0.0.1:${server.dnsPort}`;
    for (const [args, place] of [
      [['--listen', dns, '--admin', 'off'], dns],
      [['--listen', '127.0.0.1:0', '--admin', host], host],
    ] as const) {
      const run = await runMeridian(['serve', ...args, '--state-dir', 'second'], { folder: server.folder });
      expect(run.code).toBe(1);
      expect(wordsOf(run.stderr)).toHaveLength(1);
      expect(run.stderr).toContain(place);
      expect(run.stdout).not.toContain('meridian ready');
    }
    expect(await steered(server, EUROPE)).toMatch(/^198\.51\.100\.1[01]$/);
  });

  it('ends at once on a second SIGTERM', async () => {
    const ending = server.stop();
    server.child.kill('SIGTERM');
    const { code, signal, tookMs } = await ending;
    expect(signal).toBeNull();
    expect(code === 0 || code === 1, String(code)).toBe(true);
    expect(tookMs).toBeLessThan(10_000);
  });

  /** Waits for the answer to a name of the zone that comes and goes: in force within a second, and a busy machine's share. */
  async function untilRcode(rcode: number): Promise<void> {
    const startMs = performance.now();
    while ((await ask(server, 'www.added.test', 'A')).rcode !== rcode) {
      expect(performance.now() - startMs, server.output).toBeLessThan(10_000);
      await sleep(20);
    }
  }

  async function expectGeoCached(cached: boolean): Promise<void> {
    const loaded = server.logs.filter((line) => line.event === 'geo-loaded');
    expect(loaded[0]).toMatchObject({ source: 'geoip-lite', cached });
  }
});

describe('wrong usage', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['serve', '--nonsense'], /^meridian: unknown option '--nonsense'/],
    ['an unknown command', ['sreve'], /^meridian: unknown command 'sreve'/],
    ['a bad address', ['serve', '--listen', 'localhost'], /^meridian: .*--listen.*ADDRESS:PORT/],
    ['a missing zones directory', ['serve', '--zones', 'nowhere'], /^meridian: no zones directory at nowhere/],
    ['a missing region', ['probe', '--redis', 'redis://127.0.0.1:1'], /^meridian: probe needs --region/],
  ])('%s ends with 2 and one line', async (_, args, line) => {
    const run = await runMeridian(args);
    expect(run.code).toBe(2);
    expect(wordsOf(run.stderr)).toEqual([expect.stringMatching(line)]);
    expect(run.stdout).toBe('');
  });

  it('an unknown key of the configuration file ends with 2, its line and its column', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meridian-config-'));
    try {
      writeFileSync(join(folder, 'meridian.yaml'), '# ours\nlog-level: info\n\nzonez: here\n');
      const run = await runMeridian(['serve', '--config', 'meridian.yaml'], { folder });
      expect(run.code).toBe(2);
      expect(wordsOf(run.stderr)).toEqual([expect.stringMatching(/^meridian: meridian\.yaml:4:1: .*"zonez"/)]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('meridian probe', () => {
  it('starts while there is no Redis, and ends with 0 on SIGTERM', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const agent = startProbe({ region: 'eu-west', agent: 'a1', redis: url, zones: SAMPLES.zones });
    await agent.waitForText(`meridian probe ready: region eu-west, agent a1, 1 checks, redis ${url}`);
    expect(await agent.stop()).toMatchObject({ code: 0, signal: null });
  });
});

/** The one address of the steered sample name for a client in `subnet`. */
async function steered(server: { dnsHost: string; dnsPort: number }, subnet: string): Promise<string> {
  const reply = await ask(server, STEERED, 'A', { ecs: subnet });
  return reply.answers.map((record) => String(record.data)).join(' ');
}

/** Lines for people; the log's are JSON. */
function wordsOf(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
}

type Held = { readonly port: number; readonly free: () => void };

function holdUdp(port: number): Promise<Held> {
  const socket = createSocket('udp4');
  return new Promise((resolve) =>
    socket.bind(port, '127.0.0.1', () => resolve({ port: socket.address().port, free: () => socket.close() })),
  );
}

function holdTcp(port: number): Promise<Held> {
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, free: () => server.close() });
    }),
  );
}

function figure(what: string, ...delaysMs: number[]): void {
  console.log(`figure: ${what}: ${delaysMs.map((ms) => `${(ms / 1000).toFixed(2)} s`).join(', ')}`);
}
