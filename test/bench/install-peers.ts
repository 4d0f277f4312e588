/**
 * `npm run bench -- --install`: the peers, the load generator and the C compiler from Debian's own packages, without starting
 * any service: a peer of the distribution would listen on port 53 of every address.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const PACKAGES = [
  'dnsperf',
  'gdnsd',
  'knot',
  'knot-module-geoip',
  'pdns-server',
  'pdns-backend-geoip',
  'gcc',
  'libc6-dev',
];
/** Debian's hook that decides whether a package's service may start; 101 is no. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';
const APT_GET = '/usr/bin/apt-get';
const APT_OPTIONS = [
  '-y',
  '-q',
  '--no-install-recommends',
  '-o',
  'Acquire::Retries=1',
  '-o',
  'DPkg::Lock::Timeout=120',
];
const TIMEOUT_MS = 600_000;

/** Installs what is missing; returns one line that says how it went. */
export function installPeers(): string {
  if (process.getuid?.() !== 0 || !existsSync(APT_GET)) {
    return `--install needs root on Debian; elsewhere install the equivalents of ${PACKAGES.join(' ')}`;
  }
  const policyIsOurs = !existsSync(SERVICE_POLICY);
  if (policyIsOurs) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    runApt(['update']);
    const failed = runApt(['install', ...PACKAGES]) ? [] : PACKAGES.filter((name) => !runApt(['install', name]));
    return failed.length === 0 ? `installed: ${PACKAGES.join(' ')}` : `could not install: ${failed.join(' ')}`;
  } finally {
    if (policyIsOurs) rmSync(SERVICE_POLICY, { force: true });
  }
}

function runApt(args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const result = spawnSync(APT_GET, [...APT_OPTIONS, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    env,
  });
  if (result.status === 0) return true;
  const said = `${result.stderr ?? ''}`.trim().split('\n').slice(-3).join(' | ');
  console.error(`bench: apt-get ${args.join(' ')} did not work: ${result.error?.message ?? said}`);
  return false;
}
