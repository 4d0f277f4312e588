/**
 * A real recursive resolver of a test's own: unbound on a free loopback port, in a folder of its own. It cannot reach anything
 * but loopback: its queries leave from 127.0.0.1, and even the root is a stub that leads to the servers a test names.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type DnsServer } from './dns-client.ts';
import { freePort } from './free-port.ts';
import { findTool } from './tool-finder.ts';

export type UnboundOptions = {
  /** Zone to the server that it is asked at; everything else is asked at `root`. */
  readonly stubs: Readonly<Record<string, DnsServer>>;
  readonly root: DnsServer;
  /** Addresses or netblocks that are sent a Client Subnet; needs {@link hasSubnetModule}. */
  readonly subnetTo?: readonly string[];
  /** A name in `stubs` that is answered as soon as unbound works. */
  readonly readyName: string;
};

export type Unbound = DnsServer & {
  /** What it logged. */
  output(): string;
  stop(): Promise<void>;
};

const READY_WITHIN_MS = 10_000;

/** True if unbound can be run here. */
export function hasUnbound(): boolean {
  return findTool('unbound') !== null;
}

/** True if the unbound of this machine was built with Client Subnet (RFC 7871). */
export function hasSubnetModule(): boolean {
  const binary = findTool('unbound');
  if (binary === null) return false;
  const { stdout, stderr } = spawnSync(binary, ['-V'], { encoding: 'utf8' });
  return /Linked modules:.*\bsubnetcache\b/.test(`${stdout}${stderr}`);
}

/** Starts it and waits for its first answer. */
export async function startUnbound(options: UnboundOptions): Promise<Unbound> {
  const binary = findTool('unbound');
  if (binary === null) throw new Error('no unbound: install it, or name one in UNBOUND_BIN');
  const folder = mkdtempSync(join(tmpdir(), 'meridian-unbound-'));
  const port = await freePort();
  const file = join(folder, 'unbound.conf');
  writeFileSync(file, configuration(options, folder, port));
  const child = spawn(binary, ['-d', '-p', '-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < 1_000_000) output += text;
    });
  }
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  const unbound: Unbound = {
    dnsHost: '127.0.0.1',
    dnsPort: port,
    output: () => output,
    stop: async () => {
      await end(child);
      process.off('exit', reap);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await untilReady(unbound, child, options.readyName);
  } catch (error) {
    await unbound.stop();
    throw error;
  }
  return unbound;
}

async function untilReady(unbound: Unbound, child: ChildProcess, name: string): Promise<void> {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadlineMs && child.exitCode === null) {
    const reply = await ask(unbound, name, 'A', { rd: true, timeoutMs: 500 }).catch(() => null);
    if (reply?.rcode === 0) return;
    await sleep(50);
  }
  throw new Error(`unbound does not answer:\n${unbound.output()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}

function configuration(options: UnboundOptions, folder: string, port: number): string {
  const { subnetTo = [] } = options;
  const subnet = ['client-subnet-always-forward: yes', ...subnetTo.map((to) => `send-client-subnet: ${to}`)];
  const server = [
    ...['chroot: ""', 'username: ""', `directory: "${folder}"`, 'pidfile: ""', 'use-syslog: no', 'logfile: ""'],
    ...['do-daemonize: no', 'verbosity: 1', 'num-threads: 1', 'do-ip6: no'],
    ...[`interface: 127.0.0.1@${port}`, 'access-control: 127.0.0.0/8 allow', 'tcp-upstream: no'],
    // Only loopback can be reached from here, and everything asked for is there.
    ...['outgoing-interface: 127.0.0.1', 'do-not-query-localhost: no', 'target-fetch-policy: "0 0 0 0 0"'],
    // A resolver in the field changes the case of letters and tells each server as little of the name as it can.
    ...['use-caps-for-id: yes', 'qname-minimisation: yes', 'edns-buffer-size: 1232'],
    // Loopback is fast, and a dead server should not be waited for as if it were on another continent.
    ...['unknown-server-time-limit: 50', 'infra-cache-min-rtt: 50'],
    `module-config: "${subnetTo.length > 0 ? 'subnetcache ' : ''}iterator"`,
    ...(subnetTo.length > 0 ? subnet : []),
    // Names under test. are answered by unbound itself otherwise (RFC 6761 6.2).
    'local-zone: "test." nodefault',
  ];
  const stubs = Object.entries({ '.': options.root, ...options.stubs }).map(
    ([zone, { dnsHost, dnsPort }]) =>
      `stub-zone:\n  name: "${zone}"\n  stub-addr: ${dnsHost}@${dnsPort}\n  stub-prime: no\n  stub-no-cache: no\n`,
  );
  return `server:\n${server.map((line) => `  ${line}\n`).join('')}remote-control:\n  control-enable: no\n${stubs.join('')}`;
}
