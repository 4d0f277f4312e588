/**
 * The binary PROXY header that a load balancer puts before a datagram or a connection, so that the server behind it knows
 * the client (PROXY protocol, HAProxy, version 2 of it, section 2.2). Read by whoever owns the socket, before any DNS.
 *
 *   signature 12 | version, command | family, protocol | length 2 | addresses and ports | TLVs, which are skipped
 */

import { type IpFamily, readAddressWords } from '../base/ip-address.ts';
import { PROXY_HEADER_BYTES_MAX } from '../base/limits.ts';

/** Octets before the addresses. */
export const PROXY_FIXED_BYTES = 16;

const SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const VERSION = 2;
const Command = { LOCAL: 0, PROXY: 1 } as const;
const Family = { UNSPEC: 0, INET: 1, INET6: 2, UNIX: 3 } as const;
const PROTOCOL_MAX = 2;
/** Two addresses and two ports. */
const INET_BYTES = 12;
const INET6_BYTES = 36;

/** What {@link ProxyHeader.parse} says instead of a length. */
export const ProxyParse = { INCOMPLETE: 0, MALFORMED: -1 } as const;

/** True if the message at `start` begins as a PROXY header does; no DNS message of a known opcode does. */
export function hasProxySignature(bytes: Uint8Array, start: number, length: number): boolean {
  if (length < SIGNATURE.length) return false;
  for (let i = 0; i < SIGNATURE.length; i++) if (bytes[start + i] !== SIGNATURE[i]) return false;
  return true;
}

/** One header; made once per reader. */
export class ProxyHeader {
  /** Of the client, or 0: the header names none (command LOCAL, no IP) and the peer speaks for itself. */
  family: IpFamily | 0 = 0;
  /** Of the client, as in `base/ip-address.ts`; IPv4-mapped addresses are IPv4. */
  readonly words: Uint32Array = new Uint32Array(4);

  /** Octets of the header at `start`, or a {@link ProxyParse}; `length` octets are there, more than the header perhaps. */
  parse(bytes: Uint8Array, start: number, length: number): number {
    this.family = 0;
    if (length < PROXY_FIXED_BYTES) {
      const isPossible = SIGNATURE.every((octet, i) => i >= length || bytes[start + i] === octet);
      return isPossible ? ProxyParse.INCOMPLETE : ProxyParse.MALFORMED;
    }
    if (!hasProxySignature(bytes, start, length)) return ProxyParse.MALFORMED;
    const command = bytes[start + 12]! & 15;
    const family = bytes[start + 13]! >> 4;
    const addressBytes = (bytes[start + 14]! << 8) | bytes[start + 15]!;
    const octets = PROXY_FIXED_BYTES + addressBytes;
    if (bytes[start + 12]! >> 4 !== VERSION || command > Command.PROXY) return ProxyParse.MALFORMED;
    if (family > Family.UNIX || (bytes[start + 13]! & 15) > PROTOCOL_MAX) return ProxyParse.MALFORMED;
    if (octets > PROXY_HEADER_BYTES_MAX) return ProxyParse.MALFORMED;
    if (length < octets) return ProxyParse.INCOMPLETE;
    if (command === Command.LOCAL) return octets;
    return this.#readClient(bytes, start + PROXY_FIXED_BYTES, family, addressBytes) ? octets : ProxyParse.MALFORMED;
  }

  #readClient(bytes: Uint8Array, at: number, family: number, addressBytes: number): boolean {
    if (family === Family.INET) {
      if (addressBytes < INET_BYTES) return false;
      this.family = 4;
      readAddressWords(this.words, 4, bytes, at);
    } else if (family === Family.INET6) {
      if (addressBytes < INET6_BYTES) return false;
      this.family = 6;
      readAddressWords(this.words, 6, bytes, at);
      this.#unmap();
    }
    return true;
  }

  /** RFC 4291 2.5.5.2: a dual-stack balancer writes its IPv4 clients so. */
  #unmap(): void {
    const { words } = this;
    if (words[0] !== 0 || words[1] !== 0 || words[2] !== 0xffff) return;
    this.family = 4;
    words[0] = words[3]!;
    words[2] = 0;
    words[3] = 0;
  }
}
