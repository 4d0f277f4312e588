/**
 * Other people's authoritative servers, NSD, Knot and BIND, each as a process of its own over the same master files: on a free loopback port,
 * in a folder of its own, as the user who runs the tests, gone when the test ends.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DnsDaemon, startDaemon } from './dns-daemon.ts';
import { findTool } from './tool-finder.ts';

export type PeerName = 'nsd' | 'knotd' | 'named';

/** Master files by origin, with the final dot. */
export type MasterZones = ReadonlyMap<string, string>;

const HOST = '127.0.0.1';
/** A zone that every server loads, and whose answer says that it has. */
const WITNESS = 'witness.peer.';
const WITNESS_ZONE = '@ 60 IN SOA ns.elsewhere. host.elsewhere. 1 2 3 4 5\n@ 60 IN NS ns.elsewhere.\n';

/** True if `name` can be run here. */
export function hasPeer(name: PeerName): boolean {
  return findTool(name) !== null;
}

/** Starts the server `name` over `zones` and waits until it answers. A zone that it refuses gets SERVFAIL from it. */
export function startPeer(name: PeerName, zones: MasterZones): Promise<DnsDaemon> {
  return startDaemon(name, WITNESS, (folder, port) => {
    mkdirSync(join(folder, 'zones'));
    const files = [...zones, [WITNESS, WITNESS_ZONE] as const].map(([origin, text], number) => {
      const file = join(folder, 'zones', `${number}.zone`);
      writeFileSync(file, text);
      return { origin, file };
    });
    const configFile = join(folder, 'server.conf');
    const { config, args } = PEERS[name];
    writeFileSync(configFile, config(folder, port, files));
    return [...args, '-c', configFile];
  });
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
