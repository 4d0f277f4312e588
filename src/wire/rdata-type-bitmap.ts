/**
 * A set of record types (RFC 4034 4.1.2), as CSYNC has it (RFC 7477): windows of 256 types in ascending order, each
 *
 *     window (1) | octets of bitmap, 1..32 (1) | bitmap without its trailing zero octets
 */

import { typeCode, typeName } from './codes.ts';
import type { RdataField } from './rdata-field.ts';
import type { OctetReader, OctetWriter } from './rdata-octets.ts';
import { quoteForFault, type TokenCursor } from './rdata-token.ts';

const WINDOW_BYTES = 32;

/** The types up to the end of the RDATA, in any order in text; none at all is a set too. */
export const TYPE_BITMAP_FIELD: RdataField = { label: '[type ...]', parse: parseBitmap, format: formatBitmap };

function parseBitmap(from: TokenCursor, out: OctetWriter): string | null {
  const windows = new Map<number, Uint8Array>();
  for (; from.at < from.tokens.length; from.at++) {
    const { text } = from.tokens[from.at]!;
    const type = typeCode(text);
    if (type <= 0) return `${quoteForFault(text)} is no record type: write one like NS, or TYPE65280`;
    const bits = windows.get(type >> 8) ?? new Uint8Array(WINDOW_BYTES);
    bits[(type & 255) >> 3]! |= 0x80 >> (type & 7);
    windows.set(type >> 8, bits);
  }
  for (const [window, bits] of [...windows].sort(([a], [b]) => a - b)) {
    let used = WINDOW_BYTES;
    while (bits[used - 1] === 0) used--;
    out.uint(window, 1);
    out.uint(used, 1);
    out.octets(bits.subarray(0, used));
  }
  return null;
}

function formatBitmap(from: OctetReader): string | null {
  const names: string[] = [];
  let last = -1;
  while (from.left > 0) {
    const window = from.uint(1);
    const size = from.uint(1);
    const bits = size < 1 || size > WINDOW_BYTES ? null : from.octets(size);
    if (bits === null || window <= last || bits.at(-1) === 0) return null;
    last = window;
    for (let i = 0; i < size * 8; i++) {
      if ((bits[i >> 3]! & (0x80 >> (i & 7))) !== 0) names.push(typeName((window << 8) | i));
    }
  }
  return names.join(' ');
}
