/**
 * The system calls of the batched UDP path, straight from the C library through koffi: Node has no recvmmsg. Only 64-bit
 * little-endian Linux, whose structure layouts `message-batch.ts` writes by hand; everywhere else, and where koffi's
 * prebuilt binary does not load, {@link loadSystemCalls} says why and `dgram` serves.
 */

import { createRequire } from 'node:module';
import { arch, endianness, platform } from 'node:os';

/** Pointers are addresses as BigInt; results are the C functions' own, -1 for an error whose number {@link SystemCalls.errno} gives. */
export type SystemCalls = {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly setsockopt: (fd: number, level: number, option: number, value: Int32Array, length: number) => number;
  readonly setTimeout: (fd: number, level: number, option: number, value: BigInt64Array, length: number) => number;
  readonly bind: (fd: number, address: Uint8Array, length: number) => number;
  readonly connect: (fd: number, address: Uint8Array, length: number) => number;
  readonly getsockname: (fd: number, address: Uint8Array, length: Int32Array) => number;
  readonly recvmmsg: (fd: number, headers: bigint, count: number, flags: number, timeout: null) => number;
  readonly sendmmsg: (fd: number, headers: bigint, count: number, flags: number) => number;
  readonly poll: (fds: Int32Array, count: number, timeoutMs: number) => number;
  readonly usleep: (microseconds: number) => number;
  /** sched_setattr(2) for the thread that calls; `attributes`: a struct sched_attr. */
  readonly setScheduling: (attributes: Uint8Array) => number;
  readonly close: (fd: number) => number;
  readonly errno: () => number;
  /** Memory that never moves: its address, and the same octets as an ArrayBuffer. Never freed; a worker takes it once. */
  readonly allocate: (octets: number) => { address: bigint; buffer: ArrayBuffer };
};

/** Constants of Linux, the same on x86-64 and arm64. */
export const Linux = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_DGRAM: 2,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_REUSEPORT: 15,
  SO_RCVTIMEO: 20,
  SO_SNDTIMEO: 21,
  IPPROTO_IP: 0,
  IP_PKTINFO: 8,
  IP_MTU_DISCOVER: 10,
  IP_PMTUDISC_OMIT: 5,
  IPPROTO_UDP: 17,
  UDP_SEGMENT: 103,
  IPPROTO_IPV6: 41,
  IPV6_MTU_DISCOVER: 23,
  IPV6_V6ONLY: 26,
  IPV6_RECVPKTINFO: 49,
  IPV6_PKTINFO: 50,
  MSG_DONTWAIT: 0x40,
  MSG_WAITFORONE: 0x10000,
  POLLIN: 1,
  POLLOUT: 4,
  SCHED_FLAG_KEEP_POLICY: 0x08,
  EINTR: 4,
  EAGAIN: 11,
  ENOMEM: 12,
  ENOBUFS: 105,
} as const;

/** Number of sched_setattr, for which C libraries have had a function only since 2025. */
const SCHED_SETATTR_CALL = arch() === 'arm64' ? 274 : 314;

/** Loaded once a thread: whoever closes the sockets of a thread that dies has no time to load a library. */
let loaded: SystemCalls | string | null = null;

/** The calls, or one sentence that says why there are none. */
export function loadSystemCalls(): SystemCalls | string {
  loaded ??= tryLoad();
  return loaded;
}

function tryLoad(): SystemCalls | string {
  if (platform() !== 'linux') return `batched UDP needs Linux, this is ${platform()}`;
  if (endianness() !== 'LE' || (arch() !== 'x64' && arch() !== 'arm64'))
    return `batched UDP is not laid out for ${arch()}`;
  try {
    return bindSystemCalls(createRequire(import.meta.url)('koffi') as Koffi);
  } catch (error) {
    return `koffi did not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

type Koffi = typeof import('koffi');

function bindSystemCalls(koffi: Koffi): SystemCalls {
  const libc = koffi.load(null);
  const systemCall = libc.func('long syscall(long, int, uint8_t *, unsigned int)');
  return {
    socket: libc.func('int socket(int, int, int)') as unknown as SystemCalls['socket'],
    setsockopt: libc.func('int setsockopt(int, int, int, int *, unsigned int)') as unknown as SystemCalls['setsockopt'],
    setTimeout: libc.func(
      'int setsockopt(int, int, int, int64_t *, unsigned int)',
    ) as unknown as SystemCalls['setTimeout'],
    bind: libc.func('int bind(int, uint8_t *, unsigned int)') as unknown as SystemCalls['bind'],
    connect: libc.func('int connect(int, uint8_t *, unsigned int)') as unknown as SystemCalls['connect'],
    getsockname: libc.func(
      'int getsockname(int, _Out_ uint8_t *, _Inout_ int *)',
    ) as unknown as SystemCalls['getsockname'],
    recvmmsg: libc.func('int recvmmsg(int, void *, unsigned int, int, void *)') as unknown as SystemCalls['recvmmsg'],
    sendmmsg: libc.func('int sendmmsg(int, void *, unsigned int, int)') as unknown as SystemCalls['sendmmsg'],
    poll: libc.func('int poll(_Inout_ int *, unsigned long, int)') as unknown as SystemCalls['poll'],
    usleep: libc.func('int usleep(unsigned int)') as unknown as SystemCalls['usleep'],
    setScheduling: (attributes) => systemCall(SCHED_SETATTR_CALL, 0, attributes, 0),
    close: libc.func('int close(int)') as unknown as SystemCalls['close'],
    errno: () => koffi.errno(),
    allocate: (octets) => {
      const address = koffi.alloc('uint8_t', octets) as bigint;
      return { address, buffer: koffi.view(address, octets) };
    },
  };
}
