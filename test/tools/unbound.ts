/**
 * A real recursive resolver of a test's own: unbound on a free loopback port, in a folder of its own. It cannot reach anything
 * but loopback: its queries leave from 127.0.0.1, and even the root is a stub that leads to the servers a test names.
 */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DnsServer } from './dns-client.ts';
import { type DnsDaemon, startDaemon } from './dns-daemon.ts';
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
export function startUnbound(options: UnboundOptions): Promise<DnsDaemon> {
  return startDaemon('unbound', options.readyName, (folder, port) => {
    const file = join(folder, 'unbound.conf');
    writeFileSync(file, configuration(options, folder, port));
    return ['-d', '-p', '-c', file];
  });
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
