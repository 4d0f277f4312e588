/**
 * Unprivileged ICMP sockets of Linux ("ping sockets"): the kernel lets the groups of `net.ipv4.ping_group_range` open a datagram
 * socket that sends echo requests and receives nothing but their replies. Node cannot make one, so koffi calls `socket`; to read and
 * write it is a datagram socket like any other, which `dgram` takes over by its descriptor (`bind({ fd })`) and closes.
 *
 * Opened by `icmp-check.ts`; `agent.ts` asks at its start whether the host allows them.
 */

import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import type { IpFamily } from '../base/ip-address.ts';

/** Constants of Linux, the same on x86-64 and arm64. */
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;

type Calls = {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly close: (fd: number) => number;
  readonly errno: () => number;
};

/** The calls, or one sentence that says why there are none; null before the first wish. */
let calls: Calls | string | null = null;

/** The descriptor of a new ping socket, or one sentence that says why there is none. Whoever gets one closes it. */
export function openPingSocket(family: IpFamily): number | string {
  calls ??= loadCalls();
  if (typeof calls === 'string') return calls;
  const protocol = family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  const fd = calls.socket(family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd >= 0) return fd;
  const errno = calls.errno();
  const code = errno > 0 ? getSystemErrorName(-errno) : 'error';
  if (code !== 'EACCES' && code !== 'EPERM') return `agent cannot check: no ICMP socket (${code})`;
  return `ICMP is not allowed on this host: add the agent's group ${process.getgid?.() ?? ''} to net.ipv4.ping_group_range (sysctl)`;
}

/** Why this host allows no ICMP checks, in one sentence; null where it does. */
export function pingTrouble(): string | null {
  const fd = openPingSocket(4);
  if (typeof fd === 'string') return fd;
  if (typeof calls === 'object') calls?.close(fd);
  return null;
}

function loadCalls(): Calls | string {
  if (process.platform !== 'linux') return `ICMP checks need Linux, this is ${process.platform}`;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const libc = koffi.load(null);
    return {
      socket: libc.func('int socket(int, int, int)') as unknown as Calls['socket'],
      close: libc.func('int close(int)') as unknown as Calls['close'],
      errno: () => koffi.errno(),
    };
  } catch (error) {
    return `ICMP checks need koffi, which did not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}
