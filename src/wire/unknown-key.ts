/**
 * The TSIG record of a query (RFC 8945 4.2), as far as a server without keys needs it: whether it is well-formed, and what goes
 * back to say that its key is not known (5.2.1, 5.3.2). Copied out of the query, because the answer is written over it.
 *
 *   ALGORITHM (name)   TIME SIGNED (6)   FUDGE (2)   MAC SIZE (2)   MAC   ORIGINAL ID (2)   ERROR (2)   OTHER LEN (2)   OTHER DATA
 */

import { DnsClass, RRType } from './codes.ts';
import { SCAN_FAILED, ScannedName } from './scanned-name.ts';

/** RFC 8945 3: the key is not one of ours. */
const BADKEY = 17;
/** Octets of the RDATA behind the algorithm, without MAC and other data; and those up to the MAC. */
const FIXED_BYTES = 16;
const BEFORE_MAC_BYTES = 10;

/** The key of the last query that was signed. */
export class UnknownKey {
  isPresent = false;
  readonly #owner: Uint8Array = new Uint8Array(256);
  #ownerLength = 0;
  readonly #algorithm: ScannedName = new ScannedName();
  /** Time signed and fudge. */
  readonly #times: Uint8Array = new Uint8Array(8);
  readonly #id: Uint8Array = new Uint8Array(2);

  /**
   * Reads the record whose owner stands at `ownerAt` and TYPE at `typeAt`, and which ends the message at `end`; the message
   * starts at `start`, its names `headerBytes` later. False: malformed, answer FORMERR.
   */
  parse(bytes: Uint8Array, start: number, headerBytes: number, ownerAt: number, typeAt: number, end: number): boolean {
    const dataAt = typeAt + 10;
    const dnsClass = word(bytes, typeAt + 2);
    const ttl = word(bytes, typeAt + 4) | word(bytes, typeAt + 6);
    if (dnsClass !== DnsClass.ANY || ttl !== 0) return false;
    const fixed = this.#algorithm.scan(bytes, dataAt, end);
    if (fixed === SCAN_FAILED || fixed + FIXED_BYTES > end) return false;
    const behindMac = fixed + BEFORE_MAC_BYTES + word(bytes, fixed + 8);
    if (behindMac + 6 > end || behindMac + 6 + word(bytes, behindMac + 4) !== end) return false;
    for (let i = 0; i < 8; i++) this.#times[i] = bytes[fixed + i]!;
    this.#id[0] = bytes[behindMac]!;
    this.#id[1] = bytes[behindMac + 1]!;
    this.isPresent = this.#readOwner(bytes, start, headerBytes, ownerAt, end);
    return this.isPresent;
  }

  /** Octets that {@link write} takes. */
  get recordBytes(): number {
    return this.#ownerLength + 10 + this.#algorithm.length + FIXED_BYTES;
  }

  /** Writes the record that says BADKEY, without MAC, at `at`; returns the end. */
  write(bytes: Uint8Array, at: number): number {
    for (let i = 0; i < this.#ownerLength; i++) bytes[at + i] = this.#owner[i]!;
    let to = putWord(bytes, at + this.#ownerLength, RRType.TSIG);
    to = putWord(bytes, to, DnsClass.ANY);
    to = putWord(bytes, putWord(bytes, to, 0), 0);
    to = putWord(bytes, to, this.#algorithm.length + FIXED_BYTES);
    for (let i = 0; i < this.#algorithm.length; i++) bytes[to + i] = this.#algorithm.lower[i]!;
    to += this.#algorithm.length;
    for (let i = 0; i < 8; i++) bytes[to + i] = this.#times[i]!;
    to = putWord(bytes, to + 8, 0);
    bytes[to] = this.#id[0]!;
    bytes[to + 1] = this.#id[1]!;
    return putWord(bytes, putWord(bytes, to + 2, BADKEY), 0);
  }

  /** Copies the key's name with its pointers followed, each of which must lead further back. */
  #readOwner(bytes: Uint8Array, start: number, headerBytes: number, ownerAt: number, end: number): boolean {
    let at = ownerAt;
    let length = 0;
    for (let bound = ownerAt; ; ) {
      const size = bytes[at]!;
      if (size === 0) break;
      if (size >= 0xc0) {
        const target = ((size & 0x3f) << 8) | bytes[at + 1]!;
        if (target < headerBytes || start + target >= bound) return false;
        bound = start + target;
        at = bound;
        continue;
      }
      if (size > 63 || at + size >= end || length + size + 1 >= 255) return false;
      for (let i = 0; i <= size; i++) this.#owner[length + i] = bytes[at + i]!;
      length += size + 1;
      at += size + 1;
    }
    this.#owner[length] = 0;
    this.#ownerLength = length + 1;
    return true;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function putWord(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 255;
  return at + 2;
}
