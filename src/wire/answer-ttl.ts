/**
 * How long an answer stays true, read from its own octets: for carriers of DNS that have a freshness of their own, as HTTP
 * does (RFC 8484 5.1).
 */

import { NAME_LABELS_MAX } from '../base/limits.ts';
import { Rcode } from './codes.ts';
import { HEADER_BYTES } from './query-parser.ts';

const TTL_AT = 4;
const RDLENGTH_AT = 8;
const FIXED_BYTES = 10;

/**
 * Seconds that the answer at `bytes[start]` of `length` octets, one that we wrote, may be kept: the least TTL of its answer
 * section or, where that is empty, of its authority section, where the SOA says it (RFC 2308 5). 0 for errors and for
 * answers without records.
 */
export function freshSeconds(bytes: Uint8Array, start: number, length: number): number {
  const rcode = bytes[start + 3]! & 15;
  if (rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) return 0;
  const word = (at: number) => (bytes[at]! << 8) | bytes[at + 1]!;
  const end = start + length;
  const records = word(start + 6) > 0 ? word(start + 6) : word(start + 8);
  let at = start + HEADER_BYTES;
  for (let i = word(start + 4); i > 0; i--) at = skipName(bytes, at, end) + 4;
  let least = records === 0 ? 0 : 0x7fffffff;
  for (let i = 0; i < records; i++) {
    at = skipName(bytes, at, end);
    if (at + FIXED_BYTES > end) return 0;
    const ttl = word(at + TTL_AT) * 0x10000 + word(at + TTL_AT + 2);
    least = Math.min(least, ttl);
    at += FIXED_BYTES + word(at + RDLENGTH_AT);
  }
  return least;
}

/** Where the name at `at` ends; `end` or beyond for one that does not. */
function skipName(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  for (let labels = 0; labels <= NAME_LABELS_MAX && next < end; labels++) {
    const octet = bytes[next]!;
    if (octet === 0) return next + 1;
    if (octet >= 0xc0) return next + 2;
    next += 1 + octet;
  }
  return end;
}
