/**
 * APL: a list of address prefixes (RFC 3123), written `[!]family:address/length`. Wire form of each item:
 *
 *     family (2) | prefix length (1) | negation (1 bit), octets of address (7 bits) | address without its trailing zero octets
 */

import { addressBytes, formatIpAddress, type IpFamily, parseIpAddress, readAddressWords } from '../base/ip-address.ts';
import { type RdataField, wholeNumber } from './rdata-field.ts';
import type { OctetReader, OctetWriter } from './rdata-octets.ts';
import { quoteForFault, type TokenCursor } from './rdata-token.ts';

const NEGATED = 0x80;
/** IANA's address family numbers of what has a text form. */
const FAMILY_OF_NUMBER = new Map<number, IpFamily>([
  [1, 4],
  [2, 6],
]);

/** All of APL's RDATA as one field; a list without items is a list (RFC 3123 4). */
export const APL_FIELD: RdataField = { label: '[[!]1|2:address/length ...]', parse: parseApl, format: formatApl };

function parseApl(from: TokenCursor, out: OctetWriter): string | null {
  for (; from.at < from.tokens.length; from.at++) {
    const { text } = from.tokens[from.at]!;
    const match = /^(!?)([12]):([^/]+)\/(\d{1,3})$/.exec(text);
    const number = Number(match?.[2]);
    const family = FAMILY_OF_NUMBER.get(number);
    const address = parseIpAddress(match?.[3] ?? '');
    const length = wholeNumber(match?.[4] ?? '');
    if (match === null || address === null || address.family !== family || length > (family === 4 ? 32 : 128)) {
      return `${quoteForFault(text)} is no prefix: write one like 1:192.0.2.0/24, 2:2001:db8::/32 or !1:192.0.2.64/28`;
    }
    const bytes = addressBytes(address);
    let used = bytes.length;
    while (used > 0 && bytes[used - 1] === 0) used--;
    out.uint(number, 2);
    out.uint(length, 1);
    out.uint((match[1] === '!' ? NEGATED : 0) | used, 1);
    out.octets(bytes.subarray(0, used));
  }
  return null;
}

function formatApl(from: OctetReader): string | null {
  const texts: string[] = [];
  while (from.left > 0) {
    const number = from.uint(2);
    const length = from.uint(1);
    const size = from.uint(1);
    const family = FAMILY_OF_NUMBER.get(number);
    const part = size < 0 ? null : from.octets(size & ~NEGATED);
    if (part === null || family === undefined || length > (family === 4 ? 32 : 128)) return null;
    const bytes = new Uint8Array(family === 4 ? 4 : 16);
    // RFC 3123 4: trailing zero octets are never written.
    if (part.length > bytes.length || part.at(-1) === 0) return null;
    bytes.set(part);
    const words = new Uint32Array(4);
    readAddressWords(words, family, bytes, 0);
    texts.push(`${(size & NEGATED) === 0 ? '' : '!'}${number}:${formatIpAddress({ family, words })}/${length}`);
  }
  return texts.join(' ');
}
