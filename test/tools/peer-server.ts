/**
 * Other people's authoritative servers, NSD, Knot and BIND, each as a process of its own over the same master files: on a free loopback port,
 * in a folder of its own, as the user who runs the tests, gone when the test ends.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildQuery, exchangeUdp } from './dns-client.ts';
import { freePort } from './free-port.ts';
import { findTool } from './tool-finder.ts';

export type PeerName = 'nsd' | 'knotd' | 'named';

export type PeerServer = {
  readonly name: PeerName;
  readonly dnsHost: string;
  readonly dnsPort: number;
  /** What it said on its standard streams so far. */
  said(): string;
  /** Ends it, waits, and removes its folder. */
  stop(): Promise<void>;
};

/** Master files by origin, with the final dot. */
export type MasterZones = ReadonlyMap<string, string>;

const HOST = '127.0.0.1';
const START_MS_MAX = 20_000;
const POLL_MS = 50;
const POLL_TIMEOUT_MS = 300;
/** A zone that every server loads, and whose answer says that it has. */
const WITNESS = 'witness.peer.';
const WITNESS_ZONE = '@ 60 IN SOA ns.elsewhere. host.elsewhere. 1 2 3 4 5\n@ 60 IN NS ns.elsewhere.\n';

/** True if `name` can be run here. */
export function hasPeer(name: PeerName): boolean {
  return findTool(name) !== null;
}

/** Starts the server `name` over `zones` and waits until it answers. A zone that it refuses gets SERVFAIL from it. */
export async function startPeer(name: PeerName, zones: MasterZones): Promise<PeerServer> {
  const folder = mkdtempSync(join(tmpdir(), `meridian-${name}-`));
  const port = await freePort(HOST);
  mkdirSync(join(folder, 'zones'));
  const files = [...zones, [WITNESS, WITNESS_ZONE] as const].map(([origin, text], number) => {
    const file = join(folder, 'zones', `${number}.zone`);
    writeFileSync(file, text);
    return { origin, file };
  });
  const configFile = join(folder, 'server.conf');
  const { config, args } = PEERS[name];
  writeFileSync(configFile, config(folder, port, files));
  const child = spawn(findTool(name)!, [...args, '-c', configFile], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  const stop = async () => {
    await end(child);
    process.off('exit', reap);
    rmSync(folder, { recursive: true, force: true });
  };
  const server = { name, dnsHost: HOST, dnsPort: port, said: () => output, stop };
  try {
    await waitUntilUp(server, child, WITNESS);
  } catch (error) {
    await stop();
    throw error;
  }
  return server;
}

type ZoneFile = { readonly origin: string; readonly file: string };

/** How each is configured, and the arguments beside the file. */
const PEERS: Record<
  PeerName,
  { readonly config: (folder: string, port: number, files: readonly ZoneFile[]) => string; readonly args: string[] }
> = {
  nsd: { config: nsdConfig, args: ['-d'] },
  knotd: { config: knotConfig, args: [] },
  named: { config: namedConfig, args: ['-g', '-4', '-n', '1'] },
};

function nsdConfig(folder: string, port: number, files: readonly ZoneFile[]): string {
  const lines = [
    'server:',
    `  ip-address: ${HOST}@${port}`,
    '  server-count: 1',
    '  username: ""',
    '  chroot: ""',
    '  database: ""',
    `  zonesdir: "${folder}"`,
    `  pidfile: "${folder}/pid"`,
    `  zonelistfile: "${folder}/zone.list"`,
    `  xfrdfile: "${folder}/xfrd.state"`,
    `  xfrdir: "${folder}"`,
    '  minimal-responses: yes',
    '  refuse-any: no',
    '  ipv4-edns-size: 1232',
    '  ipv6-edns-size: 1232',
    '  rrl-ratelimit: 0',
    '  hide-version: yes',
    'remote-control:',
    '  control-enable: no',
  ];
  for (const { origin, file } of files) lines.push('zone:', `  name: "${origin}"`, `  zonefile: "${file}"`);
  return `${lines.join('\n')}\n`;
}

function knotConfig(folder: string, port: number, files: readonly ZoneFile[]): string {
  const lines = [
    'server:',
    `    rundir: "${folder}"`,
    `    listen: ${HOST}@${port}`,
    '    udp-max-payload: 1232',
    '    udp-workers: 1',
    '    tcp-workers: 1',
    '    background-workers: 1',
    'log:',
    '  - target: stderr',
    '    any: warning',
    'database:',
    `    storage: "${folder}"`,
    'template:',
    '  - id: default',
    `    storage: "${folder}"`,
    '    zonefile-sync: -1',
    '    zonefile-load: whole',
    '    journal-content: none',
    '    semantic-checks: off',
    'zone:',
  ];
  for (const { origin, file } of files) lines.push(`  - domain: "${origin}"`, `    file: "${file}"`);
  return `${lines.join('\n')}\n`;
}

function namedConfig(folder: string, port: number, files: readonly ZoneFile[]): string {
  const lines = [
    'options {',
    `  directory "${folder}";`,
    `  managed-keys-directory "${folder}";`,
    '  pid-file none;',
    '  session-keyfile none;',
    '  lock-file none;',
    `  listen-on port ${port} { ${HOST}; };`,
    '  listen-on-v6 { none; };',
    '  recursion no;',
    '  notify no;',
    '  allow-transfer { none; };',
    '  minimal-responses yes;',
    '  minimal-any no;',
    '  edns-udp-size 1232;',
    '  max-udp-size 1232;',
    '  dnssec-validation no;',
    '  empty-zones-enable no;',
    '  check-names primary ignore;',
    '  check-integrity no;',
    '};',
    'controls { };',
  ];
  for (const { origin, file } of files) lines.push(`zone "${origin}" { type primary; file "${file}"; };`);
  return `${lines.join('\n')}\n`;
}

async function waitUntilUp(server: PeerServer, child: ChildProcess, origin: string): Promise<void> {
  const deadlineMs = performance.now() + START_MS_MAX;
  while (performance.now() < deadlineMs && child.exitCode === null && child.signalCode === null) {
    const reply = await exchangeUdp(server, buildQuery(origin, 'SOA'), POLL_TIMEOUT_MS).catch(() => null);
    // Knot answers SERVFAIL while it still reads a zone.
    if (reply !== null && (reply[3]! & 15) === 0) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${server.name} does not answer for ${origin}\n${server.said().slice(-4000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(timer);
}
