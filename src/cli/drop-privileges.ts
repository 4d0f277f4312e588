/**
 * Root gives itself up: the process becomes another user for good, before it has opened a socket to the world or read a zone.
 * On Linux it keeps the one right to bind ports below 1024 (CAP_NET_BIND_SERVICE), because workers that are started again
 * bind again; everything else of root goes, in every thread.
 *
 * The C library changes the user of all threads. Capabilities belong to a thread and are inherited by those it starts: the
 * main thread keeps one, and starts the workers after this.
 */

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { usageFailure, workFailure } from './command-failure.ts';

/** Numbers of linux/prctl.h and linux/capability.h. */
const PR_SET_KEEPCAPS = 8;
const PR_SET_NO_NEW_PRIVS = 38;
const CAPABILITY_VERSION_3 = 0x20080522;
const CAP_NET_BIND_SERVICE = 1 << 10;

type Koffi = typeof import('koffi');

/** What Node's types leave out. */
type UserProcess = NodeJS.Process & { readonly initgroups: (user: string, group: number) => void };

type CapabilityCalls = {
  readonly prctl: (option: number, a: number, b: number, c: number, d: number) => number;
  readonly capset: (header: Uint32Array, data: Uint32Array) => number;
};

/**
 * Makes this process, root until now, `user` (name or number), with its groups, or with `group` as the first of them. Returns a
 * line for the log. Throws a usage failure for a user or group that is none, a work failure when root cannot be left.
 */
export function dropPrivileges(user: string, group: string | undefined): string {
  const uid = idOf(user, '-u');
  const gid = group === undefined ? idOf(user, '-g') : groupIdOf(group);
  if (uid === 0) throw usageFailure(`--user ${user} is root itself: name another user`);
  const calls = loadCapabilityCalls();
  try {
    calls?.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    (process as UserProcess).initgroups(user, gid);
    process.setgid!(gid);
    process.setuid!(uid);
    if (calls !== null) keepBinding(calls);
  } catch (error) {
    throw workFailure(`cannot become ${user}: ${(error as Error).message}`);
  }
  if (canReturn()) throw workFailure(`cannot become ${user}: the way back to root is open`);
  const kept = calls === null ? '' : ', with the right to bind ports below 1024';
  return `running as ${user} (${uid}:${gid})${kept}`;
}

/** Permitted and effective: binding alone. Inheritable: nothing. */
function keepBinding(calls: CapabilityCalls): void {
  const data = Uint32Array.of(CAP_NET_BIND_SERVICE, CAP_NET_BIND_SERVICE, 0, 0, 0, 0);
  if (calls.capset(Uint32Array.of(CAPABILITY_VERSION_3, 0), data) !== 0) throw new Error('capset failed');
  calls.prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  calls.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/** Null where there are no capabilities: then everything of root goes, and ports below 1024 cannot be bound. */
function loadCapabilityCalls(): CapabilityCalls | null {
  if (process.platform !== 'linux') return null;
  try {
    const libc = (createRequire(import.meta.url)('koffi') as Koffi).load(null);
    const word = 'unsigned long';
    return {
      prctl: libc.func(`int prctl(int, ${word}, ${word}, ${word}, ${word})`) as unknown as CapabilityCalls['prctl'],
      capset: libc.func('int capset(uint32_t *, uint32_t *)') as unknown as CapabilityCalls['capset'],
    };
  } catch {
    return null;
  }
}

/** By `id`, which asks the same databases as the login does. */
function idOf(user: string, flag: '-u' | '-g'): number {
  try {
    return Number(execFileSync('id', [flag, '--', user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    throw usageFailure(`--user ${user}: there is no such user`);
  }
}

function groupIdOf(group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  try {
    const entry = execFileSync('getent', ['group', group], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return Number(entry.split(':')[2]);
  } catch {
    throw usageFailure(`--group ${group}: there is no such group`);
  }
}

function canReturn(): boolean {
  try {
    process.setuid!(0);
    return true;
  } catch {
    return false;
  }
}
