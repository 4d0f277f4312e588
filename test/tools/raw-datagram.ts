/** Datagrams that no socket of Node's would send: over a raw socket, with whatever source port. Needs CAP_NET_RAW; loopback only. */

import { createRequire } from 'node:module';

const AF_INET = 2;
const SOCK_RAW = 3;
const IPPROTO_UDP = 17;
const UDP_HEADER_BYTES = 8;
const LOOPBACK = [127, 0, 0, 1];

/** Sends `payload` to 127.0.0.1 port `port` from `sourcePort`; false where this process may not. */
export function sendRaw(port: number, sourcePort: number, payload: Uint8Array): boolean {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const libc = koffi.load(null);
  const fd: number = libc.func('int socket(int, int, int)')(AF_INET, SOCK_RAW, IPPROTO_UDP);
  if (fd < 0) return false;
  const size = UDP_HEADER_BYTES + payload.length;
  const words = [sourcePort, port, size, 0].flatMap((word) => [word >> 8, word & 255]);
  const address = Uint8Array.of(AF_INET, 0, 0, 0, ...LOOPBACK, 0, 0, 0, 0, 0, 0, 0, 0);
  const send = libc.func('long sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)');
  const sent: number = send(fd, Uint8Array.from([...words, ...payload]), size, 0, address, address.length);
  libc.func('int close(int)')(fd);
  return sent === size;
}
