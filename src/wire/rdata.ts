/**
 * RDATA between presentation and wire form (RFC 1035 3.3 and 5.1, RFC 3597, and each type's own RFC). Cold path: zone
 * readers, the command line, traces and tests; the query path copies octets that were made here.
 *
 * Names inside RDATA keep their case and are never compressed here; the response writer compresses those that
 * {@link compressibleNameAt} finds.
 */

import { RDATA_BYTES_MAX } from '../base/limits.ts';
import { RRType, typeName } from './codes.ts';
import type { RdataField } from './rdata-field.ts';
import { wholeNumber } from './rdata-field.ts';
import { rdataLayout } from './rdata-layout.ts';
import { OctetReader, OctetWriter } from './rdata-octets.ts';
import { hexFromOctets, octetsFromHex } from './rdata-radix.ts';
import { quoteForFault, type RdataFault, type RdataToken, type TokenCursor } from './rdata-token.ts';

/**
 * The wire form of `tokens` as RDATA of `type`, or what is wrong with them. Relative names get `origin` (wire form); without
 * one they are taken as absolute. Any type may be written `\# LENGTH HEX` (RFC 3597 5); then a known type is checked.
 */
export function rdataFromText(
  type: number,
  tokens: readonly RdataToken[],
  origin: Uint8Array | null,
): Uint8Array | RdataFault {
  if (!isStoredType(type)) return { message: `${typeName(type)} never stands in a zone: remove the record`, token: 0 };
  if (tokens.length > 0 && tokens[0]!.text === '\\#' && !tokens[0]!.quoted) return fromGenericText(type, tokens);
  const layout = rdataLayout(type);
  if (layout === null) {
    return {
      message: `${typeName(type)} has no text form here: write its octets as \\# LENGTH HEX (RFC 3597)`,
      token: 0,
    };
  }
  const cursor: TokenCursor = { tokens, origin, at: 0 };
  const out = new OctetWriter();
  for (const field of layout) {
    const fault = field.parse(cursor, out);
    if (fault !== null) {
      const form = cursor.at >= tokens.length ? `: ${describeLayout(type, layout)}` : '';
      return { message: fault + form, token: cursor.at };
    }
  }
  if (cursor.at < tokens.length) {
    const extra = quoteForFault(tokens[cursor.at]!.text);
    return { message: `${extra} is one word too many: ${describeLayout(type, layout)}`, token: cursor.at };
  }
  if (out.length > RDATA_BYTES_MAX) {
    return { message: `RDATA has ${out.length} octets, at most ${RDATA_BYTES_MAX} fit: shorten it`, token: 0 };
  }
  return out.bytes.slice(0, out.length);
}

/**
 * The presentation form of the RDATA at `offset` of `bytes`, as `dig` prints it; the `\#` form for an opaque type and for octets
 * that are no RDATA of `type`. Never throws. Names that are compressed are followed backwards through `bytes`, so a record
 * may be printed where it stands in a message.
 */
export function rdataToText(type: number, bytes: Uint8Array, offset = 0, length = bytes.length - offset): string {
  const layout = rdataLayout(type);
  const from = new OctetReader(bytes, offset, length, true);
  const texts = layout === null ? null : formatFields(layout, from);
  if (typeof texts === 'string') return texts;
  const octets = bytes.subarray(from.begin, from.end);
  return octets.length === 0 ? '\\# 0' : `\\# ${octets.length} ${hexFromOctets(octets)}`;
}

/** What is wrong with `rdata` as RDATA of `type` (names uncompressed, nothing left over), or null. Opaque types are always right. */
export function checkRdata(type: number, rdata: Uint8Array): RdataFault | null {
  if (!isStoredType(type)) return { message: `${typeName(type)} never stands in a zone: remove the record`, token: 0 };
  if (rdata.length > RDATA_BYTES_MAX) {
    return { message: `RDATA has ${rdata.length} octets, at most ${RDATA_BYTES_MAX} fit: shorten it`, token: 0 };
  }
  const layout = rdataLayout(type);
  if (layout === null) return null;
  const result = formatFields(layout, new OctetReader(rdata, 0, rdata.length, false));
  if (typeof result === 'string') return null;
  const what = result === null ? 'has octets left over' : `has a malformed ${result.label}`;
  return { message: `these octets are no RDATA of ${typeName(type)}: it ${what}; write it in its text form`, token: 0 };
}

/**
 * Offset in the RDATA of `type` of its one name that a response may compress (RFC 1035 types only, RFC 3597 4), or -1. SOA,
 * which has two, is written by hand.
 */
export function compressibleNameAt(type: number): number {
  switch (type) {
    case RRType.NS:
    case RRType.CNAME:
    case RRType.PTR:
      return 0;
    case RRType.MX:
      return 2;
    default:
      return -1;
  }
}

/** Offset in the RDATA of `type` of the name it points to (for additional records, chains and checks), or -1. */
export function targetNameAt(type: number): number {
  switch (type) {
    case RRType.NS:
    case RRType.CNAME:
    case RRType.PTR:
    case RRType.DNAME:
      return 0;
    case RRType.MX:
    case RRType.AFSDB:
    case RRType.KX:
    case RRType.RT:
    case RRType.LP:
    case RRType.SVCB:
    case RRType.HTTPS:
      return 2;
    case RRType.SRV:
      return 6;
    default:
      return -1;
  }
}

/** False for type 0, OPT and the query and meta types (RFC 6895 3.1), which exist in messages only. */
export function isStoredType(type: number): boolean {
  return type > 0 && type <= 0xfffe && type !== RRType.OPT && (type < 128 || type > 255);
}

function fromGenericText(type: number, tokens: readonly RdataToken[]): Uint8Array | RdataFault {
  const length = wholeNumber(tokens[1]?.text ?? '');
  if (length < 0 || length > RDATA_BYTES_MAX) {
    return { message: 'after \\# comes the number of octets, 0..65535, then their hex digits', token: 1 };
  }
  let digits = '';
  for (let i = 2; i < tokens.length; i++) {
    digits += tokens[i]!.text;
    if (digits.length > 2 * RDATA_BYTES_MAX) break;
  }
  const octets = octetsFromHex(digits);
  if (octets === null) return { message: 'octets must be hex digits, two an octet', token: 2 };
  if (octets.length !== length) {
    return { message: `\\# says ${length} octets but ${octets.length} follow: make them agree`, token: 1 };
  }
  return checkRdata(type, octets) ?? octets;
}

/** The fields' texts with blanks between; the field that is malformed; or null if octets are left over. */
function formatFields(layout: readonly RdataField[], from: OctetReader): string | RdataField | null {
  let joined = '';
  for (const field of layout) {
    const text = field.format(from);
    if (text === null) return field;
    joined += joined === '' || text === '' ? text : ` ${text}`;
  }
  return from.left === 0 ? joined : null;
}

function describeLayout(type: number, layout: readonly RdataField[]): string {
  return `${typeName(type)} is written ${layout.map((field) => field.label).join(' ')}`;
}
