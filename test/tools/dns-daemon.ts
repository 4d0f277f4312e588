/**
 * Other people's DNS servers and resolvers, each as a process of a test's own: on a free loopback port, in a folder of its own, as the
 * user who runs the tests, gone when the test ends.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type DnsServer } from './dns-client.ts';
import { freePort } from './free-port.ts';
import { findTool } from './tool-finder.ts';

export type DnsDaemon = DnsServer & {
  /** What it said on its standard streams so far. */
  output(): string;
  /** Ends it, waits, and removes its folder. */
  stop(): Promise<void>;
};

const HOST = '127.0.0.1';
const READY_MS_MAX = 20_000;
const ASK_TIMEOUT_MS = 1_000;
const POLL_MS = 50;
const END_MS_MAX = 5_000;
const OUTPUT_CHARS_MAX = 1_000_000;

/**
 * Starts the program `name` (see `tool-finder.ts`), which must be here, and waits until it answers for `readyName` without an error.
 * `prepare` writes what it needs into `folder` and returns its arguments.
 */
export async function startDaemon(
  name: string,
  readyName: string,
  prepare: (folder: string, port: number) => readonly string[],
): Promise<DnsDaemon> {
  const binary = findTool(name);
  if (binary === null) throw new Error(`no ${name}: install it`);
  const folder = mkdtempSync(join(tmpdir(), `meridian-${name}-`));
  const port = await freePort(HOST);
  const child = spawn(binary, prepare(folder, port), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < OUTPUT_CHARS_MAX) output += text;
    });
  }
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  const stop = async () => {
    await end(child);
    process.off('exit', reap);
    rmSync(folder, { recursive: true, force: true });
  };
  const daemon = { dnsHost: HOST, dnsPort: port, output: () => output, stop };
  if (await answers(daemon, child, readyName)) return daemon;
  await stop();
  throw new Error(`${name} does not answer for ${readyName}\n${output.slice(-4_000)}`);
}

async function answers(server: DnsServer, child: ChildProcess, name: string): Promise<boolean> {
  const deadlineMs = performance.now() + READY_MS_MAX;
  while (performance.now() < deadlineMs && child.exitCode === null && child.signalCode === null) {
    // Knot answers SERVFAIL while it still reads a zone, a resolver while it has not found the root.
    const reply = await ask(server, name, 'A', { rd: true, timeoutMs: ASK_TIMEOUT_MS }).catch(() => null);
    if (reply?.rcode === 0) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
  await ended;
  clearTimeout(timer);
}
