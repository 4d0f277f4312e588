/**
 * BIND and Knot Resolver as recursive resolvers of a test's own: on a free loopback port, in a folder of its own, with root hints that
 * name one server on loopback. Neither primes from elsewhere, validates, fetches trust anchors or looks at the clock's root: every
 * query leaves from 127.0.0.1 for a server that the test runs.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type DnsServer } from './dns-client.ts';
import { freePort } from './free-port.ts';
import { findTool } from './tool-finder.ts';

/** Their binaries' names. */
export type HintedName = 'named' | 'kresd';

export type HintedResolver = DnsServer & {
  /** What it logged. */
  output(): string;
  stop(): Promise<void>;
};

export type HintedOptions = {
  /** Address of the server that is hinted at as the root, at port 53, and the name it goes by. */
  readonly root: { readonly name: string; readonly address: string };
  /** A name that is answered as soon as the resolver works. */
  readonly readyName: string;
};

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 20_000;
const OUTPUT_CHARS_MAX = 1_000_000;

/** Starts `name`, which must be here (`findTool`), and waits for its first answer. */
export async function startHinted(name: HintedName, options: HintedOptions): Promise<HintedResolver> {
  const folder = mkdtempSync(join(tmpdir(), `meridian-${name}-`));
  const port = await freePort(HOST);
  const file = join(folder, 'resolver.conf');
  writeFileSync(
    join(folder, 'hints'),
    `. 3600 NS ${options.root.name}\n${options.root.name} 3600 A ${options.root.address}\n`,
  );
  writeFileSync(file, name === 'named' ? namedConfig(folder, port) : kresdConfig(folder, port, options.root));
  const args = name === 'named' ? ['-g', '-4', '-n', '1', '-c', file] : ['-n', '-c', file, folder];
  const child = spawn(findTool(name)!, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < OUTPUT_CHARS_MAX) output += text;
    });
  }
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  const resolver: HintedResolver = {
    dnsHost: HOST,
    dnsPort: port,
    output: () => output,
    stop: async () => {
      await end(child);
      process.off('exit', reap);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await untilReady(resolver, child, options.readyName);
  } catch (error) {
    await resolver.stop();
    throw error;
  }
  return resolver;
}

function namedConfig(folder: string, port: number): string {
  return `options {
  directory "${folder}";
  managed-keys-directory "${folder}";
  pid-file none;
  session-keyfile none;
  lock-file none;
  listen-on port ${port} { ${HOST}; };
  listen-on-v6 { none; };
  query-source address ${HOST};
  recursion yes;
  allow-query { 127.0.0.0/8; };
  dnssec-validation no;
  empty-zones-enable no;
  qname-minimization strict;
  notify no;
};
controls { };
zone "." { type hint; file "${folder}/hints"; };
`;
}

/** Glue of 127.0.0.0/8 is worth nothing to it unless ALLOW_LOCAL says so. */
function kresdConfig(folder: string, port: number, root: HintedOptions['root']): string {
  return `log_target('stderr')
for _, name in ipairs({'ta_update', 'ta_signal_query', 'ta_sentinel', 'priming', 'detect_time_skew', 'detect_time_jump'}) do
  pcall(modules.unload, name)
end
trust_anchors.remove('.')
net.ipv6 = false
net.outgoing_v4('${HOST}')
net.listen('${HOST}', ${port}, { kind = 'dns' })
cache.open(10 * MB, 'lmdb://${folder}/cache')
modules.load('hints')
hints.root({ ['${root.name}'] = '${root.address}' })
policy.add(policy.all(policy.FLAGS('ALLOW_LOCAL')))
`;
}

async function untilReady(resolver: HintedResolver, child: ChildProcess, name: string): Promise<void> {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadlineMs && child.exitCode === null) {
    const reply = await ask(resolver, name, 'A', { rd: true, timeoutMs: 1_000 }).catch(() => null);
    if (reply?.rcode === 0) return;
    await sleep(100);
  }
  throw new Error(`the resolver does not answer:\n${resolver.output()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}
